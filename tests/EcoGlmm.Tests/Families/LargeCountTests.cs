using EcoGlmm.Tests.Estimation;

namespace EcoGlmm.Tests.Families;

/// <summary>Log-densities of counts of millions, which are small differences of large numbers.</summary>
public class LargeCountTests
{
    /// <summary>R 4.2: dnbinom(y, size, mu = mu, log = TRUE).</summary>
    [Theory]
    [InlineData(1e9, 100, 1.05e9, -19.457564301413242)]
    [InlineData(123456, 0.3, 2000, -30.460865747367876)]
    [InlineData(5e7, 1e12, 5.001e7, -10.782547005106276)]
    [InlineData(3e6, 2.5, 1, -3758267.6601646715)]
    public void NegativeBinomials(double y, double size, double mu, double expected)
    {
        var nearness = 1e-10 * (1 + Math.Abs(expected));
        Assert.Equal(expected, Evaluation.LogDensity(Family.NegativeBinomial2(), y, 1, Math.Log(mu), Math.Log(size)), nearness);
        Assert.Equal(expected, Evaluation.LogDensity(Family.NegativeBinomial2(Link.Sqrt), y, 1, Math.Sqrt(mu), Math.Log(size)), nearness);
        Assert.Equal(expected, Evaluation.LogDensity(Family.NegativeBinomial1(), y, 1, Math.Log(mu), Math.Log(mu / size)), nearness);
        Assert.Equal(expected, Evaluation.LogDensity(Family.NegativeBinomial1(Link.Sqrt), y, 1, Math.Sqrt(mu), Math.Log(mu / size)),
            nearness);
    }

    /// <summary>R 4.2: dpois(y, mu, log = TRUE).</summary>
    [Theory]
    [InlineData(1e9, 1.0001e9, -16.280238143425876)]
    [InlineData(40000, 100, -199764.79914230236)]
    public void Poissons(double y, double mu, double expected)
    {
        var nearness = 1e-10 * (1 + Math.Abs(expected));
        Assert.Equal(expected, Evaluation.LogDensity(Family.Poisson(), y, 1, Math.Log(mu), 0), nearness);
        Assert.Equal(expected, Evaluation.LogDensity(Family.Poisson(Link.Identity), y, 1, mu, 0), nearness);
        Assert.Equal(expected, Evaluation.LogDensity(Family.GeneralizedPoisson(), y, 1, Math.Log(mu), 0), nearness);
    }

    [Theory]
    [InlineData("poisson")]
    [InlineData("nbinom1")]
    [InlineData("nbinom2")]
    [InlineData("nbinom12")]
    [InlineData("genpois")]
    [InlineData("compois")]
    [InlineData("bell")]
    public void A_thousand_million_of_each_converge(string name)
    {
        var random = new Random(5);
        var data = new TestData(120).Normal("x").Factor("g", i => i / 10).Build();
        var counts = data.With("n", data.Numbers("x").Select((x, i) => Math.Round(1e9 * Math.Exp((0.1 * x) + (0.05 * (i / 10 % 4))
            + (0.1 * random.NextDouble())))));

        var fit = Glmm.Fit("n ~ x + (1 | g)", counts, Family.Parse(name));

        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal(0.1, fit.FixedEffects["x"].Estimate, 0.01);
    }
}
