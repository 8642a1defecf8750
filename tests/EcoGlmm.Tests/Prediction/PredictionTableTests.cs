using EcoGlmm.Tests.Display;

namespace EcoGlmm.Tests.Prediction;

/// <summary>Predictions with the rows they are for, from any table, and what goes beyond the data.</summary>
public sealed class PredictionTableTests
{
    private static readonly GlmmFit Fit = Glmm.Fit(
        "SiblingNegotiation ~ FoodTreatment + SexParent + ArrivalTime + offset(log(BroodSize)) + (1 | Nest)",
        Fits.Data("owls"), Family.Poisson());

    [Fact]
    public void Any_table_can_be_predicted_for()
    {
        var records = new[] { new { FoodTreatment = "Deprived", SexParent = "Male", ArrivalTime = 24.0, BroodSize = 4, Nest = "Oleyes" } };
        var columns = new Dictionary<string, object>
        {
            ["FoodTreatment"] = new[] { "Deprived" },
            ["SexParent"] = new[] { "Male" },
            ["ArrivalTime"] = new[] { 24.0 },
            ["BroodSize"] = new[] { 4 },
            ["Nest"] = new[] { "Oleyes" },
        };
        var expected = Fit.Predict(FieldData.From(records)).Estimate;
        Assert.Equal(expected, Fit.Predict(records).Estimate);
        Assert.Equal(expected, Fit.Predict(columns).Estimate);
        Assert.Equal(expected, Fit.Predict(FieldData.From(records).ToDataFrame()).Estimate);
    }

    [Fact]
    public void The_table_shows_what_was_predicted_for()
    {
        var predictions = Fit.Predict(new[] { new { FoodTreatment = "Deprived", SexParent = "Male", ArrivalTime = 24.5, BroodSize = 4 } },
            randomEffects: RandomEffectsUse.Population);
        Assert.Matches(@"Row +FoodTreatment +SexParent +ArrivalTime +BroodSize +Estimate", predictions.ToString());
        Assert.Matches(@"1 +Deprived +Male +24\.5 +4 ", predictions.ToString());
        Assert.DoesNotContain("Nest", predictions.ToString(), StringComparison.Ordinal);
        Assert.Contains("Nest", Fit.Predict().ToString(), StringComparison.Ordinal);
        Assert.Equal("Deprived", predictions.ToFieldData().Texts("FoodTreatment")[0]);
    }

    [Fact]
    public void A_missing_grouping_column_is_told_with_what_to_do_without_it()
    {
        var rows = new[] { new { FoodTreatment = "Deprived", SexParent = "Male", ArrivalTime = 24.5, BroodSize = 4 } };
        var message = Assert.Throws<GlmmException>(() => Fit.Predict(rows)).Message;
        Assert.Contains("\"Nest\"", message, StringComparison.Ordinal);
        Assert.Contains("RandomEffectsUse.Population", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_beyond_the_range_that_was_seen_are_marked()
    {
        var rows = new[]
        {
            new { FoodTreatment = "Deprived", SexParent = "Male", ArrivalTime = 24.5, BroodSize = 400 },
            new { FoodTreatment = "Deprived", SexParent = "Male", ArrivalTime = 34.5, BroodSize = 4 },
        };
        var predictions = Fit.Predict(rows, randomEffects: RandomEffectsUse.Population);
        Assert.Equal([false, true], predictions.Extrapolates);
        Assert.Contains("ArrivalTime", Assert.Single(predictions.Extrapolations), StringComparison.Ordinal);
        Assert.Matches(@"\n2 † +Deprived", predictions.ToString());
        Assert.Contains("Extrapolates", predictions.ToFieldData().ColumnNames);

        // The ends of the range are in it, and so are all rows of the fit.
        Assert.DoesNotContain(true, Fit.Predict(Fits.Data("owls")).Extrapolates);
        Assert.Empty(Fit.Predict().Extrapolations);
        Assert.DoesNotContain("Extrapolates", Fit.Predict().ToFieldData().ColumnNames);
        Assert.Equal([false, true], Fit.Predict(rows, randomEffects: RandomEffectsUse.Averaged).Extrapolates);
    }

    [Fact]
    public void Levels_that_never_stood_together_are_marked()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 90).Select(i => new { y = random.NextDouble(), a = "ab"[i % 2].ToString(),
            b = i % 2 == 0 ? "u" : "uv"[i / 2 % 2].ToString(), g = $"g{i % 9}" }).ToArray();
        var fit = Glmm.Fit("y ~ a + b + (1 | g)", rows);
        var predictions = fit.Predict(new[] { new { a = "a", b = "v", g = "g1" }, new { a = "b", b = "v", g = "g1" } });
        Assert.Equal([true, false], predictions.Extrapolates);
        Assert.Equal("a a and b v never stood together, 1 row", Assert.Single(predictions.Extrapolations));
    }

    [Fact]
    public void The_dispersion_has_one_name_and_one_value()
    {
        var fit = Glmm.Fit("SiblingNegotiation ~ FoodTreatment + (1 | Nest)", Fits.Data("owls"), Family.NegativeBinomial2());
        var wald = fit.ConfidenceIntervals();
        Assert.Equal(fit.Sigma, wald["sigma"].Estimate);
        Assert.Equal(fit.VarianceIntervals()["sigma"].Lower, wald["sigma"].Lower);
        Assert.Matches(@"sigma \(θ\) ", wald.ToString());
        var ratios = fit.ConfidenceIntervals(exponentiate: true);
        Assert.Equal(Math.Exp(wald["FoodTreatmentSatiated"].Upper), ratios["FoodTreatmentSatiated"].Upper);
        Assert.Equal(wald["sigma"].Upper, ratios["sigma"].Upper);
        Assert.Contains("Rate ratio", ratios.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_Gaussian_residual_has_an_interval()
    {
        // Near the profile's: 22.9 to 28.9 (lme4's confint).
        var sigma = Glmm.Fit("Reaction ~ Days + (Days | Subject)", Fits.Data("sleepstudy")).ConfidenceIntervals()["sigma"];
        Assert.Equal(22.898, sigma.Lower, 0.15);
        Assert.Equal(28.858, sigma.Upper, 0.15);
    }

    [Fact]
    public void The_first_factor_of_a_grid_varies_fastest()
    {
        var fit = Glmm.Fit("SiblingNegotiation ~ FoodTreatment * SexParent + (1 | Nest)", Fits.Data("owls"), Family.Poisson());
        var grid = FieldData.From(fit.MarginalMeans("FoodTreatment * SexParent"));
        Assert.Equal("Deprived Satiated Deprived Satiated", string.Join(' ', grid.Texts("FoodTreatment")));
        Assert.Equal("Female Female Male Male", string.Join(' ', grid.Texts("SexParent")));
    }
}
