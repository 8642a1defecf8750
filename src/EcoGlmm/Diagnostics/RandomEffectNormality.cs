using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
using MathNet.Numerics.Distributions;

namespace EcoGlmm.Diagnostics;

/// <summary>Whether random effects look like draws from a normal distribution.</summary>
internal static class RandomEffectNormality
{
    /// <summary>With fewer levels nothing can be said.</summary>
    public const int Fewest = 8;

    /// <summary>A level tells something of its effect when the data explain at least this share of its variance.</summary>
    private const double LeastInformation = 0.05;

    /// <summary>
    /// Conditional modes over the spread that they should have among levels: a mode is shrunk, so that its variance is σ² less the
    /// conditional variance. Levels whose rows say next to nothing are left out.
    /// </summary>
    public static double[] Standardised(GlmmFit fit, GroupModes modes, string term, out string[] levels)
    {
        var sd = fit.VarianceComponents.FirstOrDefault(v => v.Part == modes.Part && v.Group == modes.Group && v.Term1 == term
            && v.Term2 is null)?.StandardDeviation ?? 0;
        ConditionalMode[] used = [.. modes.Where(m => m.Term == term
            && (sd * sd) - (m.StandardDeviation * m.StandardDeviation) > LeastInformation * sd * sd)];
        levels = Array.ConvertAll(used, m => m.Level);
        return Array.ConvertAll(used, m => m.Mode / Math.Sqrt((sd * sd) - (m.StandardDeviation * m.StandardDeviation)));
    }

    public static TestResult Test(string name, double[] z)
    {
        (var w, var p) = ShapiroWilk.Test(z);
        var pText = TestResult.FormatPValue(p, 0);
        var significant = p < TestResult.SignificanceLevel;
        return new TestResult($"Normality of random effects (Shapiro-Wilk), {name}", w, p, "two.sided", significant
            ? $"The {z.Length} conditional modes of {name} are not normal ({pText}); effects of predictors are seldom hurt by that, "
                + "variances and predictions may be."
            : $"The {z.Length} conditional modes of {name} look normal ({pText}).")
        {
            Verdict = significant ? "not normal" : "as expected",
        };
    }

    public static Panel Panel(string name, double[] z, string[] levels, TestResult test)
    {
        var n = z.Length;
        var sorted = (double[])z.Clone();
        var labels = (string[])levels.Clone();
        Array.Sort(sorted, labels);
        double mean = SimulationSource.Mean(z), sd = Math.Sqrt(z.Sum(v => (v - mean) * (v - mean)) / (n - 1));
        double[] expected = [.. Enumerable.Range(1, n).Select(i => NormalDistribution.Quantile((i - 0.5) / n))];
        var line = Array.ConvertAll(expected, q => mean + (sd * q));
        double Limit(int i, double probability) => mean + (sd * NormalDistribution.Quantile(Beta.InvCDF(i + 1, n - i, probability)));
        var drawn = ResidualPoints.ChooseSorted(n, ResidualPoints.MostLevels);
        T[] Of<T>(T[] values) => Array.ConvertAll(drawn, i => values[i]);
        return new Panel(name,
            new LineTrace(Of(expected), Of(line))
            {
                Name = "Normal",
                Color = Palette.Ink,
                Width = 1,
                Lower = [.. drawn.Select(i => Limit(i, 0.025))],
                Upper = [.. drawn.Select(i => Limit(i, 0.975))],
                Text = [.. drawn.Select(_ => "Normal, with its pointwise 95 % band")],
            },
            new PointTrace(Of(expected), Of(sorted))
            {
                Name = "Conditional modes",
                Color = test.IsSignificant ? Palette.Vermillion : Palette.Blue,
                Size = 6,
                Opacity = 0.85,
                Text = [.. drawn.Select(i =>
                    FormattableString.Invariant($"{labels[i]}\nStandardised mode {sorted[i]:0.00}\nExpected {expected[i]:0.00}"))],
            })
        {
            XAxis = $"Normal quantile{ResidualPoints.Drawn(n)}",
            YAxis = "Standardised mode",
            Annotations = [ResidualFigures.TestLine("Normality (Shapiro-Wilk)", test)],
        };
    }
}
