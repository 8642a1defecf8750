using EcoGlmm.Tests.Inference;

namespace EcoGlmm.Tests.Planning;

/// <summary>Simulation without a fit, power, selection, averaging and cross-validation.</summary>
public sealed class PlanningTests
{
    private static readonly Dictionary<string, double> Truth = new()
    {
        ["(Intercept)"] = 1, ["x"] = 0.5, ["sd_(Intercept)|g"] = 2, ["sd_x|g"] = 1, ["cor_x.(Intercept)|g"] = -0.5, ["sigma"] = 0.7,
    };

    [Fact]
    public void A_design_is_simulated_with_its_parameters()
    {
        var design = FieldData.From(Enumerable.Range(0, 4000).Select(i => new { g = $"g{i / 10}", x = ((i % 10) / 4.5) - 1 }));
        var y = Glmm.Simulate("y ~ x + (x | g)", design, Truth, count: 2, seed: 9);
        var fit = Glmm.Fit("y ~ x + (x | g)", design.With("y", y[0]));
        Assert.Equal(1, fit.FixedEffects["(Intercept)"].Estimate, 4 * fit.FixedEffects["(Intercept)"].StandardError);
        Assert.Equal(0.5, fit.FixedEffects["x"].Estimate, 4 * fit.FixedEffects["x"].StandardError);
        Assert.Equal(2, fit.VarianceComponents[0].StandardDeviation, 0.3);
        Assert.Equal(-0.5, fit.VarianceComponents.First(c => !string.IsNullOrEmpty(c.Term2)).Correlation, 0.15);
        Assert.Equal(0.7, fit.Sigma, 0.03);
        Assert.NotEqual(y[0][0], y[1][0]);
        Assert.Equal(y[1], Glmm.Simulate("y ~ x + (x | g)", design, Truth, count: 2, seed: 9)[1]);
    }

    [Fact]
    public void Other_families_and_parts_are_simulated()
    {
        var design = FieldData.From(Enumerable.Range(0, 5000).Select(i => new { g = $"g{i / 25}", n = 7 }));
        var zeros = Glmm.Simulate("y ~ 1 + (1 | g)", design, new Dictionary<string, double> { ["(Intercept)"] = 2,
            ["sd_(Intercept)|g"] = 0.3, ["sigma"] = 5, ["zi_(Intercept)"] = 0 },
            Family.NegativeBinomial2(), new GlmmOptions { ZeroInflation = "~ 1" })[0];
        Assert.InRange(zeros.Count(v => v == 0) / 5000.0, 0.47, 0.56);
        var successes = Glmm.Simulate("cbind(y, n - y) ~ 1 + (1 | g)", design, new Dictionary<string, double> { ["(Intercept)"] = 0,
            ["sd_(Intercept)|g"] = 1 }, Family.Binomial())[0];
        Assert.InRange(successes.Average(), 3.2, 3.8);
        Assert.All(successes, v => Assert.InRange(v, 0, 7));
    }

    [Fact]
    public void What_is_missing_is_listed()
    {
        var design = FieldData.From(Enumerable.Range(0, 20).Select(i => new { g = $"g{i / 5}", x = i }));
        var missing = Assert.Throws<GlmmException>(() => Glmm.Simulate("y ~ x + (1 | g)", design,
            new Dictionary<string, double> { ["(Intercept)"] = 1, ["x"] = 1 })).Message;
        Assert.Contains("sigma", missing);
        Assert.Contains("sd_(Intercept)|g", missing);
        var stray = new Dictionary<string, double> { ["(Intercept)"] = 1, ["x"] = 1, ["sd_(Intercept)|g"] = 1, ["sigma"] = 1, ["z"] = 1 };
        Assert.Contains("no parameter \"z\"", Assert.Throws<GlmmException>(() => Glmm.Simulate("y ~ x + (1 | g)", design, stray)).Message);
    }

    [Fact]
    public void The_power_of_a_t_test_is_Rs()
    {
        // power.t.test(n = 25, delta = 0.8) of R 4.2.
        const double expected = 0.7910;
        var design = FieldData.From(Enumerable.Range(0, 50).Select(i => new { group = i < 25 ? "a" : "b" }));
        var truth = new Dictionary<string, double> { ["(Intercept)"] = 0, ["groupb"] = 0.8, ["sigma"] = 1 };
        var power = Glmm.Power("y ~ group", design, truth, "groupb", null, new GlmmOptions { Reml = true },
            new PowerOptions { Simulations = 1000 });
        Assert.InRange(expected, power[0].Lower - 0.01, power[0].Upper + 0.01);
        Assert.InRange(power[0].Coverage, 0.93, 0.97);
        Assert.InRange(power[0].TypeM, 1.02, 1.25);
        Assert.InRange(Math.Abs(power[0].Bias), 0, 0.04);
        Assert.Contains("Power for groupb", power.ToHtml());
    }

