using System.Text.Json;
using EcoGlmm.Tests.Inference;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Prediction;

/// <summary>Marginal means, contrasts and slopes against emmeans, standardisation against numerical derivatives in R.</summary>
public sealed class MarginalMeansTests
{
    public static TheoryData<int> Indices(string what)
    {
        var data = new TheoryData<int>();
        for (var i = 0; i < InferenceReference.Root.GetProperty(what).GetArrayLength(); i++) data.Add(i);
        return data;
    }

    [Theory]
    [MemberData(nameof(Indices), "marginal")]
    public void Marginal_means_are_those_of_emmeans(int index)
    {
        var expected = InferenceReference.Root.GetProperty("marginal")[index];
        var fit = InferenceReference.Fit(expected.Text("fit"));
        var means = fit.MarginalMeans(expected.Text("specs"), expected.Text("type") == "link" ? PredictionScale.Link
            : PredictionScale.Response,
            expected.TryGetProperty("weights", out _) ? GridWeights.Proportional : GridWeights.Equal, expected.At(), degrees: Degrees(fit));
        Compare($"{expected.Text("fit")}: {expected.Text("specs")}", expected.GetProperty("rows"), means);
    }

    [Theory]
    [MemberData(nameof(Indices), "slopes")]
    public void Slopes_are_those_of_emtrends(int index)
    {
        var expected = InferenceReference.Root.GetProperty("slopes")[index];
        var trends = InferenceReference.Fit(expected.Text("fit")).Trends(expected.Text("variable"), expected.Text("specs"),
            at: expected.At());
        Compare(expected.Text("variable"), expected.GetProperty("rows"), trends, 2e-3);
    }

    [Theory]
    [MemberData(nameof(Indices), "contrasts")]
    public void Contrasts_are_those_of_emmeans(int index)
    {
        var expected = InferenceReference.Root.GetProperty("contrasts")[index];
        var fit = InferenceReference.Fit(expected.Text("fit"));
        var adjustment = Enum.Parse<Adjustment>(expected.Text("adjust"), ignoreCase: true);
        var contrasts = fit.MarginalMeans(expected.Text("specs"), degrees: Degrees(fit)).Contrasts(adjustment);
        var rows = expected.GetProperty("rows");
        var comparison = new Comparison($"{expected.Text("fit")}: {expected.Text("specs")}");
        Assert.Equal(rows.GetArrayLength(), contrasts.Count);
        for (var i = 0; i < contrasts.Count; i++)
        {
            var (row, c) = (rows[i], contrasts[i]);
            var se = row.Number("se");
            comparison.Near($"{c.Name} estimate", row.Number("estimate"), c.Estimate, 1e-3 * se);
            comparison.Near($"{c.Name} se", se, c.StandardError, 2e-3 * se);
            comparison.Near($"{c.Name} lower", row.Number("lower"), c.Lower, 1e-2 * se);
            comparison.Near($"{c.Name} upper", row.Number("upper"), c.Upper, 1e-2 * se);
            comparison.Near($"{c.Name} p", row.Number("p"), c.PValue, 2e-3);
        }

        comparison.Done();
    }

    [Theory]
    [InlineData(3, 10, 3.876777)]
    [InlineData(4, double.PositiveInfinity, 3.633160)]
    [InlineData(10, 5, 6.994698)]
    [InlineData(2, 2, 6.084870)]
    public void The_studentized_range_has_its_quantiles(int means, double df, double quantile)
    {
        // qtukey(0.95, means, df) of R 4.2; for two means √2 times the quantile of t, from which qtukey is off for 2 degrees of freedom.
        Assert.Equal(quantile, EcoGlmm.Numerics.StudentizedRange.UpperQuantile(0.05, means, df), 2e-4);
        Assert.Equal(0.05, EcoGlmm.Numerics.StudentizedRange.UpperTail(quantile, means, df), 1e-5);
    }

    [Theory]
    [InlineData("population", RandomEffectsUse.Population)]
    [InlineData("averaged", RandomEffectsUse.Averaged)]
    public void Standardised_means_are_those_of_R_by_numerical_derivatives(string name, RandomEffectsUse use)
    {
        var expected = InferenceReference.Root.GetProperty("standardised").GetProperty(name);
        var means = InferenceReference.Fit("salamanders").Standardise("mined", randomEffects: use);
        var (estimate, error) = (expected.Numbers("estimate"), expected.Numbers("se"));
        var comparison = new Comparison(name);
        for (var k = 0; k < 2; k++)
        {
            comparison.Near(means[k].Level, estimate[k], means[k].Estimate, 2e-3 * error[k]);
            comparison.Near(means[k].Level + " se", error[k], means[k].StandardError, 5e-3 * error[k]);
        }

        comparison.Near("difference", estimate[2], means.Effects[0].Estimate, 2e-3 * error[2]);
        comparison.Near("difference se", error[2], means.Effects[0].StandardError, 5e-3 * error[2]);
        comparison.Done();
    }

