using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Inference;

/// <summary>Cluster-robust covariances against clubSandwich, and what else is read off a fit, against lme4, glmmTMB and
/// performance.</summary>
public sealed class RobustTests
{
    private static readonly JsonElement Root = Read("reading.json");

    [Theory]
    [InlineData("slopes", 18)]
    [InlineData("split", 6)]
    [InlineData("litters", 27)]
    public void Robust_covariances_and_degrees_of_freedom_are_those_of_clubSandwich(string name, int clusters)
    {
        var fit = Fit(name);
        var expected = Root.GetProperty("robust").EnumerateArray().Single(r => r.Text("name") == name);
        var comparison = new Comparison(name);
        foreach (var kind in new[] { ClusterRobust.CR0, ClusterRobust.CR1, ClusterRobust.CR2 })
        {
            var e = expected.GetProperty(kind.ToString());
            var actual = fit.RobustCovariance(kind);
            Covariance(comparison, $"{kind}", e.GetProperty("covariance"), actual);
            var tests = fit.CoefficientTests(kind);
            for (var j = 0; j < tests.Count; j++)
            {
                comparison.Near($"df of {tests[j].Name}", e.Numbers("df")[j], tests[j].DegreesOfFreedom, 2e-3 * e.Numbers("df")[j]);
                comparison.Near($"se of {tests[j].Name}", Math.Sqrt(actual[j, j]), tests[j].StandardError, 1e-9 * tests[j].StandardError);
            }
        }

        comparison.Done();

        // CR1p differs from CR1 by what it divides by, and has so many degrees of freedom.
        var p = fit.FixedEffects.Count;
        double m = clusters;
        if (m <= p)
        {
            Assert.Contains("more clusters", Assert.Throws<GlmmException>(() => fit.RobustCovariance(ClusterRobust.CR1p)).Message);
            return;
        }

        Assert.All(fit.CoefficientTests(ClusterRobust.CR1p), (test, j) =>
        {
            Assert.Equal(m - p, test.DegreesOfFreedom);
            Assert.Equal(Math.Sqrt(fit.RobustCovariance(ClusterRobust.CR1)[j, j] * (m - 1) / (m - p)), test.StandardError, 1e-12);
        });
    }

    [Fact]
    public void Robust_covariances_of_generalized_models()
    {
        // Without random effects the scores are those of a generalized linear model.
        var cbpp = InferenceReference.Data("cbpp").AsFactor("period");
        var plain = Glmm.Fit("cbind(incidence, size - incidence) ~ period", cbpp, Family.Binomial());
        var comparison = new Comparison("binomial");
        foreach (var kind in new[] { ClusterRobust.CR0, ClusterRobust.CR1 })
            Covariance(comparison, $"{kind}", Root.GetProperty("binomial").GetProperty(kind.ToString()),
                plain.RobustCovariance(kind, "herd"));
        comparison.Done();
        Assert.Contains("Name the column", Assert.Throws<GlmmException>(() => plain.RobustCovariance(ClusterRobust.CR0)).Message);
        Assert.Contains("CR1", Assert.Throws<GlmmException>(() => plain.RobustCovariance(ClusterRobust.CR2, "herd")).Message);
        Assert.Contains("no column \"hred\"", Assert.Throws<GlmmException>(() => plain.RobustCovariance(ClusterRobust.CR0,
            "hred")).Message);
        var crossed = Glmm.Fit("count ~ mined + (1 | site) + (1 | spp)", InferenceReference.Data("salamanders"), Family.Poisson());
        Assert.Contains("crossed", Assert.Throws<GlmmException>(() => crossed.RobustCovariance(ClusterRobust.CR0)).Message);
        Assert.Contains("reach over", Assert.Throws<GlmmException>(() => crossed.RobustCovariance(ClusterRobust.CR0, "site")).Message);

        // Where the model is right and clusters are many, the sandwich is the model's covariance; where clusters differ in what the model
        // leaves out, it is larger.
        double Ratio(bool ignored)
        {
            var random = new Random(3);
            double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var rows = Enumerable.Range(0, 400).SelectMany(g =>
            {
                var (u, v, x) = (0.7 * Normal(), ignored ? 0.8 * Normal() : 0, Normal());
                return Enumerable.Range(0, 6).Select(i =>
                {
                    var z = Normal();
                    return new { site = $"s{g}", x, z, y = random.NextDouble() < 1 / (1 + Math.Exp(-(-0.5 + (0.5 * x) + ((0.5 + v) * z)
                        + u))) ? 1 : 0 };
                }).ToArray();
            }).ToArray();
            var fit = Glmm.Fit("y ~ x + z + (1 | site)", FieldData.From(rows), Family.Binomial());
            return fit.CoefficientTests(ClusterRobust.CR0)["z"].StandardError / fit.FixedEffects["z"].StandardError;
        }

        Assert.InRange(Ratio(ignored: false), 0.9, 1.1);
        Assert.InRange(Ratio(ignored: true), 1.12, 2);
    }

