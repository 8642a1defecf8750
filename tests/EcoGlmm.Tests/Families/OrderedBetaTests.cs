using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Families;

public class OrderedBetaTests
{
    [Fact]
    public void Without_zeros_and_ones_it_becomes_the_beta_family_and_says_so()
    {
        var data = Simulated(Family.Beta(), 300);
        var fit = Glmm.Fit("y ~ x", data, Family.OrderedBeta());
        var beta = Glmm.Fit("y ~ x", data, Family.Beta());
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Contains(fit.Convergence.Problems, problem => problem.Message.Contains("no zeros"));
        Assert.Contains(fit.Convergence.Problems, problem => problem.Message.Contains("no ones"));
        Assert.Equal(beta.LogLikelihood, fit.LogLikelihood, 0.02);
        Assert.Equal(beta.FixedEffects["x"].Estimate, fit.FixedEffects["x"].Estimate, 0.02 * beta.FixedEffects["x"].StandardError + 1e-4);
        Assert.Equal(beta.FixedEffects["x"].StandardError, fit.FixedEffects["x"].StandardError, 3);
    }

    [Fact]
    public void Known_parameters_are_found_again_and_shown()
    {
        var fit = Glmm.Fit("y ~ x + (1 | g)", Simulated(Truth, 2500), Family.OrderedBeta());
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Within(1, fit.FixedEffects["x"]);
        Within(-1.5, fit.FamilyParameters.Rows["lower cutpoint"]);
        Within(1.5, fit.FamilyParameters.Rows["upper cutpoint"]);
        Assert.InRange(fit.Sigma, 5, 7);
        Assert.Contains("upper cutpoint = ", fit.ToString());
        Assert.Contains("upper cutpoint = ", fit.ToHtml());
        Assert.Contains("\"upper cutpoint\":", fit.ToJson());
        var residuals = fit.SimulatedResiduals();
        Assert.InRange(residuals.TestUniformity().PValue, 0.01, 1);
        var response = fit.Predict();
        Assert.Equal(fit.Fitted()[5], response.Estimate[5], 10);
        Assert.All(response.Upper, u => Assert.InRange(u, 0, 1));
        Assert.All(response.StandardError, e => Assert.InRange(e, 1e-4, 0.2));
        Assert.Equal(fit.Fitted().Average(), fit.Simulate(20, 3).Average(s => s.Average()), 0.01);
        Assert.Equal(2500, fit.Residuals(ResidualType.Deviance).Length);

        static void Within(double truth, Coefficient c) => Assert.InRange((c.Estimate - truth) / c.StandardError, -3.5, 3.5);
    }

    [Fact]
    public void Values_outside_zero_and_one_are_refused_with_their_rows()
    {
        var data = FieldData.From(new[] { new { y = 0.2 }, new { y = 1.2 }, new { y = 0 + 0.0 } });
        Assert.Contains("row 2", Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ 1", data, Family.OrderedBeta())).Message);
    }

    private static Family Truth => Family.OrderedBeta().WithShapes([-1.5, Math.Log(3)]);

    private static FieldData Simulated(Family family, int rows)
    {
        var random = new RandomStream(7);
        return FieldData.From(Enumerable.Range(0, rows).Select(i =>
        {
            var x = (i % 11 / 5.0) - 1;
            var effect = 0.4 * Math.Sin(2.3 * (i % 30));
            return new { x, g = $"g{i % 30}", y = family.Draw(random, family.Link.Mean(x + effect), 6, 1) };
        }).ToArray());
    }
}
