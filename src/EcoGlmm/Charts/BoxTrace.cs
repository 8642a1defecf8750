using System.Text;
using EcoGlmm.Charts;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A box plot: median, quartiles, whiskers to the last value within 1.5 interquartile ranges, outliers.</summary>
/// <param name="Position">Where the box stands on the horizontal axis.</param>
/// <param name="Values">The values, in any order.</param>
public sealed record BoxTrace(double Position, IReadOnlyList<double> Values) : PanelTrace
{
    /// <summary>The width of the box, in units of the horizontal axis.</summary>
    public double Width { get; init; } = 0.6;

    internal override string Summary => $"box of {Counted(Values.Count, "value")}";

    internal override IReadOnlyList<double> Drawn => Values;

    internal override string PlotlyType => "box";

    internal override void Extend(PanelExtent extent)
    {
        extent.X.AddRange([Position - Width / 2, Position + Width / 2]);
        extent.Y.AddRange(Values);
    }

    internal override void Draw(SvgTraces svg, string color)
    {
        if (BoxStatistics.Of(Values) is not { } s)
            return;
        var (left, middle, right) = (svg.X(Position - Width / 2), svg.X(Position), svg.X(Position + Width / 2));
        var cap = (right - left) / 4;
        svg.Rectangle(left, svg.Y(s.Q1), right, svg.Y(s.Q3), color, 0.25 * Opacity);
        var path = new StringBuilder("M").Pair(left, svg.Y(s.Q1)).Append('H').Append(SvgFigure.Number(right))
            .Append('V').Append(SvgFigure.Number(svg.Y(s.Q3))).Append('H').Append(SvgFigure.Number(left)).Append('Z')
            .Append('M').Pair(left, svg.Y(s.Median)).Append('H').Append(SvgFigure.Number(right))
            .Append('M').Pair(middle, svg.Y(s.Q3)).Append('V').Append(SvgFigure.Number(svg.Y(s.UpperWhisker)))
            .Append('M').Pair(middle - cap, svg.Y(s.UpperWhisker)).Append('H').Append(SvgFigure.Number(middle + cap))
            .Append('M').Pair(middle, svg.Y(s.Q1)).Append('V').Append(SvgFigure.Number(svg.Y(s.LowerWhisker)))
            .Append('M').Pair(middle - cap, svg.Y(s.LowerWhisker)).Append('H').Append(SvgFigure.Number(middle + cap));
        svg.Path(path, color, 1.5, LineDash.Solid, Opacity);
        foreach (var outlier in s.Outliers)
            SvgMarker.Draw(svg.Text, middle, svg.Y(outlier), 5, MarkerSymbol.Circle, color, Opacity);
    }

    internal override void Write(PlotlyTraces plotly, Panel panel, string color)
    {
        var json = plotly.Json;
        json.Number("x0", Position);
        plotly.Numbers("y", Values);
        json.Number("width", Width);
        json.WriteString("boxpoints", "outliers");
        json.WriteString("hoverinfo", "y");
        json.WriteString("yhoverformat", panel.YAxis.Categories is null ? ".4~g" : "");
        json.WriteString("fillcolor", PlotlyTraces.Transparent(color));
        json.Number("opacity", Opacity);
        json.WriteStartObject("line");
        json.WriteString("color", plotly.Paint(color));
        json.Number("width", 1.5);
        json.WriteEndObject();
        json.WriteStartObject("marker");
        json.Number("size", 5);
        json.WriteString("color", plotly.Paint(color));
        json.WriteEndObject();
    }
}