    [Fact]
    public void Leverage_distances_and_working_residuals_of_rows_are_those_of_lme4()
    {
        var root = Read("rows.json");
        var sleep = InferenceReference.Fit("sleep");
        var e = root.GetProperty("sleep");
        Assert.Equal(e.Numbers("leverage"), sleep.Leverage(), (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal(e.Numbers("cooks"), sleep.CooksDistance(), (a, b) => Math.Abs(a - b) < 1e-3 * Math.Max(0.01, a));
        Assert.Equal(root.GetProperty("cbpp").Numbers("working"), InferenceReference.Fit("cbpp").WorkingResiduals(), (a, b) =>
            Math.Abs(a - b) < 2e-3 * Math.Max(1, Math.Abs(a)));
        Assert.Equal(180 - 6, sleep.ResidualDegreesOfFreedom());
    }

    [Fact]
    public void Chosen_random_terms_and_covariances_of_effects_are_those_of_lme4()
    {
        var split = Fit("split");
        var re = Root.GetProperty("re");
        Assert.Equal(re.Numbers("block"), split.Predict(randomTerms: ["B"]).Estimate, (a, b) => Math.Abs(a - b) < 5e-3);
        Assert.Equal(split.Predict(randomTerms: ["B"]).Estimate, split.Predict(randomTerms: ["(1 | B)"]).Estimate);
        Assert.Equal(re.Numbers("all"), split.Predict(randomTerms: [.. split.Groups.Select(g => g.Group)]).Estimate, (a, b) =>
            Math.Abs(a - b) < 5e-3);
        Assert.Equal(split.Predict(randomEffects: RandomEffectsUse.Population).Estimate, split.Predict(randomTerms: []).Estimate, (a, b) =>
            Math.Abs(a - b) < 1e-10);
        Assert.Contains("no random term", Assert.Throws<GlmmException>(() => split.Predict(randomTerms: ["C"])).Message);
        Assert.Contains("Conditional", Assert.Throws<GlmmException>(() => split.Predict(randomEffects: RandomEffectsUse.Population,
            randomTerms: ["B"])).Message);

        var fit = Fit("slopes");
        var variances = Root.GetProperty("variances");
        var covariance = fit.LevelCovariance("Subject", "310");
        for (var i = 0; i < 2; i++)
        {
            for (var j = 0; j < 2; j++)
                Assert.Equal(variances[i][j].GetDouble(), covariance.Matrix[i, j], 1e-3 * Math.Abs(variances[i][j].GetDouble()));
        }

        Assert.Equal(covariance.Matrix[0, 1], covariance["(Intercept)", "Days"]);
        Assert.Equal(fit.RandomEffects["Subject"]["310", "Days"].StandardDeviation, Math.Sqrt(covariance["Days", "Days"]), 1e-9);
        Assert.Contains("no level \"3100\"", Assert.Throws<GlmmException>(() => fit.LevelCovariance("Subject", "3100")).Message);
    }

    [Fact]
    public void Kinds_of_predictions_of_a_zero_inflated_model_are_glmmTMBs()
    {
        var data = InferenceReference.Data("salamanders");
        var fit = Glmm.Fit("count ~ mined + (1 | site)", data, Family.Poisson(), new GlmmOptions { ZeroInflation = "~ mined" });
        int[] rows = [.. Root.Numbers("rows").Select(r => (int)r)];
        var frogs = data.Take(rows);
        foreach (var (name, scale) in new[] { ("conditional", PredictionScale.ConditionalMean), ("zprob", PredictionScale.ZeroProbability),
            ("response", PredictionScale.Response) })
        {
            var e = Root.GetProperty("predictions").GetProperty(name);
            var actual = fit.Predict(frogs, scale);
            Assert.Equal(e.Numbers("fit"), actual.Estimate, (a, b) => Math.Abs(a - b) < 1e-3 * a);
            Assert.Equal(e.Numbers("se"), actual.StandardError, (a, b) => Math.Abs(a - b) < 1e-2 * a);
            Assert.All(actual.Lower.Zip(actual.Estimate), p => Assert.InRange(p.First, 0, p.Second));
        }

        Assert.Contains("no zero inflation", Assert.Throws<GlmmException>(() => InferenceReference.Fit("owls")
            .Predict(scale: PredictionScale.ZeroProbability)).Message);
    }

    [Fact]
    public void Intraclass_correlations_are_performances_and_Wald_intervals_glmmTMBs()
    {
        foreach (var (name, fit) in new[] { ("disease", InferenceReference.Fit("cbpp")), ("split", Fit("split")),
            ("slopes", Fit("slopes")) })
        {
            var e = Root.GetProperty("icc").GetProperty(name);
            var icc = fit.IntraclassCorrelation();
            Assert.Equal(e.Number("adjusted"), icc.Adjusted, 2e-3);
            Assert.Equal(e.Number("unadjusted"), icc.Unadjusted, 2e-3);
        }

        var disease = Root.GetProperty("wald").GetProperty("disease");
        var herd = InferenceReference.Fit("cbpp").VarianceIntervals()["sd_(Intercept)|herd"];
        Assert.Equal(disease.Number("lower"), herd.Lower, 2e-2 * herd.Lower);
        Assert.Equal(disease.Number("upper"), herd.Upper, 2e-2 * herd.Upper);
        var wald = Root.GetProperty("wald").GetProperty("gaussian");
        var gaussian = Glmm.Fit("Reaction ~ Days + (1 | Subject)", InferenceReference.Data("sleepstudy").AsFactor("Subject"))
            .VarianceIntervals();
        Assert.Equal(wald.Number("lower"), gaussian["sd_(Intercept)|Subject"].Lower, 1e-2 * wald.Number("lower"));
        Assert.Equal(wald.Number("upper"), gaussian["sd_(Intercept)|Subject"].Upper, 1e-2 * wald.Number("upper"));
        Assert.Equal(wald.Numbers("sigma"), [gaussian["sigma"].Lower, gaussian["sigma"].Upper], (a, b) => Math.Abs(a - b) < 1e-2 * a);
    }

    [Fact]
    public void Standardised_ratios_follow_from_the_means_and_odds()
    {
        var fit = InferenceReference.Fit("cbpp");
        var means = fit.Standardise("period");
        Assert.Equal(means[1].Estimate / means[0].Estimate, means.Ratios[0].Estimate, 1e-12);
        Assert.Equal(means[1].Estimate / (1 - means[1].Estimate) / (means[0].Estimate / (1 - means[0].Estimate)),
            means.OddsRatios[0].Estimate, 1e-12);
        // With the random effects at zero and one covariate the odds ratio is the model's own, and so is its uncertainty.
        var typical = fit.Standardise("period", randomEffects: RandomEffectsUse.Population);
        Assert.Equal(Math.Exp(fit.FixedEffects["period2"].Estimate), typical.OddsRatios[0].Estimate, 1e-9);
        Assert.Equal(fit.FixedEffects["period2"].StandardError * typical.OddsRatios[0].Estimate, typical.OddsRatios[0].StandardError, 1e-6);
        Assert.Equal(fit.CoefficientTests(DenominatorDegrees.BetweenWithin)["period2"].PValue, typical.OddsRatios[0].PValue, 1e-6);
        Assert.Equal("2 / 1", typical.Ratios[0].Name);
        Assert.Empty(InferenceReference.Fit("oats").Standardise("N").Ratios);
        Assert.Empty(InferenceReference.Fit("owls food").Standardise("FoodTreatment").OddsRatios);
        Assert.NotEmpty(InferenceReference.Fit("owls food").Standardise("FoodTreatment").Ratios);
    }

    [Fact]
    public void Small_sample_intervals_are_wider_than_normal_ones()
    {
        var disease = InferenceReference.Fit("cbpp");
        var small = disease.ConfidenceIntervals(IntervalMethod.SmallSample);
        var wald = disease.ConfidenceIntervals();
        foreach (var name in new[] { "(Intercept)", "period2" })
        {
            Assert.Equal(wald[name].Estimate, small[name].Estimate, 1e-9);
            Assert.InRange((small[name].Upper - small[name].Lower) / (wald[name].Upper - wald[name].Lower), 1.01, 1.4);
        }

        // Gaussian: the restricted Laplace likelihood is REML, exactly.
        var sleep = InferenceReference.Fit("sleep ML");
        var restricted = sleep.CoefficientTests(DenominatorDegrees.RestrictedBetweenWithin);
        Assert.Equal(InferenceReference.Fit("sleep").FixedEffects["Days"].StandardError, restricted["Days"].StandardError,
            1e-3 * restricted["Days"].StandardError);
        var kenward = sleep.ConfidenceIntervals(IntervalMethod.SmallSample)["Days"];
        Assert.Equal(InferenceReference.Fit("sleep").CoefficientTests(DenominatorDegrees.KenwardRoger)["Days"].Lower, kenward.Lower, 1e-3);
        Assert.Contains("15 levels of herd", disease.ToString() + disease.ToHtml());
    }

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, "tests",
        "reference", file))).RootElement;

    private static GlmmFit Fit(string name) => name switch
    {
        "slopes" => InferenceReference.Fit("sleep"),
        "split" => InferenceReference.Fit("oats"),
        _ => Glmm.Fit("weight ~ sex * Treatment + Lsize + (1 | Litter)", InferenceReference.Data("ratpupweight").AsFactor("Litter"), null,
            new GlmmOptions { Reml = true }),
    };

    private static void Covariance(Comparison comparison, string what, JsonElement expected, double[,] actual)
    {
        for (var i = 0; i < actual.GetLength(0); i++)
        {
            for (var j = 0; j <= i; j++)
            {
                comparison.Near($"{what} [{i}, {j}]", expected[i][j].GetDouble(), actual[i, j],
                    2e-3 * Math.Sqrt(expected[i][i].GetDouble() * expected[j][j].GetDouble()));
            }
        }
    }
}
