namespace EcoGlmm.Tests.Estimation;

/// <summary>Where the dispersion has a formula, Pearson residuals are scaled by each row's own.</summary>
public class PearsonDispersionTests
{
    [Theory]
    [InlineData("gaussian")]
    [InlineData("Gamma")]
    [InlineData("nbinom1")]
    [InlineData("t")]
    [InlineData("tweedie")]
    [InlineData("inverse.gaussian")]
    [InlineData("genpois")]
    public void Their_mean_square_is_one(string name)
    {
        var family = name switch { "Gamma" => Family.Gamma(Link.Log), "inverse.gaussian" => Family.InverseGaussian(Link.Log), "tweedie" =>
            Family.Tweedie(), _ => Family.Parse(name) };
        var data = new TestData(600).Number("c", i => i % 2).Normal("e").Number("n", i => 0)
            .Build();
        var e = data.Numbers("e");
        var y = Enumerable.Range(0, 600).Select(i => name switch
        {
            "gaussian" or "t" => (1 + (3 * (i % 2))) * e[i],
            "nbinom1" or "genpois" => Math.Max(0, Math.Round(6 + ((2.5 + (3 * (i % 2))) * e[i]))),
            _ => Math.Exp((0.2 + (0.3 * (i % 2))) * e[i]),
        });
        var fit = Glmm.Fit("y ~ 1", data.With("y", y), family, new GlmmOptions { Dispersion = "~ c" });
        var pearson = fit.Residuals(ResidualType.Pearson);
        foreach (var group in new[] { 0, 1 })
            Assert.InRange(pearson.Where((_, i) => i % 2 == group).Average(r => r * r), 0.6, name == "t" ? 2.5 : 1.5);
        Assert.Equal(pearson, fit.Augment().Numbers(".pearson"));
    }
}
