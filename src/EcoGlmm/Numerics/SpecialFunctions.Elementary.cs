namespace EcoGlmm.Numerics;

/// <summary>Functions of probability theory that the platform lacks, to nearly full double precision.</summary>
internal static partial class SpecialFunctions
{
    /// <summary>½ log 2π.</summary>
    public const double HalfLogTwoPi = 0.91893853320467274178;

    /// <summary>log(1 + x), by Kahan's correction of the rounding of 1 + x.</summary>
    public static double Log1p(double x)
    {
        var u = 1 + x;
        if (u == 1)
        {
            return x;
        }

        return double.IsPositiveInfinity(u) || u <= 0 ? Math.Log(u) : Math.Log(u) + ((x - (u - 1)) / u);
    }

    /// <summary>eˣ − 1. Kahan's method, in Higham, <i>Accuracy and Stability of Numerical Algorithms</i>, §1.14.1.</summary>
    public static double Expm1(double x)
    {
        if (Math.Abs(x) < 1e-5)
        {
            return x + (x * x * (0.5 + (x / 6)));
        }

        var u = Math.Exp(x);
        if (x > 40 || u == 0)
        {
            return u - 1;
        }

        var less = u - 1;
        return less == -1 ? -1 : less * (x / Math.Log(u));
    }

    /// <summary>log(1 + x) − x without cancellation, by the series of 2 artanh(x / (2 + x)).</summary>
    public static double Log1pMinusX(double x)
    {
        if (x < -0.4 || x > 0.7)
        {
            return Log1p(x) - x;
        }

        var s = x / (2 + x);
        var z = s * s;
        var w = z * z;
        var even = (1.0 / 3) + (w * ((1.0 / 7) + (w * ((1.0 / 11) + (w * ((1.0 / 15) + (w * ((1.0 / 19)
            + (w * ((1.0 / 23) + (w * (1.0 / 27))))))))))));
        var odd = (1.0 / 5) + (w * ((1.0 / 9) + (w * ((1.0 / 13) + (w * ((1.0 / 17) + (w * ((1.0 / 21)
            + (w * ((1.0 / 25) + (w * (1.0 / 29))))))))))));
        return s * ((2 * z * (even + (z * odd))) - x);
    }

    /// <summary>log(1 + eˣ), without overflow.</summary>
    public static double Log1pExp(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));

    /// <summary>log(1 − e⁻ˣ) for x ≥ 0. Mächler (2012), <i>Accurately computing log(1 − exp(−|a|))</i>.</summary>
    public static double Log1mExp(double x) =>
        x <= 0.6931471805599453 ? Math.Log(-Expm1(-x)) : Log1p(-Math.Exp(-x));

    /// <summary>log(eᵃ + eᵇ).</summary>
    public static double LogAddExp(double a, double b)
    {
        var high = Math.Max(a, b);
        return double.IsInfinity(high) ? high : high + Log1p(Math.Exp(-Math.Abs(a - b)));
    }

    /// <summary>log Σ exp(xᵢ); −∞ for an empty span.</summary>
    public static double LogSumExp(ReadOnlySpan<double> x)
    {
        var high = double.NegativeInfinity;
        foreach (var value in x)
        {
            high = Math.Max(high, value);
        }

        if (double.IsInfinity(high) || double.IsNaN(high))
        {
            return high;
        }

        double sum = 0;
        foreach (var value in x)
        {
            sum += Math.Exp(value - high);
        }

        return high + Math.Log(sum);
    }

    /// <summary>1 / (1 + e⁻ˣ), without overflow.</summary>
    public static double Logistic(double x)
    {
        var e = Math.Exp(-Math.Abs(x));
        return (x >= 0 ? 1 : e) / (1 + e);
    }
}