    [Fact]
    public void For_known_levels_the_standardised_mean_of_the_actual_levels_mixes_to_the_mean_fitted()
    {
        var fit = InferenceReference.Fit("owls food");
        var data = fit.Data;
        var deprived = data.Texts("FoodTreatment").Select(t => t == "Deprived").ToArray();
        var means = fit.Standardise("FoodTreatment", randomEffects: RandomEffectsUse.Conditional);
        var (a, b) = (fit.Predict(data.With("FoodTreatment", deprived.Select(_ => "Deprived"))),
            fit.Predict(data.With("FoodTreatment", deprived.Select(_ => "Satiated"))));
        Assert.Equal(a.Estimate.Average(), means[0].Estimate, 1e-9);
        Assert.Equal(b.Estimate.Average(), means[1].Estimate, 1e-9);
        // The mean of a log-link model has the same ratio in every row.
        Assert.Equal(Math.Exp(fit.FixedEffects[1].Estimate), means[1].Estimate / means[0].Estimate, 1e-9);
        Assert.InRange(means[0].StandardError, 0, a.StandardError.Average());
    }

    [Fact]
    public void An_average_slope_is_that_of_the_average_mean()
    {
        var fit = InferenceReference.Fit("slopes");
        var slope = fit.AverageSlope("DOY");
        var data = fit.Data;
        double Mean(double by) => fit.Predict(data.With("DOY", data.Numbers("DOY").Select(v => v + by)),
            randomEffects: RandomEffectsUse.Averaged).Estimate.Average();
        Assert.Equal((Mean(0.01) - Mean(-0.01)) / 0.02, slope.Estimate, 1e-3 * Math.Abs(slope.Estimate) + 1e-6);
        Assert.True(slope.StandardError > 0);
    }

    [Fact]
    public void Unknown_variables_are_refused_with_the_nearest_name()
    {
        var fit = InferenceReference.Fit("owls food");
        Assert.Contains("FoodTreatment", Assert.Throws<GlmmException>(() => fit.MarginalMeans("FoodTreatmnt")).Message);
        Assert.Contains("categorical", Assert.Throws<GlmmException>(() => fit.Trends("FoodTreatment")).Message);
        Assert.Throws<GlmmException>(() => fit.MarginalMeans("FoodTreatment", degrees: DenominatorDegrees.Satterthwaite));
    }

    [Fact]
    public void What_belongs_to_individuals_is_a_variable_of_the_grid()
    {
        var random = new Random(4);
        var rows = Enumerable.Range(0, 200).Select(i => new { id = "i" + (i / 5), age = (i % 5) + ((i / 5) % 3), y = random.NextDouble()
            + (0.2 * (i % 5)) }).ToArray();
        var fit = Glmm.Fit("y ~ within(age, id) + between(age, id) + (1 | id)", rows);
        var slope = fit.Trends("within(age, id)");
        Assert.Equal(fit.FixedEffects["within(age, id)"].Estimate, slope[0].Estimate, 1e-9);
        var mean = fit.MarginalMeans("1", at: new Dictionary<string, double[]> { ["within(age, id)"] = [1], ["between(age, id)"] = [0] });
        Assert.Equal(fit.FixedEffects["(Intercept)"].Estimate + fit.FixedEffects["within(age, id)"].Estimate, mean[0].Estimate, 1e-9);
    }

    private static DenominatorDegrees Degrees(GlmmFit fit) => fit.Options.Reml ? DenominatorDegrees.Satterthwaite
        : DenominatorDegrees.Infinite;

    private static void Compare(string name, JsonElement rows, MarginalMeans means, double share = 1e-3)
    {
        var comparison = new Comparison(name);
        Assert.Equal(rows.GetArrayLength(), means.Count);
        foreach (var row in rows.EnumerateArray())
        {
            var mean = means.Single(m => row.GetProperty("levels").EnumerateObject().All(l => m.Levels[l.Name] == l.Value.GetString()));
            var se = row.Number("se");
            if (double.IsNaN(se))
            {
                if (!double.IsNaN(mean.Estimate)) comparison.Add($"{mean.Name} is not estimable");
                continue;
            }

            comparison.Near($"{mean.Name} estimate", row.Number("estimate"), mean.Estimate, share * se);
            comparison.Near($"{mean.Name} se", se, mean.StandardError, 2 * share * se);
            comparison.Near($"{mean.Name} lower", row.Number("lower"), mean.Lower, 1e-2 * se);
            comparison.Near($"{mean.Name} upper", row.Number("upper"), mean.Upper, 1e-2 * se);
            if (row.Number("df") is > 0 and var df) comparison.Near($"{mean.Name} df", df, mean.DegreesOfFreedom, 2e-3 * df);
        }

        comparison.Done();
    }
}
