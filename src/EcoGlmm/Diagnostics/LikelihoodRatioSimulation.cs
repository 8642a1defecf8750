using System.Globalization;
using EcoGlmm.Diagnostics;
using EcoGlmm.Prediction;

namespace EcoGlmm;

public static partial class Glmm
{
    /// <summary>
    /// Simulated likelihood ratio test: responses are simulated from the smaller model, both models are fitted to each of them, and
    /// the observed gain in log-likelihood is placed among the gains that chance alone gives. It holds where the χ² distribution
    /// does not, as in tests of a variance. Statistic: log-likelihood of the larger model less that of the smaller.
    /// </summary>
    /// <param name="fit0">The smaller model, by maximum likelihood.</param>
    /// <param name="fit1">The larger model, of the same response on the same rows.</param>
    /// <param name="count">Number of simulations; each takes two fits.</param>
    /// <param name="seed">The same seed gives the same result on any number of threads.</param>
    /// <param name="mode">What simulations do with random effects; drawing them anew tests the model as a whole.</param>
    /// <returns>The test, with the share of simulations that gain at least as much as its p-value.</returns>
    /// <exception cref="GlmmException">The models differ in their rows or response, are fitted by REML, or too few refits
    /// succeed.</exception>
    public static TestResult SimulateLikelihoodRatioTest(GlmmFit fit0, GlmmFit fit1, int count = 250,
        long seed = SimulatedResiduals.DefaultSeed, SimulationMode mode = SimulationMode.Unconditional)
    {
        CheckLikelihoodRatio(fit0, fit1, count);
        var observed = fit1.LogLikelihood - fit0.LogLikelihood;
        var gain = SimulatedGains(fit0, fit1, seed, mode);
        var gains = new double[count];
        using var live = EcoGlmm.Model.LiveProgress.Start("Refitting to simulations", count);
        live.ForEach(count, fit0.Options.Control.MaxThreads, s => gains[s] = gain(s, live.Cancellation));
        return LikelihoodRatioTestOf(observed, gains, fit0.Formula, fit1.Formula);
    }

    /// <exception cref="GlmmException">The test cannot be made of these.</exception>
    internal static void CheckLikelihoodRatio(GlmmFit fit0, GlmmFit fit1, int count)
    {
        ArgumentNullException.ThrowIfNull(fit0);
        ArgumentNullException.ThrowIfNull(fit1);
        if (count < 2)
            throw new GlmmException($"A simulated likelihood ratio test needs at least two simulations, but there are {count}. 250 "
                + "are usual.");
        if (fit0.Options.Reml || fit1.Options.Reml)
            throw new GlmmException("A likelihood ratio test needs fits by maximum likelihood: fit both models without Reml.");
        if (!fit0.Response.Y.AsSpan().SequenceEqual(fit1.Response.Y) || !fit0.Response.Size.AsSpan().SequenceEqual(fit1.Response.Size))
        {
            throw new GlmmException($"The models are not of the same response on the same rows ({fit0.ObservationCount} and "
                + $"{fit1.ObservationCount} rows). Leave the rows with a missing value in either model out of the data first.");
        }
    }

    /// <summary>What gives the gain of any simulation by its number; NaN where a model could not be fitted to it.</summary>
    internal static Func<int, CancellationToken, double> SimulatedGains(GlmmFit fit0, GlmmFit fit1, long seed, SimulationMode mode)
    {
        var simulator = fit0.Simulator(seed, mode == SimulationMode.Unconditional ? fit0.Groups.Select(g => g.Group) : []);
        return (s, cancellation) => SimulatedRefits.Refit(s, simulator, [fit0, fit1], cancellation) is { } fits
            ? fits[1].LogLikelihood - fits[0].LogLikelihood : double.NaN;
    }

    /// <summary>The test that places an observed gain among simulated ones.</summary>
    /// <exception cref="GlmmException">Too few gains are finite.</exception>
    internal static TestResult LikelihoodRatioTestOf(double observed, double[] gains, string formula0, string formula1)
    {
        var count = gains.Length;
        double[] simulated = [.. gains.Where(double.IsFinite)];
        if (simulated.Length < 2)
            throw new GlmmException($"Of {count} simulations only {simulated.Length} could be fitted by both models, too few for a test.");
        var p = SimulationTest.PValue(simulated, observed, Alternative.Greater);
        var resolution = SimulationTest.Resolution(simulated.Length, Alternative.Greater);
        var pText = TestResult.FormatPValue(p, resolution);
        var significant = p < TestResult.SignificanceLevel;
        var gained = string.Create(CultureInfo.InvariantCulture, $"The larger model gains {observed:0.00} in log-likelihood, where data "
            + $"from the smaller one gain {SimulationSource.Mean(simulated):0.00} on average");
        var failed = simulated.Length < count
            ? $" {count - simulated.Length} of {count} simulations could not be fitted and are left out." : "";
        var test = new TestResult("Simulated likelihood ratio test", observed, p, "greater",
            (significant ? $"{gained}: it describes the data better ({pText})." : $"{gained}: no sign that it is needed ({pText}).")
            + failed)
        {
            Resolution = resolution,
            Verdict = significant ? "the larger model is better" : "the smaller model suffices",
        };
        return test with
        {
            Chart = new TestChart(() => new Figure("Simulated likelihood ratio test", ResidualFigures.Comparison(
                null, "Gain in log-likelihood by the larger model", simulated, observed, whole: false, test))
            {
                Subtitle = $"{formula0} against {formula1}; {simulated.Length} simulations from the first",
            }),
        };
    }
}
