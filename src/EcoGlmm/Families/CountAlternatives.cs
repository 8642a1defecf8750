namespace EcoGlmm.Families;

/// <summary>What families of counts say alike.</summary>
internal static class CountAlternatives
{
    /// <summary>Families that scatter less than Poisson counts too.</summary>
    /// <param name="link">The link to keep if possible.</param>
    public static IReadOnlyList<FamilyAlternative> LessScatter(Link link) =>
    [
        FamilyAlternative.Of(ConwayMaxwellPoissonFamily.Set, link, "ConwayMaxwellPoisson", "a Conway-Maxwell-Poisson"),
        FamilyAlternative.Of(GeneralizedPoissonFamily.Set, link, "GeneralizedPoisson", "a generalized Poisson"),
    ];

    /// <summary>Where overdispersion vanishes.</summary>
    /// <param name="name">The family's name.</param>
    public static ShapeLimit LimitIsPoisson(string name) => new(
        $"The dispersion parameter of {name} runs to its limit: the counts vary no more than Poisson counts would.",
        "Use Family.Poisson(), which this model has become.");
}
