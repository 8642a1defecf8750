using EcoGlmm.Families;

namespace EcoGlmm;

public abstract partial class Family
{
    /// <summary>Normal; variance σ² (divided by the weight, if there are weights). Default link: identity.</summary>
    /// <param name="link">The link; null for the default.</param>
    /// <exception cref="GlmmException">The family does not take that link.</exception>
    public static Family Gaussian(Link? link = null) => GaussianFamily.Set.With(link);

    /// <summary>Poisson counts; variance μ. Default link: log.</summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family Poisson(Link? link = null) => PoissonFamily.Set.With(link);

    /// <summary>Successes out of trials; variance of the proportion μ(1 − μ)/n. Default link: logit.</summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family Binomial(Link? link = null) => BinomialFamily.Set.With(link);

    /// <summary>Negative binomial counts; variance μ + μ²/θ. Default link: log. The usual choice for overdispersion.</summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family NegativeBinomial2(Link? link = null) => NegativeBinomial2Family.Set.With(link);

    /// <summary>Negative binomial counts; variance μ(1 + φ). Default link: log.</summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family NegativeBinomial1(Link? link = null) => NegativeBinomial1Family.Set.With(link);

    /// <summary>
    /// Gamma; variance μ²/shape. Default link: the inverse, as in R; with <see cref="Link.Log"/> effects multiply the mean,
    /// which is what one mostly wants.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family Gamma(Link? link = null) => GammaFamily.Set.With(link);

    /// <summary>
    /// Gamma for responses with zeros: the same as <see cref="Gamma"/>, under glmmTMB's name. With
    /// <see cref="GlmmOptions.ZeroInflation"/> the zeros are modelled by their own part (a hurdle model), as for every family that
    /// cannot give zeros itself.
    /// </summary>
    /// <param name="link">The link; inverse when null.</param>
    public static Family ZeroInflatedGamma(Link? link = null) => Gamma(link);

    /// <summary>Inverse Gaussian; variance φμ³. Default link: 1/μ², as in R.</summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family InverseGaussian(Link? link = null) => InverseGaussianFamily.Set.With(link);

    /// <summary>Log-normal, by the mean and the standard deviation φ of the response itself. Default link: log.</summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family LogNormal(Link? link = null) => LogNormalFamily.Set.With(link);

    /// <summary>
    /// Student's t: like <see cref="Gaussian"/> with heavier tails, so that outlying values weigh less. Scale φ, degrees of
    /// freedom ν estimated (<see cref="GlmmFit.FamilyParameters"/>, "df"); variance φ²ν/(ν − 2) where ν &gt; 2. Default link:
    /// identity.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family StudentT(Link? link = null) => StudentTFamily.Set.With(link);

    /// <summary>
    /// Tweedie, for zeros and positive values in one, such as biomass or rainfall; variance φμᵖ with 1 &lt; p &lt; 2, p estimated
    /// (<see cref="GlmmFit.FamilyParameters"/>, "power"). Default link: log. Every evaluation sums a series.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family Tweedie(Link? link = null) => TweedieFamily.Set.With(link);

    /// <summary>Beta proportions between zero and one; variance μ(1 − μ)/(1 + φ). Default link: logit.</summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family Beta(Link? link = null) => BetaFamily.Set.With(link);

    /// <summary>
    /// Overdispersed successes out of n trials; variance of the proportion μ(1 − μ)(n + φ)/(n(1 + φ)). Default link: logit.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family BetaBinomial(Link? link = null) => BetaBinomialFamily.Set.With(link);

    /// <summary>
    /// Poisson counts without zeros, for hurdle models; μ is the mean before truncation. Default link: log.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family TruncatedPoisson(Link? link = null) => ZeroTruncatedFamily.PoissonSet.With(link);

    /// <summary>
    /// Negative binomial counts (variance μ + μ²/θ) without zeros; μ is the mean before truncation. Default link: log.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family TruncatedNegativeBinomial2(Link? link = null) => ZeroTruncatedFamily.NegativeBinomial2Set.With(link);

    /// <summary>
    /// Negative binomial counts (variance μ(1 + φ)) without zeros; μ is the mean before truncation. Default link: log.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family TruncatedNegativeBinomial1(Link? link = null) => ZeroTruncatedFamily.NegativeBinomial1Set.With(link);

    /// <summary>Generalised Poisson counts, over- or underdispersed; variance μφ. Default link: log.</summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family GeneralizedPoisson(Link? link = null) => GeneralizedPoissonFamily.Set.With(link);

    /// <summary>Bell counts, overdispersed without a further parameter; variance μ(1 + W(μ)). Default link: log.</summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family Bell(Link? link = null) => BellFamily.Set.With(link);

    /// <summary>
    /// Conway–Maxwell–Poisson counts by their mean, over- (φ &gt; 1) or underdispersed (φ &lt; 1). Default link: log. Slow:
    /// every evaluation sums a series.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family ConwayMaxwellPoisson(Link? link = null) => ConwayMaxwellPoissonFamily.Set.With(link);

    /// <summary>The family of that name.</summary>
    /// <param name="name">R's name ("poisson", "nbinom2", "Gamma", "binomial") or the name here ("NegativeBinomial2"); upper
    /// and lower case are the same.</param>
    /// <param name="link">R's name of a link; null for the family's default.</param>
    /// <exception cref="GlmmException">There is no such family or link, or the two do not go together.</exception>
    public static Family Parse(string name, string? link = null) => FamilyNames.Family(name, link);
}
