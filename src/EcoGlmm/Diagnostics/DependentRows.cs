using EcoGlmm.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// Patterns in residuals whose rows depend on each other, since random effects were drawn anew: the statistic of the data beside those of
/// the simulations in its place, by a gamma or normal distribution of their mean and variance, so that small p-values can be told too.
/// </summary>
internal static class DependentRows
{
    /// <summary>Groups of rows that follow each other along a number.</summary>
    private const int Bins = 8;

    /// <summary>Whether the usual p-values of independent rows do not hold, and those of simulations can be had.</summary>
    public static bool AreIn(SimulatedResiduals residuals) => residuals.NullResiduals is not null;

    /// <summary>Whether residuals differ among the levels of a variable, or among eight parts of it along a number.</summary>
    public static TestResult Pattern(SimulatedResiduals residuals, string name, Grouping groups, bool isFactor)
    {
        double Between(double[] u)
        {
            var mean = u.Average();
            return 12 * groups.Rows.Sum(rows =>
            {
                var difference = rows.Average(row => u[row]) - mean;
                return rows.Length * difference * difference;
            });
        }

        var (statistic, p) = Upper(residuals, Between);
        var text = TestResult.FormatPValue(p, 0);
        var changes = isFactor ? $"differ among the levels of {name}" : $"change along {name}";
        return new TestResult("Pattern test (simulated null)", statistic, p, "two.sided",
            $"The residuals {(p < TestResult.SignificanceLevel ? changes : "do not " + changes)} ({text}).");
    }

    /// <summary>The rows along a number, in parts of about as many each.</summary>
    public static Grouping Along(double[] values)
    {
        var ranks = RankTransform.Apply(values);
        return Grouping.From([.. ranks.Select(r => ((int)Math.Min(Bins - 1, r * Bins)).ToString(System.Globalization.CultureInfo
            .InvariantCulture))], values.Length);
    }

    /// <summary>Whether the residuals are uniform.</summary>
    public static TestResult Uniformity(SimulatedResiduals residuals, TestResult usual)
    {
        var (_, p) = Upper(residuals, u => KolmogorovSmirnov.Uniform(u, Alternative.TwoSided).Statistic);
        var text = TestResult.FormatPValue(p, 0);
        var found = p < TestResult.SignificanceLevel;
        return usual with
        {
            PValue = p,
            Message = found ? $"The residuals are not uniform ({text}): overall, the observations are not distributed as the model says."
                : $"The residuals are as uniform as those of a correct model ({text}).",
            Verdict = found ? "not uniform" : "as expected",
        };
    }

    /// <summary>The correlation of neighbours that is expected, its standard deviation and the two-sided p-value.</summary>
    public static (double Expected, double StandardDeviation, double PValue) Correlation(SimulatedResiduals residuals,
        Func<double[], double> correlation)
    {
        var (mean, variance) = Moments(residuals, correlation);
        var z = (correlation(residuals.ScaledValues) - mean) / Math.Sqrt(variance);
        return (mean, Math.Sqrt(variance), 2 * NormalDistribution.UpperTail(Math.Abs(z)));
    }

    private static (double Statistic, double PValue) Upper(SimulatedResiduals residuals, Func<double[], double> statistic)
    {
        var observed = statistic(residuals.ScaledValues);
        var (mean, variance) = Moments(residuals, statistic);
        return (observed, variance > 0 ? MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(mean * mean / variance, observed * mean
            / variance) : 1);
    }

    private static (double Mean, double Variance) Moments(SimulatedResiduals residuals, Func<double[], double> statistic)
    {
        var simulated = SimulationNull.Statistics(residuals.NullResiduals!, statistic);
        var mean = simulated.Average();
        return (mean, simulated.Sum(v => (v - mean) * (v - mean)) / (simulated.Length - 1));
    }
}
