using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm.Diagnostics;

/// <summary>How many rows lie outside all simulations, and how many should.</summary>
internal static class OutlierTest
{
    /// <summary>The verdict on fewer outliers than expected.</summary>
    public const string TooFew = "too few";

    public static OutlierTestType Resolve(OutlierTestType type, bool integerResponse) =>
        type != OutlierTestType.Default ? type : integerResponse ? OutlierTestType.LeaveOneOut : OutlierTestType.Binomial;

    /// <summary>
    /// Binomial: residuals nearer to 0 or 1 than 1 / (count + 1), against the expected frequency of 1 / (count + 1) a side.
    /// </summary>
    public static TestResult Binomial(double[] scaled, int count, Alternative alternative, OutlierMargin margin)
    {
        var edge = 1.0 / (count + 1);
        var outliers = 0;
        foreach (var r in scaled)
            outliers += (margin != OutlierMargin.Upper && r < edge) || (margin != OutlierMargin.Lower && r > 1 - edge) ? 1 : 0;
        var expected = (margin == OutlierMargin.Both ? 2 * edge : edge) * scaled.Length;
        var p = BinomialTest.PValue(outliers, scaled.Length, expected / scaled.Length, alternative);
        return Result("Outlier test (binomial)", outliers, expected, p, alternative, 0);
    }

    /// <summary>
    /// Rows whose residual is exactly 0 or 1, against the number (returned too) of rows where each simulation lies outside all the others.
    /// </summary>
    public static (TestResult Test, double[]? Expected) LeaveOneOut(double[] scaled, SimulationSummary summary, Alternative alternative,
        OutlierMargin margin)
    {
        var counts = margin switch
        {
            OutlierMargin.Upper => summary.AloneAbove,
            OutlierMargin.Lower => summary.AloneBelow,
            _ => [.. summary.AloneAbove.Zip(summary.AloneBelow, (above, below) => above + below)],
        };
        return (Compared("Outlier test (leave one out)", scaled, counts, alternative, margin), counts);
    }

    /// <summary>
    /// Rows whose residual is exactly 0 or 1, against the same number for simulations compared with a resample of the others.
    /// </summary>
    public static (TestResult Test, double[]? Expected) Bootstrap(
        double[] scaled, double[][] simulated, Alternative alternative, OutlierMargin margin, int replicates, RandomStream random)
    {
        var counts = new double[Math.Min(replicates, simulated.Length)];
        Parallel.For(0, counts.Length, LiveProgress.CurrentParallel(), i => counts[i] = Outside(simulated, i, Resample(i, simulated.Length,
            random.Split(i)), margin));
        return (Compared("Outlier test (bootstrap)", scaled, counts, alternative, margin), counts);
    }

    private static TestResult Compared(string name, double[] scaled, double[] counts, Alternative alternative, OutlierMargin margin)
    {
        var outliers = scaled.Count(r => (margin != OutlierMargin.Upper && r == 0) || (margin != OutlierMargin.Lower && r == 1));
        var p = SimulationTest.PValue(counts, outliers, alternative);
        return Result(name, outliers, SimulationSource.Mean(counts), p, alternative, SimulationTest.Resolution(counts.Length, alternative));
    }

    /// <summary>The different simulations, without i, in a draw of as many with replacement.</summary>
    private static List<int> Resample(int i, int count, RandomStream random)
    {
        var drawn = new bool[count];
        for (var k = 0; k < count; k++)
        {
            var s = random.NextInt(count - 1);
            drawn[s >= i ? s + 1 : s] = true;
        }

        return [.. Enumerable.Range(0, count).Where(s => drawn[s])];
    }

    /// <summary>Rows where simulation i lies below all, or above all, of the others.</summary>
    private static int Outside(double[][] simulated, int i, List<int> others, OutlierMargin margin)
    {
        var values = simulated[i];
        var below = new bool[values.Length];
        var above = new bool[values.Length];
        Array.Fill(below, margin != OutlierMargin.Upper);
        Array.Fill(above, margin != OutlierMargin.Lower);
        foreach (var s in others)
        {
            var other = simulated[s];
            for (var row = 0; row < values.Length; row++)
            {
                below[row] &= values[row] < other[row];
                above[row] &= values[row] > other[row];
            }
        }

        var outside = 0;
        for (var row = 0; row < values.Length; row++)
            outside += below[row] || above[row] ? 1 : 0;
        return outside;
    }

    private static TestResult Result(string name, int outliers, double expected, double p, Alternative alternative, double resolution)
    {
        var pText = TestResult.FormatPValue(p, resolution);
        var rows = outliers == 1 ? "1 row lies" : $"{outliers} rows lie";
        var number = FormattableString.Invariant($"{expected:0.#}");
        bool significant = p < TestResult.SignificanceLevel, many = outliers > expected;
        var message = !significant
            ? $"{rows} at or beyond the edge of all simulations, and about {number} were expected: nothing unusual ({pText})."
            : many
                ? $"{rows} at or beyond the edge of all simulations, but only about {number} were expected: too many ({pText}), as "
                    + "overdispersion or single odd values cause."
                : $"{rows} at or beyond the edge of all simulations, but about {number} were expected: too few ({pText}), as "
                    + $"underdispersion causes.";
        return new TestResult(name, outliers, p, alternative.RName(), message)
        {
            Resolution = resolution,
            Verdict = !significant ? "as expected" : many ? "too many" : TooFew,
        };
    }
}
