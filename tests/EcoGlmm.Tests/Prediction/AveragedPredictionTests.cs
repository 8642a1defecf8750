using EcoGlmm.Tests.Inference;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Prediction;

/// <summary>Predictions averaged over the random effects: against integrate() and numDeriv in R, and against simulation.</summary>
public sealed class AveragedPredictionTests
{
    [Theory]
    [InlineData("cbpp")]
    [InlineData("slopes")]
    [InlineData("salamanders")]
    public void Averages_and_their_errors_are_those_of_numerical_integration(string name)
    {
        var expected = InferenceReference.Root.GetProperty("averaged").GetProperty(name);
        var fit = InferenceReference.Fit(name);
        // The grouping column need not be there.
        var predicted = name == "cbpp"
            ? fit.Predict(FieldData.From(new Dictionary<string, object> { ["period"] = new[] { "1", "2", "3", "4" } }),
                randomEffects: RandomEffectsUse.Averaged)
            : fit.Predict(randomEffects: RandomEffectsUse.Averaged);
        var rows = InferenceReference.Root.Numbers("averagedRows");
        var (estimate, error) = (expected.Numbers("estimate"), expected.Numbers("se"));
        var comparison = new Comparison(name);
        for (var k = 0; k < estimate.Length; k++)
        {
            var i = name == "cbpp" ? k : (int)rows[k] - 1;
            comparison.Near($"mean {k}", estimate[k], predicted.Estimate[i], 2e-3 * error[k]);
            comparison.Near($"error {k}", error[k], predicted.StandardError[i], 5e-3 * error[k]);
            Assert.InRange(predicted.Estimate[i], predicted.Lower[i], predicted.Upper[i]);
        }

        comparison.Done();
    }

    [Fact]
    public void Simulated_populations_have_the_averaged_mean()
    {
        var fit = Glmm.Fit("count ~ mined + (1 | site)", InferenceReference.Data("salamanders"), Family.TruncatedNegativeBinomial2(),
            new GlmmOptions { ZeroInflation = "~ mined + (1 | site)" });
        const int count = 4000;
        var simulated = fit.Simulate(count, 3, SimulationMode.Unconditional);
        var predicted = fit.Predict(randomEffects: RandomEffectsUse.Averaged);
        foreach (var row in new[] { 0, 400 })
        {
            var mean = simulated.Average(s => s[row]);
            var sd = Math.Sqrt(simulated.Average(s => (s[row] - mean) * (s[row] - mean)) / count);
            Assert.Equal(mean, predicted.Estimate[row], 4 * sd);
        }
    }

    [Fact]
    public void Scores_of_ordered_categories_average_to_those_of_simulated_populations()
    {
        var random = new Random(8);
        var rows = Enumerable.Range(0, 300).Select(i => new { site = i % 20, x = random.NextDouble() })
            .Select(r => new { site = "s" + r.site, r.x, score = Math.Clamp(1 + (int)((2 * r.x) + (r.site % 4 * 0.6)
                + (1.5 * random.NextDouble())), 1, 4) }).ToArray();
        var fit = Glmm.Fit("score ~ x + (1 | site)", FieldData.From(rows).AsFactor("score"), Family.Cumulative());
        const int count = 4000;
        var simulated = fit.Simulate(count, 5, SimulationMode.Unconditional);
        var two = FieldData.From(new[] { rows[0], rows[150] });
        var predicted = fit.Predict(two, randomEffects: RandomEffectsUse.Averaged);
        var again = simulated.Take(100).Select(scores => Glmm.Fit("score ~ x + (1 | site)",
                FieldData.From(rows.Zip(scores, (r, score) => new { r.site, r.x, score = (int)score })).AsFactor("score"),
                Family.Cumulative())
            .Predict(two, randomEffects: RandomEffectsUse.Averaged).Estimate).ToArray();
        foreach (var (at, row) in new[] { (0, 0), (1, 150) })
        {
            var mean = simulated.Average(s => s[row]);
            var sd = Math.Sqrt(simulated.Average(s => (s[row] - mean) * (s[row] - mean)) / count);
            Assert.Equal(mean, predicted.Estimate[at], 4 * sd);
            Assert.InRange(predicted.Lower[at], 1, predicted.Estimate[at]);
            var center = again.Average(a => a[at]);
            var spread = Math.Sqrt(again.Average(a => (a[at] - center) * (a[at] - center)));
            Assert.InRange(predicted.StandardError[at] / spread, 0.8, 1.25);
        }

        var contrast = fit.Trends("x");
        Assert.Equal(fit.FixedEffects["x"].Estimate, contrast[0].Estimate, 1e-9);
        Assert.Contains("link scale", Assert.Throws<GlmmException>(() => fit.MarginalMeans("1")).Message);
    }

    [Fact]
    public void With_a_log_link_the_average_is_the_typical_mean_times_exp_of_half_the_variance()
    {
        var fit = InferenceReference.Fit("owls food");
        var (typical, averaged) = (fit.Predict(randomEffects: RandomEffectsUse.Population),
            fit.Predict(randomEffects: RandomEffectsUse.Averaged));
        var factor = Math.Exp(0.5 * fit.VarianceComponents[0].Variance);
        for (var i = 0; i < 20; i++) Assert.Equal(typical.Estimate[i] * factor, averaged.Estimate[i], 1e-10 * averaged.Estimate[i]);
        var onLink = fit.Predict(scale: PredictionScale.Link, randomEffects: RandomEffectsUse.Averaged);
        Assert.Equal(Math.Log(averaged.Estimate[0]), onLink.Estimate[0], 1e-10);
        Assert.Equal(averaged.StandardError[0] / averaged.Estimate[0], onLink.StandardError[0], 1e-9);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(4)]
    [InlineData(60)]
    public void A_probit_average_has_its_closed_form(double scale)
    {
        var rule = EcoGlmm.Numerics.NormalRule.Of(scale);
        var average = 0.0;
        for (var i = 0; i < rule.Shifts.Length; i++) average += rule.Weights[i] * Link.Probit.Mean(0.8 + rule.Shifts[i]);
        Assert.Equal(Link.Probit.Mean(0.8 / Math.Sqrt(1 + (scale * scale))), average, 1e-12);
    }

    [Fact]
    public void An_average_that_does_not_exist_is_refused()
    {
        var random = new Random(2);
        var rows = Enumerable.Range(0, 120).Select(i => new { g = "g" + (i % 10), y = 1 + (0.3 * (i % 10)) + random.NextDouble() })
            .ToArray();
        var fit = Glmm.Fit("y ~ 1 + (1 | g)", rows, Family.Gamma());
        Assert.Contains("does not exist", Assert.Throws<GlmmException>(() =>
            fit.Predict(randomEffects: RandomEffectsUse.Averaged)).Message);
    }
}
