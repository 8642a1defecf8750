namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// Levels that are related in a known way: pedigree, phylo and kinship, whose effects (intercepts, slopes, with any covariance)
/// are those of each level; propto and equalto, whose effects are those of the levels of a factor.
/// </summary>
internal static class RelatedLevels
{
    public static IEnumerable<StructureKind> Kinds =>
    [
        Kind("pedigree", "pedigree(1 | animal), relatives by a pedigree"),
        Kind("phylo", "phylo(1 | species), relatives by a tree; with model = lambda or ou by that rule") with { Evolve = Evolve },
        Kind("kinship", "kinship(1 | line), relatives by a matrix"),
        new("propto", TermLayout.RelatedEffects)
        {
            Describe = "propto(0 + f | g, name), covariances in proportion to a known matrix",
            Relate = Known,
            Bind = request => Scaled("propto", new Unstructured(1), request.Relatives),
        },
        new("equalto", TermLayout.RelatedEffects)
        {
            Describe = "equalto(0 + f | g, name), covariances equal to a known matrix",
            Relate = Known,
            Bind = request => new CovarianceStructure("equalto", new FixedScale(), request.Relatives),
        },
    ];

    private static StructureKind Kind(string name, string describe) => new(name, TermLayout.Relatives)
    {
        Describe = describe,
        Relate = Known,
        Bind = request => Scaled(name, request.IsUncorrelated ? new Diagonal(request.Effects.Count)
            : new Unstructured(request.Effects.Count), request.Relatives),
    };

    /// <summary>Estimates effects relative to the variance that a level in the middle has, whatever the unit of a tree's
    /// branches.</summary>
    private static CovarianceStructure Scaled(string name, Loadings loadings, LevelPrecision? precision)
    {
        if (precision is TreeLevels { Unit: var unit })
            return new CovarianceStructure(name, loadings, precision) { LatentScale = 1 / Math.Sqrt(unit) };
        if (precision is not KnownPrecision { MeanVariance: > 0 and var variance } known)
            return new CovarianceStructure(name, loadings, precision);
        return new CovarianceStructure(name, loadings, known.Scaled(variance)) { LatentScale = 1 / Math.Sqrt(variance) };
    }

    private static Relatedness? Evolve(Relatedness relatedness, string model) => (relatedness as PhylogeneticTree)?.Evolving(model);

    private static LevelPrecision Known(Relatedness relatedness)
    {
        if (relatedness is PhylogeneticTree { Rule: { } rule }) return new TreeLevels(rule);
        var precision = relatedness.Precision;
        return new KnownPrecision(precision.Pattern, precision.Values, precision.LogDeterminant, relatedness.Variances);
    }
}
