namespace EcoGlmm.Tests.Families;

public class StudentTTests
{
    [Fact]
    public void The_variance_is_infinite_with_few_degrees_of_freedom()
    {
        Assert.Equal(4 * 5 / 3.0, Family.StudentT().WithShapes([Math.Log(5)]).Variance(0, 2, 1), 12);
        Assert.Equal(double.PositiveInfinity, Family.StudentT().WithShapes([Math.Log(1.5)]).Variance(0, 2, 1));
        Assert.Equal(double.NaN, Family.StudentT().WithShapes([Math.Log(1.5)]).VarianceFunction(0, 2, 1));
    }

    [Fact]
    public void Without_heavy_tails_the_degrees_of_freedom_run_to_infinity_and_the_fit_says_so()
    {
        // Normal quantiles: lighter tails than any t distribution has.
        var data = Enumerable.Range(0, 90)
            .Select(i => new { y = EcoGlmm.Numerics.SpecialFunctions.NormalQuantile((i + 0.5) / 90), x = (i * 37 % 90) / 90.0 }).ToArray();
        var fit = Glmm.Fit("y ~ x", data, Family.StudentT());
        var gaussian = Glmm.Fit("y ~ x", data);
        Assert.Contains(fit.Convergence.Problems, problem => problem.Parameter == "df");
        Assert.True(fit.Convergence.IsConverged);
        Assert.Equal(gaussian.LogLikelihood, fit.LogLikelihood, 4);
        Assert.Equal(gaussian.FixedEffects["x"].StandardError, fit.FixedEffects["x"].StandardError, 3);
        Assert.Equal(gaussian.ParameterCount + 1, fit.ParameterCount);
    }

    [Fact]
    public void A_finished_fit_carries_its_degrees_of_freedom_everywhere()
    {
        var random = new EcoGlmm.Numerics.RandomStream(11);
        var family = Family.StudentT().WithShapes([Math.Log(3)]);
        var data = Enumerable.Range(0, 400).Select(i => new { y = family.Draw(random, i % 4, 0.5, 1), x = (double)(i % 4), g = "g"
            + (i % 20) }).ToArray();
        var fit = Glmm.Fit("y ~ x + (1 | g)", data, Family.StudentT());
        Assert.True(fit.Convergence.IsConverged);
        var df = fit.FamilyParameters["df"];
        Assert.InRange(df, 2, 5);
        Assert.InRange(fit.FixedEffects["x"].Estimate, 0.9, 1.1);
        var expected = fit.Sigma * Math.Sqrt(df / (df - 2));
        Assert.Equal(fit.Residuals(ResidualType.Response)[7] / expected, fit.Residuals(ResidualType.Pearson)[7], 10);
        Assert.Contains("Student t", fit.ToString());
        Assert.Contains("df = ", fit.ToString());
        Assert.Contains("df = ", fit.ToHtml());
        Assert.Contains("\"familyParameters\":{\"df\":", fit.ToJson());
        // Tails like those of the data: a normal distribution of this scale has none beyond 6 scales.
        var far = fit.Simulate(20, 1).SelectMany(s => s.Zip(fit.Fitted(), (y, m) => Math.Abs(y - m))).Count(r => r > 6 * fit.Sigma);
        Assert.InRange(far, 10, 300);
    }

    [Fact]
    public void Random_effects_of_the_dispersion_are_refused()
    {
        var data = Enumerable.Range(0, 40).Select(i => new { y = Math.Sin(i), g = "g" + (i % 5) }).ToArray();
        var error = Assert.Throws<GlmmException>(() =>
            Glmm.Fit("y ~ 1", data, Family.StudentT(), new GlmmOptions { Dispersion = "~ (1 | g)" }));
        Assert.Contains("(1 | g)", error.Message);
    }
}
