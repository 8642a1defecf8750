namespace EcoGlmm.Numerics;

// Stirling's series and the recurrences are those of Abramowitz & Stegun, chapter 6 (6.1.40, 6.3.18, 6.4.11); the
// series about 2 is 6.1.33.
internal static partial class SpecialFunctions
{
    private const double OneMinusEuler = 0.42278433509846713939;

    // (−1)ᵏ (ζ(k) − 1) / k, k = 2, 3, …
    private static readonly double[] ZetaSeries =
    [
        0.322467033424113218, -0.0673523010531980951, 0.0205808084277845479, -0.00738555102867398527,
        0.00289051033074152329, -0.00119275391170326098, 0.000509669524743042422, -0.00022315475845357938,
        0.0000994575127818085337, -0.0000449262367381331417, 0.0000205072127756706916, -9.4394882752683959e-6,
        4.3748667899074878e-6, -2.03921575380136624e-6, 9.55141213040741983e-7, -4.49246919876456604e-7,
        2.12071848055546659e-7, -1.00432248239680996e-7, 4.76981016936398057e-8, -2.27110946089431649e-8,
        1.08386592148969541e-8, -5.18347504197004666e-9, 2.48367454380247832e-9, -1.19214014058609121e-9,
        5.73136724167886201e-10, -2.75952288512423315e-10,
    ];

    private static readonly double[] LogFactorials = TabulateLogFactorials();

    /// <summary>log Γ(x) for x &gt; 0; +∞ at zero, NaN below.</summary>
    public static double LogGamma(double x)
    {
        if (!(x > 0))
        {
            return x == 0 ? double.PositiveInfinity : double.NaN;
        }

        if (x < 0.5)
        {
            return LogGammaNearTwo(x) - Log1p(x) - Math.Log(x);
        }

        if (x <= 1.5)
        {
            return LogGammaNearTwo(x - 1) - Log1p(x - 1);
        }

        if (x <= 2.5)
        {
            return LogGammaNearTwo(x - 2);
        }

        double product = 1;
        while (x < 10)
        {
            product *= x;
            x += 1;
        }

        var result = ((x - 0.5) * Math.Log(x)) - x + HalfLogTwoPi + StirlingCorrection(x);
        return product == 1 ? result : result - Math.Log(product);
    }

    /// <summary>log y! for a whole number y ≥ 0.</summary>
    public static double LogFactorial(double y) =>
        y < LogFactorials.Length ? LogFactorials[(int)y] : LogGamma(y + 1);

    /// <summary>log of the binomial coefficient "n choose k".</summary>
    public static double LogChoose(double n, double k)
    {
        if (k > n - k)
        {
            k = n - k;
        }

        return n < LogFactorials.Length
            ? LogFactorials[(int)n] - LogFactorials[(int)k] - LogFactorials[(int)(n - k)]
            : RisingFactorial.LogRatio(n - k + 1, k) - LogFactorial(k);
    }

    /// <summary>log B(a, b), for positive a and b.</summary>
    public static double LogBeta(double a, double b)
    {
        var low = Math.Min(a, b);
        var high = Math.Max(a, b);
        if (high < 10)
        {
            return LogGamma(low) + LogGamma(high) - LogGamma(low + high);
        }

        // Stirling for the large arguments, so that log Γ(high) and log Γ(low + high) do not cancel.
        var correction = StirlingCorrection(high) - StirlingCorrection(low + high);
        var ratio = Log1p(low / high);
        return LogGamma(low) + low - (low * Math.Log(low + high)) - ((high - 0.5) * ratio) + correction;
    }

    /// <summary>log Γ(x) − [(x − ½) log x − x + ½ log 2π] for x ≥ 10.</summary>
    public static double StirlingCorrection(double x)
    {
        var z = 1 / (x * x);
        return ((1.0 / 12) + (z * ((-1.0 / 360) + (z * ((1.0 / 1260) + (z * ((-1.0 / 1680)
            + (z * ((1.0 / 1188) + (z * ((-691.0 / 360360) + (z * (1.0 / 156))))))))))))) / x;
    }