    [Fact]
    public void Power_stops_when_it_is_known_and_goes_on_from_a_file()
    {
        FieldData Sites(int count) => FieldData.From(Enumerable.Range(0, count * 4).Select(i => new { site = $"s{i / 4}", x = i / 4 % 2 == 0
            ? "new" : "old" }));
        var truth = new Dictionary<string, double> { ["(Intercept)"] = 1, ["xold"] = -1.5, ["sd_(Intercept)|site"] = 0.2 };
        var file = Path.GetTempFileName();
        try
        {
            var options = new PowerOptions { Simulations = 300, Target = 0.5, ResumeFile = file, Seed = 4 };
            PowerAnalysis Run(PowerOptions power) => Glmm.Power("y ~ x + (1 | site)", [("12", (object)Sites(12))], truth, "xold",
                Family.Poisson(), power: power);
            var first = Run(options);
            Assert.Equal(100, first["12"].Simulations);
            Assert.True(first["12"].Power > 0.9);
            Assert.Equal(100, File.ReadAllLines(file).Count(l => l.Length > 0));
            var more = Run(options with { Target = null, Simulations = 150 });
            Assert.Equal(150, more["12"].Simulations);
            Assert.Equal(Run(options with { Target = null, Simulations = 150, ResumeFile = null, MaxThreads = 1 })["12"], more["12"]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_pilot_has_the_power_of_more_levels()
    {
        var fit = InferenceReference.Fit("cbpp");
        var power = fit.Power("period2", value: -0.7, along: "herd", levels: [8, 40], power: new PowerOptions { Simulations = 60 });
        Assert.True(power["40"].Power > power["8"].Power);
        Assert.Equal(-0.7, power.Truth);
    }

    [Fact]
    public void Models_are_weighed_and_averaged()
    {
        var data = InferenceReference.Data("sleepstudy");
        var selection = Glmm.Select([("none", "Reaction ~ 1 + (1 | Subject)"), ("days", "Reaction ~ Days + (1 | Subject)"),
            ("slopes", "Reaction ~ Days + (Days | Subject)")], data);
        Assert.Equal("slopes", selection.Best.Name);
        Assert.Equal(1, selection.Sum(m => m.Weight), 1e-12);
        Assert.Equal(selection["days"].Fit.Aicc - selection["slopes"].Fit.Aicc, selection["days"].Delta, 1e-9);
        Assert.True(selection["slopes"].ConditionalAic < selection["days"].ConditionalAic);
        Assert.InRange(selection["slopes"].EffectiveCoefficients, 20, 36);
        var average = Glmm.Average(("days", selection["days"].Fit), ("none", selection["none"].Fit));
        Assert.InRange(average["Days"].Importance, 0.99, 1);
        Assert.Equal(selection["days"].Fit.Predict().Estimate[3], average.Predict().Estimate[3], 0.1);
        Assert.Contains("same name", Assert.Throws<GlmmException>(() => Glmm.Select([("a", "Reaction ~ 1"), ("a", "Reaction ~ Days")],
            data)).Message);
    }

    [Fact]
    public void Log_scores_are_densities_of_rows_left_out()
    {
        var data = InferenceReference.Data("sleepstudy");
        var validation = Glmm.CrossValidate("Reaction ~ Days + (Days | Subject)", data, folds: 6, seed: 3);
        const int row = 17;
        var left = Enumerable.Range(0, 180).Where(i => validation.Folds[i] == validation.Folds[row]).ToArray();
        var fit = Glmm.Fit("Reaction ~ Days + (Days | Subject)", data.Take([.. Enumerable.Range(0, 180).Except(left)]));
        var predicted = fit.Predict(data.Take([row]), PredictionScale.Link);
        var variance = (fit.Sigma * fit.Sigma) + Math.Pow(predicted.StandardError[0], 2);
        var expected = -0.5 * (Math.Log(2 * Math.PI * variance) + (Math.Pow(data.Numbers("Reaction")[row] - predicted.Estimate[0], 2)
            / variance));
        Assert.Equal(expected, validation.LogScores[row], 1e-4);
        Assert.InRange(validation.Pit.Average(), 0.4, 0.6);
        var worse = Glmm.CrossValidate("Reaction ~ 1 + (1 | Subject)", data, folds: 6, seed: 3);
        Assert.True(worse.LogScore < validation.LogScore && worse.Crps > validation.Crps && worse.Brier > validation.Brier);
    }

    [Fact]
    public void Whole_groups_can_be_left_out()
    {
        var validation = InferenceReference.Fit("cbpp").CrossValidate(group: "herd");
        Assert.Equal(15, validation.Folds.Distinct().Count());
        Assert.Equal(0, validation.FailedFolds);
        Assert.All(validation.LogScores, v => Assert.True(v < 0));
        Assert.Contains("herd left out", validation.ToHtml());
    }
}
