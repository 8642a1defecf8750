using EcoGlmm.Families;
using EcoGlmm.Numerics;

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

    /// <summary>Long series, which are summed by runs of terms, against sums of every term.</summary>
    [Theory]
    [InlineData(40, 0.05)]
    [InlineData(900, 0.01)]
    [InlineData(3000, 0.4)]
    [InlineData(2000, 1e-9)]
    [InlineData(9000, 0.1)]
    public void RunsOfTermsAreTheirSums(double mu, double nu)
    {
        var zeta = ConwayMaxwellSeries.LogRate(mu, nu);
        var moments = ConwayMaxwellSeries.Moments(zeta, nu);
        var (origin, g, sum, mean, meanG) = (Math.Floor(Math.Exp(zeta / nu)), 0.0, 0.0, 0.0, 0.0);
        var top = (origin * zeta) - (nu * SpecialFunctions.LogFactorial(origin));
        var terms = new List<(double Y, double G, double W)>();
        for (var y = 0.0; y < 400_000; y++)
        {
            g += y < 2 ? 0 : Math.Log(y);
            var w = Math.Exp((y * zeta) - (nu * g) - top);
            terms.Add((y, g, w));
            (sum, mean, meanG) = (sum + w, mean + (w * y), meanG + (w * g));
        }

        double Moment(int a, int b) => terms.Sum(t => t.W / sum * Math.Pow(t.Y - (mean / sum), a) * Math.Pow(t.G - (meanG / sum), b));
        Assert.Equal(mu, mean / sum, 1e-10 * mu);
        Assert.Equal(top + Math.Log(sum), moments.LogSum, 1e-9);
        Assert.Equal(1, moments.M20 / Moment(2, 0), 1e-9);
        Assert.Equal(1, moments.M11 / Moment(1, 1), 1e-9);
        Assert.Equal(1, moments.M03 / Moment(0, 3), 1e-8);
        Assert.Equal(1, moments.M40 / Moment(4, 0), 1e-9);
        Assert.Equal(1, moments.M13 / Moment(1, 3), 1e-9);
        var below = 0.0;
        foreach (var p in new[] { 1e-4, 0.03, 0.4, 0.77, 0.9999 })
        {
            var y = ConwayMaxwellSeries.Quantile(zeta, nu, p);
            below = terms.Where(t => t.Y < y).Sum(t => t.W) / sum;
            Assert.InRange(p, below - 1e-9, below + (terms[(int)y].W / sum) + 1e-9);
        }
    }
}
