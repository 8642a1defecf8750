namespace EcoGlmm.Numerics;

internal static partial class SpecialFunctions
{
    private const double SqrtHalf = 0.70710678118654752440;
    private const double TailStart = 5;

    /// <summary>Standard normal density.</summary>
    public static double NormalPdf(double x) => Math.Exp((-0.5 * x * x) - HalfLogTwoPi);

    /// <summary>Φ(x), accurate in both tails.</summary>
    public static double NormalCdf(double x) =>
        x < -TailStart ? Math.Exp(LogNormalCdf(x)) : 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(-x * SqrtHalf);

    /// <summary>log Φ(x), finite for every finite x.</summary>
    public static double LogNormalCdf(double x)
    {
        if (x > 0)
        {
            return Log1p(-NormalCdf(-x));
        }

        return x < -TailStart
            ? (-0.5 * x * x) - HalfLogTwoPi - Math.Log(-x + MillsExcess(-x, out _))
            : Math.Log(NormalCdf(x));
    }

    /// <summary>
    /// h = φ(x) / Φ(x), the inverse Mills ratio of the lower tail, and the first two derivatives h′ = −h (x + h) and
    /// h″ = h [(x + h)(x + 2h) − 1].
    /// </summary>
    public static double InverseMills(double x, out double first, out double second)
    {
        if (x < -TailStart)
        {
            var excess = MillsExcess(-x, out var inner);
            var tail = -x + excess;
            first = -tail * excess;
            second = tail * excess * ((2 * excess) - inner);
            return tail;
        }

        var h = NormalPdf(x) / NormalCdf(x);
        first = -h * (x + h);
        second = h * (((x + h) * (x + (2 * h))) - 1);
        return h;
    }

    /// <summary>
    /// Φ⁻¹(p); ∓∞ at 0 and 1. Wichura (1988), Algorithm AS 241, <i>Applied Statistics</i> 37, 477–484 (PPND16).
    /// </summary>
    public static double NormalQuantile(double p)
    {
        if (!(p > 0 && p < 1))
        {
            return p == 0 ? double.NegativeInfinity : p == 1 ? double.PositiveInfinity : double.NaN;
        }

        var q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            var central = 0.180625 - (q * q);
            return q * Ratio(central, CentralNumerator, CentralDenominator);
        }

        var r = Math.Sqrt(-Math.Log(q < 0 ? p : 1 - p));
        var x = r <= 5 ? Ratio(r - 1.6, MiddleNumerator, MiddleDenominator) : Ratio(r - 5, FarNumerator, FarDenominator);
        return q < 0 ? -x : x;
    }

    // h(−x) − x for x ≥ 5, from the continued fraction 1/(x + 2/(x + 3/(x + …))); inner is its 2/(x + …).
    // Abramowitz & Stegun 26.2.14.
    private static double MillsExcess(double x, out double inner)
    {
        var terms = x > 30 ? 12 : 60;
        double t = 0;
        for (var k = terms; k >= 2; k--)
        {
            t = k / (x + t);
        }

        inner = t;
        return 1 / (x + t);
    }

    private static double Ratio(double x, double[] numerator, double[] denominator)
    {
        double a = 0;
        double b = 0;
        for (var k = numerator.Length - 1; k >= 0; k--)
        {
            a = (a * x) + numerator[k];
            b = (b * x) + denominator[k];
        }

        return a / b;
    }

    private static readonly double[] CentralNumerator =
    [
        3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
        4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3,
    ];

    private static readonly double[] CentralDenominator =
    [
        1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
        2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3,
    ];

    private static readonly double[] MiddleNumerator =
    [
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ];

    private static readonly double[] MiddleDenominator =
    [
        1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ];

    private static readonly double[] FarNumerator =
    [
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ];

    private static readonly double[] FarDenominator =
    [
        1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ];
}
