using EcoGlmm.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>How many rows lie outside all simulations, and how many should.</summary>
internal static class OutlierTest
{
    /// <summary>Integer responses of more rows than this get the binomial test by default, as in DHARMa.</summary>
    private const int BootstrapRowLimit = 500;

    public static OutlierTestType Resolve(OutlierTestType type, bool integerResponse, int rowCount) =>
        type != OutlierTestType.Default ? type
        : integerResponse && rowCount <= BootstrapRowLimit ? OutlierTestType.Bootstrap
        : OutlierTestType.Binomial;

    /// <summary>
    /// Binomial: residuals nearer to 0 or 1 than 1 / (count + 1), against the expected frequency of 1 / (count + 1) a side.
    /// </summary>
    public static TestResult Binomial(double[] scaled, int count, Alternative alternative, OutlierMargin margin)
    {
        double edge = 1.0 / (count + 1);
        int outliers = 0;
        foreach (double r in scaled)
            outliers += (margin != OutlierMargin.Upper && r < edge) || (margin != OutlierMargin.Lower && r > 1 - edge) ? 1 : 0;
        double frequency = margin == OutlierMargin.Both ? 2 * edge : edge;
        double p = BinomialTest.PValue(outliers, scaled.Length, frequency, alternative);
        return Result("Outlier test (binomial)", outliers, frequency, scaled.Length, p, alternative, 0);
    }

    /// <summary>
    /// Rows whose residual is exactly 0 or 1, against the same number for simulations that take the place of the data.
    /// </summary>
    public static TestResult Resampled(
        double[] scaled, double[][] simulated, Alternative alternative, OutlierMargin margin, bool leaveOneOut, int replicates, RandomStream random)
    {
        int count = simulated.Length, n = scaled.Length;
        int outliers = scaled.Count(r => (margin != OutlierMargin.Upper && r == 0) || (margin != OutlierMargin.Lower && r == 1));
        int used = Math.Min(leaveOneOut ? count : replicates, count);
        var frequencies = new double[used];
        Parallel.For(0, used, i =>
        {
            int[] others = leaveOneOut ? AllBut(i, count) : Resample(i, count, random.Split(i));
            frequencies[i] = Outside(simulated, i, others, margin) / (double)n;
        });

        double p = SimulationTest.PValue(frequencies, outliers / (double)n, alternative);
        string name = leaveOneOut ? "Outlier test (leave one out)" : "Outlier test (bootstrap)";
        return Result(name, outliers, SimulationTest.Mean(frequencies), n, p, alternative, SimulationTest.Resolution(used, alternative));
    }

    private static int[] AllBut(int i, int count) => [.. Enumerable.Range(0, count).Where(s => s != i)];

    private static int[] Resample(int i, int count, RandomStream random)
    {
        var drawn = new bool[count];
        for (int k = 0; k < count; k++)
        {
            int s = (int)(random.NextDouble() * (count - 1));
            drawn[s >= i ? s + 1 : s] = true;
        }

        return [.. Enumerable.Range(0, count).Where(s => drawn[s])];
    }

    /// <summary>Rows where simulation i lies below all, or above all, of the others.</summary>
    private static int Outside(double[][] simulated, int i, int[] others, OutlierMargin margin)
    {
        double[] values = simulated[i];
        var below = new bool[values.Length];
        var above = new bool[values.Length];
        Array.Fill(below, margin != OutlierMargin.Upper);
        Array.Fill(above, margin != OutlierMargin.Lower);
        foreach (int s in others)
        {
            double[] other = simulated[s];
            for (int row = 0; row < values.Length; row++)
            {
                below[row] &= values[row] < other[row];
                above[row] &= values[row] > other[row];
            }
        }

        int outside = 0;
        for (int row = 0; row < values.Length; row++)
            outside += below[row] || above[row] ? 1 : 0;
        return outside;
    }

    private static TestResult Result(
        string name, int outliers, double frequency, int n, double p, Alternative alternative, double resolution)
    {
        string pText = TestResult.FormatPValue(p, resolution);
        string rows = outliers == 1 ? "1 row lies" : $"{outliers} rows lie";
        string expected = FormattableString.Invariant($"{frequency * n:0.#}");
        string verdict = p >= TestResult.SignificanceLevel
            ? $"{rows} at or beyond the edge of all simulations, and about {expected} were expected: nothing unusual ({pText})."
            : outliers > frequency * n
                ? $"{rows} at or beyond the edge of all simulations, but only about {expected} were expected: too many ({pText}), as overdispersion or single odd values cause."
                : $"{rows} at or beyond the edge of all simulations, but about {expected} were expected: too few ({pText}), as underdispersion causes.";
        return new TestResult(name, outliers, p, alternative.RName(), verdict)
        {
            Resolution = resolution,
            Verdict = p >= TestResult.SignificanceLevel ? "as expected" : outliers > frequency * n ? "too many" : "too few",
        };
    }
}
