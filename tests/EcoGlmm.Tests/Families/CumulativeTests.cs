using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Families;

public class CumulativeTests
{
    private static readonly string[] Levels = ["low", "medium", "high"];

    [Theory]
    [InlineData("logit")]
    [InlineData("probit")]
    [InlineData("cauchit")]
    public void Two_categories_are_a_binomial_response(string link)
    {
        var data = Simulated(300, Family.Parse("cumulative", link));
        var two = data.With("high", [.. data.Numbers("score").Select(s => s > 2 ? 1.0 : 0.0)]);
        var cumulative = Glmm.Fit("high ~ x + h + (1 | g)", two, Family.Cumulative(Link.Parse(link)));
        var binomial = Glmm.Fit("high ~ x + h + (1 | g)", two, Family.Binomial(Link.Parse(link)));
        Assert.Equal(binomial.LogLikelihood, cumulative.LogLikelihood, 6);
        Assert.Equal(["x", "hb", "hc"], cumulative.FixedEffects.Names);
        Assert.Equal(binomial.FixedEffects["x"].Estimate, cumulative.FixedEffects["x"].Estimate, 4);
        Assert.Equal(binomial.FixedEffects["hc"].StandardError, cumulative.FixedEffects["hc"].StandardError, 4);
        Assert.Equal(-binomial.FixedEffects["(Intercept)"].Estimate, cumulative.FamilyParameters["0|1"], 3);
        Assert.Equal(binomial.FixedEffects["(Intercept)"].StandardError, cumulative.FamilyParameters.StandardError("0|1"), 3);
        Assert.Equal(binomial.ParameterCount, cumulative.ParameterCount);
        Assert.Equal(binomial.Predict().Estimate[3], cumulative.PredictProbabilities().Of("1")[3], 4);
        Assert.Equal(binomial.Predict().StandardError[3], cumulative.PredictProbabilities().StandardError[3][1], 4);
        Assert.Equal(binomial.Predict().Lower[3], cumulative.PredictProbabilities().Lower[3][1], 0.02);
    }

    [Fact]
    public void Known_effects_and_thresholds_are_found_again()
    {
        var fit = Fit(4000, out _);
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Near(1.2, fit.FixedEffects["x"]);
        Near(-1, fit.FamilyParameters.Rows["low|medium"]);
        Near(1, fit.FamilyParameters.Rows["medium|high"]);
        Assert.InRange(fit.VarianceComponents[0].StandardDeviation, 0.4, 1.2);

        static void Near(double truth, Coefficient c)
        {
            Assert.InRange((c.Estimate - truth) / c.StandardError, -3.5, 3.5);
            Assert.InRange(c.StandardError, 0.01, 0.3);
        }
    }

    [Fact]
    public void Predictions_agree_with_each_other()
    {
        var fit = Fit(300, out var data);
        var probabilities = fit.PredictProbabilities();
        var fitted = fit.Fitted();
        var response = fit.Predict();
        var link = fit.Predict(scale: PredictionScale.Link, randomEffects: RandomEffectsUse.Population);
        Assert.Equal(Levels, probabilities.Categories);
        for (var i = 0; i < 20; i++)
        {
            var p = probabilities.Probability[i];
            Assert.Equal(1, p.Sum(), 12);
            Assert.Equal(p[0] + (2 * p[1]) + (3 * p[2]), fitted[i], 10);
            Assert.Equal(fitted[i], response.Estimate[i], 10);
            Assert.InRange(response.Lower[i], 1, fitted[i]);
            Assert.InRange(response.Upper[i], fitted[i], 3);
            Assert.Equal(fit.FixedEffects["x"].Estimate * data.Numbers("x")[i], link.Estimate[i], 10);
        }

        // New rows are taken as the training rows were, whatever their own means.
        var again = fit.PredictProbabilities(data.Where(row => row.Number("x") > 0.5));
        var rows = Enumerable.Range(0, data.RowCount).Where(i => data.Numbers("x")[i] > 0.5).ToArray();
        Assert.Equal(rows.Select(i => probabilities.Probability[i][2]).ToArray(), again.Of("high"));
        Assert.Contains("medium", again.ToString());
        Assert.Contains("medium", again.ToHtml());
        Assert.Equal(rows.Length, again.ToFieldData().RowCount);
        Assert.Throws<GlmmException>(() => again.Of("middle"));
    }

    [Fact]
    public void Simulated_residuals_of_the_right_model_are_uniform_and_of_a_wrong_one_are_not()
    {
        var fit = Fit(1500, out var data);
        var residuals = fit.SimulatedResiduals();
        Assert.InRange(residuals.TestUniformity().PValue, 0.01, 1);
        Assert.InRange(residuals.TestDispersion().PValue, 0.01, 1);
        Assert.All(fit.Simulate(3, 1).SelectMany(s => s), y => Assert.Contains(y, new[] { 1.0, 2, 3 }));
        var noise = Glmm.Fit("level ~ 1", data, Family.CumulativeLogit()).SimulatedResiduals();
        Assert.InRange(noise.TestQuantiles(data.Numbers("x")).PValue, 0, 1e-6);
        Assert.Equal(1500, fit.Residuals(ResidualType.Deviance).Length);
        Assert.InRange(fit.Residuals().Sum(r => r * r) / 1500, 0.7, 1.2);
    }

