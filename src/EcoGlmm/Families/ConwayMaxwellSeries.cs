using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// The series Σ λʲ / (j!)^ν, summed outwards from its largest term, with the central moments Mab = E[(Y − EY)ᵃ (G − EG)ᵇ]
/// of Y and G = log Y!.
/// </summary>
internal static class ConwayMaxwellSeries
{
    private const double Negligible = 1e-24;

    /// <summary>A series longer than this, of counts that spread over tens of thousands, is not summed: everything is NaN.</summary>
    private const int MostTerms = 40_000;

    [ThreadStatic]
    private static double[]? buffer;

    /// <summary>log λ for mean μ, by Newton's method on the logarithm of the mean, kept within a bracket.</summary>
    public static double LogRate(double mu, double nu)
    {
        if (ConwayMaxwellExpansion.Holds(mu, nu))
        {
            return ConwayMaxwellExpansion.LogRate(mu, nu);
        }

        // E[Y^ν] = λ, so that by Jensen's inequality λ lies on one side of μ^ν, but for rounding: the other side can have
        // a mean, and a number of terms, without end.
        double jensen = nu * Math.Log(mu);
        double slack = 1e-9 * (1 + Math.Abs(jensen));
        double high = nu <= 1 ? jensen + slack : (nu * Math.Log(mu + 1)) + 1;
        double low = nu >= 1 ? jensen - slack : double.NegativeInfinity;
        double zeta = nu <= 1 ? (nu * Math.Log(mu)) - ((1 - nu) * SpecialFunctions.Log1p(1 / mu))
            : mu < 0.7 ? Math.Log(mu)
            : nu * Math.Log(mu + ((nu - 1) / (2 * nu)));
        for (int i = 0; i < 100; i++)
        {
            var weights = Weigh(zeta, nu, out double first, out _);
            double sum = 0;
            double sumY = 0;
            for (int k = 0; k < weights.Length; k++)
            {
                sum += weights[k];
                sumY += weights[k] * (first + k);
            }

            double mean = sumY / sum;
            if (double.IsNaN(mean))
            {
                return double.NaN;
            }

            double variance = 0;
            for (int k = 0; k < weights.Length; k++)
            {
                double x = first + k - mean;
                variance += weights[k] * x * x;
            }

            variance /= sum;
            low = mean < mu ? zeta : low;
            high = mean < mu ? high : zeta;
            double step = SpecialFunctions.Log1p((mu - mean) / mean) * mean / variance;
            double next = zeta + step;
            if (!(next > low && next < high) && Math.Abs(step) > 1e-14 * (1 + Math.Abs(zeta)))
            {
                next = double.IsInfinity(low) ? zeta - 1 : 0.5 * (low + high);
            }

            if (Math.Abs(next - zeta) <= 4e-16 * (1 + Math.Abs(zeta)))
            {
                break;
            }

            zeta = next;
        }

        return zeta;
    }

    /// <summary>The sum's logarithm and the moments.</summary>
    public static SeriesMoments Moments(double zeta, double nu)
    {
        if (ConwayMaxwellExpansion.Holds(Math.Exp(zeta / nu), nu))
        {
            return ConwayMaxwellExpansion.Moments(zeta, nu);
        }

        var weights = Weigh(zeta, nu, out double first, out double logTop);
        double sum = 0;
        double sumY = 0;
        double sumG = 0;
        double start = SpecialFunctions.LogFactorial(first);
        double g = 0;
        for (int k = 0; k < weights.Length; k++)
        {
            double w = weights[k];
            g += k == 0 ? 0 : Math.Log(first + k);
            sum += w;
            sumY += w * k;
            sumG += w * g;
        }

        double meanY = sumY / sum;
        double meanG = sumG / sum;
        var m = new SeriesMoments { LogSum = logTop + Math.Log(sum), MeanLogFactorial = start + meanG };
        g = 0;
        for (int k = 0; k < weights.Length; k++)
        {
            g += k == 0 ? 0 : Math.Log(first + k);
            double w = weights[k] / sum;
            double x = k - meanY;
            double h = g - meanG;
            double wx2 = w * x * x;
            double wh2 = w * h * h;
            m.M20 += wx2;
            m.M11 += w * x * h;
            m.M02 += wh2;
            m.M30 += wx2 * x;
            m.M21 += wx2 * h;
            m.M12 += wh2 * x;
            m.M03 += wh2 * h;
            m.M40 += wx2 * x * x;
            m.M31 += wx2 * x * h;
            m.M22 += wx2 * h * h;
            m.M13 += wh2 * h * x;
        }

        return m;
    }

    /// <summary>The smallest y with distribution function at least p.</summary>
    public static double Quantile(double zeta, double nu, double p)
    {
        var weights = Weigh(zeta, nu, out double first, out _);
        double sum = 0;
        foreach (double w in weights)
        {
            sum += w;
        }

        double left = p * sum;
        int k = 0;
        while (k < weights.Length - 1 && left > weights[k])
        {
            left -= weights[k++];
        }

        return first + k;
    }

    // Terms divided by the largest, for y = first, first + 1, …; logTop is the logarithm of the largest.
    private static ReadOnlySpan<double> Weigh(double zeta, double nu, out double first, out double logTop)
    {
        double mode = Math.Floor(Math.Exp(Math.Min(zeta / nu, 30)));
        if (Math.Sqrt(mode / nu) > MostTerms / 10)
        {
            // So wide that the sum would come to an end only beyond the most terms.
            (first, logTop) = (0, double.NaN);
            (buffer ??= new double[256])[0] = double.NaN;
            return buffer.AsSpan(0, 1);
        }

        logTop = (mode * zeta) - (nu * SpecialFunctions.LogFactorial(mode));
        int below = 0;
        double w = 1;
        for (double j = mode; j >= 1 && w > Negligible && below < MostTerms; j--)
        {
            w *= Math.Exp((nu * Math.Log(j)) - zeta);
            below++;
        }

        first = mode - below;
        double[] weights = buffer ??= new double[256];
        int count = 0;
        if (weights.Length <= below)
        {
            weights = buffer = new double[2 * (below + 1)];
        }

        w = 1;
        weights[below] = 1;
        for (int k = below; k > 0; k--)
        {
            w *= Math.Exp((nu * Math.Log(first + k)) - zeta);
            weights[k - 1] = w;
        }

        w = 1;
        count = below + 1;
        while (w > Negligible && count < MostTerms)
        {
            w *= Math.Exp(zeta - (nu * Math.Log(first + count)));
            if (count == weights.Length)
            {
                Array.Resize(ref buffer, 2 * count);
                weights = buffer;
            }

            weights[count++] = w;
        }

        if (count >= MostTerms)
        {
            weights[0] = double.NaN;
            count = 1;
        }

        return weights.AsSpan(0, count);
    }
}
