using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Inverse Gaussian: variance φ μ³. δ = log φ; Sigma reports √φ, as R's sigma() of a generalized linear model does
/// (glmmTMB has no such family). The default link is R's, 1/μ².
/// </summary>
internal sealed class InverseGaussianFamily(Link link)
    : MeanParameterisedFamily("inverse.gaussian", link, MeanRange.Positive)
{
    public static FamilySet Set { get; } = new(
        "inverse.gaussian",
        link => new InverseGaussianFamily(link),
        Link.InverseSquare,
        Link.Log,
        Link.Identity,
        Link.Inverse,
        Link.Sqrt);

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => false;

    internal override bool IsExponentialDispersion => true;

    internal override FamilyWords Words { get; } = new("Inverse Gaussian")
    {
        Dispersion = new("σ", "variance = σ²μ³", "σ²"),
    };

    internal override string? CheckResponse(double y, double size) => SupportCheck.Positive(y);

    internal override double Constant(double y, double size) => (-1.5 * Math.Log(y)) - SpecialFunctions.HalfLogTwoPi;

    internal override double Sigma(double delta) => Math.Exp(0.5 * delta);

    internal override double Variance(double mu, double phi, double size) => phi * mu * mu * mu;

    internal override double VarianceFunction(double mu, double phi, double size) => mu * mu * mu;

    internal override double? QuasiLikelihood(double y, double mu) => (-y / (2 * mu * mu)) + (1 / mu);

    internal override double UnitDeviance(double y, double mu, double phi, double size)
    {
        var relative = (y - mu) / mu;
        return relative * relative / y;
    }

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        Math.Max(random.NextInverseGaussian(mu, 1 / phi), 2.3e-308);

    internal override double StartingMean(double y, double size) => y;

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        double sum = 0;
        for (var i = 0; i < y.Length; i++)
        {
            sum += UnitDeviance(y[i], mu[i], 1, 1);
        }

        return SupportCheck.LogBetween(sum / y.Length, 1e-8, 1e4);
    }

    // ℓ = −(y − μ)² / (2 φ μ² y) − ½ δ − ½ log(2π y³).
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var mu = at.Mu;
        var precision = 1 / terms.Phi;
        var half = 0.5 * precision * UnitDeviance(y, mu, 1, 1);
        var cube = precision / (mu * mu * mu);
        d.L = -half - (0.5 * terms.Delta);
        d.M = cube * (y - mu);
        d.MM = cube * (2 - (3 * y / mu));
        d.MMM = cube * ((12 * y / mu) - 6) / mu;
        d.D = half - 0.5;
        d.MD = -d.M;
        d.MMD = -d.MM;
        d.DD = -half;
        d.MDD = d.M;
        d.DDD = half;
    }
}
