using System.Numerics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// The Durbin-Watson test for a series about its mean (J. Durbin and G. S. Watson 1950, 1951, Biometrika 37 and 38).
/// Below 100 values the p-value is exact for normal values: the statistic is a ratio of quadratic forms whose weights are the
/// known eigenvalues 2(1 − cos(πk/n)), and the distribution of such a form comes from the inversion integral along the
/// vertical line through its saddle point (S. O. Rice 1980, SIAM Journal on Scientific and Statistical Computing 1).
/// From 100 values on, the normal approximation with the statistic's exact mean and variance.
/// </summary>
internal static class DurbinWatson
{
    private const int ExactLimit = 100;

    /// <summary>
    /// The statistic, near 2 without autocorrelation and towards 0 with positive one, and its p-value.
    /// <see cref="Alternative.Greater"/> looks for positive autocorrelation.
    /// </summary>
    public static (double Statistic, double PValue) Test(ReadOnlySpan<double> values, Alternative alternative)
    {
        var n = values.Length;
        var d = Statistic(values);
        if (double.IsNaN(d))
            return (double.NaN, double.NaN);
        var below = n < ExactLimit ? Below(d, n) : NormalBelow(d, n);

        // The null distribution is symmetric about 2: its weights are.
        var above = n < ExactLimit ? Below(4 - d, n) : NormalBelow(4 - d, n);
        return (d, alternative switch
        {
            Alternative.Greater => below,
            Alternative.Less => above,
            _ => Math.Min(1, 2 * Math.Min(below, above)),
        });
    }

    /// <summary>The statistic; not a number for a constant series.</summary>
    public static double Statistic(ReadOnlySpan<double> values)
    {
        var n = values.Length;
        double mean = 0, differences = 0, squares = 0;
        foreach (var value in values)
            mean += value / n;
        for (var i = 0; i < n; i++)
        {
            squares += (values[i] - mean) * (values[i] - mean);
            if (i > 0)
                differences += (values[i] - values[i - 1]) * (values[i] - values[i - 1]);
        }

        return squares == 0 ? double.NaN : differences / squares;
    }

    private static double NormalBelow(double d, double n) =>
        NormalDistribution.UpperTail((2 - d) / Math.Sqrt(4 * (n - 2) / ((n - 1) * (n + 1))));

    /// <summary>P(statistic &lt; d) for n independent normal values: P(Σ νₖ zₖ² &gt; 0) with νₖ = d − λₖ.</summary>
    internal static double Below(double d, int n)
    {
        var nu = new double[n - 1];
        for (var k = 1; k < n; k++)
            nu[k - 1] = d - 2 * (1 - Math.Cos(Math.PI * k / n));
        double largest = nu[0], smallest = nu[^1];
        if (largest <= 0)
            return 0;
        if (smallest >= 0)
            return 1;

        // The smaller of the two tails, for its relative accuracy: P(Q > 0) = 1 − P(−Q > 0).
        if (nu.Sum() > 0)
            return 1 - PositiveProbability(Array.ConvertAll(nu, v => -v));
        return PositiveProbability(nu);
    }

    /// <summary>
    /// P(Q &gt; 0) = (1/π) ∫₀^∞ Re[M(c + it) / (c + it)] dt, where M(s) = Π (1 − 2 νₖ s)^−½ and c minimises M(c)/c. With
    /// t = a sinh(y) the trapezoidal rule converges exponentially, however few the weights.
    /// </summary>
    private static double PositiveProbability(double[] nu)
    {
        var limit = 0.5 / nu.Max();
        double low = 0, high = limit;
        for (var i = 0; i < 200 && high - low > 1e-12 * limit; i++)
        {
            double middle = 0.5 * (low + high), slope = -1 / middle;
            foreach (var v in nu)
                slope += v / (1 - 2 * v * middle);
            if (slope < 0)
                low = middle;
            else
                high = middle;
        }

        double c = 0.5 * (low + high), curvature = 1 / (c * c);
        foreach (var v in nu)
            curvature += 2 * v * v / ((1 - 2 * v * c) * (1 - 2 * v * c));
        var a = 1 / Math.Sqrt(curvature);
        const double step = 1.0 / 64;
        var sum = 0.5 * Integrand(0);
        for (var i = 1; i < 20_000; i++)
        {
            var y = i * step;
            var term = Integrand(a * Math.Sinh(y)) * Math.Cosh(y);
            sum += term;
            if (y > 1 && Envelope(a * Math.Sinh(y)) * Math.Cosh(y) < 1e-16 * Math.Abs(sum))
                break;
        }

        return a * step * sum / Math.PI;

        double Integrand(double t) => Complex.Exp(LogTransform(t)).Real;
        double Envelope(double t) => Math.Exp(LogTransform(t).Real);
        Complex LogTransform(double t)
        {
            var s = new Complex(c, t);
            var log = -Complex.Log(s);
            foreach (var v in nu)
                log -= 0.5 * Complex.Log(1 - 2 * v * s);
            return log;
        }
    }
}
