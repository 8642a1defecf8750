using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Families;

public class NegativeBinomial12Tests
{
    [Fact]
    public void Its_limits_are_the_two_negative_binomials()
    {
        foreach (var y in new[] { 0.0, 1, 6, 200 })
        {
            var eta = 1.3;
            var linear = Evaluation.At(Family.NegativeBinomial12().WithShapes([32]), y, 1, eta, 0.4);
            var quadratic = Evaluation.At(Family.NegativeBinomial12().WithShapes([0.7]), y, 1, eta, -32);
            var nb1 = Evaluation.At(Family.NegativeBinomial1(), y, 1, eta, 0.4);
            var nb2 = Evaluation.At(Family.NegativeBinomial2(), y, 1, eta, 0.7);
            for (var k = 0; k < 4; k++)
            {
                Assert.Equal(nb1[k], linear[k], 1e-9 * (1 + y));
                Assert.Equal(nb2[k], quadratic[k], 1e-9 * (1 + y));
            }
        }
    }

    [Fact]
    public void Counts_with_a_linear_variance_take_psi_to_infinity_and_the_fit_says_so()
    {
        var data = Simulated(Family.NegativeBinomial1(), 600, 4);
        var fit = Glmm.Fit("y ~ x + (1 | g)", data, Family.NegativeBinomial12());
        var nb1 = Glmm.Fit("y ~ x + (1 | g)", data, Family.NegativeBinomial1());
        var nb2 = Glmm.Fit("y ~ x + (1 | g)", data, Family.NegativeBinomial2());
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.True(fit.LogLikelihood >= Math.Max(nb1.LogLikelihood, nb2.LogLikelihood) - 1e-4);
        Assert.Equal(nb1.LogLikelihood, fit.LogLikelihood, 1.0);
    }

    [Fact]
    public void Known_parameters_are_found_again_and_shown()
    {
        var family = Family.NegativeBinomial12().WithShapes([Math.Log(2)]);
        var fit = Glmm.Fit("y ~ x + (1 | g)", Simulated(family, 3000, 9), Family.NegativeBinomial12());
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        var psi = fit.FamilyParameters.Rows["psi"];
        Assert.InRange((psi.Estimate - 2) / psi.StandardError, -3.5, 3.5);
        Assert.InRange((fit.FixedEffects["x"].Estimate - 1.5) / fit.FixedEffects["x"].StandardError, -3.5, 3.5);
        Assert.InRange(fit.Sigma, 0.8, 2.4);
        Assert.Contains("psi = ", fit.ToString());
        Assert.Contains("Negative binomial", fit.ToString());
        Assert.InRange(fit.SimulatedResiduals().TestUniformity().PValue, 0.01, 1);
    }

    private static FieldData Simulated(Family family, int rows, long seed)
    {
        var random = new RandomStream(seed);
        return FieldData.From(Enumerable.Range(0, rows).Select(i =>
        {
            var x = i % 13 / 6.0;
            return new { x, g = $"g{i % 20}", y = family.Draw(random, Math.Exp((1.5 * x) + (0.3 * Math.Sin(1.9 * (i % 20)))), 1.5, 1) };
        }).ToArray());
    }
}
