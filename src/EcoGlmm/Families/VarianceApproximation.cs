namespace EcoGlmm;

/// <summary>
/// How the variance of a distribution around its mean is taken to the scale of the linear predictor, for R² and intraclass correlations.
/// With κ² the variance over the square of the mean: S. Nakagawa, P. C. D. Johnson &amp; H. Schielzeth (2017), J. R. Soc. Interface 14,
/// 20170213, table 2 and its supplement.
/// </summary>
public enum VarianceApproximation
{
    /// <summary>
    /// ln(1 + κ²), for the log link, where it is the default: exact for a log-normal variable. For beta-binomial models that of the
    /// probability alone, as R's insight has it.
    /// </summary>
    Lognormal,

    /// <summary>
    /// The variance over (dμ/dη)², for any link, and the default of all but the log link; κ² for the log link. For binomial models the
    /// variance of one trial's outcome, 1/(p(1 − p)) with the logit link, instead of that of the latent variable, π²/3.
    /// </summary>
    Delta,

    /// <summary>ψ₁(1/κ²), for the log link: the variance of the logarithm of a gamma variable of that κ², exact for Gamma models.</summary>
    Trigamma,
}
