namespace EcoGlmm.Families;

/// <summary>
/// The logarithm K of the series Σ λʲ / (j!)^ν where its terms are so many that their number no longer matters: with a = λ^(1/ν),
/// K = νa − (ν − 1)/(2ν) log λ − (ν − 1)/2 log 2π − ½ log ν + log(1 + c₁/(νa) + c₂/(νa)² + c₃/(νa)³ + …).
/// Source: R. E. Gaunt, S. Iyengar, A. B. Olde Daalhuis &amp; B. Simsek (2019), An asymptotic expansion for the normalizing constant
/// of the Conway–Maxwell–Poisson distribution, Annals of the Institute of Statistical Mathematics 71, 163–180.
/// </summary>
internal static class ConwayMaxwellExpansion
{
    /// <summary>νa from which on the terms left out, of the order of its fourth power, are below the rounding errors.</summary>
    private const double Large = 2000;

    private const int MostSteps = 20;

    private static readonly double LogTwoPi = Math.Log(2 * Math.PI);

    /// <summary>Whether the expansion holds for that mean and exponent.</summary>
    public static bool Holds(double mu, double nu) => nu * mu > Large && nu < 50;

    /// <summary>log λ for mean μ: Newton's method on ∂K/∂ log λ, whose first term is a, until rounding ends it.</summary>
    public static double LogRate(double mu, double nu)
    {
        var s = nu * nu;
        var c1 = (s - 1) / 24;
        var c2 = (s - 1) * (s + 23) / 1152;
        var c3 = (s - 1) * ((5 * s * s) - (298 * s) + 11237) / 414720;
        var zeta = nu * Math.Log(mu + ((nu - 1) / (2 * nu)));
        var last = double.PositiveInfinity;
        for (var i = 0; i < MostSteps; i++)
        {
            var a = Math.Exp(zeta / nu);
            var r = 1 / (nu * a);
            var series = 1 + (r * (c1 + (r * (c2 + (r * c3)))));
            var slope = -r / nu * (c1 + (r * ((2 * c2) + (3 * r * c3))));
            var step = (mu - (a - ((nu - 1) / (2 * nu)) + (slope / series))) * nu / a;
            if (!(Math.Abs(step) < last))
            {
                break;
            }

            zeta += step;
            last = Math.Abs(step);
        }

        return zeta;
    }

    /// <summary>What the moments of the series are: K generates the cumulants of Y and −log Y!.</summary>
    public static SeriesMoments Moments(double zeta, double nu)
    {
        var k = LogSum(zeta, nu);
        var m20 = k.Derivative(2, 0);
        var m11 = -k.Derivative(1, 1);
        var m02 = k.Derivative(0, 2);
        return new SeriesMoments
        {
            LogSum = k.Value,
            MeanLogFactorial = -k.Derivative(0, 1),
            M20 = m20,
            M11 = m11,
            M02 = m02,
            M30 = k.Derivative(3, 0),
            M21 = -k.Derivative(2, 1),
            M12 = k.Derivative(1, 2),
            M03 = -k.Derivative(0, 3),
            M40 = k.Derivative(4, 0) + (3 * m20 * m20),
            M31 = -k.Derivative(3, 1) + (3 * m20 * m11),
            M22 = k.Derivative(2, 2) + (m20 * m02) + (2 * m11 * m11),
            M13 = -k.Derivative(1, 3) + (3 * m02 * m11),
        };
    }

    private static BivariateTaylor LogSum(double zeta, double nu)
    {
        var z = BivariateTaylor.First(zeta);
        var n = BivariateTaylor.Second(nu);
        var na = n * (z * n.Reciprocal()).Exp();
        var s = n * n;
        var r = na.Reciprocal();
        var less = s + -1;
        var c1 = (1.0 / 24) * less;
        var c2 = (1.0 / 1152) * (less * (s + 23));
        var c3 = (1.0 / 414720) * (less * ((5 * (s * s)) + (-298 * s) + 11237));
        var series = (((((c3 * r) + c2) * r) + c1) * r) + 1;
        var half = 0.5 * (n + -1);
        return na - (half * n.Reciprocal() * z) - (LogTwoPi * half) - (0.5 * n.Log()) + series.Log();
    }
}
