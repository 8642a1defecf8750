using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Bell counts with mean μ = θ eᶿ: variance μ(1 + θ). No dispersion. Castellares, Ferrari &amp; Lemonte (2018), <i>Applied
/// Mathematical Modelling</i> 56, 172–185.
/// </summary>
internal sealed class BellFamily(Link link) : MeanParameterisedFamily("bell", link, MeanRange.Positive)
{
    public static FamilySet Set { get; } = new(
        "bell", link => new BellFamily(link), [.. FamilySet.PositiveMean, Link.LambertW]);

    internal override bool HasDispersion => false;

    internal override bool IsDiscrete => true;

    internal override FamilyWords Words { get; } = new("Bell")
    {
        BeginsWithName = true,
    };

    internal override string? CheckResponse(double y, double size) => SupportCheck.Count(y);

    internal override double Constant(double y, double size) => LogBellNumber(y) - SpecialFunctions.LogFactorial(y);

    internal override double Variance(double mu, double phi, double size) => mu * (1 + LambertW(mu));

    internal override double UnitDeviance(double y, double mu, double phi, double size)
    {
        var theta = LambertW(mu);
        if (y == 0)
        {
            return 2 * SpecialFunctions.Expm1(theta);
        }

        var best = LambertW(y);
        return Math.Max(0, 2 * ((y * Math.Log(best / theta)) - (y / best) + (mu / theta)));
    }

    // Poisson many groups, each of zero-truncated Poisson size.
    internal override double Draw(RandomStream random, double mu, double phi, double size)
    {
        var theta = LambertW(mu);
        var groups = random.NextPoisson(SpecialFunctions.Expm1(theta));
        double total = 0;
        for (double g = 0; g < groups; g++)
        {
            total += random.NextPositivePoisson(theta);
        }

        return total;
    }

    internal override double StartingMean(double y, double size) => y + 0.1;

    // ℓ = y log θ − eᶿ + 1 + log(B_y / y!); an exponential family, so ∂ℓ/∂μ = (y − μ) / V(μ).
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var mu = at.Mu;
        var theta = LambertW(mu);
        var onePlus = 1 + theta;
        var v = mu * onePlus;
        var v1 = onePlus + (theta / onePlus);
        var v2 = theta / v * (1 + (1 / (onePlus * onePlus)));
        var residual = y - mu;
        d.L = (y == 0 ? 0 : y * Math.Log(theta)) - SpecialFunctions.Expm1(theta);
        d.M = residual / v;
        d.MM = -(1 + (d.M * v1)) / v;
        d.MMM = ((2 * v1 * (1 + (d.M * v1))) - (residual * v2)) / (v * v);
    }

    /// <summary>W(x) for x ≥ 0, W eᵂ = x, by Halley's method. Corless et al. (1996), <i>Advances in Computational
    /// Mathematics</i> 5, 329–359.</summary>
    internal static double LambertW(double x)
    {
        if (x < 1e-8)
        {
            return x * (1 - x);
        }

        var w = x < 3 ? x / (1 + (0.7 * x)) : Math.Log(x) - Math.Log(Math.Log(x));
        for (var i = 0; i < 20; i++)
        {
            var f = w - (x * Math.Exp(-w));
            var slope = w + 1;
            var step = f / (slope - ((w + 2) * f / (2 * slope)));
            w -= step;
            if (Math.Abs(step) <= 1e-16 * w)
            {
                break;
            }
        }

        return w;
    }

    // Dobinski's formula: B_y = e⁻¹ Σ kʸ / k!.
    private static double LogBellNumber(double y)
    {
        if (y == 0)
        {
            return 0;
        }

        var mode = Math.Max(1, Math.Floor(y / LambertW(y)));
        var top = Term(mode);

        // Where the bell of terms is wide, every hth term times h gives the same sum (see TweedieSeries).
        var width = 1 / Math.Sqrt((y / (mode * mode)) + (1 / mode));
        var stride = mode > 20 * width ? Math.Max(1, Math.Floor(width / 3)) : 1;
        double sum = 0;
        for (var k = mode; k >= 1; k -= stride)
        {
            var t = Math.Exp(Term(k) - top);
            sum += t;
            if (t < 1e-18)
            {
                break;
            }
        }

        for (var k = mode + stride; ; k += stride)
        {
            var t = Math.Exp(Term(k) - top);
            sum += t;
            if (t < 1e-18)
            {
                break;
            }
        }

        return top + Math.Log(stride * sum) - 1;

        double Term(double k) => (y * Math.Log(k)) - SpecialFunctions.LogFactorial(k);
    }
}
