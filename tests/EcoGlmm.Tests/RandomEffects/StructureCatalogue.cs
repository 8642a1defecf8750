using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Tests.Estimation;

/// <summary>A term of every covariance structure with data for it: what the tests over all structures go through. A structure that is
/// not written here is in it by what its kind says of its layout.</summary>
internal static class StructureCatalogue
{
    private const int Rows = 72;

    /// <summary>A term of every structure; levels with gaps, groups without some, slopes over relatives.</summary>
    private static readonly string[] Written =
    [
        "homdiag(0 + t | g)", "cs(0 + t | g)", "homcs(0 + t | g)", "toep(0 + t | g)", "homtoep(0 + t | g)", "hetar1(0 + t | g)",
            "ar2(0 + t | g)",
        "ar1(0 + t | g)", "ar1(0 + week | g)", "ou(0 + time | g)", "exp(0 + px + py | 1)", "gau(0 + px + py | h)", "mat(0 + px + py | h)",
        "rr(0 + t | g, d = 2)", "propto(0 + t | h, occasions)", "equalto(0 + t | h, occasions)", "pedigree(1 | animal)",
        "pedigree(x | animal)", "phylo(1 | tip)", "mm(1 | a, b)", "spde(0 + px + py | 1, area)", "spde(0 + px + py | h, area)",
        "spde(0 + px + py | week, area, follow = ar1)",
    ];

    public static readonly GlmmOptions Options = new()
    {
        Relatedness = new Dictionary<string, Relatedness>
        {
            ["occasions"] = RelationshipMatrix.From(new[,] { { 1, 0.5, 0.2, 0.1 }, { 0.5, 1.2, 0.4, 0.2 }, { 0.2, 0.4, 0.9, 0.3 },
                { 0.1, 0.2, 0.3, 1.1 } },
                ["1", "2", "3", "4"]),
            ["animal"] = Pedigree.From(new Dictionary<string, object>
            {
                ["animal"] = new string?[] { "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8" },
                ["sire"] = new string?[] { null, null, null, "a1", "a1", "a1", "a4", "a4" },
                ["dam"] = new string?[] { null, null, null, "a2", "a3", "a2", "a5", "a6" },
            }, "animal", "sire", "dam"),
            ["tip"] = PhylogeneticTree.Parse("(((s1:1,s2:1):1,s3:2):1.5,(s4:2.5,s5:2.5):1);"),
        },
        Meshes = new Dictionary<string, Mesh>
        {
            ["area"] = Mesh.From(Enumerable.Range(0, Rows).Select(i => ((double)((i * 7) % 11), (double)((i * 5) % 8))),
                new MeshOptions { MaxEdge = 6, Cutoff = 4, Extension = 3, OuterEdge = 9 }),
        },
    };

    /// <summary>The terms, those of kinds that nobody wrote down among them.</summary>
    public static IReadOnlyList<string> Terms { get; } =
    [
        .. Written,
        .. StructureKind.All.Where(kind => !Array.Exists(Written, term => term.StartsWith(kind.Name + "(", StringComparison.Ordinal)))
            .Select(kind => kind.Layout switch
            {
                TermLayout.Positions => $"{kind.Name}(0 + {(kind.IsRegular ? "week" : kind.Dimensions == 1 ? "time" : "px + py")} | g)",
                TermLayout.Relatives => $"{kind.Name}(1 | animal)",
                TermLayout.RelatedEffects => $"{kind.Name}(0 + t | h, occasions)",
                TermLayout.Members => $"{kind.Name}(1 | a, b)",
                TermLayout.Mesh => $"{kind.Name}(0 + px + py | 1, area)",
                _ => $"{kind.Name}(0 + t | g)",
            }),
    ];

    public static FieldData Data { get; } = Make();

    private static FieldData Make()
    {
        var random = new RandomStream(77);
        double[] Numbers(Func<int, double> of) => [.. Enumerable.Range(0, Rows).Select(of)];
        string[] Labels(Func<int, string> of) => [.. Enumerable.Range(0, Rows).Select(of)];
        var x = Numbers(i => Math.Sin(1.7 * i));
        return FieldData.From(new Dictionary<string, object>
        {
            ["y"] = Numbers(i => 3 + x[i] + random.NextNormal()),
            ["count"] = Numbers(_ => random.NextDouble() < 0.2 ? 0 : Math.Floor(6 * random.NextDouble())),
            ["hit"] = Numbers(_ => random.NextDouble() < 0.5 ? 0 : 1),
            ["x"] = x,
            ["g"] = Labels(i => $"g{i % 9}"),
            ["h"] = Labels(i => $"h{i % 4}"),
            ["t"] = Labels(i => $"{((i / 9) % 4) + 1}"),
            ["week"] = Numbers(i => 2 * ((i / 9) + (i % 2))),
            ["time"] = Numbers(i => Math.Round((0.37 * (i / 9)) + (0.11 * (i % 5)), 2)),
            ["px"] = Numbers(i => (i * 7) % 11),
            ["py"] = Numbers(i => (i * 5) % 8),
            ["animal"] = Labels(i => $"a{3 + (i % 6)}"),
            ["tip"] = Labels(i => $"s{1 + (i % 5)}"),
            ["a"] = Labels(i => $"m{i % 7}"),
            ["b"] = Labels(i => $"m{(i * 3 + 1) % 8}"),
        });
    }
}
