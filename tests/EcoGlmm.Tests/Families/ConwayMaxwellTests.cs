using EcoGlmm.Families;

namespace EcoGlmm.Tests.Families;

public class ConwayMaxwellTests
{
    /// <summary>As ν goes to zero the distribution becomes geometric, λ = μ/(1 + μ).</summary>
    [Theory]
    [InlineData(0.01)]
    [InlineData(3)]
    [InlineData(500)]
    public void TheRateOfASmallExponentIsTheGeometricOne(double mu)
    {
        var rate = ConwayMaxwellSeries.LogRate(mu, 1e-12);
        Assert.Equal(-Math.Log(1 + (1 / mu)), rate, 1e-8);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(7)]
    public void TheRateOfTheExponentOneIsThePoissonOne(double mu)
    {
        Assert.Equal(Math.Log(mu), ConwayMaxwellSeries.LogRate(mu, 1), 1e-14);
        Assert.Equal(Math.Log(mu), ConwayMaxwellSeries.LogRate(mu, 1 + 1e-12), 1e-9);
        Assert.Equal(Math.Log(mu), ConwayMaxwellSeries.LogRate(mu, 1 - 1e-12), 1e-9);
    }
}
