namespace EcoGlmm.Numerics;

/// <summary>
/// Upper tails of Q = Σ λ_j χ²₁, λ_j &gt; 0, and of Q over an independent χ²_ν / ν: a mixture of χ² distributions with n, n + 2, n + 4 …
/// degrees of
/// freedom on the scale of the least λ, all of whose weights are positive, so that small tails keep their digits.
/// Source: H. Ruben (1962), Ann. Math. Stat. 33, 542-570; R. W. Farebrother (1984), Applied Statistics 33, 332-339.
/// </summary>
internal static class ChiSquareMixture
{
    /// <summary>Weights smaller than this share of the largest count by their mean alone: the series would be long, and they hardly
    /// vary.</summary>
    private const double SmallestShare = 2e-3;

    /// <summary>The weights of the mixture that are left out add up to less than this share of the tail.</summary>
    private const double Remainder = 1e-12;

    private const int MostTerms = 20_000;

    /// <summary>P(Q &gt; q), or P(Q / (χ²_ν / ν) &gt; q).</summary>
    /// <param name="q">The statistic.</param>
    /// <param name="weights">λ; those that are not positive are left out.</param>
    /// <param name="degrees">ν; infinite for Q itself.</param>
    public static double UpperTail(double q, IEnumerable<double> weights, double degrees = double.PositiveInfinity)
    {
        double[] lambda = [.. weights.Where(w => w > 0)];
        if (lambda.Length == 0 || double.IsNaN(q)) return double.NaN;
        var least = SmallestShare * lambda.Max();
        q -= lambda.Where(w => w < least).Sum();
        if (q <= 0) return 1;
        lambda = [.. lambda.Where(w => w >= least)];
        var n = lambda.Length;
        var beta = lambda.Min();
        var ratios = Array.ConvertAll(lambda, w => 1 - (beta / w));
        var powers = (double[])ratios.Clone();
        var first = Math.Exp(0.5 * lambda.Sum(w => Math.Log(beta / w)));
        if (!(first > 0)) return double.NaN;
        var (a, b) = (new List<double> { first }, new List<double>());
        var (sum, tail) = (first, first * Tail(q / beta, n, degrees));
        for (var k = 1; k < MostTerms && 1 - sum > Remainder * tail && 1 - sum > 1e-15; k++)
        {
            b.Add(powers.Sum());
            for (var j = 0; j < n; j++) powers[j] *= ratios[j];
            var next = 0.0;
            for (var r = 0; r < k; r++) next += b[k - r - 1] * a[r];
            next /= 2 * k;
            if (next == 0) break;
            a.Add(next);
            sum += next;
            tail += next * Tail(q / beta, n + (2 * k), degrees);
        }

        return Math.Clamp(tail, 0, 1);
    }

    /// <summary>P(χ²_n &gt; x), or P(χ²_n / (χ²_ν / ν) &gt; x).</summary>
    private static double Tail(double x, int n, double degrees) => double.IsPositiveInfinity(degrees)
        ? MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(0.5 * n, 0.5 * x)
        : MathNet.Numerics.SpecialFunctions.BetaRegularized(0.5 * degrees, 0.5 * n, degrees / (degrees + x));
}
