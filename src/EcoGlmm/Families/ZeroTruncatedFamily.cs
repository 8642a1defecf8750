using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// A family of counts given that they are not zero. μ, δ and Sigma are those of the family before truncation; so
/// E[Y] = μ / (1 − P₀).
/// </summary>
internal sealed class ZeroTruncatedFamily(
    string name, MeanParameterisedFamily parent, Func<RandomStream, double, double, double> draw)
    : MeanParameterisedFamily(name, parent.Link, MeanRange.Positive)
{
    public static FamilySet PoissonSet { get; } = new(
        "truncated_poisson",
        link => new ZeroTruncatedFamily(
            "truncated_poisson", new PoissonFamily(link), (random, mu, _) => random.NextPositivePoisson(mu)),
        FamilySet.PositiveMean);

    public static FamilySet NegativeBinomial2Set { get; } = new(
        "truncated_nbinom2",
        link => new ZeroTruncatedFamily(
            "truncated_nbinom2",
            new NegativeBinomial2Family(link),
            (random, mu, theta) => random.NextPositiveNegativeBinomial(mu, theta)),
        FamilySet.PositiveMean);

    public static FamilySet NegativeBinomial1Set { get; } = new(
        "truncated_nbinom1",
        link => new ZeroTruncatedFamily(
            "truncated_nbinom1",
            new NegativeBinomial1Family(link),
            (random, mu, phi) => random.NextPositiveNegativeBinomial(mu, mu / phi)),
        FamilySet.PositiveMean);

    internal override bool HasDispersion => parent.HasDispersion;

    internal override bool IsDiscrete => true;

    internal override bool HasShiftedMean => true;

    internal override string? CheckResponse(double y, double size) => SupportCheck.PositiveCount(y);

    internal override double Constant(double y, double size) => parent.Constant(y, size);

    internal override double Mean(double mu, double phi) => mu / PositiveProbability(mu, phi);

    internal override double Variance(double mu, double phi, double size)
    {
        double mean = Mean(mu, phi);
        double raw = (parent.Variance(mu, phi, size) + (mu * mu)) / PositiveProbability(mu, phi);
        return Math.Max(raw - (mean * mean), 0);
    }

    internal override double UnitDeviance(double y, double mu, double phi, double size) =>
        DevianceFromBestMean(y, mu, phi, size);

    internal override double Draw(RandomStream random, double mu, double phi, double size) => draw(random, mu, phi);

    // Near the mean before truncation that gives y on average.
    internal override double StartingMean(double y, double size) => y == 1 ? 0.3 : y - 0.5;

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size) =>
        parent.StartingDispersion(y, mu, size);

    // ℓ of the parent, less log(1 − P₀); and log P₀ is the parent's ℓ at zero.
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var zero = default(MeanDerivatives);
        parent.EvaluateAtMean(0, size, at, terms, level, ref zero);
        parent.EvaluateAtMean(y, size, at, terms, level, ref d);
        double r = 1 / SpecialFunctions.Expm1(-zero.L);
        double g2 = r * (1 + r);
        d.AddFunctionOf(zero, -SpecialFunctions.Log1mExp(-zero.L), r, g2, g2 * (1 + (2 * r)));
    }

    internal override void PrepareDispersion(double delta, ref DispersionTerms terms) =>
        parent.PrepareDispersion(delta, ref terms);

    private double PositiveProbability(double mu, double phi)
    {
        var terms = default(DispersionTerms);
        if (parent.HasDispersion)
        {
            PrepareDispersion(Math.Log(phi), ref terms);
        }

        var zero = default(MeanDerivatives);
        parent.EvaluateAtMean(0, 1, Link.Identity.At(mu), terms, DerivativeLevel.Value, ref zero);
        return -SpecialFunctions.Expm1(zero.L);
    }
}
