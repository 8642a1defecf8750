namespace EcoGlmm.Numerics;

/// <summary>Modified Bessel functions of the second kind, of real order.</summary>
internal static class BesselFunctions
{
    private const double Precision = 1e-16;
    private const int MostTerms = 20_000;

    /// <summary>
    /// K_ν(x) for ν ≥ 0 and x &gt; 0: K_μ and K_(μ+1), |μ| ≤ ½, by Temme's series for x below two and by Steed's continued fraction
    /// above, then the recurrence K_(μ+1) = K_(μ−1) + 2μ/x K_μ, which is stable upwards.
    /// Source: N. M. Temme (1975), On the numerical evaluation of the modified Bessel function of the third kind, J. Comput. Phys.
    /// 19, 324-337.
    /// </summary>
    public static double K(double nu, double x)
    {
        var steps = (int)Math.Floor(nu + 0.5);
        var mu = nu - steps;
        var (k, next) = x < 2 ? Series(mu, x) : Fraction(mu, x);
        for (var i = 1; i <= steps; i++) (k, next) = (next, k + (2 * (mu + i) / x * next));
        return k;
    }

    private static (double K, double Next) Series(double mu, double x)
    {
        var half = 0.5 * x;
        var log = -Math.Log(half);
        var angle = mu * log;
        var pi = Math.PI * mu;
        var factor = Math.Abs(pi) < 1e-10 ? 1 : pi / Math.Sin(pi);
        var sinh = Math.Abs(angle) < 1e-10 ? 1 : Math.Sinh(angle) / angle;
        var plus = InverseGamma(1 + mu);
        var minus = InverseGamma(1 - mu);
        var first = Math.Abs(mu) < 1e-6 ? -EulerGamma : (minus - plus) / (2 * mu);
        var second = 0.5 * (minus + plus);
        var f = factor * ((first * Math.Cosh(angle)) + (second * sinh * log));
        var exponential = Math.Exp(angle);
        var p = 0.5 * exponential / plus;
        var q = 0.5 / (exponential * minus);
        var c = 1.0;
        var (sum, other) = (f, p);
        for (var i = 1; i < MostTerms; i++)
        {
            f = ((i * f) + p + q) / ((i * (double)i) - (mu * mu));
            c *= half * half / i;
            p /= i - mu;
            q /= i + mu;
            var term = c * f;
            sum += term;
            other += c * (p - (i * f));
            if (Math.Abs(term) < Math.Abs(sum) * Precision) break;
        }

        return (sum, other * 2 / x);
    }

    private static (double K, double Next) Fraction(double mu, double x)
    {
        var b = 2 * (1 + x);
        var d = 1 / b;
        var (h, delta) = (d, d);
        var (q1, q2) = (0.0, 1.0);
        var a1 = 0.25 - (mu * mu);
        var q = a1;
        var c = a1;
        var a = -a1;
        var s = 1 + (q * delta);
        for (var i = 2; i < MostTerms; i++)
        {
            a -= 2 * (i - 1);
            c = -a * c / i;
            var fresh = (q1 - (b * q2)) / a;
            (q1, q2) = (q2, fresh);
            q += c * fresh;
            b += 2;
            d = 1 / (b + (a * d));
            delta = ((b * d) - 1) * delta;
            h += delta;
            var change = q * delta;
            s += change;
            if (Math.Abs(change / s) < Precision) break;
        }

        h *= a1;
        var k = Math.Sqrt(Math.PI / (2 * x)) * Math.Exp(-x) / s;
        return (k, k * (mu + x + 0.5 - h) / x);
    }

    private const double EulerGamma = 0.57721566490153286;

    private static double InverseGamma(double x) => Math.Exp(-SpecialFunctions.LogGamma(x));
}
