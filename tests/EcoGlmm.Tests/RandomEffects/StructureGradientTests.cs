using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Estimation;

/// <summary>The exact gradient by the parameters of every covariance structure against differences.</summary>
public class StructureGradientTests
{
    private const int Rows = 72;

    /// <summary>A term of every structure; levels with gaps, groups without some, slopes over relatives.</summary>
    private static readonly string[] Terms =
    [
        "homdiag(0 + t | g)", "cs(0 + t | g)", "homcs(0 + t | g)", "toep(0 + t | g)", "homtoep(0 + t | g)", "hetar1(0 + t | g)",
            "ar2(0 + t | g)",
        "ar1(0 + t | g)", "ar1(0 + week | g)", "ou(0 + time | g)", "exp(0 + px + py | 1)", "gau(0 + px + py | h)", "mat(0 + px + py | h)",
        "rr(0 + t | g, d = 2)", "propto(0 + t | h, occasions)", "equalto(0 + t | h, occasions)", "pedigree(1 | animal)",
        "pedigree(x | animal)", "phylo(1 | tip)", "mm(1 | a, b)", "spde(0 + px + py | 1, area)", "spde(0 + px + py | h, area)",
        "spde(0 + px + py | week, area, follow = ar1)",
    ];

    private static readonly GlmmOptions Options = new()
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

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var term in Terms)
        {
            foreach (var family in new[] { "gaussian", "poisson", "binomial", "nbinom2" }) cases.Add(family, term);
        }

        return cases;
    }

    public static TheoryData<string> AllTerms => [.. Terms];

    [Theory]
    [MemberData(nameof(Cases))]
    public void In_the_mean_beside_another_term(string family, string term) => Check(family, $"{{0}} ~ x + (1 | h) + {term}", "~ 0", "~ 1");

    [Theory]
    [MemberData(nameof(AllTerms))]
    public void In_the_zero_inflation(string term) => Check("nbinom2", "{0} ~ x + (1 | g)", $"~ 1 + {term}", "~ 1");

    [Theory]
    [MemberData(nameof(AllTerms))]
    public void In_the_dispersion(string term) => Check("nbinom2", "{0} ~ x + (1 | g)", "~ 0", $"~ 1 + {term}");

    [Theory]
    [MemberData(nameof(AllTerms))]
    public void Of_a_Gaussian_with_its_residual_variance_profiled_out(string term)
    {
        var model = Model("gaussian", $"{{0}} ~ x + (1 | h) + {term}", "~ 0", "~ 1");
        foreach (var reml in new[] { false, true })
        {
            var criterion = new PenalizedLeastSquares(model, reml, 1, CancellationToken.None);
            var theta = Point(model)[model.FixedCount..];
            var gradient = new double[theta.Length];
            Assert.True(double.IsFinite(criterion.Evaluate(theta, gradient)));
            for (var j = 0; j < theta.Length; j++)
            {
                var difference = LaplaceGradientTests.Richardson(h =>
                {
                    var point = (double[])theta.Clone();
                    point[j] += h;
                    return criterion.Evaluate(point, []);
                });
                Assert.Equal(difference, gradient[j], 1e-6 * (1 + gradient.Max(Math.Abs)));
            }
        }
    }

    private static void Check(string family, string formula, string zeros, string dispersion)
    {
        var model = Model(family, formula, zeros, dispersion);
        LaplaceGradientTests.Check(model, Point(model));
    }

    /// <summary>A point off the start in every direction.</summary>
    private static double[] Point(MixedModel model)
    {
        var psi = StartingValues.Find(model);
        for (var j = 0; j < psi.Length; j++) psi[j] += 0.07 * Math.Cos(1.3 * (j + 1));
        return psi;
    }

    private static MixedModel Model(string family, string formula, string zeros, string dispersion)
    {
        var data = Data();
        var response = family switch { "gaussian" => "y", "binomial" => "hit", _ => "count" };
        var specification = ModelSpecification.Create(string.Format(formula, response), zeros, dispersion, null, null, null, data,
            relatedness: Options.Relatedness, meshes: Options.Meshes);
        var kind = Family.Parse(family);
        var prepared = ResponseData.Prepare(specification, kind, Options);
        return new MixedModel(kind, prepared.Y, prepared.Size, prepared.Multipliers, specification.Conditional.Training,
            specification.Dispersion.Training, specification.ZeroInflation?.Training);
    }

    private static FieldData Data()
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
