using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
using MathNet.Numerics.Distributions;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// The Shapiro-Wilk test of normality, with the approximations to weights and p-value of P. Royston (1995), Remark AS R94: a
/// remark on algorithm AS 181, Applied Statistics 44, for 3 to 5,000 values.
/// </summary>
internal static class ShapiroWilk
{
    public const int Most = 5000;

    private static readonly double[] First = [0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056];
    private static readonly double[] Second = [0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633];
    private static readonly double[] SmallMean = [0.544, -0.39978, 0.025054, -6.714e-4];
    private static readonly double[] SmallLogSd = [1.3822, -0.77857, 0.062767, -0.0020322];
    private static readonly double[] LargeMean = [-1.5861, -0.31082, -0.083751, 0.0038915];
    private static readonly double[] LargeLogSd = [-0.4803, -0.082676, 0.0030302];

    /// <summary>W, near 1 for normal values, and its p-value; NaN for fewer than three values or values that are all the same.</summary>
    public static (double Statistic, double PValue) Test(double[] values)
    {
        var x = values.Length <= Most ? (double[])values.Clone() : new double[Most];
        if (values.Length > Most)
        {
            double[] all = [.. values.Order()];
            for (var i = 0; i < Most; i++)
                x[i] = all[(int)((i + 0.5) * all.Length / Most)];
        }

        Array.Sort(x);
        var n = x.Length;
        if (n < 3 || !(x[^1] > x[0]))
            return (double.NaN, double.NaN);
        var a = Weights(n);
        double mean = SimulationSource.Mean(x), squares = 0, contrast = 0;
        foreach (var v in x)
            squares += (v - mean) * (v - mean);
        for (var i = 0; i < a.Length; i++)
            contrast += a[i] * (x[n - 1 - i] - x[i]);
        var w = Math.Min(1, contrast * contrast / squares);
        return (w, PValue(w, n));
    }

    /// <summary>Weights of the differences between the largest and smallest, the next ones, and so on.</summary>
    private static double[] Weights(int n)
    {
        var half = n / 2;
        if (n == 3)
            return [Math.Sqrt(0.5)];
        double[] m = [.. Enumerable.Range(1, half).Select(i => Normal.InvCDF(0, 1, (i - 0.375) / (n + 0.25)))];
        double squares = 2 * m.Sum(v => v * v), root = Math.Sqrt(squares), r = 1 / Math.Sqrt(n);
        var a = new double[half];
        a[0] = Polynomial(First, r) - (m[0] / root);
        double left = squares - (2 * m[0] * m[0]), room = 1 - (2 * a[0] * a[0]);
        var from = 1;
        if (n > 5)
        {
            a[1] = Polynomial(Second, r) - (m[1] / root);
            left -= 2 * m[1] * m[1];
            room -= 2 * a[1] * a[1];
            from = 2;
        }

        var factor = Math.Sqrt(left / room);
        for (var i = from; i < half; i++)
            a[i] = -m[i] / factor;
        return a;
    }

    private static double PValue(double w, int n)
    {
        if (n == 3)
            return Math.Max(0, 6 / Math.PI * (Math.Asin(Math.Sqrt(w)) - Math.Asin(Math.Sqrt(0.75))));
        double y = Math.Log(1 - w), log = Math.Log(n), mean, sd;
        if (n <= 11)
        {
            var gamma = (0.459 * n) - 2.273;
            if (y >= gamma)
                return 0;
            y = -Math.Log(gamma - y);
            (mean, sd) = (Polynomial(SmallMean, n), Math.Exp(Polynomial(SmallLogSd, n)));
        }
        else
        {
            (mean, sd) = (Polynomial(LargeMean, log), Math.Exp(Polynomial(LargeLogSd, log)));
        }

        return NormalDistribution.UpperTail((y - mean) / sd);
    }

    private static double Polynomial(double[] c, double x)
    {
        double sum = 0;
        for (var i = c.Length - 1; i >= 0; i--)
            sum = (sum * x) + c[i];
        return sum;
    }
}
