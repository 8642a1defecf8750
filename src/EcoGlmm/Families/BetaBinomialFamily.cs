using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Beta-binomial: y successes in n trials whose probability is beta with mean μ and precision φ. The variance of the
/// proportion is μ(1 − μ)(n + φ) / (n (1 + φ)). δ = log φ; Sigma reports φ, as glmmTMB does. Morris (1997).
/// </summary>
internal sealed class BetaBinomialFamily(Link link)
    : MeanParameterisedFamily("betabinomial", link, MeanRange.UnitInterval)
{
    public static FamilySet Set { get; } = new(
        "betabinomial", link => new BetaBinomialFamily(link), FamilySet.Probability);

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => true;

    internal override FamilyWords Words { get; } = new("Beta-binomial")
    {
        Dispersion = new("φ", "precision; variance of the proportion = μ(1 − μ)(n + φ)/(n(1 + φ))", "φ"),
    };

    internal override WeightRole WeightRole => WeightRole.Trials;

    internal override string? CheckResponse(double y, double size) => SupportCheck.SuccessesOfTrials(y, size);

    internal override double Constant(double y, double size) => size == 1 ? 0 : SpecialFunctions.LogChoose(size, y);

    internal override double Variance(double mu, double phi, double size) =>
        mu * (1 - mu) * ((size + phi) / (size * (1 + phi)));

    internal override double ProbabilityVariance(double mu, double phi) => mu * (1 - mu) / (1 + phi);

    // The binomial's, divided by how much larger the variance is.
    internal override double UnitDeviance(double y, double mu, double phi, double size) =>
        BinomialFamily.Deviance(y, mu, size) * ((1 + phi) / (size + phi));

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        random.NextBinomial(size, random.NextBeta(mu * phi, (1 - mu) * phi));

    internal override double StartingMean(double y, double size) => (y + 0.5) / (size + 1);

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        // Σ (y − nμ)² = Σ nμ(1 − μ)(n + φ)/(1 + φ), solved for φ.
        double squares = 0;
        double binomial = 0;
        double most = 0;
        for (var i = 0; i < y.Length; i++)
        {
            var n = size.IsEmpty ? 1 : size[i];
            var v = n * mu[i] * (1 - mu[i]);
            squares += (y[i] - (n * mu[i])) * (y[i] - (n * mu[i]));
            binomial += v;
            most += n * v;
        }

        var excess = squares - binomial;
        return SupportCheck.LogBetween(excess > 0 ? (most - squares) / excess : 100, 0.1, 100);
    }

    // ℓ = log[Γ(a + y)/Γ(a)] + log[Γ(b + n − y)/Γ(b)] − log[Γ(φ + n)/Γ(φ)] + log "n choose y".
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var phi = terms.Phi;
        var total = GammaDifference.Rising(phi, size);
        ShapeDerivatives.Write(
            at.Mu,
            at.Complement,
            phi,
            GammaDifference.Rising(at.Mu * phi, y),
            GammaDifference.Rising(at.Complement * phi, size - y),
            new(-total.F, -total.F1, -total.F2, -total.F3),
            ref d);
    }
}
