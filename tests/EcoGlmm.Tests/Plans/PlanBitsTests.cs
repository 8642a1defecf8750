using EcoGlmm.Tests.Sharing;

namespace EcoGlmm.Tests.Plans;

/// <summary>A plan's merged result has the bits of the direct call, for every kind and any number of parts.</summary>
public sealed class PlanBitsTests : IDisposable
{
    private readonly PlanFixture _files = new();

    private static GlmmFit Gaussian { get; } = Glmm.Fit("y ~ x + f + (1 | g)", PlanFixture.Data);

    private static Dictionary<string, double> Truth { get; } = new() { ["(Intercept)"] = 0.5, ["x"] = 0.02, ["sd_(Intercept)|g"] = 0.4 };

    private static PowerOptions Quick { get; } = new() { Simulations = 14 };

    private static GlmmFit Larger { get; } = Glmm.Fit("y ~ x + f + (1 + x | g)", PlanFixture.Data);

    private static Dictionary<string, (Func<Plan> Plan, Func<object> Direct)> Kinds { get; } = new()
    {
        ["bootstrap"] = (() => Plan.Bootstrap(PlanFixture.Poisson, 21, 5, 0.9),
            () => PlanFixture.Poisson.ConfidenceIntervals(IntervalMethod.Bootstrap, 0.9, 21, 5)),
        ["power of a pilot"] = (
            () => Plan.Power(Gaussian, "x", 0.05, "g", [4, 9], new PowerOptions { Simulations = 12, Seed = 3 }),
            () => Gaussian.Power("x", 0.05, "g", [4, 9], new PowerOptions { Simulations = 12, Seed = 3 })),
        ["power of a design"] = (
            () => Plan.Power("n ~ x + (1 | g)", PlanFixture.Data, Truth, "x", Family.Poisson(), power: Quick),
            () => Glmm.Power("n ~ x + (1 | g)", PlanFixture.Data, Truth, "x", Family.Poisson(), power: Quick)),
        ["cross-validation"] = (() => Plan.CrossValidate(PlanFixture.Poisson, 8, seed: 2),
            () => PlanFixture.Poisson.CrossValidate(8, seed: 2)),
        ["cross-validation by groups"] = (() => Plan.CrossValidate(Gaussian, group: "g"), () => Gaussian.CrossValidate(group: "g")),
        ["likelihood ratio"] = (() => Plan.SimulateLikelihoodRatioTest(Gaussian, Larger, 15, 4),
            () => Glmm.SimulateLikelihoodRatioTest(Gaussian, Larger, 15, 4)),
        ["likelihood ratio, conditional"] = (
            () => Plan.SimulateLikelihoodRatioTest(Gaussian, Larger, 9, 4, SimulationMode.Conditional),
            () => Glmm.SimulateLikelihoodRatioTest(Gaussian, Larger, 9, 4, SimulationMode.Conditional)),
    };

    /// <summary>Models that are restored from their files in different ways.</summary>
    private static Dictionary<string, Func<GlmmFit>> Models { get; } = new()
    {
        ["REML, slopes"] = () => Glmm.Fit("y ~ x + f + (1 + x | g)", PlanFixture.Data, Family.Gaussian(), new GlmmOptions { Reml = true }),
        ["weights, contrasts"] = () => Glmm.Fit("y ~ x + f + (1 | g)", PlanFixture.Data, Family.Gaussian(),
            new GlmmOptions { Weights = "w", Contrasts = new Dictionary<string, string> { ["f"] = "sum" } }),
        ["dispersion"] = () => Glmm.Fit("y ~ x + (1 | g)", PlanFixture.Data, Family.Gaussian(), new GlmmOptions { Dispersion = "~ f" }),
        ["no random effects"] = () => Glmm.Fit("y ~ x + f", PlanFixture.Data),
        ["crossed"] = () => Glmm.Fit("n ~ x + (1 | g) + (1 | h)", PlanFixture.Data, Family.Poisson()),
        ["zero inflation"] = () => Glmm.Fit("z ~ x + (1 | g)", PlanFixture.Data, Family.NegativeBinomial2(),
            new GlmmOptions { ZeroInflation = "~ 1" }),
        ["quadrature"] = () => Glmm.Fit("b ~ x + (1 | g)", PlanFixture.Data, Family.Binomial(), new GlmmOptions { QuadraturePoints = 9 }),
        ["shape"] = () => Glmm.Fit("y ~ x + (1 | g)", PlanFixture.Data, Family.StudentT()),
        ["ordinal"] = () => Glmm.Fit("o ~ x + (1 | g)", PlanFixture.Data, Family.Cumulative(Link.Probit)),
        ["priors, held"] = () => Glmm.Fit("n ~ x + f + (1 | g)", PlanFixture.Data, Family.NegativeBinomial2(), new GlmmOptions
        {
            Priors = [Prior.Normal(0, 0.1 + 0.2), Prior.Gamma(1, 2.5).OnStandardDeviations("g")], Fixed = [Parameter.Dispersion(1 / 0.3)],
        }),
        ["smooth"] = () => Glmm.Fit("y ~ s(x, k = 5) + (1 | g)", PlanFixture.Data),
        ["pedigree"] = () => Glmm.Fit("y ~ x + pedigree(1 | g)", PlanFixture.Data, options: Related(Pedigree.From(
            FieldData.From(Enumerable.Range(0, 9).Select(i => new
            {
                id = Level(i), s = i < 3 ? null : Level(0), d = i < 3 ? null : Level(1 + (i % 2)),
            })),
            "id", "s", "d"))),
        ["tree"] = () => Glmm.Fit("y ~ x + phylo(1 | g, model = lambda)", PlanFixture.Data, options: Related(PhylogeneticTree.Parse(
            $"((({Level(0)}:1,{Level(1)}:1):1,({Level(2)}:1,{Level(3)}:1.5):1):1,"
            + $"(({Level(4)}:2,{Level(5)}:1):1,({Level(6)}:1,({Level(7)}:1,{Level(8)}:1):1):1):1);"))),
        ["relationship matrix"] = () => Glmm.Fit("n ~ x + kinship(1 | g)", PlanFixture.Data, Family.Poisson(),
            Related(RelationshipMatrix.From(Correlated(9), [.. Enumerable.Range(0, 9).Select(Level)]))),
        ["mesh"] = () => Glmm.Fit("y ~ 1 + spde(0 + x + w | 1, m)", PlanFixture.Data, options: new GlmmOptions
        {
            Meshes = new Dictionary<string, Mesh> { ["m"] = Mesh.From(PlanFixture.Data, "x", "w") },
        }),
        ["structure"] = () => Glmm.Fit("y ~ x + ar1(0 + h | g)", PlanFixture.Data),
    };

