namespace EcoGlmm.Charts;

/// <summary>Equal bins over the finite values of a histogram.</summary>
internal sealed class HistogramBins
{
    private HistogramBins(double start, double width, int[] counts)
    {
        Start = start;
        Width = width;
        Counts = counts;
        Total = counts.Sum();
    }

    public double Start { get; }

    public double Width { get; }

    public int[] Counts { get; }

    public int Total { get; }

    public double End => Start + Counts.Length * Width;

    /// <summary>
    /// Bins by the rule of D. Freedman and P. Diaconis (1981), width 2 IQR n^(-1/3), rounded to 1, 2 or 5 times a power
    /// of ten.
    /// </summary>
    public static HistogramBins Of(HistogramTrace trace)
    {
        var values = trace.Values.Where(double.IsFinite).Order().ToArray();
        if (values.Length == 0)
            return new HistogramBins(trace.BinStart ?? 0, trace.BinWidth ?? 1, [0]);
        var (low, high) = (values[0], values[^1]);
        var width = trace.BinWidth ?? RoundWidth(values, high - low);
        var start = trace.BinStart ?? Math.Floor(low / width) * width;
        // A value on the last edge falls into a bin of its own, as in Plotly's half-open bins.
        var count = (int)Math.Clamp(Math.Floor((high - start) / width) + 1, 1, 2000);
        var counts = new int[count];
        foreach (var value in values)
        {
            var bin = (int)Math.Floor((value - start) / width);
            if (bin >= 0 && bin < count)
                counts[bin]++;
        }

        return new HistogramBins(start, width, counts);
    }

    public double Height(int bin, bool density) =>
        !density ? Counts[bin] : Total == 0 ? 0 : Counts[bin] / (Total * Width);

    private static double RoundWidth(double[] sorted, double range)
    {
        if (range <= 0)
            return 1;
        var spread = BoxStatistics.Quantile(sorted, 0.75) - BoxStatistics.Quantile(sorted, 0.25);
        var wanted = spread > 0 ? 2 * spread / Math.Cbrt(sorted.Length) : range / 10;
        return NiceTicks.Step(Math.Clamp(wanted, range / 60, range / 4));
    }
}
