using EcoGlmm.Families;

namespace EcoGlmm.Tests.Families;

/// <summary>Counts of millions: series too long to be summed are expanded.</summary>
public class WideCountTests
{
    [Theory]
    [InlineData(2100, 1.0)]
    [InlineData(3000, 0.8)]
    [InlineData(2500, 2.5)]
    [InlineData(30000, 0.5)]
    public void The_expansion_has_the_moments_of_the_series(double mu, double nu)
    {
        // The probabilities that the expansion gives sum to one, and have its mean.
        var zeta = ConwayMaxwellExpansion.LogRate(mu, nu);
        var moments = ConwayMaxwellExpansion.Moments(zeta, nu);
        var width = Math.Sqrt(moments.M20);
        double sum = 0, mean = 0, variance = 0, third = 0, cross = 0, fall = 0;
        for (var y = Math.Floor(mu - (9 * width)); y <= mu + (9 * width); y++)
        {
            var g = EcoGlmm.Numerics.SpecialFunctions.LogFactorial(y);
            var p = Math.Exp((y * zeta) - (nu * g) - moments.LogSum);
            sum += p;
            mean += p * (y - mu);
            variance += p * (y - mu) * (y - mu);
            third += p * Math.Pow(y - mu, 3);
            cross += p * (y - mu) * (g - moments.MeanLogFactorial);
            fall += p * (g - moments.MeanLogFactorial);
        }

        Assert.Equal(1, sum, 1e-9);
        Assert.Equal(0, mean / width, 1e-8);
        Assert.Equal(1, variance / moments.M20, 1e-7);
        Assert.Equal(1, third / moments.M30, 1e-5);
        Assert.Equal(1, cross / moments.M11, 1e-7);
        Assert.Equal(0, fall / width, 1e-7);
    }

    [Fact]
    public void Poisson_counts_of_a_million_have_a_dispersion_of_one()
    {
        var data = new Estimation.TestData(120).Normal("x").Normal("e").Build();
        var y = data.Numbers("x").Zip(data.Numbers("e"), (x, e) => Math.Round(1e6 * Math.Exp(0.3 * x) + (1e3 * Math.Exp(0.15 * x) * e)))
            .ToArray();
        var fit = Glmm.Fit("y ~ x", data.With("y", y), Family.ConwayMaxwellPoisson());
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.InRange(fit.Sigma, 0.6, 1.6);
        Assert.Equal(Glmm.Fit("y ~ x", data.With("y", y), Family.Poisson()).FixedEffects["x"].Estimate, fit.FixedEffects["x"].Estimate,
            1e-5);
    }

    [Theory]
    [InlineData("poisson")]
    [InlineData("nbinom2")]
    [InlineData("bell")]
    public void Counts_beyond_whole_numbers_are_refused(string family)
    {
        var data = new Estimation.TestData(30).Normal("x").Number("y", i => i == 3 ? 1e90 : i).Build();
        Assert.Contains("cannot be told from their neighbours", Assert.Throws<GlmmException>(() =>
            Glmm.Fit("y ~ x", data, Family.Parse(family))).Message);
    }
}
