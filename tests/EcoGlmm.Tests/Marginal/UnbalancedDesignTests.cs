using System.Text.Json;
using EcoGlmm.Tests.Inference;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Marginal;

/// <summary>
/// What is asked of designs that lack rows: means and trends by emmeans, tests of terms by lmerTest and car, estimating equations with
/// gaps by geepack.
/// </summary>
public sealed class UnbalancedDesignTests
{
    private const DenominatorDegrees Kr = DenominatorDegrees.KenwardRoger;
    private static readonly GlmmOptions Reml = new() { Reml = true };
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "designs.json"))).RootElement;
    private static readonly Lazy<GlmmFit> Litters = new(() => Glmm.Fit("weight ~ sex * Treatment + Treatment:Lsize + Lsize + (1 | "
        + "Litter)",
        Without("ratpupweight", i => i % 5 == 0).AsFactor("Litter"), null, Reml));
    private static readonly Lazy<GlmmFit> Broods = new(() => Glmm.Fit("TICKS ~ YEAR * cHEIGHT + (1 | BROOD) + (1 | LOCATION)",
        Years(InferenceReference.Data("grouseticks")), Family.NegativeBinomial2()));

    [Fact]
    public void Kenward_and_Rogers_means_are_emmeans()
    {
        var workers = Glmm.Fit("score ~ Machine + (1 | Worker) + (1 | Worker:Machine)",
            Without("machines", i => i is 1 or 2 or 19 or 32).AsFactor("Worker"), null, Reml);
        Means("machines", workers.MarginalMeans("Machine", degrees: Kr), "Machine");
        Means("sexes", Litters.Value.MarginalMeans("sex * Treatment", at: new Dictionary<string, double[]> { ["Lsize"] = [10] },
            degrees: Kr), "sex", "Treatment");
        Means("proportional", Litters.Value.MarginalMeans("Treatment", weights: GridWeights.Proportional,
            degrees: DenominatorDegrees.Satterthwaite), "Treatment");
    }

    [Fact]
    public void Trends_and_their_differences_are_emmeans()
    {
        var trends = Litters.Value.Trends("Lsize", "Treatment", degrees: Kr);
        Means("trends", trends, "Treatment");
        Contrasts("trendPairs", trends.Contrasts(Adjustment.None));
        Contrasts("yearTrends", Broods.Value.Trends("cHEIGHT", "YEAR").Contrasts(Adjustment.None));
        Means("years", Broods.Value.MarginalMeans("YEAR", weights: GridWeights.Proportional), "YEAR");
    }

    [Fact]
    public void Proportional_weights_count_trials()
    {
        var herds = InferenceReference.Data("cbpp").AsFactor("period").AsFactor("herd");
        var data = herds.With("big", herds.Numbers("size").Select(s => s > 12 ? "yes" : "no"));
        var disease = Glmm.Fit("incidence / size ~ period + big + (1 | herd)", data, Family.Binomial(),
            new GlmmOptions { Weights = "size" });
        Means("trials", disease.MarginalMeans("period", PredictionScale.Link, GridWeights.Proportional), "period");
    }

    [Fact]
    public void Tests_of_terms_are_lmerTests_and_cars()
    {
        Terms("two", Litters.Value.TermTests(TestKind.TypeTwo, Kr));
        // Satterthwaite's degrees of freedom of several hypotheses together depend on how these are expressed: as differences from the
        // reference level.
        Terms("three", Litters.Value.TermTests(TestKind.TypeThree, DenominatorDegrees.Satterthwaite));
        Terms("wald", Broods.Value.TermTests(TestKind.TypeTwo, DenominatorDegrees.Infinite));
    }

    [Fact]
    public void Estimating_equations_of_subjects_with_gaps_are_geepacks()
    {
        var sorted = InferenceReference.Data("epilepsy");
        var (subject, period) = (sorted.Numbers("subject"), sorted.Numbers("period"));
        sorted = sorted.Take([.. Enumerable.Range(0, sorted.RowCount).OrderBy(i => subject[i]).ThenBy(i => period[i])]);
        var left = Left(sorted, i => i is 1 or 4 || (i >= 10 && (i - 10) % 7 == 0));
        Equations("ar1", Gee.Fit("y ~ trt * lbase + lage", left, "subject", Family.Poisson(), WorkingCorrelation.Ar1, "period"));
        Equations("exchangeable", Gee.Fit("y ~ trt * lbase + lage", left, "subject", Family.Poisson()));
    }

    [Fact]
    public void Estimating_equations_with_a_known_scale_are_geepacks()
    {
        // geepack's scale.fix holds the scale at that of the model it starts from, not at one.
        var data = Without("bacteria", i => i % 9 == 0);
        Equations("fixedScale", Gee.Fit("cured ~ trt + week", data.With("cured", data.Texts("y").Select(t => t == "n" ? 1.0 : 0.0)), "ID",
            Family.Binomial(), scale: Root.GetProperty("gee").GetProperty("fixedScale").Number("scale")), hasCriterion: false);
    }

    [Fact]
    public void A_scale_below_zero_is_refused() => Assert.Contains("above zero", Assert.Throws<GlmmException>(() =>
        Gee.Fit("y ~ trt", InferenceReference.Data("epilepsy"), "subject", Family.Poisson(), scale: -1)).Message);

    private static FieldData Years(FieldData ticks) => ticks.With("YEAR", ticks.Numbers("YEAR").Select(y => $"y{y}")).AsFactor("BROOD")
        .AsFactor("LOCATION");

    private static FieldData Without(string name, Func<int, bool> leaves) => Left(InferenceReference.Data(name), leaves);

    private static FieldData Left(FieldData data, Func<int, bool> leaves) => data.Take([.. Enumerable.Range(0, data.RowCount)
        .Where(i => !leaves(i))]);

    private static void Means(string name, MarginalMeans means, params string[] variables)
    {
        var comparison = new Comparison(name);
        var rows = Root.GetProperty(name).EnumerateArray().ToArray();
        Assert.Equal(rows.Length, means.Count);
        foreach (var row in rows)
        {
            var mean = means.Single(m => string.Join(", ", variables.Select(v => m.Levels[v])) == row.Text("name"));
            Same(comparison, row, mean.Estimate, mean.StandardError, mean.DegreesOfFreedom, mean.Lower);
        }

        comparison.Done();
    }

    private static void Contrasts(string name, MarginalContrasts contrasts)
    {
        var comparison = new Comparison(name);
        var rows = Root.GetProperty(name).EnumerateArray().ToArray();
        Assert.Equal(rows.Length, contrasts.Count);
        foreach (var row in rows)
        {
            var contrast = contrasts[row.Text("name")];
            Same(comparison, row, contrast.Estimate, contrast.StandardError, contrast.DegreesOfFreedom, contrast.Lower);
        }

        comparison.Done();
    }

    private static void Same(Comparison comparison, JsonElement row, double estimate, double standardError, double degrees, double lower)
    {
        var (name, se, df) = (row.Text("name"), row.Number("se"), row.Number("df"));
        comparison.Near($"{name} estimate", row.Number("estimate"), estimate, 1e-3 * se);
        comparison.Near($"{name} standard error", se, standardError, 1e-3 * se);
        comparison.Near($"{name} lower", row.Number("lower"), lower, 3e-3 * se);
        if (double.IsNaN(df)) Assert.True(double.IsPositiveInfinity(degrees));
        else comparison.Near($"{name} df", df, degrees, 2e-3 * df);
    }

    private static void Equations(string name, GeeFit gee, bool hasCriterion = true)
    {
        var expected = Root.GetProperty("gee").GetProperty(name);
        var comparison = new Comparison(name);
        var robust = expected.Numbers("robust");
        for (var j = 0; j < robust.Length; j++)
        {
            comparison.Near("estimate", expected.Numbers("estimate")[j], gee.FixedEffects[j].Estimate, 1e-5 * robust[j]);
            comparison.Near("robust", robust[j], gee.FixedEffects[j].StandardError, 1e-5 * robust[j]);
            comparison.Near("model", expected.Numbers("model")[j], gee.ModelStandardErrors[j], 1e-5 * robust[j]);
        }

        comparison.Near("scale", expected.Number("scale"), gee.Scale, 1e-6 * gee.Scale);
        comparison.Near("correlation", expected.Number("alpha"), gee.CorrelationParameters[0], 1e-6);
        if (hasCriterion) comparison.Near("QIC", expected.Number("qic"), gee.Qic, 1e-5 * Math.Abs(expected.Number("qic")));
        comparison.Done();
    }

    private static void Terms(string name, TermTests tests)
    {
        var comparison = new Comparison(name);
        foreach (var row in Root.GetProperty(name).EnumerateArray())
        {
            var (term, statistic, ddf) = (row.Text("name"), row.Number("statistic"), row.Number("ddf"));
            comparison.Near($"{term} statistic", statistic, tests[term].Statistic, 1e-3 * statistic);
            if (!double.IsNaN(ddf)) comparison.Near($"{term} df", ddf, tests[term].DenominatorDegrees, 2e-3 * ddf);
        }

        comparison.Done();
    }
}
