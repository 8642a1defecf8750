using System.Text.Json;
using EcoGlmm.Text;

namespace EcoGlmm.Charts;

/// <summary>Writes the traces of a figure as Plotly's <c>data</c>.</summary>
/// <param name="json">Where they go.</param>
/// <param name="ink">What stands for <see cref="Palette.Ink"/>.</param>
/// <param name="compact">Whether seven significant digits are enough.</param>
internal sealed class PlotlyTraces(Utf8JsonWriter json, string ink, bool compact)
{
    /// <summary>Beyond so many points SVG is slow, and WebGL draws them.</summary>
    private const int MostSvgPoints = 15_000;

    private readonly HashSet<string> _inLegend = [];

    public void Write(Figure figure)
    {
        json.WriteStartArray("data");
        for (var p = 0; p < figure.Panels.Count; p++)
        {
            var panel = figure.Panels[p];
            for (var t = 0; t < panel.Traces.Count; t++)
                Write(panel, p, panel.Traces[t], FigureGeometry.ColorOf(panel, t));
        }

        json.WriteEndArray();
    }

    public static string AxisName(string letter, int panel) => panel == 0 ? letter : $"{letter}{panel + 1}";

    private void Write(Panel panel, int index, Trace trace, string color)
    {
        if (trace is LineTrace { Lower: not null, Upper: not null } banded)
            WriteBand(index, banded, color);
        var type = trace switch
        {
            PointTrace { X.Count: > MostSvgPoints } => "scattergl",
            HistogramTrace => "histogram",
            BarTrace => "bar",
            BoxTrace => "box",
            RasterTrace => "heatmap",
            _ => "scatter",
        };
        Begin(index, trace, type);
        var listed = trace.ShowInLegend && !string.IsNullOrEmpty(trace.Name) && _inLegend.Add(trace.Name);
        json.WriteBoolean("showlegend", listed);
        switch (trace)
        {
            case PointTrace t:
                WritePoints(panel, t, color);
                break;
            case LineTrace t:
                WriteLine(panel, t, color);
                break;
            case HistogramTrace t:
                WriteHistogram(panel, t, color);
                break;
            case BarTrace t:
                WriteBars(panel, t, color);
                break;
            case BoxTrace t:
                WriteBox(panel, t, color);
                break;
            case RasterTrace t:
                WriteRaster(panel, index, t);
                break;
        }

        json.WriteEndObject();
    }

