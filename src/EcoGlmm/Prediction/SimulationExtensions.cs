using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
using EcoGlmm.RandomEffects;

namespace EcoGlmm;

/// <summary>What a simulation does with random effects.</summary>
public enum SimulationMode
{
    /// <summary>They stay at their conditional modes: the same individuals, observed again.</summary>
    Conditional,

    /// <summary>They are drawn anew: other individuals of the same population.</summary>
    Unconditional,
}

/// <summary>Responses simulated from a fit.</summary>
public static class SimulationExtensions
{
    /// <summary>Simulates responses for the rows used.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same responses on any number of threads.</param>
    /// <param name="mode">What is done with random effects.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <returns>[simulation][row], in the units of the response (successes for cbind(), proportions for proportions).</returns>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public static double[][] Simulate(this GlmmFit fit, int count, long seed, SimulationMode mode = SimulationMode.Conditional,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return fit.Simulate(count, seed, mode == SimulationMode.Unconditional ? [.. fit.Groups.Select(g => g.Group).Distinct()] : [],
            progress, cancellationToken);
    }

    /// <summary>Simulates responses for the rows used, with the random effects of some grouping factors drawn anew.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same responses on any number of threads.</param>
    /// <param name="redraw">Grouping factors whose effects are drawn anew; all others stay at their conditional modes.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <returns>[simulation][row], in the units of the response.</returns>
    /// <exception cref="GlmmException">The model has no such grouping factor.</exception>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public static double[][] Simulate(this GlmmFit fit, int count, long seed, IReadOnlyList<string> redraw, IProgress<double>? progress =
        null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(redraw);
        if (count < 1) throw new GlmmException($"The number of simulations must be at least 1, not {count}.");
        if (redraw.Count == 0)
        {
            using var blocks = LiveProgress.Start("Simulating", SimulationSource.BlockCount(fit.ObservationCount), progress,
                cancellationToken);
            return SimulationSource.FromRows(fit.ConditionalSimulator(seed), count, blocks.Advance, blocks.ThrowIfInterrupted).Matrix();
        }

        var simulator = fit.Simulator(seed, redraw);
        var result = new double[count][];
        using var live = LiveProgress.Start("Simulating", count, progress, cancellationToken);
        live.ForEach(count, fit.Options.Control.MaxThreads, s => simulator(s, result[s] = new double[fit.ObservationCount]));
        return result;
    }

    /// <summary>Writes simulations in which the random effects of the grouping factors given are drawn anew.</summary>
    internal static SimulationWriter Simulator(this GlmmFit fit, long seed, IEnumerable<string> redraw)
    {
        var isRedrawn = Redrawn(fit, redraw);
        if (!isRedrawn.Contains(true)) return fit.ConditionalSimulator(seed).DrawSimulation;
        return new RedrawnSimulator(fit, seed, isRedrawn).Draw;
    }

    /// <summary>Simulations in which all random effects stay at their conditional modes.</summary>
    internal static RowSimulator ConditionalSimulator(this GlmmFit fit, long seed) =>
        new(fit.Family, new RowDistributions(fit.Family, fit.Estimate.Predictors, fit.ObservationCount), fit.Response.Size,
            fit.Response.IsProportion, new RandomStream(seed));

    private static bool[] Redrawn(GlmmFit fit, IEnumerable<string> redraw)
    {
        var terms = fit.Estimate.Model.Terms;
        var isRedrawn = new bool[terms.Count];
        foreach (var group in redraw)
        {
            var found = false;
            for (var t = 0; t < terms.Count; t++)
            {
                if (terms[t].Group != group) continue;
                isRedrawn[t] = found = true;
            }

            if (!found)
            {
                throw new GlmmException(terms.Count == 0
                    ? $"Random effects of \"{group}\" cannot be drawn anew: the model has no random effects."
                    : $"Random effects of \"{group}\" cannot be drawn anew: the model's grouping factors are "
                        + $"{string.Join(", ", terms.Select(t => t.Group).Distinct())}.");
            }
        }

        return isRedrawn;
    }
}
