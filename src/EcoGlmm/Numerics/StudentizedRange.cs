namespace EcoGlmm.Numerics;

/// <summary>
/// The distribution of the range of k standard normal values over an independent estimate of their standard deviation:
/// P(Q ≤ q) = ∫ f(s) k ∫ φ(z) [Φ(z) − Φ(z − qs)]^(k−1) dz ds, both integrals by the trapezoidal rule.
/// Source: J. W. Tukey (1953), The Problem of Multiple Comparisons; H. L. Harter (1960), Annals of Mathematical Statistics 31,
/// 1122-1147, equation 1.
/// </summary>
internal static class StudentizedRange
{
    private const double Range = 8.5;
    private const double Step = 0.25;

    /// <summary>P(Q &gt; q) for k means and so many degrees of freedom (infinite: the standard deviation is known).</summary>
    public static double UpperTail(double q, int k, double degreesOfFreedom)
    {
        if (double.IsNaN(q)) return double.NaN;
        if (!(q > 0)) return 1;
        if (double.IsPositiveInfinity(degreesOfFreedom) || degreesOfFreedom > 25_000) return Exceeds(q, k);

        // s² = χ²/ν; the density in u = log s, which has its mode at zero.
        var v = degreesOfFreedom;
        var constant = Math.Log(2) + (0.5 * v * Math.Log(0.5 * v)) - SpecialFunctions.LogGamma(0.5 * v);
        var step = 0.2 / Math.Sqrt(2 * v);
        var sum = 0.0;
        for (var side = -1; side <= 1; side += 2)
        {
            for (var i = side < 0 ? 1 : 0; ; i++)
            {
                var u = side * i * step;
                var density = Math.Exp(constant + (v * u) - (0.5 * v * Math.Exp(2 * u)));
                if (density < 1e-14) break;
                sum += density * Exceeds(q * Math.Exp(u), k);
            }
        }

        return Math.Clamp(sum * step, 0, 1);
    }

    /// <summary>The q that Q exceeds with a probability.</summary>
    public static double UpperQuantile(double probability, int k, double degreesOfFreedom)
    {
        var (low, high) = (0.0, 4.0);
        while (UpperTail(high, k, degreesOfFreedom) > probability) high *= 2;
        for (var i = 0; i < 32; i++)
        {
            var middle = 0.5 * (low + high);
            if (UpperTail(middle, k, degreesOfFreedom) > probability) low = middle;
            else high = middle;
        }

        return 0.5 * (low + high);
    }

    /// <summary>P(range of k normal values &gt; w) = ∫ kφ(z) {Φ(z)^(k−1) − [Φ(z) − Φ(z − w)]^(k−1)} dz, as ∫ kφΦ^(k−1) = 1.</summary>
    private static double Exceeds(double w, int k)
    {
        var sum = 0.0;
        for (var z = -Range; z <= Range; z += Step)
        {
            var below = SpecialFunctions.NormalCdf(z);
            var inside = below - SpecialFunctions.NormalCdf(z - w);
            sum += SpecialFunctions.NormalPdf(z) * (Math.Pow(below, k - 1) - Math.Pow(inside, k - 1));
        }

        return k * sum * Step;
    }
}
