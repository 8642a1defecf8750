using EcoGlmm.Estimation;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Quadrature does not claim a likelihood that no model has.</summary>
public class QuadratureCheckTests
{
    // Ten groups, each all zeros or all ones: the likelihood rises towards 10 log ½ as the variance goes to infinity.
    private static readonly FieldData Separated = new TestData(60).Number("y", i => i / 6 % 2).Factor("g", i => i / 6).Build();

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(25)]
    [InlineData(40)]
    [InlineData(100)]
    public void Groups_that_are_all_alike_within_do_not_converge(int points)
    {
        var fit = Glmm.Fit("y ~ 1 + (1 | g)", Separated, Family.Binomial(), new GlmmOptions { QuadraturePoints = points });
        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        Assert.NotEmpty(fit.Convergence.Problems);
    }

    [Fact]
    public void Too_few_points_are_told_of()
    {
        var data = new TestData(120).Factor("g", i => i / 3).Yes("y", i => i / 3 % 3 == 0 ? 0.75 : 0.3).Build();
        var (rough, exact) = (Fit(2), Fit(25));
        Assert.Empty(exact.Convergence.Problems);
        Assert.Contains("points of quadrature", rough.Convergence.ToString());

        GlmmFit Fit(int points) => Glmm.Fit("y ~ 1 + (1 | g)", data, Family.Binomial(), new GlmmOptions { QuadraturePoints = points });
    }

    // Groups of six zeros or six ones are half bells, those of three and three are bells: the integral over a level of
    // φ(u) p(σu)ᵏ (1 − p(σu))⁶⁻ᵏ on a grid of a million steps is the truth.
    [Theory]
    [InlineData(1, true)]
    [InlineData(8, true)]
    [InlineData(60, true)]
    [InlineData(2, false)]
    [InlineData(0.4, false)]
    public void Even_nodes_integrate_bells_and_steps(double deviation, bool alike)
    {
        var data = alike ? Separated : new TestData(60).Number("y", i => i % 2).Factor("g", i => i / 6).Build();
        var fit = Glmm.Fit("y ~ 0 + (1 | g)", data, Family.Binomial(), new GlmmOptions
        {
            Fixed = [Parameter.StandardDeviation("g", "(Intercept)", deviation)],
        });
        var (sum, step) = (0.0, 2e-5);
        for (var u = -10.0; u < 10; u += step)
        {
            var p = 1 / (1 + Math.Exp(-deviation * u));
            sum += step * Math.Exp(-0.5 * u * u) / Math.Sqrt(2 * Math.PI) * (alike ? Math.Pow(p, 6) : Math.Pow(p * (1 - p), 3));
        }

        var even = EvenIntegral.LogLikelihood(fit.Estimate.Model, fit.Estimate, CancellationToken.None);
        Assert.Equal(10 * Math.Log(sum), even, alike ? 0.02 : 1e-6);
    }
}
