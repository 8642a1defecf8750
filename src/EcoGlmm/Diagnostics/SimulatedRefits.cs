using EcoGlmm.Model;
using EcoGlmm.Prediction;

namespace EcoGlmm.Diagnostics;

/// <summary>Models fitted again to simulated responses.</summary>
internal static class SimulatedRefits
{
    /// <summary>
    /// Fits each of the models to each simulation and hands the fits on, in parallel; a simulation for which one fails is skipped.
    /// Every fit has one thread, so that results do not depend on how many there are.
    /// </summary>
    public static void ForEach(int count, SimulationWriter simulator, GlmmFit[] models, Action<int, GlmmFit[]> visit,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        using var live = LiveProgress.Start("Refitting to simulations", count, progress, cancellation);
        live.ForEach(count, models[0].Options.Control.MaxThreads, s =>
        {
            if (Refit(s, simulator, models, live.Cancellation) is { } fits) visit(s, fits);
        });
    }

    /// <summary>The models fitted to one simulation, each on one thread; null where one of them fails.</summary>
    public static GlmmFit[]? Refit(int simulation, SimulationWriter simulator, GlmmFit[] models, CancellationToken cancellation)
    {
        var response = new double[models[0].ObservationCount];
        simulator(simulation, response);
        try
        {
            var fits = Array.ConvertAll(models, m => m.RefitOnOneThread(response, cancellation));
            return fits.All(f => f.Convergence.IsConverged) ? fits : null;
        }
        catch (GlmmException)
        {
            // A simulated response may be one that the model cannot be fitted to, such as zeros alone: counted as failed.
            return null;
        }
    }
}