    [Fact]
    public void Every_display_names_the_thresholds()
    {
        var fit = Fit(300, out _);
        Assert.StartsWith("Cumulative logit mixed model", fit.ToString());
        Assert.Contains("Thresholds (logit link)", fit.ToString());
        Assert.Contains("medium|high", fit.ToString());
        Assert.Contains("low < medium < high", fit.ToString());
        Assert.Contains("medium|high", fit.ToHtml());
        Assert.Contains("\"familyParameters\":{\"low|medium\":", fit.ToJson());
        Assert.Contains("\"familyParameterStandardErrors\":{\"low|medium\":0.", fit.ToJson());
        Assert.DoesNotContain("(Intercept)\",\"estimate", fit.ToJson());
    }

    [Fact]
    public void Thresholds_stay_right_for_covariates_far_from_zero()
    {
        var data = Simulated(300, Family.CumulativeLogit());
        var far = data.With("year", [.. data.Numbers("x").Select(x => 2010 + (5 * x))]);
        var near = Glmm.Fit("score ~ x + (1 | g)", data, Family.CumulativeLogit());
        var fit = Glmm.Fit("score ~ year + (1 | g)", far, Family.CumulativeLogit());
        Assert.Equal(near.LogLikelihood, fit.LogLikelihood, 6);
        Assert.Equal(near.FixedEffects["x"].StandardError / 5, fit.FixedEffects["year"].StandardError, 5);
        Assert.Equal(near.FamilyParameters["1|2"] + (2010 * fit.FixedEffects["year"].Estimate), fit.FamilyParameters["1|2"], 3);
        Assert.Equal(2010 * fit.FixedEffects["year"].StandardError, fit.FamilyParameters.StandardError("1|2"), 0.5);
    }

    [Fact]
    public void What_cannot_be_fitted_is_refused_in_words()
    {
        var data = Simulated(60, Family.CumulativeLogit()).With("weight", [.. Enumerable.Range(0, 60).Select(i => 0.5 + i)]);
        string Message(string formula, GlmmOptions? options = null) =>
            Assert.Throws<GlmmException>(() => Glmm.Fit(formula, data, Family.CumulativeLogit(), options)).Message;
        Assert.Contains("row", Message("weight ~ x"));
        Assert.Contains("whole numbers", Message("weight ~ x"));
        Assert.Contains("thresholds", Message("score ~ 0 + x"));
        Assert.Contains("ZeroInflation", Message("score ~ x", new GlmmOptions { ZeroInflation = "~ 1" }));
        Assert.Contains("same in every row", Message("I(score * 0) ~ x"));
        Assert.Contains("cbind", Message("cbind(score, score) ~ x").Replace("successes and failures", "cbind"));
        Assert.Contains("Family.Cumulative()", Assert.Throws<GlmmException>(() => Glmm.Fit("x ~ 1", data).PredictProbabilities()).Message);
    }

    [Fact]
    public void A_category_that_a_covariate_separates_ends_in_a_stated_reason()
    {
        var data = FieldData.From(Enumerable.Range(0, 60).Select(i => new { y = 1 + (i / 20), x = i / 20.0 }).ToArray());
        var fit = Glmm.Fit("y ~ x", data, Family.CumulativeLogit());
        Assert.NotEmpty(fit.Convergence.Problems);
        Assert.False(fit.Convergence.IsConverged);
    }

    [Fact]
    public void Far_tails_keep_their_derivatives()
    {
        foreach (var link in new[] { "logit", "probit", "cloglog", "cauchit" })
        {
            var family = Family.Parse("cumulative", link).WithCategories(["1", "2", "3"]);
            foreach (var eta in new[] { -600, -35.0, 35, 600 })
            {
                foreach (var y in new[] { 1, 2, 3 })
                {
                    var o = Evaluation.At(family, y, 1, eta, 0);
                    Assert.All(o, v => Assert.False(double.IsNaN(v), $"{link} y={y} eta={eta}: {string.Join(", ", o)}"));
                    Assert.True(link == "cauchit" || o[2] <= 1e-9 * Math.Abs(o[0]), $"{link} y={y} eta={eta}: {o[2]}");
                }
            }
        }
    }

    private static GlmmFit Fit(int rows, out FieldData data)
    {
        data = Simulated(rows, Family.CumulativeLogit());
        data = data.With("level", data.Numbers("score").Select(s => Levels[(int)s - 1])).AsFactor("level", Levels);
        return Glmm.Fit("level ~ x + (1 | g)", data, Family.CumulativeLogit());
    }

    private static FieldData Simulated(int rows, Family family)
    {
        var random = new RandomStream(31);
        var three = family.WithCategories(Levels).WithShapes([-1, Math.Log(2)]);
        var effects = Enumerable.Range(0, 25).Select(_ => 0.8 * random.NextNormal()).ToArray();
        return FieldData.From(Enumerable.Range(0, rows).Select(i =>
        {
            var x = random.NextNormal();
            return new { x, h = "abc"[i % 3].ToString(), g = $"g{i % 25}", score = three.Draw(random, (1.2 * x) + effects[i % 25], 1, 1) };
        }).ToArray());
    }
}
