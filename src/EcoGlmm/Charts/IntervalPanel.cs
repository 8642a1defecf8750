using EcoGlmm.Text;

namespace EcoGlmm.Charts;

/// <summary>One estimate with its interval for each row of an <see cref="IntervalPanel"/>; NaN where a row has none.</summary>
/// <param name="Name">What the legend says; null where there is one series.</param>
/// <param name="Estimates">The estimates.</param>
/// <param name="Lower">Lower ends.</param>
/// <param name="Upper">Upper ends.</param>
internal sealed record IntervalSeries(string? Name,
    IReadOnlyList<double> Estimates, IReadOnlyList<double> Lower, IReadOnlyList<double> Upper);

/// <summary>Estimates with their intervals, a row each, named at the left from top to bottom.</summary>
internal static class IntervalPanel
{
    private const double Spread = 0.5;
    private static readonly MarkerSymbol[] Symbols = [MarkerSymbol.Circle, MarkerSymbol.Diamond, MarkerSymbol.Square,
        MarkerSymbol.Triangle];

    /// <param name="title">Heading of the panel.</param>
    /// <param name="names">The rows.</param>
    /// <param name="series">What stands in each row, one under the other.</param>
    /// <param name="axis">The horizontal axis.</param>
    /// <param name="reference">Where nothing is the case: 0 for differences, 1 for ratios; null for no line.</param>
    public static Panel Of(string? title, IReadOnlyList<string> names, IReadOnlyList<IntervalSeries> series, Axis axis, double? reference)
    {
        var n = names.Count;
        var traces = series.Select((s, k) =>
        {
            int[] rows = [.. Enumerable.Range(0, n).Where(i => double.IsFinite(s.Estimates[i]))];
            var shift = series.Count == 1 ? 0 : Spread * (0.5 - ((k + 0.5) / series.Count));
            return (PanelTrace)new PointTrace([.. rows.Select(i => s.Estimates[i])], [.. rows.Select(i => n - 1 - i + shift)])
            {
                Name = s.Name,
                ShowInLegend = s.Name is not null,
                Color = Palette.Cycle(k),
                Symbol = Symbols[k % Symbols.Length],
                Size = series.Count > 3 ? 6 : 8,
                XLower = [.. rows.Select(i => s.Lower[i])],
                XUpper = [.. rows.Select(i => s.Upper[i])],
                Text = [.. rows.Select(i =>
                    $"{names[i]}{(s.Name is null ? "" : $", {s.Name}")}\n{NumberFormat.Significant(s.Estimates[i], 3)}"
                    + $" ({NumberFormat.Significant(s.Lower[i], 3)} to {NumberFormat.Significant(s.Upper[i], 3)})")],
            };
        });
        return new Panel(title, [.. traces])
        {
            XAxis = axis,
            YAxis = new Axis { Categories = [.. names.Reverse()], Minimum = -0.7, Maximum = n - 0.3 },
            Shapes = reference is { } at ? [PanelShape.VerticalLine(at)] : [],
        };
    }

    /// <summary>The height that rows need, in pixels.</summary>
    public static int Height(int rows, int series) => Math.Clamp(110 + (Math.Max(22, 11 * series) * rows), 190, 1400);
}
