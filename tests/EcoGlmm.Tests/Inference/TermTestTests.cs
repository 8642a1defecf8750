using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Inference;

/// <summary>Coefficients, terms and linear hypotheses with denominator degrees of freedom, against lmerTest and pbkrtest.</summary>
public sealed class TermTestTests
{
    private static readonly string Folder = Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference");
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "terms.json"))).RootElement;
    private static readonly Dictionary<string, Lazy<GlmmFit>> Fits = Root.GetProperty("fits").EnumerateArray()
        .ToDictionary(f => f.Text("name"), f => new Lazy<GlmmFit>(() => Fit(f)));

    public static TheoryData<string> Names => [.. Fits.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Kenward_and_Rogers_covariance_and_degrees_of_freedom_are_pbkrtests(string name)
    {
        var (expected, fit) = Case(name);
        var tests = fit.CoefficientTests(DenominatorDegrees.KenwardRoger);
        var comparison = new Comparison(name);
        Compare(comparison, expected.GetProperty("kenward"), tests, 1e-3);
        Compare(comparison, expected.GetProperty("satterthwaite"), fit.CoefficientTests(DenominatorDegrees.Satterthwaite), 2e-3);
        comparison.Done();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tests_of_terms_are_lmerTests(string name)
    {
        var (expected, fit) = Case(name);
        var comparison = new Comparison(name);
        Compare(comparison, "I", expected.GetProperty("one"), fit.TermTests(TestKind.TypeOne, DenominatorDegrees.Satterthwaite));
        Compare(comparison, "II", expected.GetProperty("two"), fit.TermTests(TestKind.TypeTwo, DenominatorDegrees.Satterthwaite));
        Compare(comparison, "III", expected.GetProperty("three"), fit.TermTests(TestKind.TypeThree, DenominatorDegrees.Satterthwaite));
        Compare(comparison, "III KR", expected.GetProperty("threeKenward"), fit.TermTests(TestKind.TypeThree,
            DenominatorDegrees.KenwardRoger));
        comparison.Done();
    }

    [Fact]
    public void Several_hypotheses_together_are_pbkrtests_and_lmerTests()
    {
        var comparison = new Comparison("joint");
        var (sleep, fit) = Case("sleep");
        Joint("sleep", sleep, fit, ["Days = 8", "(Intercept) = 250"]);
        var (pups, pupFit) = Case("pups");
        Joint("pups", pups, pupFit, ["TreatmentHigh = 0", "TreatmentLow = -0.3", "Lsize = -0.1"]);
        comparison.Done();

        void Joint(string name, JsonElement expected, GlmmFit of, string[] hypotheses)
        {
            var joint = expected.GetProperty("joint");
            var kr = of.TestHypothesis(hypotheses, DenominatorDegrees.KenwardRoger);
            comparison.Near($"{name} F", joint.Number("statistic"), kr.Statistic, 1e-3 * joint.Number("statistic"));
            comparison.Near($"{name} df", joint.Number("denominator"), kr.DenominatorDegrees, 1e-3 * joint.Number("denominator"));
            comparison.Near($"{name} p", joint.Number("p"), kr.PValue, 1e-3);
            var own = joint.GetProperty("satterthwaite");
            var satterthwaite = of.TestHypothesis(hypotheses);
            comparison.Near($"{name} Satterthwaite F", own.Number("statistic"), satterthwaite.Statistic, 1e-3 * own.Number("statistic"));
            comparison.Near($"{name} Satterthwaite df", own.Number("denominator"), satterthwaite.DenominatorDegrees,
                3e-3 * own.Number("denominator"));
        }
    }

    [Fact]
    public void Hypotheses_are_read_by_the_names_of_coefficients()
    {
        var fit = InferenceReference.Fit("owls");
        var names = fit.FixedEffects;
        var tests = fit.TestHypothesis("FoodTreatmentSatiated = -0.5", "2*ArrivalTime - SexParentMale/2",
            "FoodTreatmentSatiated:SexParentMale = 0.1 + 0.1");
        Assert.Equal(names["FoodTreatmentSatiated"].Estimate + 0.5, tests[0].Estimate, 1e-12);
        Assert.Equal((2 * names["ArrivalTime"].Estimate) - (names["SexParentMale"].Estimate / 2), tests[1].Estimate, 1e-12);
        Assert.Equal(names["FoodTreatmentSatiated:SexParentMale"].Estimate - 0.2, tests[2].Estimate, 1e-12);
        Assert.Equal(tests[0].Estimate, fit.TestHypothesis("`FoodTreatmentSatiated` - FoodTreatmentDeprived = -5e-1")[0].Estimate, 1e-12);
        Assert.Contains("All together", tests.ToHtml());
        var wald = fit.TestHypothesis(["ArrivalTime = 0"], DenominatorDegrees.Infinite);
        Assert.Equal(names["ArrivalTime"].PValue, wald.PValue, 1e-10);
        Assert.Contains("did you mean", Assert.Throws<GlmmException>(() => fit.TestHypothesis("ArivalTime = 0")).Message);
        Assert.Contains("no coefficient is left", Assert.Throws<GlmmException>(() =>
            fit.TestHypothesis("ArrivalTime = ArrivalTime")).Message);
        Assert.Contains("one of its sides", Assert.Throws<GlmmException>(() => fit.TestHypothesis("ArrivalTime =")).Message);
        Assert.Contains("same in different ways", Assert.Throws<GlmmException>(() => fit.TestHypothesis("ArrivalTime = 0",
            "2 * ArrivalTime = 1")).Message);
    }

    [Fact]
    public void Generalized_models_have_Walds_and_between_within_tests()
    {
        var fit = InferenceReference.Fit("cbpp");
        var wald = fit.TermTests(TestKind.TypeTwo, DenominatorDegrees.Infinite);
        Assert.True(double.IsPositiveInfinity(wald["period"].DenominatorDegrees));
        Assert.Equal(3, wald["period"].NumeratorDegrees);
        var small = fit.TermTests();
        Assert.Equal(wald["period"].Statistic / 3, small["period"].Statistic, 1e-9);
        Assert.Equal(56 - 15 - 3, small["period"].DenominatorDegrees);
        Assert.True(small["period"].PValue > wald["period"].PValue);
        Assert.Contains("not for binomial", Assert.Throws<GlmmException>(() =>
            fit.CoefficientTests(DenominatorDegrees.KenwardRoger)).Message);
    }

    [Fact]
    public void A_covariate_of_groups_has_the_degrees_of_freedom_of_groups()
    {
        var fit = Glmm.Fit("score ~ method * light + (1 | plot)", FieldData.ReadCsv(Path.Combine(Folder, "crossed.csv")));
        var tests = fit.CoefficientTests(DenominatorDegrees.BetweenWithin);
        Assert.Equal(12 - 3, tests["methodb"].DegreesOfFreedom);
        Assert.Equal(fit.ObservationCount - 12 - 3, tests["light"].DegreesOfFreedom);
        Assert.True(tests["methodb"].Upper - tests["methodb"].Estimate > 2.2 * tests["methodb"].StandardError);
    }

    private static void Compare(Comparison comparison, JsonElement expected, CoefficientTests tests, double share)
    {
        foreach (var row in expected.EnumerateArray())
        {
            var test = tests[row.Text("name")];
            comparison.Near($"{test.Name} estimate", row.Number("estimate"), test.Estimate, 1e-3 * row.Number("se"));
            comparison.Near($"{test.Name} s.e.", row.Number("se"), test.StandardError, share * row.Number("se"));
            comparison.Near($"{test.Name} df", row.Number("df"), test.DegreesOfFreedom, share * row.Number("df"));
            comparison.Near($"{test.Name} p", row.Number("p"), test.PValue, 1e-3);
        }
    }

    private static void Compare(Comparison comparison, string kind, JsonElement expected, TermTests tests)
    {
        foreach (var row in expected.EnumerateArray())
        {
            var test = tests[row.Text("term")];
            Assert.Equal(row.Number("numerator"), test.NumeratorDegrees);
            comparison.Near($"{kind} {test.Term} F", row.Number("statistic"), test.Statistic, 2e-3 * row.Number("statistic"));
            comparison.Near($"{kind} {test.Term} df", row.Number("denominator"), test.DenominatorDegrees, 3e-3 * row.Number("denominator"));
            comparison.Near($"{kind} {test.Term} p", row.Number("p"), test.PValue, 1e-3);
        }
    }

    private static (JsonElement Expected, GlmmFit Fit) Case(string name) =>
        (Root.GetProperty("fits").EnumerateArray().Single(f => f.Text("name") == name), Fits[name].Value);

    private static GlmmFit Fit(JsonElement expected)
    {
        var dataset = expected.Text("dataset");
        var data = dataset == "crossed" ? FieldData.ReadCsv(Path.Combine(Folder, "crossed.csv")) : InferenceReference.Data(dataset);
        if (dataset == "chickweight") data = data.AsFactor("Diet");
        if (expected.Text("name").EndsWith("missing", StringComparison.Ordinal))
        {
            var gone = Root.Numbers("missing");
            data = data.Take([.. Enumerable.Range(0, data.RowCount).Where(i => !gone.Contains(i + 1))]);
        }

        return Glmm.Fit(expected.Text("formula"), data, null, new GlmmOptions { Reml = true });
    }
}
