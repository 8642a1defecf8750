namespace EcoGlmm;

public sealed partial class GlmmFit
{
    /// <summary>
    /// Likelihood-ratio tests of every term of the conditional part that may be dropped: fixed effects that no interaction
    /// contains, random slopes, random terms. Each needs a fit without it. R's drop1 and lmerTest's ranova.
    /// </summary>
    /// <remarks>
    /// For a REML fit, fixed effects are tested between fits by maximum likelihood. A variance of zero is at the boundary, where
    /// the p-value is by a mixture of χ² distributions.
    /// </remarks>
    /// <exception cref="GlmmException">A smaller model cannot be fitted.</exception>
    public LikelihoodRatioTests LikelihoodRatioTests() => EcoGlmm.LikelihoodRatioTests.Dropping(this);

    /// <summary>Tests of the fixed effects by Student's t with denominator degrees of freedom.</summary>
    /// <param name="degrees">Satterthwaite's needs a Gaussian model with identity link; fit it by REML.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The model has no such degrees of freedom.</exception>
    public CoefficientTests CoefficientTests(DenominatorDegrees degrees = DenominatorDegrees.Satterthwaite, double level = 0.95) =>
        new(this, degrees, CheckedLevel(level));
}
