namespace EcoGlmm.Charts;

/// <summary>The numbers of a box plot, by J. W. Tukey's rule for whiskers and outliers.</summary>
internal sealed record BoxStatistics(
    double Q1, double Median, double Q3, double LowerWhisker, double UpperWhisker, IReadOnlyList<double> Outliers)
{
    public static BoxStatistics? Of(IEnumerable<double> values)
    {
        var sorted = values.Where(double.IsFinite).Order().ToArray();
        if (sorted.Length == 0)
            return null;
        var (q1, median, q3) = (Quantile(sorted, 0.25), Quantile(sorted, 0.5), Quantile(sorted, 0.75));
        var reach = 1.5 * (q3 - q1);
        var inside = sorted.Where(v => v >= q1 - reach && v <= q3 + reach).ToArray();
        var outside = sorted.Where(v => v < q1 - reach || v > q3 + reach).ToArray();
        return new BoxStatistics(q1, median, q3, Math.Min(q1, inside[0]), Math.Max(q3, inside[^1]), outside);
    }

    /// <summary>Type 5 of R. J. Hyndman and Y. Fan (1996), which Plotly's box plots use.</summary>
    public static double Quantile(double[] sorted, double probability)
    {
        var h = Math.Clamp(sorted.Length * probability - 0.5, 0, sorted.Length - 1);
        var low = (int)h;
        var high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + (h - low) * (sorted[high] - sorted[low]);
    }
}
