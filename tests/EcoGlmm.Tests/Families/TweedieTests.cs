using EcoGlmm.Families;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Families;

public class TweedieTests
{
    [Theory]
    [InlineData(0.4, 1, 0.0)]
    [InlineData(900, -2, 0.0)]
    [InlineData(40, -3.5, 1.5)]
    [InlineData(25, -2, -2.0)]
    public void The_series_is_the_sum_of_all_its_terms(double y, double delta, double sigma)
    {
        var a = Math.Exp(-sigma);
        var z = (a * Math.Log(y)) + ((1 + a) * (Math.Log(1 + a) - delta)) - Math.Log(a);
        var terms = Enumerable.Range(1, 20_000)
            .Select(j => (j * z) - SpecialFunctions.LogFactorial(j) - SpecialFunctions.LogGamma(a * j)).ToArray();
        var value = SpecialFunctions.LogSumExp(terms);
        var mean = -(1 + a) * terms.Select((t, j) => (j + 1) * Math.Exp(t - value)).Sum();
        var series = TweedieSeries.At(a);
        series.Sum(y, delta, true);
        Assert.Equal(value, series.Value, 1e-11 * Math.Abs(value));
        Assert.Equal(mean, series.D, 1e-9 * Math.Abs(mean));
    }

    [Fact]
    public void Extremes_cost_no_more_and_stay_finite()
    {
        foreach (var sigma in new[] { -9.0, 0, 9 })
        {
            foreach (var y in new[] { 0, 1e-9, 1, 1e9 })
            {
                foreach (var delta in new[] { -20.0, 0, 20 })
                {
                    var o = Evaluation.At(Family.Tweedie().WithShapes([sigma]), y, 1, 0.3, delta);
                    Assert.All(o, v => Assert.False(double.IsNaN(v), $"y={y} delta={delta} shape={sigma}"));
                }
            }
        }
    }

    [Fact]
    public void The_variance_is_a_power_of_the_mean()
    {
        Assert.Equal(2 * Math.Pow(3, 1.5), Family.Tweedie().Variance(3, 2, 1), 12);
        Assert.Equal(2 * Math.Pow(3, 1.2), Family.Tweedie().WithShapes([Math.Log(0.2 / 0.8)]).Variance(3, 2, 1), 12);
        Assert.NotNull(Family.Tweedie().CheckResponse(-0.1, 1));
    }

    [Fact]
    public void The_power_is_found_again()
    {
        var (fit, _) = Simulated(Family.Tweedie().WithShapes([Math.Log(0.4 / 0.6)]));
        Assert.True(fit.Convergence.IsConverged);
        Assert.InRange(fit.FamilyParameters["power"], 1.3, 1.5);
        Assert.InRange(fit.Sigma, 0.7, 0.9);
        Assert.Contains("power = ", fit.ToString());
        var share = fit.Response.Y.Count(y => y == 0) / (double)fit.ObservationCount;
        var simulated = fit.Simulate(30, 2).Average(s => s.Count(y => y == 0)) / fit.ObservationCount;
        Assert.InRange(simulated, share - 0.02, share + 0.02);
    }

    [Fact]
    public void Gamma_responses_run_the_power_to_its_limit_and_the_fit_says_so()
    {
        var (fit, data) = Simulated(Family.Gamma(Link.Log));
        var gamma = Glmm.Fit("y ~ x", data, Family.Gamma(Link.Log));
        Assert.Contains(fit.Convergence.Problems, problem => problem.Parameter == "power");
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal(gamma.LogLikelihood, fit.LogLikelihood, 0.05);
        Assert.Equal(gamma.FixedEffects["x"].Estimate, fit.FixedEffects["x"].Estimate, 3);
    }

    private static (GlmmFit Fit, FieldData Data) Simulated(Family family)
    {
        var random = new RandomStream(5);
        var rows = Enumerable.Range(0, 800).Select(i => i % 7 / 7.0).ToArray();
        var data = FieldData.From(rows.Select(x => new { y = family.Draw(random, Math.Exp(0.5 + x), 0.8, 1), x }).ToArray());
        return (Glmm.Fit("y ~ x", data, Family.Tweedie()), data);
    }
}
