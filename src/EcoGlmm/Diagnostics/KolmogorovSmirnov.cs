namespace EcoGlmm.Diagnostics;

/// <summary>
/// The one-sample Kolmogorov-Smirnov test of uniformity on [0, 1].
/// Two-sided exact: G. Marsaglia, W. W. Tsang and J. Wang (2003), Evaluating Kolmogorov's distribution, Journal of
/// Statistical Software 8(18). One-sided exact: Z. W. Birnbaum and F. H. Tingey (1951), Annals of Mathematical Statistics 22.
/// </summary>
internal static class KolmogorovSmirnov
{
    /// <summary>Above this many values, or when values are tied, the limiting distribution is used, as R's ks.test does.</summary>
    private const int ExactLimit = 100;

    /// <summary>
    /// Distance between the empirical distribution function F of the values and the uniform one, and its p-value.
    /// <see cref="Alternative.Greater"/> looks for F above the diagonal (values too small), <see cref="Alternative.Less"/>
    /// for F below it, as in R.
    /// </summary>
    public static (double Statistic, double PValue) Uniform(ReadOnlySpan<double> values, Alternative alternative)
    {
        var n = values.Length;
        var sorted = values.ToArray();
        Array.Sort(sorted);
        double above = 0, below = 0;
        var ties = false;
        for (var i = 0; i < n; i++)
        {
            var x = Math.Clamp(sorted[i], 0, 1);
            above = Math.Max(above, (i + 1.0) / n - x);
            below = Math.Max(below, x - (double)i / n);
            ties |= i > 0 && sorted[i] == sorted[i - 1];
        }

        var d = alternative switch
        {
            Alternative.Greater => above,
            Alternative.Less => below,
            _ => Math.Max(above, below),
        };
        var exact = n < ExactLimit && !ties;
        var p = (alternative, exact) switch
        {
            (Alternative.TwoSided, true) => TwoSidedExact(d, n),
            (Alternative.TwoSided, false) => TwoSidedLimit(Math.Sqrt(n) * d),
            (_, true) => OneSidedExact(d, n),
            (_, false) => Math.Exp(-2 * n * d * d),
        };
        return (d, Math.Clamp(p, 0, 1));
    }

    /// <summary>
    /// P(D ≥ d) for n values nearly, and quickly: M. A. Stephens (1970), Journal of the Royal Statistical Society B 32, 115-122.
    /// </summary>
    public static double Approximate(double d, int n) => Math.Clamp(TwoSidedLimit((Math.Sqrt(n) + 0.12 + (0.11 / Math.Sqrt(n))) * d), 0, 1);

    /// <summary>The two-sided distance of the values from uniformity.</summary>
    public static double Distance(double[] values)
    {
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        double d = 0, n = sorted.Length;
        for (var i = 0; i < sorted.Length; i++)
            d = Math.Max(d, Math.Max(((i + 1) / n) - sorted[i], sorted[i] - (i / n)));
        return d;
    }

    /// <summary>P(D ≥ d) for n values.</summary>
    internal static double TwoSidedExact(double d, int n)
    {
        if (d <= 0.5 / n)
            return 1;
        if (d >= 1)
            return 0;

        // Far in the tail both one-sided events together are beyond double precision, while 1 - P(D < d) has no digits left.
        if (n * d * d > 4)
            return 2 * OneSidedExact(d, n);
        return 1 - ProbabilityBelow(d, n);
    }

    /// <summary>P(D⁺ ≥ d) for n values.</summary>
    internal static double OneSidedExact(double d, int n)
    {
        if (d <= 0)
            return 1;
        if (d >= 1)
            return 0;
        double sum = 0;
        double logChoose = 0;
        var last = (int)Math.Floor(n * (1 - d));
        for (var j = 0; j <= last; j++)
        {
            var rest = 1 - d - (double)j / n;
            if (rest > 0 || j == n)
                sum += Math.Exp(logChoose + (n - j) * Math.Log(rest) + (j - 1) * Math.Log(d + (double)j / n));
            logChoose += Math.Log((double)(n - j) / (j + 1));
        }

        return d * sum;
    }

    /// <summary>P(√n D ≥ z) for n → ∞.</summary>
    internal static double TwoSidedLimit(double z)
    {
        if (z <= 0)
            return 1;
        double sum = 0;
        if (z < 1)
        {
            var c = Math.PI * Math.PI / (8 * z * z);
            for (var k = 1; ; k += 2)
            {
                var term = Math.Exp(-k * k * c);
                sum += term;
                if (term <= 1e-17 * sum || term == 0)
                    return 1 - Math.Sqrt(2 * Math.PI) / z * sum;
            }
        }

        for (var k = 1; ; k++)
        {
            var term = Math.Exp(-2.0 * k * k * z * z);
            sum += (k & 1) == 1 ? term : -term;
            if (term <= 1e-17 * sum || term == 0)
                return 2 * sum;
        }
    }

    /// <summary>P(D &lt; d): n! / nⁿ times the middle entry of the n-th power of the matrix H.</summary>
    private static double ProbabilityBelow(double d, int n)
    {
        var k = (int)(n * d) + 1;
        var m = 2 * k - 1;
        var h = k - n * d;
        var H = new double[m * m];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < m; j++)
                H[i * m + j] = i - j + 1 < 0 ? 0 : 1;
        }

        for (var i = 0; i < m; i++)
        {
            H[i * m] -= Math.Pow(h, i + 1);
            H[(m - 1) * m + i] -= Math.Pow(h, m - i);
        }

        H[(m - 1) * m] += 2 * h - 1 > 0 ? Math.Pow(2 * h - 1, m) : 0;
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                for (var g = 1; g <= i - j + 1; g++)
                    H[i * m + j] /= g;
            }
        }

        (var Q, var exponent) = Power(H, m, n, k - 1);
        var s = Q[(k - 1) * m + k - 1];
        for (var i = 1; i <= n; i++)
        {
            s = s * i / n;
            if (s < 1e-140)
            {
                s *= 1e140;
                exponent -= 140;
            }
        }

        return s * Math.Pow(10, exponent);
    }

    /// <summary>The n-th power of A (m by m) as V · 10^exponent, rescaled by its middle entry to stay within range.</summary>
    private static (double[] V, int Exponent) Power(double[] A, int m, int n, int middle)
    {
        if (n == 1)
            return ((double[])A.Clone(), 0);
        (var half, var halfExponent) = Power(A, m, n / 2, middle);
        var V = Multiply(half, half, m);
        var exponent = 2 * halfExponent;
        if (n % 2 == 1)
            V = Multiply(A, V, m);
        if (V[middle * m + middle] > 1e140)
        {
            for (var i = 0; i < V.Length; i++)
                V[i] *= 1e-140;
            exponent += 140;
        }

        return (V, exponent);
    }

    private static double[] Multiply(double[] A, double[] B, int m)
    {
        var C = new double[m * m];
        for (var i = 0; i < m; i++)
        {
            for (var l = 0; l < m; l++)
            {
                var a = A[i * m + l];
                if (a == 0)
                    continue;
                for (var j = 0; j < m; j++)
                    C[i * m + j] += a * B[l * m + j];
            }
        }

        return C;
    }
}