    private void Begin(int panel, Trace trace, string type)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("xaxis", AxisName("x", panel));
        json.WriteString("yaxis", AxisName("y", panel));
        if (!string.IsNullOrEmpty(trace.Name))
        {
            json.WriteString("name", PlotlyText.Encode(trace.Name));
            json.WriteString("legendgroup", PlotlyText.Encode(trace.Name));
        }
    }

    private void WritePoints(Panel panel, PointTrace t, string color)
    {
        json.WriteString("mode", "markers");
        json.Numbers("x", t.X, compact);
        json.Numbers("y", t.Y, compact);
        Hover(panel, t.Text, "%{x" + Format(panel.XAxis) + "}", "%{y" + Format(panel.YAxis) + "}");
        if (t.CustomData is not null)
            json.Numbers("customdata", t.CustomData, compact);
        if (t.X.Count <= 5000)
            json.WriteBoolean("cliponaxis", false);
        json.WriteStartObject("marker");
        if (t.Colors is not null)
            json.Texts("color", t.Colors.Select(Paint));
        else
            json.WriteString("color", Paint(color));
        if (t.Sizes is not null)
            json.Numbers("size", t.Sizes, compact);
        else
            json.Number("size", t.Size);
        if (t.Symbols is not null)
            json.Texts("symbol", t.Symbols.Select(Symbol));
        else if (t.Symbol != MarkerSymbol.Circle)
            json.WriteString("symbol", Symbol(t.Symbol));
        json.Number("opacity", t.Opacity);
        json.WriteStartObject("line");
        json.Number("width", 0);
        json.WriteEndObject();
        json.WriteEndObject();
        ErrorBars("error_x", t.X, t.XLower, t.XUpper, color);
        ErrorBars("error_y", t.Y, t.YLower, t.YUpper, color);
    }

    private void ErrorBars(
        string name, IReadOnlyList<double> centre, IReadOnlyList<double>? lower, IReadOnlyList<double>? upper, string color)
    {
        if (lower is null || upper is null)
            return;
        json.WriteStartObject(name);
        json.WriteString("type", "data");
        json.WriteBoolean("symmetric", false);
        json.Numbers("array", centre.Zip(upper, (c, u) => u - c), compact);
        json.Numbers("arrayminus", centre.Zip(lower, (c, l) => c - l), compact);
        json.WriteString("color", Paint(color));
        json.Number("thickness", 1.3);
        json.Number("width", 0);
        json.WriteEndObject();
    }

    private void WriteLine(Panel panel, LineTrace t, string color)
    {
        json.WriteString("mode", "lines");
        json.Numbers("x", t.X, compact);
        json.Numbers("y", t.Y, compact);
        Hover(panel, t.Text, "%{x" + Format(panel.XAxis) + "}", "%{y" + Format(panel.YAxis) + "}");
        json.Number("opacity", t.Opacity);
        json.WriteStartObject("line");
        json.WriteString("color", Paint(color));
        json.Number("width", t.Width);
        json.WriteString("dash", Dash(t.Dash));
        json.WriteEndObject();
    }

    private void WriteBand(int panel, LineTrace t, string color)
    {
        Begin(panel, t, "scatter");
        json.WriteBoolean("showlegend", false);
        json.WriteString("mode", "lines");
        var outline = BandOutline.Of(t);
        json.Numbers("x", outline.SelectMany(piece => piece.Select(p => p.X).Append(double.NaN)), compact);
        json.Numbers("y", outline.SelectMany(piece => piece.Select(p => p.Y).Append(double.NaN)), compact);
        json.WriteString("fill", "toself");
        json.WriteString("fillcolor", Paint(color));
        json.WriteString("hoverinfo", "skip");
        json.Number("opacity", 0.2 * t.Opacity);
        json.WriteStartObject("line");
        json.Number("width", 0);
        json.WriteString("color", Paint(color));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteHistogram(Panel panel, HistogramTrace t, string color)
    {
        var bins = HistogramBins.Of(t);
        json.Numbers("x", t.Values, compact);
        json.WriteBoolean("autobinx", false);
        json.WriteStartObject("xbins");
        json.Number("start", bins.Start);
        json.Number("end", bins.End);
        json.Number("size", bins.Width);
        json.WriteEndObject();
        if (t.Density)
            json.WriteString("histnorm", "probability density");
        Hover(panel, null, "%{x}", "%{y" + (t.Density ? ":.4~g" : "") + "}");
        Fill(t, color);
    }

    private void WriteBars(Panel panel, BarTrace t, string color)
    {
        json.Numbers("x", t.X, compact);
        json.Numbers("y", t.Heights, compact);
        json.Number("width", t.Width);
        Hover(panel, t.Text, "%{x" + Format(panel.XAxis) + "}", "%{y" + Format(panel.YAxis) + "}");
        // A bar would print its text; it is for hovering.
        json.WriteString("textposition", "none");
        Fill(t, color);
    }

    private void WriteBox(Panel panel, BoxTrace t, string color)
    {
        json.Number("x0", t.Position);
        json.Numbers("y", t.Values, compact);
        json.Number("width", t.Width);
        json.WriteString("boxpoints", "outliers");
        json.WriteString("hoverinfo", "y");
        json.WriteString("yhoverformat", panel.YAxis.Categories is null ? ".4~g" : "");
        json.WriteString("fillcolor", Transparent(color));
        json.Number("opacity", t.Opacity);
        json.WriteStartObject("line");
        json.WriteString("color", Paint(color));
        json.Number("width", 1.5);
        json.WriteEndObject();
        json.WriteStartObject("marker");
        json.Number("size", 5);
        json.WriteString("color", Paint(color));
        json.WriteEndObject();
    }

    private void WriteRaster(Panel panel, int index, RasterTrace t)
    {
        json.Numbers("x", t.X, compact);
        json.Numbers("y", t.Y, compact);
        json.WriteStartArray("z");
        for (var row = 0; row < t.Y.Count; row++)
        {
            json.WriteStartArray();
            for (var column = 0; column < t.X.Count; column++)
                json.Value(t.Values[(row * t.X.Count) + column], compact);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteString("coloraxis", AxisName("coloraxis", index));
        var value = PlotlyText.Encode(t.Name ?? panel.Title ?? "value");
        json.WriteString("hovertemplate", $"{value}: %{{z:.4~g}}<br>{PlotlyText.Encode(panel.XAxis.Title ?? "x")}: %{{x:.4~g}}<br>"
            + $"{PlotlyText.Encode(panel.YAxis.Title ?? "y")}: %{{y:.4~g}}<extra></extra>");
        json.WriteBoolean("hoverongaps", false);
    }

    private void Fill(Trace trace, string color)
    {
        json.WriteStartObject("marker");
        json.WriteString("color", Paint(color));
        json.Number("opacity", 0.85 * trace.Opacity);
        json.WriteEndObject();
    }

    private void Hover(Panel panel, IReadOnlyList<string>? text, string x, string y)
    {
        if (text is not null)
        {
            json.Texts("text", text.Select(PlotlyText.Encode));
            json.WriteString("hovertemplate", "%{text}<extra></extra>");
            return;
        }

        var xName = PlotlyText.Encode(panel.XAxis.Title ?? "x");
        var yName = PlotlyText.Encode(panel.YAxis.Title ?? "y");
        json.WriteString("hovertemplate", $"{xName}: {x}<br>{yName}: {y}<extra></extra>");
    }

    private string Paint(string color) => color == Palette.Ink ? ink : color;

    /// <summary>A fill of one quarter's opacity: #RRGGBB as #RRGGBBAA; other colours are left unfilled.</summary>
    private static string Transparent(string color) =>
        color.Length == 7 && color[0] == '#' ? color + "40" : "rgba(128,128,128,0.25)";

    private static string Format(Axis axis) => axis.Categories is null ? ":.4~g" : "";

    public static string Dash(LineDash dash) => dash switch
    {
        LineDash.Dash => "dash",
        LineDash.Dot => "dot",
        _ => "solid",
    };

    private static string Symbol(MarkerSymbol symbol) => symbol switch
    {
        MarkerSymbol.Square => "square",
        MarkerSymbol.Diamond => "diamond",
        MarkerSymbol.Triangle => "triangle-up",
        MarkerSymbol.Cross => "x",
        MarkerSymbol.Star => "star",
        _ => "circle",
    };
}
