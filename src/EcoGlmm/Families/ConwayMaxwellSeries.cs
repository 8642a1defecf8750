using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// The series Σ λʲ / (j!)^ν, summed outwards from its largest term, with the central moments Mab = E[(Y − EY)ᵃ (G − EG)ᵇ]
/// of Y and G = log Y!.
/// </summary>
internal static class ConwayMaxwellSeries
{
    /// <summary>A step, in standard deviations of a count, whose third power is below rounding: no other is needed.</summary>
    private const double SmallStep = 2e-6;

    [ThreadStatic]
    private static Solution? _own;

    /// <summary>log λ for a mean and an exponent, and the moments there.</summary>
    public sealed class Solution
    {
        private double _mu = double.NaN;
        private double _nu;
        private long _batch;

        public double Zeta { get; private set; }

        public SeriesMoments Moments { get; private set; }

        /// <summary>
        /// Solves for another mean or exponent. For the same again, as of the zero and the count of a truncated distribution, nothing is
        /// left to do, within a batch of rows, so that the terms do not depend on which thread had which row.
        /// </summary>
        public void Find(double mu, double nu)
        {
            if (mu == _mu && nu == _nu && SeriesEffort.Batch == _batch)
            {
                return;
            }

            _mu = double.NaN;
            Zeta = LogRate(mu, nu);
            Moments = ConwayMaxwellSeries.Moments(Zeta, nu);
            (_mu, _nu, _batch) = (mu, nu, SeriesEffort.Batch);
        }
    }

    /// <summary>The solution for mean μ, which stays until the thread asks for another.</summary>
    public static Solution At(double mu, double nu)
    {
        var solution = _own ??= new();
        solution.Find(mu, nu);
        return solution;
    }

    /// <summary>log λ for mean μ, by Halley's method on the logarithm of the mean, kept within a bracket.</summary>
    public static double LogRate(double mu, double nu)
    {
        if (ConwayMaxwellExpansion.Holds(mu, nu))
        {
            return ConwayMaxwellExpansion.LogRate(mu, nu);
        }

        // E[Y^ν] = λ, so that by Jensen's inequality λ lies on one side of μ^ν, but for rounding: the other side can have
        // a mean, and a number of terms, without end.
        var jensen = nu * Math.Log(mu);
        var slack = 1e-9 * (1 + Math.Abs(jensen));
        var high = nu <= 1 ? jensen + slack : (nu * Math.Log(mu + 1)) + 1;
        var low = nu >= 1 ? jensen - slack : double.NegativeInfinity;
        var zeta = nu <= 1 ? (nu * Math.Log(mu)) - ((1 - nu) * SpecialFunctions.Log1p(1 / mu))
            : mu < 0.7 ? Math.Log(mu)
            : nu * Math.Log(mu + ((nu - 1) / (2 * nu)));
        for (var i = 0; i < 100; i++)
        {
            var terms = ConwayMaxwellTerms.Of(zeta, nu);
            var weights = terms.Weights;
            var counts = terms.Counts;
            double sum = 0;
            double sumY = 0;
            for (var k = 0; k < weights.Length; k++)
            {
                sum += weights[k];
                sumY += weights[k] * counts[k];
            }

            var mean = terms.Origin + (sumY / sum);
            if (double.IsNaN(mean))
            {
                return double.NaN;
            }

            double variance = 0;
            double third = 0;
            var middle = mean - terms.Origin;
            for (var k = 0; k < weights.Length; k++)
            {
                var x = counts[k] - middle;
                var squared = weights[k] * x * x;
                variance += squared;
                third += squared * x;
            }

            variance /= sum;
            third /= sum;
            low = mean < mu ? zeta : low;
            high = mean < mu ? high : zeta;
            var step = SpecialFunctions.Log1p((mu - mean) / mean) * mean / variance;
            // Newton's step, bent by the second derivative where that is small beside the first.
            var bend = 0.5 * step * ((third / variance) - (variance / mean));
            step /= Math.Abs(bend) < 0.5 ? 1 + bend : 1;
            var next = zeta + step;
            if (!(next > low && next < high) && Math.Abs(step) > 1e-14 * (1 + Math.Abs(zeta)))
            {
                next = double.IsInfinity(low) ? zeta - 1 : 0.5 * (low + high);
            }

            var isLast = Math.Abs(next - zeta) <= 4e-16 * (1 + Math.Abs(zeta)) || Math.Abs(step) * (1 + Math.Sqrt(variance)) < SmallStep;
            zeta = next;
            if (isLast)
            {
                break;
            }
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

        var terms = ConwayMaxwellTerms.Of(zeta, nu);
        var weights = terms.Weights;
        var counts = terms.Counts;
        var logs = terms.Logs;
        double sum = 0;
        double sumY = 0;
        double sumG = 0;
        for (var k = 0; k < weights.Length; k++)
        {
            var w = weights[k];
            sum += w;
            sumY += w * counts[k];
            sumG += w * logs[k];
        }

        var meanY = sumY / sum;
        var meanG = sumG / sum;
        var m = new SeriesMoments { LogSum = terms.LogTop + Math.Log(sum), MeanLogFactorial = terms.LogFactorialOfOrigin + meanG };
        for (var k = 0; k < weights.Length; k++)
        {
            var w = weights[k] / sum;
            var x = counts[k] - meanY;
            var h = logs[k] - meanG;
            var wx2 = w * x * x;
            var wh2 = w * h * h;
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
    public static double Quantile(double zeta, double nu, double p) => ConwayMaxwellTerms.Of(zeta, nu).Quantile(p);
}
