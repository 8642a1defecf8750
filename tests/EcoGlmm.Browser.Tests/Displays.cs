namespace EcoGlmm.Browser.Tests;

/// <summary>What the library shows, from data sets of the repository: the displays whose pictures are kept.</summary>
internal static class Displays
{
    private static readonly Lazy<FieldData> Owls = new(() => Read("owls"));
    private static readonly Lazy<FieldData> Sleep = new(() => Read("sleepstudy").AsFactor("Subject"));

    private static readonly Lazy<GlmmFit> Calls = new(() => Glmm.Fit(
        "SiblingNegotiation ~ FoodTreatment * SexParent + ArrivalTime + offset(log(BroodSize)) + (1 | Nest)", Owls.Value,
        Family.NegativeBinomial2(), new GlmmOptions { ZeroInflation = "~ 1" }));

    private static readonly Lazy<GlmmFit> Slopes = new(() => Glmm.Fit("Reaction ~ Days + (Days | Subject)", Sleep.Value));

    private static readonly Lazy<GlmmFit> Zinc = new(() => Glmm.Fit("log(zinc) ~ sqrt(dist) + spde(0 + x + y | 1)", Read("meuse")));

    private static readonly Lazy<GlmmFit> Disease = new(() => Glmm.Fit(
        "cbind(incidence, size - incidence) ~ period + (1 | herd)", Read("cbpp").AsFactor("period"), Family.Binomial()));

    private static readonly Lazy<GlmmFit> Women = new(() => Glmm.Fit("used ~ age * urban + livch + (1 | district)",
        Read("contraception").With("used", row => row.Text("use") == "Y" ? 1.0 : 0), Family.Binomial()));

    private static readonly Lazy<MarginalMeans> Means = new(() => Calls.Value.MarginalMeans("FoodTreatment * SexParent"));

    private static readonly Lazy<Synthesis> Warming = new(() => MetaAnalysis.Fit("effect ~ 1 + (1 | trial)", Trials(), "variance"));

    private static readonly Lazy<AssociationScan> Scan = new(() => Glmm.Scan("weight ~ sex + age", Read("herd"),
        Genotypes.Open(Path.Combine(BrowserFixture.Root, "datasets", "herd.bed")), new ScanOptions { LeaveOneChromosomeOut = true }));

    private static readonly Lazy<GlmmFit> Ozone = new(() => Glmm.Fit("log(Ozone) ~ s(Temp) + s(Wind) + (1 | Month)", Read("airquality"),
        options: new GlmmOptions { Reml = true }));

