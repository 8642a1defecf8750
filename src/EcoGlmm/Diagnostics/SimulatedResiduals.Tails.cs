using EcoGlmm.Diagnostics;

namespace EcoGlmm
{
    public sealed partial class SimulatedResiduals
    {
        /// <summary>
        /// Anderson-Darling test of whether the residuals are uniform, which looks harder at their ends than the Kolmogorov-Smirnov
        /// test does: at tails of the response that are heavier or lighter than the model says. Statistic: A², about 1 for a correct
        /// model and larger where the residuals are not uniform. For S simulations a residual r enters as (r S + ½) / (S + 1), so that
        /// rows outside all simulations count as far out, not infinitely so.
        /// </summary>
        /// <remarks>
        /// No part of <see cref="TestAll"/> and of <see cref="DiagnosticsExtensions.Check"/>, whose tests of uniformity and outliers
        /// look at the same in other ways: ask for it where tails are what matters. G. Marsaglia and J. Marsaglia (2004), Evaluating
        /// the Anderson-Darling distribution, Journal of Statistical Software 9(2).
        /// </remarks>
        public TestResult TestTails()
        {
            double Statistic(double[] residuals) => AndersonDarling.Statistic(Array.ConvertAll(residuals, r => ((r * Count) + 0.5)
                / (Count + 1)));
            var squared = Statistic(_scaled);
            (var simulated, var warning) = DependentPValue(() => Statistic, squared, Alternative.Greater, 20.0 * RowCount);
            var p = simulated ?? AndersonDarling.UpperTail(squared, RowCount);
            var pText = TestResult.FormatPValue(p, 0);
            var significant = p < TestResult.SignificanceLevel;
            int low = _scaled.Count(r => r < Edge), high = _scaled.Count(r => r > 1 - Edge);
            var message = !significant
                ? $"The residuals are as uniform as those of a correct model, their ends included ({pText})."
                : $"The residuals are not uniform ({pText}): of {RowCount} rows {low} are in the lowest and {high} in the highest "
                    + "twentieth, "
                    + FormattableString.Invariant($"where {Edge * RowCount:0.#} were expected in each.");
            return new TestResult("Tail test (Anderson-Darling)", squared, p, Alternative.Greater.RName(), message + warning)
            {
                Verdict = significant ? "not uniform" : "as expected",
                Chart = new TestChart(() => Assemble("Tails of the residuals",
                    ResidualFigures.UniformQuantiles(_scaled, _rows, [ResidualFigures.TestLine("Tails (Anderson-Darling)", TestTails())]))),
            };
        }

        /// <summary>The share of residuals that the message counts at each end.</summary>
        private const double Edge = 0.05;
    }
}

namespace EcoGlmm.Diagnostics
{
    /// <summary>
    /// The Anderson-Darling test of uniformity on (0, 1). Distribution: G. Marsaglia and J. Marsaglia (2004), Journal of Statistical
    /// Software 9(2), equations of section 3; errors below 2e-6.
    /// </summary>
    internal static class AndersonDarling
    {
        /// <summary>A² = −n − Σ (2i − 1) [ln u₍ᵢ₎ + ln(1 − u₍ₙ₊₁₋ᵢ₎)] / n.</summary>
        public static double Statistic(double[] values)
        {
            var sorted = (double[])values.Clone();
            Array.Sort(sorted);
            var n = sorted.Length;
            double sum = 0;
            for (var i = 0; i < n; i++)
                sum += ((2 * i) + 1) * (Math.Log(sorted[i]) + Math.Log(1 - sorted[n - 1 - i]));
            return -n - (sum / n);
        }

        /// <summary>P(A² ≥ z) for n values.</summary>
        public static double UpperTail(double z, int n)
        {
            var limit = Limit(z);
            return Math.Clamp(1 - limit - Correction(limit, n), 0, 1);
        }

        // The distribution function for many values.
        private static double Limit(double z) => z <= 0 ? 0 : z < 2
            ? Math.Exp(-1.2337141 / z) / Math.Sqrt(z)
                * (2.00012 + ((0.247105 - ((0.0649821 - ((0.0347962 - ((0.011672 - (0.00168691 * z)) * z)) * z)) * z)) * z))
            : Math.Exp(-Math.Exp(1.0776 - ((2.30695 - ((0.43424 - ((0.082433 - ((0.008056 - (0.0003146 * z)) * z)) * z)) * z)) * z)));

        // What n values add to it where it is x.
        private static double Correction(double x, int n)
        {
            if (x > 0.8)
            {
                return (-130.2137 + ((745.2337 - ((1705.091 - ((1950.646 - ((1116.360 - (255.7844 * x)) * x)) * x)) * x)) * x)) / n;
            }

            var c = 0.01265 + (0.1757 / n);
            if (x < c)
            {
                var t = x / c;
                return Math.Sqrt(t) * (1 - t) * ((49 * t) - 102) * ((0.0037 / ((double)n * n)) + (0.00078 / n) + 0.00006) / n;
            }

            var u = (x - c) / (0.8 - c);
            var g = -0.00022633 + ((6.54034 - ((14.6538 - ((14.458 - ((8.259 - (1.91864 * u)) * u)) * u)) * u)) * u);
            return g * (0.04213 + (0.01365 / n)) / n;
        }
    }
}
