using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Log-densities of counts so large that log y! and what it is taken from are nearly the same: at a count of 10⁹ either is 2·10¹⁰, and
/// their difference would be wrong by more than a search for the maximum can bear. Here y log y − y is left out of both.
/// Source: Loader (2000), Fast and accurate computation of binomial probabilities, from whom dnbinom and dpois of R have it.
/// </summary>
internal static class LargeCount
{
    /// <summary>From this count on; below it differences are exact to 10⁻¹⁰.</summary>
    public const double Least = 1 << 15;

    /// <summary>−log y!, without y log y − y for a large count: what a family of counts has for its constant.</summary>
    public static double Constant(double y) => y < Least
        ? -SpecialFunctions.LogFactorial(y)
        : -SpecialFunctions.HalfLogTwoPi - (0.5 * Math.Log(y)) - SpecialFunctions.StirlingCorrection(y);

    /// <summary>log of μʸ e^−μ, less y log y − y.</summary>
    public static double Poisson(double y, double logMu, double mu) => Difference(y, (mu - y) / y, logMu - Math.Log(y));

    /// <summary>log of Γ(y + θ)/Γ(θ) μʸ θ^θ / (θ + μ)^(y + θ), less y log y − y.</summary>
    public static double NegativeBinomial(double y, double logMu, double mu, double theta)
    {
        var total = theta + mu;
        var share = theta / total;
        var n = y + theta;
        var ends = theta < 10
            ? (theta * Math.Log(theta)) - theta - SpecialFunctions.LogGamma(theta) + SpecialFunctions.HalfLogTwoPi - (0.5 * Math.Log(n))
            : (-0.5 * SpecialFunctions.Log1p(y / theta)) - SpecialFunctions.StirlingCorrection(theta);
        return ends + SpecialFunctions.StirlingCorrection(n)
            + Difference(y, share * ((mu - y) / y), logMu - Math.Log(y) + Math.Log(n) - Math.Log(total))
            + Difference(theta, (y - mu) / total, Math.Log(n) - Math.Log(total));
    }

    /// <summary>log of u^(y − 1) e^−u, less y log y − y.</summary>
    public static double GeneralizedPoisson(double y, double u, double gap)
    {
        var log = Math.Log(u);
        return Difference(y, gap / y, log - Math.Log(y)) - log;
    }

    // a [log(1 + x) − x]; the logarithm is given for x that are not small.
    private static double Difference(double a, double x, double log) =>
        a * (Math.Abs(x) < 0.4 ? SpecialFunctions.Log1pMinusX(x) : log - x);
}
