using EcoGlmm.Charts;

namespace EcoGlmm;

/// <summary>Which colours the values of a <see cref="RasterTrace"/> take.</summary>
public enum RasterColors
{
    /// <summary>From dark to light: for values that are small or large.</summary>
    Sequential,

    /// <summary>From blue by near white to red, with zero in the middle: for values below and above zero.</summary>
    Diverging,
}

/// <summary>A map of values on a raster: a coloured cell for each, with a bar that tells what the colours mean.</summary>
/// <param name="X">The centres of the columns, evenly spaced and ascending.</param>
/// <param name="Y">The centres of the rows, evenly spaced and ascending.</param>
/// <param name="Values">Row by row, from the lowest Y; cells that are NaN stay empty.</param>
public sealed record RasterTrace(IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<double> Values) : PanelTrace
{
    /// <summary>The colours.</summary>
    public RasterColors Colors { get; init; }

    /// <summary>The least value of the colours; null for that of the values.</summary>
    public double? Minimum { get; init; }

    /// <summary>The largest value of the colours; null for that of the values.</summary>
    public double? Maximum { get; init; }

    internal override string Summary => $"raster of {Counted(Values.Count, "cell")}";

    internal override IReadOnlyList<double> Drawn => Values;

    internal override bool HasColorBar => true;

    internal override RasterScale ColorScale() => RasterScale.Of(this);

    internal override string PlotlyType => "heatmap";

    internal override void Check()
    {
        var cells = (long)X.Count * Y.Count;
        if (Values.Count != cells)
            throw Wrong($"Values holds {Values.Count} numbers, but a raster of {X.Count} columns and {Y.Count} rows has {cells} cells.");
    }

    internal override void Extend(PanelExtent extent)
    {
        foreach (var (positions, to) in new[] { (X, extent.X), (Y, extent.Y) })
        {
            if (positions.Count > 0)
                to.AddRange([positions[0] - (SvgRaster.Step(positions) / 2), positions[^1] + (SvgRaster.Step(positions) / 2)]);
        }
    }

    internal override void Draw(SvgTraces svg, string color) => SvgRaster.Cells(svg, this);

    internal override void Write(PlotlyTraces plotly, Panel panel, string color)
    {
        plotly.Numbers("x", X);
        plotly.Numbers("y", Y);
        plotly.Rows("z", Values, X.Count);
        var value = PlotlyText.Encode(Name ?? panel.Title ?? "value");
        plotly.Json.WriteString("hovertemplate", $"{value}: %{{z:.4~g}}<br>{PlotlyText.Encode(panel.XAxis.Title ?? "x")}: %{{x:.4~g}}<br>"
            + $"{PlotlyText.Encode(panel.YAxis.Title ?? "y")}: %{{y:.4~g}}<extra></extra>");
        plotly.Json.WriteBoolean("hoverongaps", false);
    }
}
