using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// ℓ = log[F(b) − F(a)], the probability that a latent variable with distribution function F falls between two thresholds
/// less η, a = τ′ − η and b = τ − η, with derivatives by η (E) and by the upper threshold (B). a may be −∞ and b +∞.
/// </summary>
internal readonly record struct CategoryInterval(
    double L, double E, double EE, double EEE, double B, double EB, double EEB, double BB)
{
    // F(b) − F(a) = F(b) [1 − F(a)] (1 − e^(a − b)), so that ℓ′ = F(a) + F(b) − 1 by η.
    public static CategoryInterval Logistic(double a, double b)
    {
        var fa = SpecialFunctions.Logistic(a);
        var fb = SpecialFunctions.Logistic(b);
        var sa = SpecialFunctions.Logistic(-a);
        var sb = SpecialFunctions.Logistic(-b);
        var upper = SpecialFunctions.Log1pExp(a);
        var between = -SpecialFunctions.Expm1(a - b);
        var value = -SpecialFunctions.Log1pExp(-b) - upper + Math.Log(between);
        var up = double.IsPositiveInfinity(b) ? 0 : Math.Exp(upper - SpecialFunctions.Log1pExp(b)) / between;
        return new(
            value,
            fa - sb,
            -((fa * sa) + (fb * sb)),
            (fa * sa * (sa - fa)) + (fb * sb * (sb - fb)),
            up,
            fb * sb,
            -fb * sb * (sb - fb),
            up * (sb - fb - up));
    }

    public static CategoryInterval Normal(double a, double b)
    {
        if (double.IsNegativeInfinity(a))
        {
            var t = LogTail.Normal(b);
            return new(t.Value, -t.First, t.Second, -t.Third, t.First, -t.Second, t.Third, t.Second);
        }

        if (double.IsPositiveInfinity(b))
        {
            var t = LogTail.Normal(-a);
            return new(t.Value, t.First, t.Second, t.Third, 0, 0, 0, 0);
        }

        // In the upper tail by symmetry, where differences keep their digits.
        var low = a > 0 ? -b : a;
        var high = a > 0 ? -a : b;
        var top = SpecialFunctions.LogNormalCdf(high);
        var value = top + SpecialFunctions.Log1mExp(top - SpecialFunctions.LogNormalCdf(low));
        var u = Math.Exp((-0.5 * b * b) - SpecialFunctions.HalfLogTwoPi - value);
        var v = Math.Exp((-0.5 * a * a) - SpecialFunctions.HalfLogTwoPi - value);
        return FromDensities(value, u, -b * u, ((b * b) - 1) * u, v, -a * v, ((a * a) - 1) * v);
    }

    // ℓ = log(1 − exp(−D)) − eᵃ with D = eᵇ − eᵃ, and ∂ log D / ∂b = ρ does not depend on η.
    public static CategoryInterval Gumbel(double a, double b)
    {
        var m = Math.Exp(Math.Min(a, 700));
        if (double.IsPositiveInfinity(b))
        {
            return new(-m, m, -m, m, 0, 0, 0, 0);
        }

        var ratio = 1 / -SpecialFunctions.Expm1(a - b);
        var t = LogTail.CloglogSuccess(b - Math.Log(ratio));
        return new(
            t.Value - m,
            m - t.First,
            t.Second - m,
            m - t.Third,
            ratio * t.First,
            -ratio * t.Second,
            ratio * t.Third,
            ratio * ((ratio * t.Second) + ((1 - ratio) * t.First)));
    }

    public static CategoryInterval Cauchy(double a, double b)
    {
        var probability = double.IsNegativeInfinity(a) ? Math.Atan2(1, -b)
            : double.IsPositiveInfinity(b) ? Math.Atan2(1, a)
            : Math.Atan2(b - a, 1 + (a * b));
        var (u, u1, u2) = CauchyDensity(b, probability);
        var (v, v1, v2) = CauchyDensity(a, probability);
        return FromDensities(Math.Log(probability / Math.PI), u, u1, u2, v, v1, v2);
    }

    private static (double Density, double First, double Second) CauchyDensity(double x, double probability)
    {
        if (double.IsInfinity(x))
        {
            return default;
        }

        var r = 1 / (1 + (x * x));
        var density = r / probability;
        return (density, -2 * x * r * density, density * r * (6 - (8 * r)));
    }

    // u, u′, u″ are the density of F and its derivatives at b over F(b) − F(a); v those at a.
    private static CategoryInterval FromDensities(double value, double u, double u1, double u2, double v, double v1, double v2)
    {
        var d1 = u - v;
        var d2 = u1 - v1;
        var d3 = u2 - v2;
        return new(
            value,
            -d1,
            d2 - (d1 * d1),
            -d3 + (3 * d1 * d2) - (2 * d1 * d1 * d1),
            u,
            (u * d1) - u1,
            u2 - (2 * u1 * d1) - (u * d2) + (2 * u * d1 * d1),
            u1 - (u * u));
    }
}
