using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Prediction;

/// <summary>Predictions and simulations against what the fit itself says.</summary>
public class PredictionTests
{
    private static FieldData Read(string name) =>
        FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", name + ".csv"));

    private static GlmmFit Hurdle(string dispersion) => Glmm.Fit("count ~ mined + (1 | site)", Read("salamanders"),
        Family.TruncatedNegativeBinomial2(), new GlmmOptions { ZeroInflation = "~ mined + (1 | site)", Dispersion = dispersion });

    private static GlmmFit Slopes() => Glmm.Fit("Reaction ~ Days + (Days | Subject)", Read("sleepstudy"));

    [Theory]
    [InlineData("~ 1")]
    [InlineData("~ mined")]
    public void A_hurdle_model_predicts_what_it_fitted(string dispersion)
    {
        var fit = Hurdle(dispersion);
        var predicted = fit.Predict();
        var again = fit.Predict(fit.Data);
        var fitted = fit.Fitted();
        for (var i = 0; i < fitted.Length; i++)
        {
            Assert.Equal(fitted[i], predicted.Estimate[i], 1e-10);
            Assert.Equal(fitted[i], again.Estimate[i], 1e-10);
            Assert.Equal(predicted.StandardError[i], again.StandardError[i], 1e-9);
        }
    }

    [Fact]
    public void Known_rows_have_the_same_errors_as_the_same_rows_given_anew()
    {
        var fit = Slopes();
        var known = fit.Predict();
        var anew = fit.Predict(fit.Data);
        for (var i = 0; i < known.Estimate.Length; i++)
            Assert.Equal(known.StandardError[i], anew.StandardError[i], 1e-9 * known.StandardError[i]);
    }

    [Fact]
    public void A_level_that_was_not_in_the_data_gets_the_population_mean_and_a_wider_interval()
    {
        var fit = Slopes();
        var row = FieldData.From(new Dictionary<string, object> { ["Days"] = new[] { 5.0 }, ["Subject"] = new[] { "999" } });
        var unseen = fit.Predict(row);
        var population = fit.Predict(row, randomEffects: RandomEffectsUse.Population);
        Assert.Equal(1, unseen.UnseenLevelRows);
        Assert.Equal(population.Estimate[0], unseen.Estimate[0], 1e-10);
        double Sd(string term1) => fit.VarianceComponents.First(v => v.Term1 == term1 && v.Term2 is null).StandardDeviation;
        var (a, b) = (Sd("(Intercept)"), Sd("Days"));
        var correlation = fit.VarianceComponents.First(v => v.Term2 is not null).Correlation;
        var between = (a * a) + (25 * b * b) + (10 * correlation * a * b);
        Assert.Equal(Math.Sqrt((population.StandardError[0] * population.StandardError[0]) + between), unseen.StandardError[0], 1e-8);
    }

    [Fact]
    public void Response_intervals_stay_within_the_range_of_the_mean()
    {
        var fit = Glmm.Fit("cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)", Read("cbpp"), Family.Binomial());
        var predicted = fit.Predict();
        Assert.All(predicted.Lower, p => Assert.InRange(p, 0, 1));
        Assert.All(predicted.Upper, p => Assert.InRange(p, 0, 1));
    }

    [Theory]
    [InlineData(SimulationMode.Conditional)]
    [InlineData(SimulationMode.Unconditional)]
    public void The_same_seed_gives_the_same_responses_on_any_number_of_threads(SimulationMode mode)
    {
        GlmmFit With(int threads) => Glmm.Fit("TICKS ~ cHEIGHT + (1 | BROOD)", Read("grouseticks"), Family.NegativeBinomial2(),
            new GlmmOptions { Control = new GlmmControl { MaxThreads = threads } });
        var (one, two) = (With(1).Simulate(20, 42, mode), With(2).Simulate(20, 42, mode));
        for (var s = 0; s < 20; s++) Assert.Equal(one[s], two[s]);
    }

    [Fact]
    public void Simulated_responses_have_the_fitted_mean_or_the_variance_between_groups()
    {
        var fit = Slopes();
        var fitted = fit.Fitted();
        var conditional = fit.Simulate(2000, 7);
        var unconditional = fit.Simulate(2000, 7, SimulationMode.Unconditional);
        double Variance(double[][] simulated, int row)
        {
            var mean = simulated.Average(s => s[row]);
            return simulated.Average(s => (s[row] - mean) * (s[row] - mean));
        }

        var sigma = fit.Sigma;
        Assert.Equal(fitted[0], conditional.Average(s => s[0]), 5 * sigma / Math.Sqrt(2000));
        Assert.InRange(Variance(conditional, 0) / (sigma * sigma), 0.85, 1.15);
        var intercept = fit.VarianceComponents[0].Variance;
        Assert.InRange(Variance(unconditional, 0) / ((sigma * sigma) + intercept), 0.85, 1.15);
    }
}