    public static IReadOnlyList<(string Name, Func<IRichDisplay> Make)> All { get; } =
    [
        ("card", () => Calls.Value),
        ("card-space", () => Zinc.Value),
        ("comparison", () => Glmm.Compare(("interaction", Calls.Value), ("additive", Calls.Value.Update(". ~ . - FoodTreatment:SexParent")),
            ("Poisson", Calls.Value.Update(". ~ .", Family.Poisson())))),
        ("check", () => Calls.Value.Check()),
        ("residuals", () => Calls.Value.SimulatedResiduals().Plot()),
        ("effect", () => Calls.Value.PlotEffect("ArrivalTime", by: "FoodTreatment")),
        ("effect-factor", () => Calls.Value.PlotEffect("FoodTreatment", by: "SexParent")),
        ("effect-individuals", () => Slopes.Value.PlotEffect("Days", by: "Subject")),
        ("effect-options", () => Calls.Value.PlotEffect("ArrivalTime", new EffectOptions { By = "FoodTreatment", Facet = "SexParent",
            Data = EffectData.Adjusted, Margin = EffectMargin.Density, YAxis = new Axis("Calls") { Scale = AxisScale.SquareRoot } })),
        ("effect-yes-no", () => Women.Value.PlotEffect("age", by: "urban")),
        ("effect-yes-no-factor", () => Women.Value.PlotEffect("livch", by: "urban")),
        ("effect-facets", () => Slopes.Value.PlotEffect("Days", new EffectOptions { Facet = "Subject" })),
        ("coefficients", () => Calls.Value.PlotCoefficients(exponentiate: true)),
        ("means", () => Means.Value),
        ("means-figure", () => Means.Value.Plot(letters: true)),
        ("contrasts", () => Means.Value.Contrasts().Plot()),
        ("intervals", () => Slopes.Value.ConfidenceIntervals(IntervalMethod.Profile).Plot()),
        ("profile", () => Slopes.Value.Profile("sd_Days|Subject").Plot()),
        ("random-effects", () => Calls.Value.PlotRandomEffects("Nest")),
        ("random-effects-many", () => ManyLevels().PlotRandomEffects("site")),
        ("ranking", () => Calls.Value.Ranking("Nest", k: 3).Plot()),
        ("population", () => Disease.Value.PopulationAveraged().Plot()),
        ("contextual", () => Calls.Value.ContextualEffects()),
        ("ageing", () => Ageing().PlotTrajectories()),
        ("map", () => Zinc.Value.PlotMap()),
        ("forest", () => Warming.Value.ForestFigure()),
        ("funnel", () => Warming.Value.FunnelFigure()),
        ("synthesis", () => Warming.Value),
        ("manhattan", () => Scan.Value.ManhattanFigure()),
        ("quantiles", () => Scan.Value.QuantileFigure()),
        ("data", () => Owls.Value.Summary()),
        ("r-squared", () => Calls.Value.RSquared()),
        ("repeatability", () => Disease.Value.Repeatability("herd", simulations: 40)),
        ("smooths", () => Ozone.Value.PlotSmooths(partialResiduals: true)),
        ("smooths-by", () => Growth("s(Time, by = Diet, k = 6) + Diet + (1 | Chick)").PlotSmooths()),
        ("smooths-levels", () => Growth("s(Time, Diet, bs = \"fs\", k = 6) + (1 | Chick)").PlotSmooths()),
        ("smooths-differences", () => Growth("s(Time, k = 6) + s(Time, Diet, bs = \"sz\", k = 6) + (1 | Chick)").PlotSmooths()),
        ("smooths-surface", () => Glmm.Fit("log(Ozone) ~ te(Temp, Wind, k = c(5, 5))", Read("airquality"),
            options: new GlmmOptions { Reml = true }).PlotSmooths()),
        ("smooth-derivative", () => Ozone.Value.SmoothDerivative("s(Temp)").Plot()),
    ];

    private static GlmmFit Growth(string terms) => Glmm.Fit($"log(weight) ~ {terms}",
        Read("chickweight").AsFactor("Diet").AsFactor("Chick"), options: new GlmmOptions { Reml = true });

    private static FieldData Read(string name) => FieldData.ReadCsv(Path.Combine(BrowserFixture.Root, "datasets", name + ".csv"));

    private static GlmmFit ManyLevels()
    {
        var random = new Random(11);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var sites = Enumerable.Range(0, 1500).Select(_ => Normal()).ToArray();
        return Glmm.Fit("y ~ 1 + (1 | site)", FieldData.From(Enumerable.Range(0, 6000)
            .Select(i => new { y = sites[i / 4] + Normal(), site = $"site {i / 4}" })));
    }

    private static AgeAnalysis Ageing()
    {
        var study = FieldStudy.Simulate(
            new FieldStudyDesign { Years = 25, LastCohort = 12, AgeSlope = -0.1, QualitySd = 1, SurvivalQuality = 1 }, seed: 4);
        return SelectiveDisappearance.Analyze("performance ~ age + (1 | id) + (1 | year)", study.Records, age: "age", by: "id");
    }

    private static FieldData Trials() => FieldData.From(new Dictionary<string, object>
    {
        ["trial"] = Enumerable.Range(1, 13).Select(i => $"trial {i}").ToArray(),
        ["effect"] = new[]
        {
            -0.889311, -1.585389, -1.348073, -1.441551, -0.217547, -0.786116, -1.620898, 0.011952, -0.469418, -1.371345, -0.339359,
            0.445913, -0.017314,
        },
        ["variance"] = new[]
        {
            0.325585, 0.194581, 0.415368, 0.020010, 0.051210, 0.006906, 0.223017, 0.003962, 0.056434, 0.073025, 0.012412, 0.532506,
            0.071405,
        },
    });
}
