using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Generalised Poisson of Consul &amp; Famoye (1992), <i>Communications in Statistics</i> 21, 89–109: variance μφ. δ = log φ;
/// Sigma reports φ, as glmmTMB does. With φ &lt; 1 the counts are underdispersed and have an upper bound, beyond which
/// ℓ is −∞; the probabilities then sum to one only nearly.
/// </summary>
internal sealed class GeneralizedPoissonFamily(Link link)
    : MeanParameterisedFamily("genpois", link, MeanRange.Positive)
{
    public static FamilySet Set { get; } = new(
        "genpois", link => new GeneralizedPoissonFamily(link), FamilySet.PositiveMean);

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => true;

    internal override FamilyWords Words { get; } = new("Generalized Poisson")
    {
        Dispersion = new("φ", "variance = φμ", "φ"),
    };

    internal override string? CheckResponse(double y, double size) => SupportCheck.Count(y);

    internal override double Constant(double y, double size) => LargeCount.Constant(y);

    internal override double LargestTerm(double y) => base.LargestTerm(Math.Min(y, LargeCount.Least));

    internal override double Variance(double mu, double phi, double size) => mu * phi;

    internal override double UnitDeviance(double y, double mu, double phi, double size) =>
        DevianceFromBestMean(y, mu, phi, size);

    // Overdispersed: the total progeny of a branching process that starts with Poisson(θ) and has λ offspring each.
    internal override double Draw(RandomStream random, double mu, double phi, double size)
    {
        var s = 1 / Math.Sqrt(phi);
        if (s > 1)
        {
            return SearchUnderdispersed(random, mu, phi);
        }

        double total = 0;
        var generation = random.NextPoisson(mu * s);
        while (generation > 0)
        {
            total += generation;
            generation = random.NextPoisson((1 - s) * generation);
        }

        return total;
    }

    internal override double StartingMean(double y, double size) => y + 0.1;

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size) =>
        SupportCheck.LogBetween(SupportCheck.MeanScatter(y, mu), 0.9, 100);

    // With s = φ^(−½) and u = y + s(μ − y): ℓ = log μ − δ/2 + (y − 1) log u − u − log y!, and −sμ at zero.
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var mu = at.Mu;
        var s = Math.Exp(-0.5 * terms.Delta);
        var gap = s * (mu - y);
        var value = y + gap;
        if (!(value > 0))
        {
            d = MeanDerivatives.Impossible;
            return;
        }

        var u = new MeanDerivatives
        {
            M = s,
            D = -0.5 * gap,
            MD = -0.5 * s,
            DD = 0.25 * gap,
            MDD = 0.25 * s,
            DDD = -0.125 * gap,
        };
        if (y == 0)
        {
            d.AddFunctionOf(u, -value, -1, 0, 0);
            return;
        }

        d.L = Math.Log(mu) - (0.5 * terms.Delta);
        d.M = 1 / mu;
        d.MM = -d.M * d.M;
        d.MMM = -2 * d.M * d.MM;
        d.D = -0.5;
        var r = (y - 1) / value;
        var power = y >= LargeCount.Least ? LargeCount.GeneralizedPoisson(y, value, gap) : ((y - 1) * Math.Log(value)) - value;
        d.AddFunctionOf(u, power, r - 1, -r / value, 2 * r / (value * value));
    }

    private double SearchUnderdispersed(RandomStream random, double mu, double phi)
    {
        var terms = default(DispersionTerms);
        PrepareDispersion(Math.Log(phi), ref terms);
        var at = Link.Identity.At(mu);
        while (true)
        {
            var u = random.NextDouble();
            for (double y = 0; y < (20 * mu) + 100; y++)
            {
                var d = default(MeanDerivatives);
                EvaluateAtMean(y, 1, at, terms, DerivativeLevel.Value, ref d);
                u -= Math.Exp(d.L + Constant(y, 1));
                if (u < 0)
                {
                    return y;
                }
            }
        }
    }
}
