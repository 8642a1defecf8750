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

    /// <summary>The family of that name.</summary>
    /// <param name="name">R's name ("poisson", "nbinom2", "Gamma", "binomial") or the name here ("NegativeBinomial2"); upper
    /// and lower case are the same.</param>
    /// <param name="link">R's name of a link; null for the family's default.</param>
    /// <exception cref="GlmmException">There is no such family or link, or the two do not go together.</exception>
    public static Family Parse(string name, string? link = null) => FamilyNames.Family(name, link);
}
