using EcoGlmm.Charts;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A histogram of values.</summary>
/// <param name="Values">The values, in any order.</param>
public sealed record HistogramTrace(IReadOnlyList<double> Values) : PanelTrace
{
    /// <summary>The lower edge of the first bin; null chooses a round number.</summary>
    public double? BinStart { get; init; }

    /// <summary>The width of the bins; null chooses a round number near the rule of Freedman and Diaconis.</summary>
    public double? BinWidth { get; init; }

    /// <summary>Whether the bars have a total area of one; if not, they count.</summary>
    public bool Density { get; init; }

    internal override string Summary => $"histogram of {Counted(Values.Count, "value")}";

    internal override IReadOnlyList<double> Drawn => Values;

    internal override string PlotlyType => "histogram";

    internal override void Check()
    {
        if (BinWidth is <= 0 or double.NaN)
            throw Wrong("the bin width must be positive.");
    }

    internal override void Extend(PanelExtent extent)
    {
        var bins = HistogramBins.Of(this);
        extent.X.AddRange([bins.Start, bins.End]);
        extent.Y.AddRange([0, Enumerable.Range(0, bins.Counts.Length).Max(i => bins.Height(i, Density))]);
        extent.YFromZero = true;
    }

    internal override void Draw(SvgTraces svg, string color)
    {
        var bins = HistogramBins.Of(this);
        for (var i = 0; i < bins.Counts.Length; i++)
        {
            if (bins.Counts[i] > 0)
                svg.Bar(bins.Start + (i + 0.02) * bins.Width, bins.Start + (i + 0.98) * bins.Width, bins.Height(i, Density),
                    color, Opacity);
        }
    }

    internal override void Write(PlotlyTraces plotly, Panel panel, string color)
    {
        var json = plotly.Json;
        var bins = HistogramBins.Of(this);
        plotly.Numbers("x", Values);
        json.WriteBoolean("autobinx", false);
        json.WriteStartObject("xbins");
        json.Number("start", bins.Start);
        json.Number("end", bins.End);
        json.Number("size", bins.Width);
        json.WriteEndObject();
        if (Density)
            json.WriteString("histnorm", "probability density");
        plotly.Hover(panel, "%{x}", "%{y" + (Density ? ":.4~g" : "") + "}");
        plotly.Fill(color, 0.85 * Opacity);
    }
}
