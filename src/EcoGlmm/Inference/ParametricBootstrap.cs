using EcoGlmm.Model;

namespace EcoGlmm.Inference;

/// <summary>
/// The parametric bootstrap: responses simulated from the fit, random effects drawn anew, and the model fitted to each.
/// Source: A. C. Davison &amp; D. V. Hinkley (1997), Bootstrap Methods and their Application, sections 2.1 and 5.3 (percentile
/// intervals).
/// </summary>
internal static class ParametricBootstrap
{
    public const int DefaultCount = 500;
    public const long DefaultSeed = 1;

    /// <summary>A statistic of each refit: [simulation][element]; refits that failed are left out.</summary>
    public static double[][] Statistics(GlmmFit fit, Func<GlmmFit, double[]> statistic, int count, long seed,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        if (!fit.Convergence.IsConverged)
            throw new GlmmException("The fit did not converge, so that simulating from it says nothing. Mend the model first: "
                + "fit.Convergence says what is wrong.");
        if (count < 1) throw new GlmmException($"The number of simulations must be at least 1, not {count}.");
        using var live = LiveProgress.Start("Bootstrapping", count, progress, cancellation);
        var replicate = Replicates(fit, statistic, seed);
        var results = new double[]?[count];
        live.ForEach(count, fit.Options.Control.MaxThreads, s => results[s] = replicate(s, live.Cancellation));
        return [.. results.OfType<double[]>()];
    }

    /// <summary>
    /// What gives the statistic of any replicate by its number, whichever others are made; null for a refit that failed.
    /// </summary>
    public static Func<int, CancellationToken, double[]?> Replicates(GlmmFit fit, Func<GlmmFit, double[]> statistic, long seed)
    {
        var simulator = fit.Simulator(seed, fit.Groups.Select(g => g.Group));
        return (s, cancellation) =>
        {
            var response = new double[fit.ObservationCount];
            simulator(s, response);
            try
            {
                var again = fit.RefitOnOneThread(response, cancellation);
                return again.Convergence.IsConverged ? statistic(again) : null;
            }
            catch (GlmmException)
            {
                // A simulated response that the model cannot be fitted to (all zeros, say) is left out and counted.
                return null;
            }
        };
    }

    /// <summary>The percentile interval of one element.</summary>
    public static (double Lower, double Upper) Percentiles(double[][] statistics, int element, double level)
    {
        var values = statistics.Select(s => s[element]).Where(double.IsFinite).Order().ToArray();
        if (values.Length < 10) return (double.NaN, double.NaN);
        return (Formulas.LearningFunctions.Quantile(values, (1 - level) / 2), Formulas.LearningFunctions.Quantile(values, (1 + level) / 2));
    }

    /// <summary>Intervals of all parameters.</summary>
    public static IEnumerable<Interval> Intervals(GlmmFit fit, double level, int count, long seed,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var parameters = FitParameter.Of(fit);
        var statistics = Statistics(fit, f => [.. parameters.Select(p => p.Value(f))], count, seed, progress, cancellation);
        return parameters.Select((p, k) =>
        {
            var (lower, upper) = Percentiles(statistics, k, level);
            return new Interval(p.Part, p.Name, p.Value(fit), lower, upper) { Kind = p.Kind };
        });
    }
}
