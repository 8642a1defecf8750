using EcoGlmm.Prediction;
using MathNet.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// Test of equal spread in groups: analysis of variance of absolute deviations from each group's median (H. Levene 1960, in
/// the robust form of M. B. Brown and A. B. Forsythe 1974, Journal of the American Statistical Association 69).
/// </summary>
internal static class LeveneTest
{
    /// <summary>The F statistic and its p-value; NaN when there is nothing to compare.</summary>
    public static (double Statistic, double PValue) Test(double[] values, int[][] groups)
    {
        double total = 0, within = 0, between = 0;
        var n = 0;
        var means = new double[groups.Length];
        for (var g = 0; g < groups.Length; g++)
        {
            var deviation = Array.ConvertAll(groups[g], row => values[row]);
            var median = Median(deviation);
            for (var i = 0; i < deviation.Length; i++)
                deviation[i] = Math.Abs(deviation[i] - median);
            means[g] = SimulationSource.Mean(deviation);
            within += deviation.Sum(z => (z - means[g]) * (z - means[g]));
            total += deviation.Sum();
            n += deviation.Length;
        }

        for (var g = 0; g < groups.Length; g++)
            between += groups[g].Length * (means[g] - total / n) * (means[g] - total / n);
        int df1 = groups.Length - 1, df2 = n - groups.Length;
        if (df1 < 1 || df2 < 1 || within <= 0)
            return (double.NaN, double.NaN);
        var f = between / df1 / (within / df2);
        return (f, SpecialFunctions.BetaRegularized(0.5 * df2, 0.5 * df1, df2 / (df2 + df1 * f)));
    }

    private static double Median(double[] values)
    {
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        return 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }
}
