using System.Text.Json;
using EcoGlmm.Text;

namespace EcoGlmm.Charts;

/// <summary>Writes the traces of a figure as Plotly's <c>data</c>, and is what a trace writes itself with.</summary>
/// <param name="json">Where they go.</param>
/// <param name="ink">What stands for <see cref="Palette.Ink"/>.</param>
/// <param name="compact">Whether seven significant digits are enough.</param>
internal sealed class PlotlyTraces(Utf8JsonWriter json, string ink, bool compact)
{
    private readonly HashSet<string> _inLegend = [];

    /// <summary>Where the traces go.</summary>
    public Utf8JsonWriter Json => json;

    public void Write(Figure figure)
    {
        json.WriteStartArray("data");
        for (var p = 0; p < figure.Panels.Count; p++)
        {
            var panel = SquareRootAxes.Replaced(figure.Panels[p]);
            for (var t = 0; t < panel.Traces.Count; t++)
                Write(panel, p, panel.Traces[t], FigureGeometry.ColorOf(panel, t));
        }

        json.WriteEndArray();
    }

    public static string AxisName(string letter, int panel) => panel == 0 ? letter : $"{letter}{panel + 1}";

    private void Write(Panel panel, int index, PanelTrace trace, string color)
    {
        var listed = trace.ShowInLegend && !string.IsNullOrEmpty(trace.Name) && _inLegend.Add(trace.Name);
        trace.WriteUnder(this, index, color, listed && trace.IsNamedUnder);
        Begin(index, trace, trace.PlotlyType);
        json.WriteBoolean("showlegend", listed && !trace.IsNamedUnder);
        if (trace.HasColorBar)
            json.WriteString("coloraxis", AxisName("coloraxis", index));
        trace.Write(this, panel, color);
        json.WriteEndObject();
    }

    private void Begin(int panel, PanelTrace trace, string type)
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

    /// <summary>A list of numbers.</summary>
    public void Numbers(string name, IEnumerable<double> values) => json.Numbers(name, values, compact);

    /// <summary>A list of rows of numbers, so many in each.</summary>
    public void Rows(string name, IReadOnlyList<double> values, int width)
    {
        json.WriteStartArray(name);
        for (var at = 0; at < values.Count; at += width)
        {
            json.WriteStartArray();
            for (var column = 0; column < width; column++)
                json.Value(values[at + column], compact);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    /// <summary>A trace of its own that fills closed outlines.</summary>
    /// <param name="panel">The panel's number.</param>
    /// <param name="trace">The trace that it belongs to.</param>
    /// <param name="outline">The outlines, in data units.</param>
    /// <param name="color">Their colour.</param>
    /// <param name="opacity">From 0 to 1.</param>
    /// <param name="listed">Whether the legend has it.</param>
    public void Area(
        int panel, PanelTrace trace, IReadOnlyList<IReadOnlyList<(double X, double Y)>> outline, string color, double opacity, bool listed)
    {
        Begin(panel, trace, "scatter");
        json.WriteBoolean("showlegend", listed);
        json.WriteString("mode", "lines");
        Numbers("x", outline.SelectMany(piece => piece.Select(p => p.X).Append(double.NaN)));
        Numbers("y", outline.SelectMany(piece => piece.Select(p => p.Y).Append(double.NaN)));
        json.WriteString("fill", "toself");
        json.WriteString("fillcolor", Paint(color));
        json.WriteString("hoverinfo", "skip");
        json.Number("opacity", opacity);
        json.WriteStartObject("line");
        json.Number("width", 0);
        json.WriteString("color", Paint(color));
        Exact(outline.Sum(piece => piece.Count));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Within a line: every vertex is drawn. Plotly leaves out those a quarter of a pixel off, and curves get corners.</summary>
    /// <param name="vertices">How many there are; a line of very many has no need.</param>
    public void Exact(int vertices)
    {
        if (vertices <= LineTrace.MostExactVertices)
            json.WriteBoolean("simplify", false);
    }

    /// <summary>The colour that bars and the like are filled with.</summary>
    public void Fill(string color, double opacity)
    {
        json.WriteStartObject("marker");
        json.WriteString("color", Paint(color));
        json.Number("opacity", opacity);
        json.WriteEndObject();
    }

    /// <summary>What hovering shows: texts where there are some, else the coordinates.</summary>
    /// <param name="panel">The panel, whose axes name coordinates.</param>
    /// <param name="text">What each point shows; null for its coordinates.</param>
    /// <param name="property">Where Plotly keeps the texts: "text", or "hovertext" where that is drawn.</param>
    public void Hover(Panel panel, IReadOnlyList<string>? text, string property = "text")
    {
        if (text is null)
        {
            Hover(panel, "%{x" + Format(panel.XAxis) + "}", "%{y" + Format(panel.YAxis) + "}");
            return;
        }

        json.Texts(property, text.Select(PlotlyText.Encode));
        json.WriteString("hovertemplate", $"%{{{property}}}<extra></extra>");
    }

    /// <summary>What hovering shows: the two axes by their titles.</summary>
    public void Hover(Panel panel, string x, string y)
    {
        var xName = PlotlyText.Encode(panel.XAxis.Title ?? "x");
        var yName = PlotlyText.Encode(panel.YAxis.Title ?? "y");
        json.WriteString("hovertemplate", $"{xName}: {x}<br>{yName}: {y}<extra></extra>");
    }

    public string Paint(string color) => color == Palette.Ink ? ink : color;

    /// <summary>A fill of one quarter's opacity: #RRGGBB as #RRGGBBAA; other colours are left unfilled.</summary>
    public static string Transparent(string color) =>
        color.Length == 7 && color[0] == '#' ? color + "40" : "rgba(128,128,128,0.25)";

    private static string Format(Axis axis) => axis.Categories is null ? ":.4~g" : "";

    public static string Dash(LineDash dash) => dash switch
    {
        LineDash.Dash => "dash",
        LineDash.Dot => "dot",
        _ => "solid",
    };

    public static string Place(LabelSide side) => side switch
    {
        LabelSide.Left => "middle left",
        LabelSide.Above => "top center",
        LabelSide.Below => "bottom center",
        _ => "middle right",
    };

    public static string Symbol(MarkerSymbol symbol) => symbol switch
    {
        MarkerSymbol.Square => "square",
        MarkerSymbol.Diamond => "diamond",
        MarkerSymbol.Triangle => "triangle-up",
        MarkerSymbol.Cross => "x",
        MarkerSymbol.Star => "star",
        _ => "circle",
    };
}
