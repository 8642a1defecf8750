namespace EcoGlmm.RandomEffects.Structures;

/// <summary>How a term with a structure is read.</summary>
internal enum TermLayout
{
    /// <summary>(effects | group): the effects of each level of the group vary together.</summary>
    Effects,

    /// <summary>(0 + coordinates | group): one effect at each position in each group.</summary>
    Positions,

    /// <summary>(effects | group, name): the levels of the group are related.</summary>
    Relatives,

    /// <summary>(0 + factor | group, name): one effect for each level of the factor in each group, which are related.</summary>
    RelatedEffects,

    /// <summary>(1 | group, group, …): a row belongs to a level of each.</summary>
    Members,

    /// <summary>(0 + x + y | group): a field at the nodes of a mesh in each group, of which a row has a weighted mean.</summary>
    Mesh,
}

/// <summary>A covariance structure as formulas know it: its name, how its term is read, and what it is made of.</summary>
/// <param name="Name">Its name in formulas.</param>
/// <param name="Layout">How a term with it is read.</param>
internal sealed record StructureKind(string Name, TermLayout Layout)
{
    /// <summary>The structures that formulas may name; a new one is added here.</summary>
    public static IReadOnlyList<StructureKind> All { get; } =
    [
        Unstructured.Kind,
        Diagonal.Kind,
        .. ScaledCorrelation.Kinds,
        SecondOrderAutoregression.Kind,
        FirstOrderAutoregression.Kind,
        OrnsteinUhlenbeck.Kind,
        .. SpatialCovariance.Kinds,
        Spde.Kind,
        ReducedRank.Kind,
        .. RelatedLevels.Kinds,
        MultipleMembership.Kind,
    ];

    /// <summary>An example with a few words, for messages.</summary>
    public required string Describe { get; init; }

    /// <summary>Makes the structure of a term.</summary>
    public required Func<StructureRequest, CovarianceStructure> Bind { get; init; }

    /// <summary>Whether its effects vary as lme4's: any variances, with any correlations or none, and a parameter for each.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Whether effects of a level are uncorrelated.</summary>
    public bool IsDiagonal { get; init; }

    /// <summary>Number of coordinates of a position; zero for any.</summary>
    public int Dimensions { get; init; }

    /// <summary>Whether the levels of a factor will do as positions: one, two, three ….</summary>
    public bool IsRegular { get; init; }

    /// <summary>The names of further arguments: "d".</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The precision of related levels, for layouts that have them.</summary>
    public Func<Relatedness, LevelPrecision>? Relate { get; init; }

    /// <summary>What relates the levels by a rule of the name given as <c>model</c>, null where it has none; null for kinds without
    /// rules.</summary>
    public Func<Relatedness, string, Relatedness?>? Evolve { get; init; }

    /// <summary>Whether anything may follow the first comma.</summary>
    public bool TakesArguments => Arguments.Count > 0 || Layout is TermLayout.Relatives or TermLayout.RelatedEffects or TermLayout.Members
        or TermLayout.Mesh;

    /// <summary>The structure of a name; null where there is none.</summary>
    public static StructureKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <summary>A kind of <see cref="IsPlain"/> structures.</summary>
    public static StructureKind Plain(string name, string describe, Func<int, Loadings> loadings) => new(name, TermLayout.Effects)
    {
        Describe = describe,
        IsPlain = true,
        Bind = request => new CovarianceStructure(name, loadings(request.Effects.Count)),
    };
}

/// <summary>What a term offers to its structure.</summary>
internal sealed class StructureRequest
{
    /// <summary>Names of the effects of a level.</summary>
    public required IReadOnlyList<string> Effects { get; init; }

    /// <summary>Number of levels.</summary>
    public required int LevelCount { get; init; }

    /// <summary>The positions that the levels are; null where they are none.</summary>
    public TermPositions? Positions { get; init; }

    /// <summary>The field of one group, for terms on a mesh.</summary>
    public MaternField? Field { get; init; }

    /// <summary>How the fields of groups follow each other; null where they are independent.</summary>
    public MarkovChain? Chain { get; init; }

    /// <summary>Numbers given as further arguments, by name.</summary>
    public IReadOnlyDictionary<string, double> Arguments { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether the term was written with two bars.</summary>
    public bool IsUncorrelated { get; init; }

    /// <summary>What relates the levels; null where the structure asks for nothing of the kind.</summary>
    public LevelPrecision? Relatives { get; init; }

    /// <summary>A sentence that points at the term.</summary>
    public required Func<string, string, GlmmException> Error { get; init; }

    /// <summary>A number as messages show it.</summary>
    public Func<double, string> Number { get; } = value => value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Positions that the levels of a term are, sorted by group and, in it, by their coordinates.</summary>
/// <param name="GroupOf">The group of each level, ascending.</param>
/// <param name="Coordinates">Its coordinates.</param>
/// <param name="IsOrdinal">Whether they are the levels of a factor, numbered from zero.</param>
internal sealed record TermPositions(int[] GroupOf, double[][] Coordinates, bool IsOrdinal);
