using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Beta proportions with mean μ and precision φ (shapes μφ and (1 − μ)φ): variance μ(1 − μ)/(1 + φ). δ = log φ; Sigma
/// reports φ, as glmmTMB does. Ferrari &amp; Cribari-Neto (2004), <i>Journal of Applied Statistics</i> 31, 799–815.
/// </summary>
internal sealed class BetaFamily(Link link) : MeanParameterisedFamily("beta", link, MeanRange.UnitInterval)
{
    public static FamilySet Set { get; } = new("beta", link => new BetaFamily(link), FamilySet.Probability);

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => false;

    internal override string SupportAdvice(double[] y) => Array.Exists(y, v => v is 0 or 1) && Array.TrueForAll(y, v => v is >= 0 and <= 1)
        ? " For proportions with zeros or ones use Family.OrderedBeta()."
        : "";

    internal override FamilyWords Words { get; } = new("Beta")
    {
        Dispersion = new("φ", "precision; variance = μ(1 − μ)/(1 + φ)", "φ"),
    };

    internal override string? CheckResponse(double y, double size) =>
        y > 0 && y < 1 ? null : "values must be greater than zero and less than one";

    internal override double Constant(double y, double size) => -Math.Log(y) - SpecialFunctions.Log1p(-y);

    internal override double Variance(double mu, double phi, double size) => mu * (1 - mu) / (1 + phi);

    // Twice the log-likelihood lost by μ against the best mean at this φ.
    internal override double UnitDeviance(double y, double mu, double phi, double size)
    {
        var best = BestLogitMean(y, phi);
        var p = SpecialFunctions.Logistic(best);
        var q = SpecialFunctions.Logistic(-best);
        return Math.Max(0, 2 * (Kernel(y, p, q, phi) - Kernel(y, mu, 1 - mu, phi)));
    }

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        Math.Clamp(random.NextBeta(mu * phi, (1 - mu) * phi), 2.3e-308, 1 - 1.2e-16);

    internal override double StartingMean(double y, double size) => Math.Clamp(y, 0.001, 0.999);

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        double sum = 0;
        for (var i = 0; i < y.Length; i++)
        {
            sum += (y[i] - mu[i]) * (y[i] - mu[i]) / (mu[i] * (1 - mu[i]));
        }

        return SupportCheck.LogBetween((y.Length / sum) - 1, 0.1, 1e4);
    }

    // ℓ = log Γ(φ) − log Γ(μφ) − log Γ((1 − μ)φ) + μφ log y + (1 − μ)φ log(1 − y) − log y(1 − y).
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var phi = terms.Phi;
        var a = at.Mu * phi;
        var b = at.Complement * phi;
        var logY = Math.Log(y);
        var log1mY = SpecialFunctions.Log1p(-y);
        if (level == DerivativeLevel.Value)
        {
            d.L = (a * logY) + (b * log1mY) - SpecialFunctions.LogBeta(a, b);
            return;
        }

        var total = new GammaDifference(0, terms.K1, terms.K2, terms.K3);
        var fa = GammaDifference.OfLogGamma(a);
        var fb = GammaDifference.OfLogGamma(b);
        ShapeDerivatives.Write(
            at.Mu,
            at.Complement,
            phi,
            new(-SpecialFunctions.LogBeta(a, b) + (a * logY) + (b * log1mY), logY - fa.F1, -fa.F2, -fa.F3),
            new(0, log1mY - fb.F1, -fb.F2, -fb.F3),
            total,
            ref d);
    }

    // ψ, ψ′ and ψ″ at φ.
    internal override void PrepareDispersion(double delta, ref DispersionTerms terms)
    {
        base.PrepareDispersion(delta, ref terms);
        var f = GammaDifference.OfLogGamma(terms.Phi);
        terms.K1 = f.F1;
        terms.K2 = f.F2;
        terms.K3 = f.F3;
    }

    private static double Kernel(double y, double p, double q, double phi) =>
        (p * phi * Math.Log(y)) + (q * phi * SpecialFunctions.Log1p(-y)) - SpecialFunctions.LogBeta(p * phi, q * phi);

    // Solves ψ(μφ) − ψ((1 − μ)φ) = logit y for logit μ by bisection: the left side rises with μ.
    private static double BestLogitMean(double y, double phi)
    {
        var target = Math.Log(y) - SpecialFunctions.Log1p(-y);
        double low = -700;
        double high = 700;
        for (var i = 0; i < 80 && high - low > 1e-10; i++)
        {
            var middle = 0.5 * (low + high);
            var difference = SpecialFunctions.Digamma(SpecialFunctions.Logistic(middle) * phi)
                - SpecialFunctions.Digamma(SpecialFunctions.Logistic(-middle) * phi);
            if (difference < target)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return 0.5 * (low + high);
    }
}
