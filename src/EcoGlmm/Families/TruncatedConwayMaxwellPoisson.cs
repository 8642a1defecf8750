using EcoGlmm.Families;

namespace EcoGlmm
{
    public abstract partial class Family
    {
        /// <summary>
        /// Conway–Maxwell–Poisson counts, over- (φ &gt; 1) or underdispersed (φ &lt; 1), without zeros; μ and φ are those before
        /// truncation. Default link: log. Slow, as <see cref="ConwayMaxwellPoisson"/>.
        /// </summary>
        /// <inheritdoc cref="Gaussian"/>
        public static Family TruncatedConwayMaxwellPoisson(Link? link = null) => TruncatedConwayMaxwellPoissonFamily.Set.With(link);
    }
}

namespace EcoGlmm.Families
{
    /// <summary>The Conway–Maxwell–Poisson by its mean, given that it is not zero. glmmTMB's truncated_compois.</summary>
    internal static class TruncatedConwayMaxwellPoissonFamily
    {
        public static FamilySet Set { get; } = new(
            "truncated_compois",
            link => new ZeroTruncatedFamily("truncated_compois", new ConwayMaxwellPoissonFamily(link)),
            FamilySet.PositiveMean);
    }
}