    /// <summary>ψ(x), the derivative of log Γ, for x &gt; 0.</summary>
    public static double Digamma(double x)
    {
        if (!(x > 0))
        {
            return x == 0 ? double.NegativeInfinity : double.NaN;
        }

        double shift = 0;
        while (x < 12)
        {
            shift += 1 / x;
            x += 1;
        }

        var z = 1 / (x * x);
        var series = z * ((1.0 / 12) - (z * ((1.0 / 120) - (z * ((1.0 / 252) - (z * ((1.0 / 240)
            - (z * ((1.0 / 132) - (z * ((691.0 / 32760) - (z / 12))))))))))));
        return Math.Log(x) - (0.5 / x) - series - shift;
    }

    /// <summary>ψ′(x), for x &gt; 0.</summary>
    public static double Trigamma(double x)
    {
        if (!(x > 0))
        {
            return x == 0 ? double.PositiveInfinity : double.NaN;
        }

        double shift = 0;
        while (x < 14)
        {
            shift += 1 / (x * x);
            x += 1;
        }

        var z = 1 / (x * x);
        var series = (1.0 / 6) - (z * ((1.0 / 30) - (z * ((1.0 / 42) - (z * ((1.0 / 30) - (z * ((5.0 / 66)
            - (z * ((691.0 / 2730) - (z * 7 / 6)))))))))));
        return shift + (((1 + (0.5 / x)) + (z * series)) / x);
    }

    /// <summary>ψ″(x), for x &gt; 0.</summary>
    public static double Tetragamma(double x)
    {
        if (!(x > 0))
        {
            return x == 0 ? double.NegativeInfinity : double.NaN;
        }

        double shift = 0;
        while (x < 16)
        {
            shift += 2 / (x * x * x);
            x += 1;
        }

        var z = 1 / (x * x);
        var series = 0.5 - (z * ((1.0 / 6) - (z * ((1.0 / 6) - (z * (0.3 - (z * ((5.0 / 6) - (z * ((691.0 / 210)
            - (z * 17.5)))))))))));
        return -shift - (z * (1 + (1 / x) + (z * series)));
    }

    /// <summary>ψ, ψ′ and ψ″ at once, for x &gt; 0: one run of the recurrence and one logarithm.</summary>
    public static void Polygammas(double x, out double digamma, out double trigamma, out double tetragamma)
    {
        double shift1 = 0;
        double shift2 = 0;
        double shift3 = 0;
        while (x < 14)
        {
            var r = 1 / x;
            shift1 += r;
            shift2 += r * r;
            shift3 += r * r * r;
            x += 1;
        }

        var u = 1 / x;
        var z = u * u;
        var series1 = z * ((1.0 / 12) - (z * ((1.0 / 120) - (z * ((1.0 / 252) - (z * ((1.0 / 240)
            - (z * ((1.0 / 132) - (z * ((691.0 / 32760) - (z / 12))))))))))));
        var series2 = (1.0 / 6) - (z * ((1.0 / 30) - (z * ((1.0 / 42) - (z * ((1.0 / 30) - (z * ((5.0 / 66)
            - (z * ((691.0 / 2730) - (z * 7 / 6)))))))))));
        var series3 = 0.5 - (z * ((1.0 / 6) - (z * ((1.0 / 6) - (z * (0.3 - (z * ((5.0 / 6) - (z * ((691.0 / 210)
            - (z * 17.5)))))))))));
        digamma = Math.Log(x) - (0.5 * u) - series1 - shift1;
        trigamma = shift2 + (((1 + (0.5 * u)) + (z * series2)) * u);
        tetragamma = (-2 * shift3) - (z * (1 + u + (z * series3)));
    }

    // log Γ(2 + z) for |z| ≤ ½.
    private static double LogGammaNearTwo(double z)
    {
        double sum = 0;
        for (var k = ZetaSeries.Length - 1; k >= 0; k--)
        {
            sum = (sum * z) + ZetaSeries[k];
        }

        return z * (OneMinusEuler + (z * sum));
    }

    private static double[] TabulateLogFactorials()
    {
        var table = new double[256];
        for (var y = 2; y < table.Length; y++)
        {
            table[y] = LogGamma(y + 1.0);
        }

        return table;
    }
}
