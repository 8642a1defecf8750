namespace EcoGlmm.Diagnostics;

/// <summary>
/// The exact binomial test. Probabilities by the saddle-point expansion of C. Loader (2000), Fast and accurate computation
/// of binomial probabilities; the two-sided p-value adds all outcomes that are no more probable than the one observed.
/// </summary>
internal static class BinomialTest
{
    /// <summary>Outcomes whose probabilities agree to this factor count as equally probable.</summary>
    private const double Tolerance = 1 + 1e-7;

    /// <summary>p-value of x successes in n trials when each succeeds with probability p.</summary>
    public static double PValue(int x, int n, double p, Alternative alternative)
    {
        if (p <= 0 || p >= 1)
            return p <= 0 == (x == 0) || p >= 1 == (x == n) ? 1 : 0;
        return alternative switch
        {
            Alternative.Less => Lower(x, n, p),
            Alternative.Greater => Upper(x, n, p),
            _ => TwoSided(x, n, p),
        };
    }

    private static double TwoSided(int x, int n, double p)
    {
        var mean = n * p;
        if (x == mean)
            return 1;
        var limit = Probability(x, n, p) * Tolerance;
        if (x < mean)
        {
            // Smallest outcome on the far side that is no more probable: probabilities fall from the mean upwards.
            int low = (int)Math.Ceiling(mean), high = n + 1;
            while (low < high)
            {
                var middle = low + (high - low) / 2;
                if (Probability(middle, n, p) <= limit)
                    high = middle;
                else
                    low = middle + 1;
            }

            return Math.Min(1, Lower(x, n, p) + Upper(high, n, p));
        }
        else
        {
            int low = -1, high = (int)Math.Floor(mean);
            while (low < high)
            {
                var middle = high - (high - low) / 2;
                if (Probability(middle, n, p) <= limit)
                    low = middle;
                else
                    high = middle - 1;
            }

            return Math.Min(1, Lower(low, n, p) + Upper(x, n, p));
        }
    }

    /// <summary>P(X ≤ x).</summary>
    internal static double Lower(int x, int n, double p) => Upper(n - x, n, 1 - p);

    /// <summary>P(X ≥ x).</summary>
    internal static double Upper(int x, int n, double p)
    {
        if (x <= 0)
            return 1;
        if (x > n)
            return 0;

        // Sum the shorter tail, from its largest term outwards.
        double odds = p / (1 - p), sum = 0;
        if (x > n * p)
        {
            var term = Probability(x, n, p);
            for (var k = x; k <= n && term > 1e-18 * sum; k++)
            {
                sum += term;
                term *= (n - k) / (k + 1.0) * odds;
            }

            return Math.Min(1, sum);
        }
        else
        {
            var term = Probability(x - 1, n, p);
            for (var k = x - 1; k >= 0 && term > 1e-18 * sum; k--)
            {
                sum += term;
                term *= k / (n - k + 1.0) / odds;
            }

            return Math.Max(0, 1 - sum);
        }
    }

    /// <summary>P(X = x).</summary>
    internal static double Probability(int x, int n, double p)
    {
        if (x < 0 || x > n)
            return 0;
        var q = 1 - p;
        if (x == 0)
            return Math.Exp(n * Log1p(-p));
        if (x == n)
            return Math.Exp(n * Math.Log(p));
        var log = StirlingError(n) - StirlingError(x) - StirlingError(n - x) - Deviance(x, n * p) - Deviance(n - x, n * q);
        return Math.Exp(log) * Math.Sqrt(n / (2 * Math.PI * x * (n - (double)x)));
    }

    /// <summary>log n! − log(√(2πn) (n/e)ⁿ).</summary>
    private static double StirlingError(double n)
    {
        if (n < 16)
        {
            double factorial = 1;
            for (var i = 2; i <= n; i++)
                factorial *= i;
            return Math.Log(factorial) - (0.5 * Math.Log(2 * Math.PI * n) + n * Math.Log(n) - n);
        }

        var nn = n * n;
        return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / nn) / nn) / nn) / nn) / n;
    }

    /// <summary>x log(x / m) + m − x, without cancellation when x is near m.</summary>
    private static double Deviance(double x, double m)
    {
        if (Math.Abs(x - m) >= 0.1 * (x + m))
            return x * Math.Log(x / m) + m - x;
        var v = (x - m) / (x + m);
        var s = (x - m) * v;
        var e = 2 * x * v;
        for (var j = 1; ; j++)
        {
            e *= v * v;
            var next = s + e / (2 * j + 1);
            if (next == s)
                return s;
            s = next;
        }
    }

    private static double Log1p(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }
}
