namespace EcoGlmm;

/// <summary>Where the degrees of freedom of tests on fixed effects come from.</summary>
public enum DenominatorDegrees
{
    /// <summary>The normal approximation: z and χ². With few groups its intervals are too short and its p-values too small.</summary>
    Infinite,

    /// <summary>Satterthwaite's, for Gaussian models with identity link; fit them by REML.</summary>
    Satterthwaite,

    /// <summary>
    /// Kenward and Roger's, with the covariance that allows for the variances being estimated; for Gaussian models with identity
    /// link, by REML (a fit by maximum likelihood is fitted again).
    /// </summary>
    KenwardRoger,

    /// <summary>
    /// Between and within groups, for any family: a coefficient whose covariate is constant in every level of a grouping factor has as
    /// many degrees of freedom as that factor has levels, less such coefficients; others, rows less levels and coefficients. An
    /// approximation, W. Schluchter &amp; J. Elashoff (1990), J. Stat. Comput. Simul. 37, 69-87; coverage stands in the docs.
    /// </summary>
    BetweenWithin,

    /// <summary>
    /// <see cref="BetweenWithin"/>, with standard errors for variance parameters by the restricted Laplace likelihood, in which the fixed
    /// effects are integrated out, so that the variance between few groups is not underestimated: the small-sample method for
    /// generalized models. One more fit. P. Li &amp; D. Redden (2015), BMC Med. Res. Methodol. 15, 38, on degrees of freedom; M.
    /// Noh &amp; Y. Lee (2007), J. Multivar. Anal. 98, 896-915, on restricted likelihoods of generalized models.
    /// </summary>
    RestrictedBetweenWithin,
}
