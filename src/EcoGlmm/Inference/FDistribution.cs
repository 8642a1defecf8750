namespace EcoGlmm.Inference;

/// <summary>Fisher's F, which for infinitely many denominator degrees of freedom is χ² over its degrees of freedom.</summary>
internal static class FDistribution
{
    /// <summary>P(F &gt; f).</summary>
    public static double UpperTail(double f, double numerator, double denominator) =>
        double.IsNaN(f) || double.IsNaN(denominator) ? double.NaN
        : f <= 0 ? 1
        : double.IsPositiveInfinity(denominator) ? MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(0.5 * numerator,
            0.5 * numerator * f)
        : MathNet.Numerics.SpecialFunctions.BetaRegularized(0.5 * denominator, 0.5 * numerator, denominator / (denominator
            + (numerator * f)));

    /// <summary>The value that F is below with a probability.</summary>
    public static double Quantile(double probability, double numerator, double denominator) =>
        double.IsNaN(denominator) || !(numerator > 0) ? double.NaN
        : double.IsPositiveInfinity(denominator) ? MathNet.Numerics.Distributions.ChiSquared.InvCDF(numerator, probability) / numerator
        : MathNet.Numerics.Distributions.FisherSnedecor.InvCDF(numerator, denominator, probability);
}
