using System.Text.Json;
using EcoGlmm.Tests.Inference;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Marginal;

/// <summary>
/// Corners of what is read from a fit, on one small unbalanced data set: emmeans, lmerTest, pbkrtest and geepack, and formulas with whole
/// matrices.
/// </summary>
public sealed class CornerTests
{
    private const DenominatorDegrees Kr = DenominatorDegrees.KenwardRoger, Satterthwaite = DenominatorDegrees.Satterthwaite;
    private static readonly string Folder = Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference");
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "corners.json"))).RootElement;
    private static readonly GlmmOptions Reml = new() { Reml = true };
    private static readonly Lazy<FieldData> Field = new(() => FieldData.ReadCsv(Path.Combine(Folder, "corners.csv")));
    private static readonly Lazy<GlmmFit> Whole = new(() => Glmm.Fit("y ~ a * b * c + x + (1 | g)", Field.Value, null, Reml));
    private static readonly Lazy<GlmmFit> Caught = new(() => Glmm.Fit("cbind(caught, trials - caught) ~ a * b + x + (1 | g)",
        Field.Value, Family.Binomial()));
    private static readonly Lazy<GlmmFit> Counts = new(() => Glmm.Fit("count ~ a * b + offset(log(effort)) + (1 | g)", Field.Value,
        Family.NegativeBinomial2()));

    [Fact]
    public void Three_way_interactions_have_the_tests_of_lmerTest_and_pbkrtest()
    {
        var fit = Whole.Value;
        Coefficients("kenward", Root.GetProperty("threeWay").GetProperty("kenward"), fit.CoefficientTests(Kr));
        Terms("two", Root.GetProperty("threeWay").GetProperty("two"), fit.TermTests(TestKind.TypeTwo, Satterthwaite));
        Terms("three", Root.GetProperty("threeWay").GetProperty("three"), fit.TermTests(TestKind.TypeThree, Kr));
        var joint = fit.TestHypothesis(["alow:bwet = 0", "x = 0"], Kr);
        var expected = Root.GetProperty("threeWay").GetProperty("joint");
        Assert.Equal(expected.Number("statistic"), joint.Statistic, 2e-3 * expected.Number("statistic"));
        Assert.Equal(expected.Number("ddf"), joint.DenominatorDegrees, 0.05);
    }

    [Fact]
    public void Means_pairs_and_contrasts_of_contrasts_are_emmeans()
    {
        var expected = Root.GetProperty("threeWay");
        Means(expected.GetProperty("cells"), Whole.Value.MarginalMeans("a * b | c", degrees: Kr), "a", "b", "c");
        var pairs = Whole.Value.MarginalMeans("a | b * c", degrees: Kr).Contrasts(ContrastMethod.Consecutive, Adjustment.None);
        Contrasts(expected.GetProperty("pairs"), pairs, (c, name) => $"{c.Name}, {c.By}" == name);
        var method = ContrastMethod.Interaction(ContrastMethod.Consecutive, ContrastMethod.ToControl());
        Contrasts(expected.GetProperty("contrastsOfContrasts"), Whole.Value.MarginalMeans("a * b", degrees: Kr).Contrasts(method),
            (c, name) => c.Name.Replace(" : ", ", ") == name);
        var counts = Counts.Value.MarginalMeans("a * b").Contrasts(method);
        Contrasts(Root.GetProperty("count").GetProperty("contrastsOfContrasts"), counts,
            (c, name) => c.Name.Replace(" : ", ", ") == name);

        // A ratio of ratios stands beside; all pairs when no method is given; within the levels after the bar.
        Assert.Equal(Math.Exp(counts[1].Estimate), counts[1].Ratio, 1e-12);
        Assert.Equal(3, Counts.Value.MarginalMeans("a * b").Contrasts(ContrastMethod.Interaction()).Count);
        var within = Whole.Value.MarginalMeans("a * b | c", degrees: Kr).Contrasts(method);
        Assert.Equal(4, within.Count);
        Assert.Equal(2, within.Select(c => c.By).Distinct().Count());
        Assert.Contains("two variables", Assert.Throws<GlmmException>(() => Whole.Value.MarginalMeans("a")
            .Contrasts(ContrastMethod.Interaction())).Message);
        Assert.Contains("Give one for each", Assert.Throws<GlmmException>(() => Whole.Value.MarginalMeans("a * b")
            .Contrasts(ContrastMethod.Interaction(ContrastMethod.Pairwise))).Message);
    }

    [Fact]
    public void Weights_with_random_slopes_have_Satterthwaites_degrees_of_freedom()
    {
        var fit = Glmm.Fit("y ~ a * x + (x | g)", Field.Value, null, Reml with { Weights = "w" });
        var expected = Root.GetProperty("weighted");
        Coefficients("weighted", expected.GetProperty("coefficients"), fit.CoefficientTests(Satterthwaite));
        Means(expected.GetProperty("trends"), fit.Trends("x", "a", degrees: Satterthwaite), "a");
        Means(expected.GetProperty("means"), fit.MarginalMeans("a", at: At("x", 1), degrees: Satterthwaite), "a");
    }

    [Fact]
    public void Aliased_columns_change_nothing()
    {
        var fit = Glmm.Fit("y ~ a + x + z + (1 | g)", Field.Value, null, Reml);
        Assert.True(double.IsNaN(fit.FixedEffects["z"].Estimate));
        Coefficients("aliased", Root.GetProperty("aliased"), fit.CoefficientTests(Satterthwaite));
    }

    [Fact]
    public void Polynomials_and_splines_have_emmeans_means_and_trends()
    {
        var curved = Glmm.Fit("y ~ a * poly(x, 2) + b + (1 | g)", Field.Value, null, Reml);
        var expected = Root.GetProperty("curved");
        Means(expected.GetProperty("means"), curved.MarginalMeans("a", at: At("x", 1), degrees: Kr), "a");
        Means(expected.GetProperty("trends"), curved.Trends("x", "a", at: At("x", 1), degrees: Kr), "a");
        Terms("curved", expected.GetProperty("three"), curved.TermTests(TestKind.TypeThree, Kr));
        var spline = Glmm.Fit("y ~ ns(x, df = 3) + a + (1 | g)", Field.Value, null, Reml);
        Terms("spline", Root.GetProperty("spline").GetProperty("three"), spline.TermTests(TestKind.TypeThree, Kr));
        Means(Root.GetProperty("spline").GetProperty("means"), spline.MarginalMeans("a", at: At("x", 0.5), degrees: Kr), "a");
    }

    [Fact]
    public void Trials_have_emmeans_probabilities_odds_ratios_and_proportional_means()
    {
        var (fit, expected) = (Caught.Value, Root.GetProperty("caught"));
        Means(expected.GetProperty("response"), fit.MarginalMeans("b | a"), "b", "a");
        Means(expected.GetProperty("proportional"), fit.MarginalMeans("a", PredictionScale.Link, GridWeights.Proportional), "a");
        var comparison = new Comparison("odds ratios");
        var pairs = fit.MarginalMeans("b | a").Contrasts(Adjustment.None);
        foreach (var row in expected.GetProperty("ratios").EnumerateArray())
        {
            // emmeans' later level against the earlier one: the inverse.
            var own = pairs.Single(p => $"{string.Join(" / ", p.Name.Split(" - ").Reverse())}, {p.By}" == row.Text("name"));
            comparison.Near(row.Text("name"), row.Number("estimate"), 1 / own.Ratio, 1e-3 * row.Number("se"));
            comparison.Near("se", row.Number("se"), own.StandardError / own.Ratio, 2e-3 * row.Number("se"));
            comparison.Near("lower", row.Number("lower"), Math.Exp(-own.Upper), 3e-3 * row.Number("se"));
        }

        comparison.Done();
        Terms("Wald", expected.GetProperty("three"), fit.TermTests(TestKind.TypeThree, DenominatorDegrees.Infinite));
    }

    [Fact]
    public void Offsets_stand_where_emmeans_has_them()
    {
        var expected = Root.GetProperty("count");
        Means(expected.GetProperty("response"), Counts.Value.MarginalMeans("b | a"), "b", "a");
        var comparison = new Comparison("ratios");
        var pairs = Counts.Value.MarginalMeans("b").Contrasts(ContrastMethod.ToControl(), Adjustment.None);
        foreach (var row in expected.GetProperty("ratios").EnumerateArray())
        {
            var own = pairs[row.Text("name").Replace(" / ", " - ")];
            comparison.Near(row.Text("name"), row.Number("estimate"), own.Ratio, 1e-3 * row.Number("se"));
            comparison.Near("se", row.Number("se"), own.RatioStandardError, 2e-3 * row.Number("se"));
        }

        comparison.Done();
    }

    [Theory]
    [InlineData("trials", "cbind(caught, trials - caught) ~ a * b + x")]
    [InlineData("counts", "count ~ a + b + offset(log(effort))")]
    [InlineData("gaps", "y ~ a + x")]
    public void Subjects_with_one_record_have_bias_reduced_sandwiches(string name, string formula)
    {
        var family = name switch { "trials" => Family.Binomial(), "counts" => Family.Poisson(), _ => Family.Gaussian() };
        var gee = Gee.Fit(formula, Field.Value, "subject", family, name == "gaps" ? WorkingCorrelation.Ar1
            : WorkingCorrelation.Exchangeable, name == "gaps" ? "year" : null);
        var (expected, comparison) = (Root.GetProperty("gee").GetProperty(name), new Comparison(name));
        var robust = expected.Numbers("robust");
        for (var j = 0; j < robust.Length; j++)
        {
            comparison.Near("estimate", expected.Numbers("estimate")[j], gee.FixedEffects[j].Estimate, 1e-5 * robust[j]);
            comparison.Near("robust", robust[j], gee.FixedEffects[j].StandardError, 1e-5 * robust[j]);
            comparison.Near("model", expected.Numbers("model")[j], gee.ModelStandardErrors[j], 1e-5 * robust[j]);
            comparison.Near("Mancl", expected.Numbers("mancl")[j], gee.StandardErrors(GeeStandardErrors.ManclDeRouen)[j], 1e-5 * robust[j]);
            comparison.Near("Kauermann", expected.Numbers("kauermann")[j], gee.StandardErrors(GeeStandardErrors.KauermannCarroll)[j],
                1e-5 * robust[j]);
        }

        comparison.Near("scale", expected.Number("scale"), gee.Scale, 1e-6 * gee.Scale);
        comparison.Near("correlation", expected.Number("alpha"), gee.CorrelationParameters[0], 1e-6);
        comparison.Done();
    }

    [Fact]
    public void Ranks_with_ties_are_those_of_the_joint_distribution()
    {
        var fit = Glmm.Fit("y ~ x + (1 | g)", FieldData.ReadCsv(Path.Combine(Folder, "tied.csv")), null, Reml);
        var (ranking, expected, comparison) = (fit.Ranking("g"), Root.GetProperty("ranks"), new Comparison("ranks"));
        var levels = expected.GetProperty("levels").EnumerateArray().Select(l => l.GetString()!).ToArray();
        for (var k = 0; k < levels.Length; k++)
        {
            var row = ranking[levels[k]];
            comparison.Near($"{levels[k]} estimate", expected.Numbers("estimate")[k], row.Estimate, 1e-4);
            comparison.Near($"{levels[k]} sd", expected.Numbers("sd")[k], row.StandardError, 1e-3 * row.StandardError);
            // By draws: six levels' indicators, at worst a half each.
            comparison.Near($"{levels[k]} rank", expected.Numbers("rank")[k], row.ExpectedRank, 0.05);
        }

        comparison.Done();
        Assert.Equal(ranking["g05"].ExpectedRank, ranking["twin"].ExpectedRank, 0.05);
        Assert.Equal(ranking["g05"].ProbabilityFirst, ranking["twin"].ProbabilityFirst, 0.03);
        Assert.Equal(levels.Length * (levels.Length + 1) / 2.0, ranking.Sum(r => r.ExpectedRank), 1e-6);
    }

    [Fact]
    public void The_population_is_that_of_integrals()
    {
        var probit = Glmm.Fit("cbind(caught, trials - caught) ~ a + x + (1 | g)", Field.Value, Family.Binomial(Link.Probit));
        var (averaged, expected, comparison) = (probit.PopulationAveraged(), Root.GetProperty("probit"), new Comparison("population"));
        for (var j = 0; j < averaged.Count; j++)
        {
            var error = averaged[j].SubjectStandardError;
            comparison.Near(averaged[j].Name, expected.Numbers("subject")[j], averaged[j].Subject, 1e-3 * error);
            comparison.Near($"{averaged[j].Name} population", expected.Numbers("population")[j], averaged[j].Population, 2e-3 * error);
        }

        var logit = Glmm.Fit("cbind(caught, trials - caught) ~ a + x + (1 | g)", Field.Value, Family.Binomial());
        var (risks, standard) = (logit.Standardise("a"), Root.GetProperty("standardised"));
        comparison.Near("high", standard.Numbers("risks")[0], risks[0].Estimate, 1e-4);
        comparison.Near("low", standard.Numbers("risks")[1], risks[1].Estimate, 1e-4);
        comparison.Near("difference", standard.Number("difference"), risks.Effects[0].Estimate, 1e-4);
        comparison.Near("ratio", standard.Number("ratio"), risks.Ratios[0].Estimate, 1e-3);
        comparison.Near("odds ratio", standard.Number("odds"), risks.OddsRatios[0].Estimate, 1e-3);
        comparison.Done();
    }

    private static Dictionary<string, double[]> At(string name, double value) => new() { [name] = [value] };

    private static void Coefficients(string name, JsonElement expected, CoefficientTests tests)
    {
        var comparison = new Comparison(name);
        foreach (var row in expected.EnumerateArray())
        {
            var own = tests[row.Text("name")];
            Same(comparison, row, own.Estimate, own.StandardError, own.DegreesOfFreedom, double.NaN);
        }

        comparison.Done();
    }

    private static void Terms(string name, JsonElement expected, TermTests tests)
    {
        var comparison = new Comparison(name);
        foreach (var row in expected.EnumerateArray())
        {
            var (term, statistic) = (row.Text("name"), row.Number("statistic"));
            comparison.Near($"{term} statistic", statistic, tests[term].Statistic, (2e-3 * statistic) + 1e-5);
            var df = row.Number("df");
            if (!double.IsNaN(df)) comparison.Near($"{term} df", df, tests[term].DenominatorDegrees, 2e-3 * df);
        }

        comparison.Done();
    }

    private static void Means(JsonElement expected, MarginalMeans means, params string[] variables)
    {
        var comparison = new Comparison(string.Join(" ", variables));
        Assert.Equal(expected.GetArrayLength(), means.Count);
        foreach (var row in expected.EnumerateArray())
        {
            var own = means.Single(m => string.Join(", ", variables.Select(v => m.Levels[v])) == row.Text("name"));
            Same(comparison, row, own.Estimate, own.StandardError, own.DegreesOfFreedom, own.Lower);
        }

        comparison.Done();
    }

    private static void Contrasts(JsonElement expected, MarginalContrasts contrasts, Func<MarginalContrast, string, bool> isNamed)
    {
        var comparison = new Comparison("contrasts");
        Assert.Equal(expected.GetArrayLength(), contrasts.Count);
        foreach (var row in expected.EnumerateArray())
        {
            var own = contrasts.Single(c => isNamed(c, row.Text("name")));
            Same(comparison, row, own.Estimate, own.StandardError, own.DegreesOfFreedom, own.Lower);
        }

        comparison.Done();
    }

    private static void Same(Comparison comparison, JsonElement row, double estimate, double standardError, double degrees, double lower)
    {
        var (name, se, df) = (row.Text("name"), row.Number("se"), row.Number("df"));
        comparison.Near($"{name} estimate", row.Number("estimate"), estimate, 1e-3 * se);
        comparison.Near($"{name} standard error", se, standardError, 1e-3 * se);
        if (!double.IsNaN(lower)) comparison.Near($"{name} lower", row.Number("lower"), lower, 3e-3 * se);
        if (double.IsNaN(df)) Assert.True(double.IsPositiveInfinity(degrees));
        else comparison.Near($"{name} df", df, degrees, 2e-3 * df);
    }
}
