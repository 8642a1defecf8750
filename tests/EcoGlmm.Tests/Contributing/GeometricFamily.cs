using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>Geometric counts with mean μ: P(y) = μʸ / (1 + μ)^(y + 1), variance μ(1 + μ). No dispersion.</summary>
internal sealed class GeometricFamily(Link link) : MeanParameterisedFamily("geometric", link, MeanRange.Positive)
{
    /// <summary>The links that it takes, the default first.</summary>
    public static FamilySet Set { get; } = new("geometric", link => new GeometricFamily(link), FamilySet.PositiveMean);

    internal override bool HasDispersion => false;

    internal override bool IsDiscrete => true;

    internal override FamilyWords Words { get; } = new("Geometric");

    internal override string? CheckResponse(double y, double size) => SupportCheck.Count(y);

    internal override double Variance(double mu, double phi, double size) => mu * (1 + mu);

    internal override double UnitDeviance(double y, double mu, double phi, double size) =>
        2 * ((y == 0 ? 0 : y * Math.Log(y / mu)) - ((y + 1) * Math.Log((1 + y) / (1 + mu))));

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        random.NextPoisson(mu * random.NextGamma(1));

    internal override double StartingMean(double y, double size) => y + 0.1;

    // ℓ = y log μ − (y + 1) log(1 + μ) and its derivatives by μ; links and the chain rule are the base class's.
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var mu = at.Mu;
        var other = 1 + mu;
        d.L = (y == 0 ? 0 : y * Math.Log(mu)) - ((y + 1) * Math.Log(other));
        d.M = (y / mu) - ((y + 1) / other);
        d.MM = -(y / (mu * mu)) + ((y + 1) / (other * other));
        d.MMM = (2 * y / (mu * mu * mu)) - (2 * (y + 1) / (other * other * other));
    }
}
