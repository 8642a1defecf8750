using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>Upper tails that keep their relative accuracy down to the smallest numbers.</summary>
internal static class UpperTail
{
    private const int MostTerms = 500;

    /// <summary>P(F &gt; f) for 1 and many degrees of freedom: both tails of Student's t at √f.</summary>
    public static double F(double f, double degrees)
    {
        if (double.IsNaN(f))
        {
            return double.NaN;
        }

        if (f <= 0)
        {
            return 1;
        }

        // I_x(ν/2, 1/2) at x = ν / (ν + f)
        var x = degrees / (degrees + f);
        return x < (0.5 * degrees + 1) / (0.5 * degrees + 2.5)
            ? BetaFraction(0.5 * degrees, 0.5, x, f / (degrees + f))
            : 1 - BetaFraction(0.5, 0.5 * degrees, f / (degrees + f), x);
    }

    /// <summary>P(χ² &gt; x) for one degree of freedom.</summary>
    public static double ChiSquare(double x) =>
        double.IsNaN(x) ? double.NaN : x <= 0 ? 1 : 2 * SpecialFunctions.NormalCdf(-Math.Sqrt(x));

    // The continued fraction of the incomplete beta function by Lentz's method: W. H. Press and others, Numerical
    // Recipes, 3rd edition (2007), section 6.4, with y = 1 − x.
    private static double BetaFraction(double a, double b, double x, double y)
    {
        var front = Math.Exp(a * Math.Log(x) + b * Math.Log(y) - SpecialFunctions.LogBeta(a, b)) / a;
        const double tiny = 1e-300;
        double c = 1;
        var d = 1 - (a + b) * x / (a + 1);
        d = 1 / (Math.Abs(d) < tiny ? tiny : d);
        var h = d;
        for (var m = 1; m <= MostTerms; m++)
        {
            var term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (Math.Abs(d) < tiny ? tiny : d);
            c = Math.Abs(c) < tiny ? tiny : c;
            h *= d * c;
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (Math.Abs(d) < tiny ? tiny : d);
            c = Math.Abs(c) < tiny ? tiny : c;
            var change = d * c;
            h *= change;
            if (Math.Abs(change - 1) < 1e-15)
            {
                break;
            }
        }

        return front * h;
    }
}
