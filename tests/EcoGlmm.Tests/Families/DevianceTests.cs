using EcoGlmm.Families;
using MathNet.Numerics;

namespace EcoGlmm.Tests.Families;

/// <summary>Unit deviances, quasi-likelihoods and where a search of the dispersion begins, by their definitions.</summary>
public sealed class DevianceTests
{
    /// <summary>Twice what the log-density loses against that of the best mean, found here by golden section.</summary>
    [Theory]
    [InlineData(0.05, 0.2, 0.7)]
    [InlineData(0.05, 0.6, 8)]
    [InlineData(0.4, 0.2, 8)]
    [InlineData(0.4, 0.45, 150)]
    [InlineData(0.93, 0.6, 0.7)]
    [InlineData(0.93, 0.95, 30)]
    public void Of_the_beta_family_the_best_mean_is_that_of_the_density(double y, double mu, double phi)
    {
        double LogDensity(double m) => SpecialFunctions.GammaLn(phi) - SpecialFunctions.GammaLn(m * phi)
            - SpecialFunctions.GammaLn((1 - m) * phi) + (((m * phi) - 1) * Math.Log(y)) + ((((1 - m) * phi) - 1) * Math.Log(1 - y));
        var (low, high, ratio) = (1e-12, 1 - 1e-12, 0.5 * (Math.Sqrt(5) - 1));
        for (var i = 0; i < 100; i++)
        {
            var (a, b) = (high - (ratio * (high - low)), low + (ratio * (high - low)));
            if (LogDensity(a) < LogDensity(b)) low = a;
            else high = b;
        }

        Assert.Equal(2 * (LogDensity(low) - LogDensity(mu)), Family.Beta().UnitDeviance(y, mu, phi, 1), 1e-9);
        Assert.Equal(0, Family.Beta().UnitDeviance(y, low, phi, 1), 1e-9);
    }

    [Fact]
    public void A_search_begins_at_the_moments()
    {
        double[] y = [0.2, 0.5, 0.7, 0.35], mu = [0.3, 0.4, 0.6, 0.5];
        var pearson = y.Zip(mu, (v, m) => (v - m) * (v - m) / (m * (1 - m))).Average();
        // The variance is μ(1 − μ)/(1 + φ).
        Assert.Equal(Math.Log((1 / pearson) - 1), Family.Beta().StartingDispersion(y, mu, []), 1e-12);
        var deviance = y.Zip(mu, (v, m) => (v - m) * (v - m) / (m * m * v)).Average();
        Assert.Equal(Math.Log(deviance), Family.InverseGaussian().StartingDispersion(y, mu, []), 1e-12);
    }

    /// <summary>The derivative of a quasi-likelihood by the mean is (y − μ)/V(μ).</summary>
    [Theory]
    [InlineData(0.3, 0.8)]
    [InlineData(2.5, 1.1)]
    public void The_quasi_likelihood_of_the_inverse_Gaussian_has_the_slope_of_its_variance(double y, double mu)
    {
        var family = Family.InverseGaussian();
        const double h = 1e-6;
        var slope = (family.QuasiLikelihood(y, mu + h) - family.QuasiLikelihood(y, mu - h)) / (2 * h);
        Assert.Equal((y - mu) / (mu * mu * mu), slope!.Value, 1e-7);
        Assert.True(family.IsExponentialDispersion);
        Assert.Equal(Math.Sqrt(0.7), family.Sigma(Math.Log(0.7)), 1e-15);
    }

    [Fact]
    public void Thresholds_are_the_first_and_logs_of_steps()
    {
        var predictors = OrderedThresholds.Predictors([-1, 0.5, 2.25]);
        Assert.Equal([-1, Math.Log(1.5), Math.Log(1.75)], predictors);
    }

    [Fact]
    public void Zeros_and_ones_among_proportions_lead_to_ordered_beta()
    {
        string Advice(params double[] y) => Family.Beta().SupportAdvice(y);
        Assert.Contains("OrderedBeta", Advice(0, 0.5, 0.7));
        Assert.Contains("OrderedBeta", Advice(0.2, 1));
        Assert.Equal("", Advice(0, 0.5, 1.2));
        Assert.Equal("", Advice(-0.1, 0, 0.5));
        Assert.Equal("", Advice(0.2, 0.5));
    }
}
