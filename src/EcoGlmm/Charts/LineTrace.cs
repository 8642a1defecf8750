using System.Globalization;
using System.Text;
using EcoGlmm.Charts;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A line, with a band around it if both <see cref="Lower"/> and <see cref="Upper"/> are given.</summary>
/// <param name="X">The horizontal positions, in the order in which they are joined.</param>
/// <param name="Y">The vertical positions, as many; a NaN breaks the line.</param>
public sealed record LineTrace(IReadOnlyList<double> X, IReadOnlyList<double> Y) : PanelTrace
{
    /// <summary>What hovering over each vertex shows; null shows its coordinates.</summary>
    public IReadOnlyList<string>? Text { get; init; }

    /// <summary>The lower edge of the band, such as a confidence limit, at each X.</summary>
    public IReadOnlyList<double>? Lower { get; init; }

    /// <summary>The upper edge of the band at each X.</summary>
    public IReadOnlyList<double>? Upper { get; init; }

    /// <summary>The thickness, in pixels.</summary>
    public double Width { get; init; } = 2;

    /// <summary>How the line is broken.</summary>
    public LineDash Dash { get; init; }

    internal override string Summary => Lower is null ? "line" : "line with band";

    internal override IReadOnlyList<double> Drawn => Y;

    internal override string PlotlyType => "scatter";

    internal override void Check()
    {
        Same(X.Count, Y.Count, "Y");
        Same(X.Count, Text?.Count, "Text");
        Both(Lower, Upper, "Lower", "Upper");
        Same(X.Count, Lower?.Count, "Lower");
        Same(X.Count, Upper?.Count, "Upper");
    }

    internal override bool CanBeMoved => true;

    internal override PanelTrace Moved(Func<double, double> x, Func<double, double> y) => this with
    {
        X = [.. X.Select(x)], Y = [.. Y.Select(y)], Lower = Lower?.Select(y).ToArray(), Upper = Upper?.Select(y).ToArray(),
        Text = Text ?? Coordinates(X, Y),
    };

    internal override void Extend(PanelExtent extent)
    {
        extent.X.AddRange(X);
        extent.Y.AddRange([.. Y, .. Lower ?? [], .. Upper ?? []]);
    }

    internal override void Draw(SvgTraces svg, string color)
    {
        if (Lower is not null && Upper is not null)
        {
            foreach (var piece in BandOutline.Of(this))
                svg.Area(piece, color, 0.2 * Opacity);
        }

        var path = new StringBuilder();
        var pen = 'M';
        for (var i = 0; i < X.Count; i++)
        {
            var (x, y) = (svg.X(X[i]), svg.Y(Y[i]));
            if (!double.IsFinite(x + y))
            {
                pen = 'M';
                continue;
            }

            path.Append(pen).Pair(x, svg.Far(y));
            pen = 'L';
        }

        svg.Path(path, color, Width, Dash, Opacity, " stroke-linejoin=\"round\"");
    }

    internal override void DrawKey(StringBuilder svg, double x, double y, string color)
    {
        if (Lower is not null)
        {
            svg.Append("<rect").Attribute("x", x).Attribute("y", y - 6).Attribute("width", 30).Attribute("height", 12)
                .Append(" fill=\"").Append(SvgFigure.Encode(color)).Append("\" fill-opacity=\"0.2\"/>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{SvgFigure.Number(x)} {SvgFigure.Number(y)}h30\" fill=\"none\"");
        SvgTraces.Stroke(svg, color, Width, Dash, Opacity);
        svg.Append("/>");
    }

    /// <summary>A line so thin is only the edge of its band.</summary>
    private const double EdgeWidth = 0.5;

    /// <summary>Lines of more vertices are drawn without those that Plotly takes to make no difference.</summary>
    internal const int MostExactVertices = 1000;

    internal override bool IsNamedUnder => Lower is not null && Width <= EdgeWidth;

    internal override void WriteUnder(PlotlyTraces plotly, int panel, string color, bool listed)
    {
        if (Lower is not null && Upper is not null)
            plotly.Area(panel, this, BandOutline.Of(this), color, 0.2 * Opacity, listed);
    }

    internal override void Write(PlotlyTraces plotly, Panel panel, string color)
    {
        var json = plotly.Json;
        json.WriteString("mode", "lines");
        plotly.Numbers("x", X);
        plotly.Numbers("y", Y);
        plotly.Hover(panel, Text);
        json.Number("opacity", Opacity);
        json.WriteStartObject("line");
        json.WriteString("color", plotly.Paint(color));
        json.Number("width", Width);
        json.WriteString("dash", PlotlyTraces.Dash(Dash));
        plotly.Exact(X.Count);
        json.WriteEndObject();
    }
}
