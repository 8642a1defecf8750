using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Families;

public class SkewNormalTests
{
    [Fact]
    public void With_shape_zero_it_is_the_normal_distribution()
    {
        foreach (var y in new[] { -3, 0.4, 7.0 })
        {
            var skew = Evaluation.At(Family.SkewNormal().WithShapes([0]), y, 1, 0.9, 0.3);
            var normal = Evaluation.At(Family.Gaussian(), y, 1, 0.9, 0.3);
            for (var k = 0; k < normal.Length; k++) Assert.Equal(normal[k], skew[k], 1e-12 * Math.Max(1, Math.Abs(normal[k])));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-4)]
    public void Known_parameters_are_found_again_and_shown(double alpha)
    {
        var fit = Glmm.Fit("y ~ x + (1 | g)", Simulated(alpha), Family.SkewNormal());
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.InRange((fit.FixedEffects["x"].Estimate - 1) / fit.FixedEffects["x"].StandardError, -3.5, 3.5);
        var shape = fit.FamilyParameters.Rows["shape"];
        Assert.InRange((shape.Estimate - alpha) / shape.StandardError, -3.5, 3.5);
        Assert.InRange(fit.Sigma, 1.3, 1.7);
        Assert.Contains("shape = ", fit.ToString());
        Assert.Contains("\"shape\":", fit.ToJson());
        Assert.InRange(fit.SimulatedResiduals().TestUniformity().PValue, 0.01, 1);
        var normal = Glmm.Fit("y ~ x + (1 | g)", fit.Data);
        Assert.True(fit.LogLikelihood > normal.LogLikelihood + 20);
    }

    [Fact]
    public void Residuals_without_skewness_take_the_shape_to_zero_and_the_fit_says_so()
    {
        var data = Enumerable.Range(0, 101)
            .Select(i => new { y = SpecialFunctions.NormalQuantile((i + 0.5) / 101) }).ToArray();
        var fit = Glmm.Fit("y ~ 1", data, Family.SkewNormal());
        var normal = Glmm.Fit("y ~ 1", data);
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Contains(fit.Convergence.Problems, problem => problem.Parameter == "shape");
        Assert.Equal(normal.LogLikelihood, fit.LogLikelihood, 4);
        Assert.Equal(normal.FixedEffects[0].StandardError, fit.FixedEffects[0].StandardError, 3);
    }

    private static FieldData Simulated(double alpha)
    {
        var random = new RandomStream(12);
        var family = Family.SkewNormal().WithShapes([alpha]);
        return FieldData.From(Enumerable.Range(0, 1200).Select(i =>
        {
            var x = i % 7 / 7.0;
            return new { x, g = $"g{i % 30}", y = family.Draw(random, 2 + x + Math.Sin(1.7 * (i % 30)), 1.5, 1) };
        }).ToArray());
    }
}