    private static string Level(int i) => PlanFixture.Data.Levels("g")[i];

    private static GlmmOptions Related(Relatedness relatedness) =>
        new() { Relatedness = new Dictionary<string, Relatedness> { ["g"] = relatedness } };

    private static double[,] Correlated(int n)
    {
        var matrix = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) matrix[i, j] = Math.Pow(0.4, Math.Abs(i - j));
        }

        return matrix;
    }

    public static TheoryData<string> KindNames => [.. Kinds.Keys];

    public static TheoryData<string> ModelNames => [.. Models.Keys];

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(KindNames))]
    public void OneThreeAndSevenPartsGiveTheBitsOfTheDirectCall(string kind)
    {
        var (plan, direct) = Kinds[kind];
        var expected = direct();
        foreach (var parts in new[] { 1, 3, 7 })
        {
            var folder = _files.New();
            plan().ToFolder(folder, parts);
            var opened = Plan.Open(folder);
            Assert.Equal(parts, opened.Parts);
            for (var part = parts; part >= 1; part--) Assert.True(Plan.Open(folder).RunPart(part, maxThreads: 1 + (part % 2)));
            var result = opened.Result();
            Assert.Equal(expected.GetType(), result.GetType());
            Assert.Equal(Bits.Of(expected), Bits.Of(result));
            Assert.Equal(expected.ToString(), opened.Merge().ToString());
            Assert.Equal(Bits.Of(expected), Bits.Of(Plan.Open(folder).Result()));
            Assert.Equal(expected + "\n", File.ReadAllText(Path.Combine(folder, "result.txt")));
        }
    }

    [Theory]
    [MemberData(nameof(ModelNames))]
    public void RestoredModelsGiveTheBitsOfTheDirectCall(string model)
    {
        var fit = Models[model]();
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        var folder = _files.New();
        Plan.Bootstrap(fit, 11).ToFolder(folder, 2);
        var direct = fit.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: 11);
        var planned = Plan.Open(folder).Run().Result<IntervalTable>();
        Assert.Equal(Bits.Of(direct), Bits.Of(planned));
        Assert.Equal(direct.ToString(), planned.ToString());
    }

    [Fact]
    public void PowerWithATargetStopsWhereTheDirectCallDoes()
    {
        var options = new PowerOptions { Simulations = 300, Target = 0.8 };
        var truth = new Dictionary<string, double> { ["(Intercept)"] = 0, ["x"] = 1, ["sigma"] = 1 };
        var design = FieldData.From(Enumerable.Range(0, 12).Select(i => new { x = i }));
        var direct = Glmm.Power("y ~ x", design, truth, "x", power: options);
        Assert.Equal(100, direct[0].Simulations);
        var planned = Plan.Power("y ~ x", design, truth, "x", power: options).ToFolder(_files.New(), 4).Run().Result<PowerAnalysis>();
        Assert.Equal(Bits.Of(direct), Bits.Of(planned));
    }

    [Fact]
    public void DataOfEveryKindReadBackToTheBit()
    {
        var data = FieldData.From(new Dictionary<string, object>
        {
            ["number"] = new[] { 0.1 + 0.2, double.NaN, -0.0, double.PositiveInfinity },
            ["text"] = new[] { "b", null, "a", "ä\n\"" },
            ["logical"] = new bool?[] { true, null, false, true },
            ["date"] = new DateTime?[]
            {
                new DateTime(2026, 5, 1, 12, 30, 1, 5, DateTimeKind.Utc), null, new DateTime(1, 1, 1), DateTime.MaxValue,
            },
            ["order"] = new[] { "low", "high", "low", null },
        }).AsOrdered("order", ["low", "none", "high"]);
        using var stream = new MemoryStream();
        EcoGlmm.Data.DataFile.Write(data, stream);
        stream.Position = 0;
        var back = EcoGlmm.Data.DataFile.Read(stream);
        Assert.Equal(Bits.Of(data), Bits.Of(back));
        Assert.Equal(data.Numbers("number").Select(BitConverter.DoubleToInt64Bits),
            back.Numbers("number").Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(data.Levels("order"), back.Levels("order"));
        Assert.Equal(data.Columns.Select(c => c.Kind), back.Columns.Select(c => c.Kind));
        stream.SetLength(stream.Length - 3);
        stream.Position = 0;
        Assert.Contains("damaged", Assert.Throws<GlmmException>(() => EcoGlmm.Data.DataFile.Read(stream)).Message);
    }
}
