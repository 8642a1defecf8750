using MathNet.Numerics.Distributions;

namespace EcoGlmm.Numerics;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>Φ⁻¹(p).</summary>
    public static double Quantile(double p) => Normal.InvCDF(0, 1, p);

    /// <summary>P(Z &gt; z), with full relative accuracy in the upper tail.</summary>
    public static double UpperTail(double z) => 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(z / Math.Sqrt(2));
}
