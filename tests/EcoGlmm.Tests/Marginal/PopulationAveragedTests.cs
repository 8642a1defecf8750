using EcoGlmm.Tests.Inference;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Tests.Marginal;

/// <summary>Coefficients for one subject and for the population, against integrals by brute force.</summary>
public sealed class PopulationAveragedTests
{
    [Fact]
    public void A_logistic_models_population_is_the_brute_force_integral()
    {
        var fit = InferenceReference.Fit("cbpp");
        var averaged = fit.PopulationAveraged();
        var sd = fit.VarianceComponents[0].StandardDeviation;
        // One row for each period determines the four coefficients: they are differences of logits of integrals.
        double Marginal(double eta) => Logit(Integral(b => 1 / (1 + Math.Exp(-(eta + (sd * b))))));
        var intercept = fit.FixedEffects["(Intercept)"].Estimate;
        Assert.Equal(Marginal(intercept), averaged["(Intercept)"].Population, 1e-6);
        foreach (var period in new[] { "period2", "period3", "period4" })
        {
            var expected = Marginal(intercept + fit.FixedEffects[period].Estimate) - Marginal(intercept);
            Assert.Equal(expected, averaged[period].Population, 1e-6);
            Assert.Equal(expected / fit.FixedEffects[period].Estimate, averaged[period].Ratio, 1e-6);
            Assert.InRange(averaged[period].Ratio, 0.8, 1);
        }

        Assert.Contains("weaker than in one subject", averaged.ToString());
        Assert.Contains("Mean of all subjects", averaged.ToHtml());
    }

    [Fact]
    public void Standard_errors_follow_those_of_a_parametric_bootstrap()
    {
        var fit = InferenceReference.Fit("cbpp");
        var averaged = fit.PopulationAveraged();
        var draws = fit.Bootstrap(f => [f.PopulationAveraged()["period3"].Population], 100, 5);
        var values = draws.Select(d => d[0]).ToArray();
        var sd = Math.Sqrt(values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Length - 1));
        Assert.InRange(averaged["period3"].PopulationStandardError / sd, 0.7, 1.3);
    }

    [Fact]
    public void With_a_log_link_only_the_baseline_differs()
    {
        var fit = InferenceReference.Fit("owls");
        var averaged = fit.PopulationAveraged();
        var variance = fit.VarianceComponents[0].Variance;
        Assert.Equal(averaged["(Intercept)"].Subject + (variance / 2), averaged["(Intercept)"].Population, 1e-8);
        foreach (var row in averaged.Skip(1)) Assert.Equal(row.Subject, row.Population, 1e-8);
        Assert.Contains("only the baseline differs", averaged.Explain());
    }

    [Fact]
    public void With_random_slopes_the_projection_is_that_of_each_rows_integral()
    {
        var fit = InferenceReference.Fit("slopes");
        var averaged = fit.PopulationAveraged();
        var doy = fit.Data.Numbers("DOY");
        var mined = fit.Data.Texts("mined");
        var (s0, s1, rho) = (fit.VarianceComponents[0].StandardDeviation, fit.VarianceComponents.First(c => c.Term1 == "DOY"
            && string.IsNullOrEmpty(c.Term2)).StandardDeviation,
            fit.VarianceComponents.First(c => !string.IsNullOrEmpty(c.Term2)).Correlation);
        var x = Matrix<double>.Build.Dense(doy.Length, 3, (i, j) => j == 0 ? 1 : j == 1 ? (mined[i] == "yes" ? 1 : 0) : doy[i]);
        var beta = Vector<double>.Build.Dense([fit.FixedEffects[0].Estimate, fit.FixedEffects[1].Estimate, fit.FixedEffects[2].Estimate]);
        var eta = (x * beta) + Vector<double>.Build.Dense(doy.Length, i => 0.5 * ((s0 * s0) + (2 * rho * s0 * s1 * doy[i])
            + (s1 * s1 * doy[i] * doy[i])));
        var expected = x.QR().Solve(eta);
        for (var j = 0; j < 3; j++) Assert.Equal(expected[j], averaged[j].Population, 1e-6);
    }

    [Fact]
    public void A_linear_model_has_one_effect_for_both()
    {
        var averaged = InferenceReference.Fit("sleep").PopulationAveraged();
        Assert.Equal(averaged["Days"].Subject, averaged["Days"].Population, 1e-9);
        Assert.Contains("the same", averaged.Explain());
    }

    /// <summary>E[f(Z)], Z standard normal, by the trapezoidal rule, whose error here is below 1e-12.</summary>
    internal static double Integral(Func<double, double> f)
    {
        const double step = 0.01;
        var sum = 0.0;
        for (var k = -1000; k <= 1000; k++) sum += f(k * step) * Math.Exp(-0.5 * k * step * k * step);
        return sum * step / Math.Sqrt(2 * Math.PI);
    }

    private static double Logit(double p) => Math.Log(p / (1 - p));
}
