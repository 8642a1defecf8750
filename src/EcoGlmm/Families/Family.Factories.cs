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
    /// Negative binomial counts with both kinds of overdispersion; variance μ(1 + φ + μ/ψ), ψ estimated
    /// (<see cref="GlmmFit.FamilyParameters"/>, "psi"). It holds <see cref="NegativeBinomial1"/> (ψ → ∞) and
    /// <see cref="NegativeBinomial2"/> (φ → 0). Default link: log.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family NegativeBinomial12(Link? link = null) => NegativeBinomial12Family.Set.With(link);

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
    /// Skew normal: like <see cref="Gaussian"/> with residuals that lean to one side; mean μ, standard deviation φ, shape
    /// estimated (<see cref="GlmmFit.FamilyParameters"/>, "shape"; 0 is the normal distribution). Default link: identity.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family SkewNormal(Link? link = null) => SkewNormalFamily.Set.With(link);

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
    /// Proportions with zeros and ones: two cutpoints, estimated (<see cref="GlmmFit.FamilyParameters"/>, "lower cutpoint" and
    /// "upper cutpoint", on the scale of the link), decide between 0, 1 and a beta distribution with mean μ and precision φ. Fitted
    /// values and predictions are of the whole response, zeros and ones included. Default link: logit. Kubinec (2023),
    /// <i>Political Analysis</i> 31, 519–536.
    /// </summary>
    /// <inheritdoc cref="Gaussian"/>
    public static Family OrderedBeta(Link? link = null) => OrderedBetaFamily.Set.With(link);

    /// <summary>
    /// Ordered categories, such as scores: P(Y ≤ k) = F(τₖ − η), F the inverse of the link. The thresholds τ take the
    /// intercept's place (<see cref="GlmmFit.FamilyParameters"/>); effects are those of <c>clmm</c> in R's ordinal package:
    /// a positive one makes higher categories likelier. The response is a categorical column, its levels in order
    /// (<see cref="FieldData.AsFactor"/>), or one of whole numbers. Fitted values and predictions are expected category
    /// numbers, from 1; <c>PredictProbabilities</c> gives a probability for each category. Default link: logit.
    /// McCullagh (1980), <i>Journal of the Royal Statistical Society B</i> 42, 109–142.
    /// </summary>
    /// <param name="link">Logit, probit, cloglog or cauchit; null for the default.</param>
    /// <exception cref="GlmmException">The family does not take that link.</exception>
    public static Family Cumulative(Link? link = null) => CumulativeFamily.Set.With(link);

    /// <summary>Ordered categories with the logit link, the proportional odds model: see <see cref="Cumulative"/>.</summary>
    public static Family CumulativeLogit() => Cumulative(Link.Logit);

    /// <summary>Ordered categories with the probit link: see <see cref="Cumulative"/>.</summary>
    public static Family CumulativeProbit() => Cumulative(Link.Probit);

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
    public static Family Parse(string name, string? link = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FamilyNames.Family(name, link);
    }
}
