using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Log-normal with mean μ and standard deviation φ of the response itself (not of its logarithm), as glmmTMB has it.
/// δ = log φ; Sigma reports φ.
/// </summary>
internal sealed class LogNormalFamily(Link link) : MeanParameterisedFamily("lognormal", link, MeanRange.Positive)
{
    public static FamilySet Set { get; } = new(
        "lognormal", link => new LogNormalFamily(link), FamilySet.PositiveMean);

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => false;
    internal override FamilyAlternatives Alternatives => new()
    {
        OfLogarithm = Link == Link.Log ? FamilyAlternative.LogGaussian : null,
        OtherShape =
        [
            FamilyAlternative.Of(GammaFamily.Set, Link.Log, "Gamma", "a Gamma with log link"),
        ],
    };


    internal override FamilyWords Words { get; } = new("Log-normal")
    {
        Dispersion = new("σ", "standard deviation of the response itself, not of its logarithm", "σ"),
    };

    internal override string? CheckResponse(double y, double size) => SupportCheck.Positive(y);

    internal override double Constant(double y, double size) => -Math.Log(y) - SpecialFunctions.HalfLogTwoPi;

    internal override double Variance(double mu, double phi, double size) => phi * phi;

    // The squared residual on the log scale, from the median, in units of its variance.
    internal override double UnitDeviance(double y, double mu, double phi, double size)
    {
        var v = LogVariance(mu, phi);
        var z = Math.Log(y / mu) + (0.5 * v);
        return z * z / v;
    }

    internal override double Draw(RandomStream random, double mu, double phi, double size)
    {
        var v = LogVariance(mu, phi);
        return Math.Clamp(mu * Math.Exp((Math.Sqrt(v) * random.NextNormal()) - (0.5 * v)), 2.3e-308, 1.7e308);
    }

    internal override double StartingMean(double y, double size) => y;

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        double sum = 0;
        for (var i = 0; i < y.Length; i++)
        {
            sum += (y[i] - mu[i]) * (y[i] - mu[i]);
        }

        return 0.5 * SupportCheck.LogBetween(sum / y.Length, 1e-12, 1e12);
    }

    // v = log(1 + w), w = (φ/μ)², z = log y − log μ + v/2: ℓ = −½ log v − z²/(2v) − log y − ½ log 2π.
    // First in ζ = log μ and δ, where w's derivatives are ∓2w; then from ζ to μ.
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var mu = at.Mu;
        var logMu = Math.Log(mu);
        var v = LogVariance(mu, terms.Phi);
        var a = Math.Log(y) - logMu;

        // With t = log w = 2δ − 2ζ: v′ = w/(1 + w) = s and so on.
        var s = -SpecialFunctions.Expm1(-v);
        var s1 = s * (1 - s);
        var s2 = s1 * (1 - (2 * s));

        // ℓ = −½ log v − a²/(2v) − a/2 − v/8 as a function of a and v; derivatives by v.
        var a2 = a * a;
        var fv = (-0.5 / v) + (0.5 * a2 / (v * v)) - 0.125;
        var fvv = (0.5 - (a2 / v)) / (v * v);
        var fvvv = (-1 + (3 * a2 / v)) / (v * v * v);
        var fa = (-a / v) - 0.5;
        var fav = a / (v * v);
        var favv = -2 * a / (v * v * v);
        var faa = -1 / v;
        var faav = 1 / (v * v);

        // By t, a held; by a and t.
        var ft = fv * s;
        var ftt = (fvv * s * s) + (fv * s1);
        var fttt = (fvvv * s * s * s) + (3 * fvv * s * s1) + (fv * s2);
        var fat = fav * s;
        var fatt = (favv * s * s) + (fav * s1);
        var faat = faav * s;

        // ∂/∂δ = 2 ∂/∂t; ∂/∂ζ = −∂/∂a − 2 ∂/∂t.
        var z1 = -fa - (2 * ft);
        var z2 = faa + (4 * fat) + (4 * ftt);
        var z3 = -((6 * faat) + (12 * fatt) + (8 * fttt));
        var z1d = (-2 * fat) - (4 * ftt);
        var z2d = (2 * faat) + (8 * fatt) + (8 * fttt);

        d.L = (-0.5 * Math.Log(v)) - (0.5 * (a + (0.5 * v)) * (a + (0.5 * v)) / v);
        d.M = z1 / mu;
        d.MM = (z2 - z1) / (mu * mu);
        d.MMM = (z3 - (3 * z2) + (2 * z1)) / (mu * mu * mu);
        d.D = 2 * ft;
        d.MD = z1d / mu;
        d.MMD = (z2d - z1d) / (mu * mu);
        d.DD = 4 * ftt;
        d.MDD = ((-4 * fatt) - (8 * fttt)) / mu;
        d.DDD = 8 * fttt;
    }

    private static double LogVariance(double mu, double phi)
    {
        var ratio = phi / mu;
        return ratio > 1e100
            ? 2 * Math.Log(ratio)
            : Math.Max(SpecialFunctions.Log1p(ratio * ratio), 1e-300);
    }
}
