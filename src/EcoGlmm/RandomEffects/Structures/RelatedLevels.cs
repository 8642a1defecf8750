using EcoGlmm.Relationships;

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
        Kind("phylo", "phylo(1 | species), relatives by a tree"),
        Kind("kinship", "kinship(1 | line), relatives by a matrix"),
        new("propto", TermLayout.RelatedEffects)
        {
            Describe = "propto(0 + f | g, name), covariances in proportion to a known matrix",
            Relate = Known,
            Bind = request => new CovarianceStructure("propto", new Unstructured(1), request.Relatives),
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
        Bind = request => new CovarianceStructure(name,
            request.IsUncorrelated ? new Diagonal(request.Effects.Count) : new Unstructured(request.Effects.Count), request.Relatives),
    };

    private static KnownPrecision Known(Relatedness relatedness)
    {
        SparsePrecision precision = relatedness.Precision;
        return new KnownPrecision(precision.Pattern, precision.Values, precision.LogDeterminant, relatedness.Variances);
    }
}
