using EcoGlmm.Prediction;

namespace EcoGlmm.Diagnostics;

/// <summary>Tests that compare a number computed from the data with the same number computed from each simulation.</summary>
internal static class SimulationTest
{
    /// <summary>
    /// The share of simulations at least as extreme as the data; two-sided, twice the smaller of the two one-sided shares.
    /// </summary>
    public static double PValue(ReadOnlySpan<double> simulated, double observed, Alternative alternative)
    {
        int atMost = 0, atLeast = 0;
        foreach (var value in simulated)
        {
            atMost += value <= observed ? 1 : 0;
            atLeast += value >= observed ? 1 : 0;
        }

        double n = simulated.Length;
        return alternative switch
        {
            Alternative.Greater => atLeast / n,
            Alternative.Less => atMost / n,
            _ => Math.Min(1, 2 * Math.Min(atMost, atLeast) / n),
        };
    }

    /// <summary>The smallest p-value above 0 that so many simulations can give.</summary>
    public static double Resolution(int count, Alternative alternative) => (alternative == Alternative.TwoSided ? 2.0 : 1.0) / count;

    /// <summary>
    /// The test's result, with observed / mean of simulated as its statistic. Verdicts: what a significant ratio below 1, none,
    /// and a significant ratio above 1 are called. The message comes from the ratio, the p-value as text, and whether it is significant.
    /// </summary>
    public static TestResult Ratio(
        string name, double[] simulated, double observed, Alternative alternative,
        (string Less, string None, string More) verdicts, Func<double, string, bool, string> message)
    {
        var statistic = observed / SimulationSource.Mean(simulated);
        var p = PValue(simulated, observed, alternative);
        var resolution = Resolution(simulated.Length, alternative);
        var significant = p < TestResult.SignificanceLevel;
        var text = message(statistic, TestResult.FormatPValue(p, resolution), significant);
        return new TestResult(name, statistic, p, alternative.RName(), text)
        {
            Resolution = resolution,
            Verdict = !significant ? verdicts.None : statistic < 1 ? verdicts.Less : verdicts.More,
        };
    }

    /// <summary>R's name of the alternative.</summary>
    public static string RName(this Alternative alternative) => alternative switch
    {
        Alternative.Greater => "greater",
        Alternative.Less => "less",
        _ => "two.sided",
    };
}
