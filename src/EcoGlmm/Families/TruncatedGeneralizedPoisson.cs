using EcoGlmm.Families;

namespace EcoGlmm
{
    public abstract partial class Family
    {
        /// <summary>
        /// Generalised Poisson counts (variance μφ, over- or underdispersed) without zeros; μ and φ are those before truncation.
        /// Default link: log.
        /// </summary>
        /// <inheritdoc cref="Gaussian"/>
        public static Family TruncatedGeneralizedPoisson(Link? link = null) => TruncatedGeneralizedPoissonFamily.Set.With(link);
    }
}

namespace EcoGlmm.Families
{
    /// <summary>The generalised Poisson given that it is not zero, where P₀ = exp(−μ/√φ). glmmTMB's truncated_genpois.</summary>
    internal static class TruncatedGeneralizedPoissonFamily
    {
        public static FamilySet Set { get; } = new(
            "truncated_genpois",
            link => new ZeroTruncatedFamily("truncated_genpois", new GeneralizedPoissonFamily(link)),
            FamilySet.PositiveMean);
    }
}
