using EcoGlmm.Numerics;

namespace EcoGlmm.Marginal;

/// <summary>How p-values and intervals of comparisons made together allow for their number: one instance for each <see cref="Adjustment"/>.</summary>
internal abstract class ContrastAdjustment
{
    private static readonly Dictionary<Adjustment, ContrastAdjustment> ByKind = new()
    {
        [Adjustment.None] = new NoAdjustment(),
        [Adjustment.Tukey] = new TukeyAdjustment(),
        [Adjustment.Holm] = new HolmAdjustment(),
        [Adjustment.Bonferroni] = new BonferroniAdjustment(),
    };

    /// <summary>What notes under tables say.</summary>
    public abstract string Words { get; }

    /// <exception cref="GlmmException">There is no such adjustment.</exception>
    public static ContrastAdjustment Of(Adjustment kind) => ByKind.TryGetValue(kind, out var rule)
        ? rule
        : throw new GlmmException($"There is no adjustment {kind}; there are {string.Join(", ", ByKind.Keys)}.");

    /// <summary>Adjusted p-values.</summary>
    /// <param name="statistics">|estimate / standard error| of each comparison, with its denominator degrees of freedom.</param>
    /// <param name="means">Number of means compared in pairs.</param>
    public abstract double[] PValues(IReadOnlyList<(double Statistic, double Degrees)> statistics, int means);

    /// <summary>Half the width of an interval in standard errors.</summary>
    /// <param name="level">Coverage.</param>
    /// <param name="comparisons">Number of comparisons.</param>
    /// <param name="means">Number of means compared in pairs.</param>
    /// <param name="degrees">Denominator degrees of freedom.</param>
    public abstract double Quantile(double level, int comparisons, int means, double degrees);

    private static double[] Single(IReadOnlyList<(double Statistic, double Degrees)> statistics) =>
        [.. statistics.Select(s => 2 * StudentT.UpperTail(s.Statistic, s.Degrees))];

    private sealed class NoAdjustment : ContrastAdjustment
    {
        public override string Words => "p-values and intervals are not adjusted for the number of comparisons";

        public override double[] PValues(IReadOnlyList<(double Statistic, double Degrees)> statistics, int means) => Single(statistics);

        public override double Quantile(double level, int comparisons, int means, double degrees) => StudentT.Quantile(0.5 + (level / 2), degrees);
    }

    private sealed class TukeyAdjustment : ContrastAdjustment
    {
        public override string Words => "p-values and intervals adjusted by Tukey's method";

        public override double[] PValues(IReadOnlyList<(double Statistic, double Degrees)> statistics, int means) =>
            [.. statistics.Select(s => StudentizedRange.UpperTail(Math.Sqrt(2) * s.Statistic, means, s.Degrees))];

        public override double Quantile(double level, int comparisons, int means, double degrees) =>
            StudentizedRange.UpperQuantile(1 - level, means, degrees) / Math.Sqrt(2);
    }

    private class BonferroniAdjustment : ContrastAdjustment
    {
        public override string Words => "p-values and intervals adjusted by Bonferroni's method";

        public override double[] PValues(IReadOnlyList<(double Statistic, double Degrees)> statistics, int means) =>
            [.. Single(statistics).Select(p => Math.Min(1, statistics.Count * p))];

        public override double Quantile(double level, int comparisons, int means, double degrees) =>
            StudentT.Quantile(1 - ((1 - level) / (2 * comparisons)), degrees);
    }

    /// <summary>Holm's steps have no intervals of their own; Bonferroni's hold.</summary>
    private sealed class HolmAdjustment : BonferroniAdjustment
    {
        public override string Words => "p-values adjusted by Holm's method, intervals by Bonferroni's";

        public override double[] PValues(IReadOnlyList<(double Statistic, double Degrees)> statistics, int means) =>
            PValueAdjustment.Holm(Single(statistics));
    }
}
