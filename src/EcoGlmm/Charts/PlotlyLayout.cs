using System.Text.Json;
using EcoGlmm.Text;

namespace EcoGlmm.Charts;

/// <summary>Writes Plotly's <c>layout</c> for a figure at one width.</summary>
/// <param name="json">Where it goes.</param>
/// <param name="ink">What stands for <see cref="Palette.Ink"/>.</param>
internal sealed class PlotlyLayout(Utf8JsonWriter json, string ink)
{
    public const string FontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
    private const string Grid = "rgba(128,128,128,0.22)";
    private const string AxisLine = "rgba(128,128,128,0.75)";

    /// <summary>A logarithmic axis of more powers of ten is labelled by these alone.</summary>
    private const double MostNamedDecades = 3;

    /// <summary>Room for a tick of numbers along a horizontal axis and along a vertical one, in pixels.</summary>
    private const double TickSpacing = 60, TickLines = 36;

    /// <summary>An axis has room for these.</summary>
    private const int FewestTicks = 4;

    private const string Clear = "rgba(0,0,0,0)";

    private double _left, _top, _plotWidth, _plotHeight;

    /// <summary>Writes the layout as an object, without a property name.</summary>
    public void Write(FigureGeometry geometry)
    {
        var right = geometry.Width - (geometry.Panels.Count == 0 ? 0 : geometry.Panels.Max(p => p.Right));
        var bottom = geometry.Panels.Count == 0 ? 0 : geometry.Panels.Max(p => p.Bottom);
        _left = geometry.LeftMargin;
        _top = geometry.Panels.Count == 0 ? 0 : geometry.Panels.Min(p => p.Top);
        _plotWidth = geometry.Width - right - _left;
        _plotHeight = bottom - _top;

        json.WriteStartObject();
        json.WriteBoolean("autosize", true);
        json.Number("height", geometry.Height);
        json.WriteStartObject("margin");
        json.Number("l", _left);
        json.Number("r", right);
        json.Number("t", _top);
        json.Number("b", geometry.Height - bottom);
        json.Number("pad", 0);
        json.WriteEndObject();
        json.WriteString("paper_bgcolor", Clear);
        json.WriteString("plot_bgcolor", Clear);
        Font("font", FigureGeometry.LabelFont);
        json.WriteString("hovermode", "closest");
        json.WriteString("barmode", "overlay");
        json.WriteString("boxmode", "overlay");
        json.Number("bargap", 0.04);
        json.WriteStartObject("modebar");
        json.WriteString("bgcolor", Clear);
        json.WriteString("color", "rgba(128,128,128,0.6)");
        json.WriteString("activecolor", Palette.Blue);
        json.WriteEndObject();
        Title(geometry);
        json.WriteBoolean("showlegend", geometry.Legend.Count > 0);
        if (geometry.Legend.Count > 0)
            Legend(geometry);
        for (var i = 0; i < geometry.Panels.Count; i++)
            Axes(geometry.Panels[i], i);
        Shapes(geometry);
        Annotations(geometry);
        json.WriteEndObject();
    }

    /// <summary>Plotly's own title holds one line well; further lines are annotations.</summary>
    private void Title(FigureGeometry geometry)
    {
        if (geometry.TitleLines.Count == 0)
            return;
        json.WriteStartObject("title");
        json.WriteString("text", PlotlyText.Bold(PlotlyText.Encode(geometry.TitleLines[0])));
        json.WriteString("xref", "container");
        json.Number("x", 0);
        json.WriteString("xanchor", "left");
        json.WriteString("yref", "container");
        json.Number("y", 1);
        json.WriteString("yanchor", "top");
        json.WriteStartObject("pad");
        json.Number("l", 12);
        json.Number("t", 10);
        json.WriteEndObject();
        Font("font", FigureGeometry.TitleFont);
        json.WriteEndObject();
    }

    private void MoreTitleLines(FigureGeometry geometry)
    {
        var y = 6 + FigureGeometry.TitleLineHeight * Math.Min(1, geometry.TitleLines.Count);
        foreach (var line in geometry.TitleLines.Skip(1))
        {
            Line(PlotlyText.Bold(PlotlyText.Encode(line)), FigureGeometry.TitleFont);
            y += FigureGeometry.TitleLineHeight;
        }

        foreach (var line in geometry.SubtitleLines)
        {
            Line(PlotlyText.Encode(line), FigureGeometry.LabelFont);
            y += FigureGeometry.SubtitleLineHeight;
        }

        void Line(string text, double size) =>
            Words(text, "paper", "paper", ink, size, false, true, 12 - _left, _top - y, "top");
    }

    private void Legend(FigureGeometry geometry)
    {
        json.WriteStartObject("legend");
        json.WriteString("orientation", "h");
        json.Number("x", 0);
        json.WriteString("xanchor", "left");
        json.WriteString("yref", "container");
        json.Number("y", 1 - geometry.LegendTop / geometry.Height);
        json.WriteString("yanchor", "top");
        json.WriteString("bgcolor", Clear);
        json.WriteString("itemsizing", "constant");
        // Bands make groups of their lines; a gap between them would let rows run out of the figure.
        json.Number("tracegroupgap", 2);
        json.WriteEndObject();
    }

    private void Axes(PanelBox box, int index)
    {
        var suffix = index == 0 ? "" : $"{index + 1}";
        var x0 = (box.Left - _left) / _plotWidth;
        var y0 = 1 - (box.Bottom - _top) / _plotHeight;
        Axis($"xaxis{suffix}", box.X, $"y{suffix}", x0, x0 + box.Width / _plotWidth, box);
        Axis($"yaxis{suffix}", box.Y, $"x{suffix}", y0, y0 + box.Height / _plotHeight, box);
        if (box.Panel.Traces.FirstOrDefault(t => t.HasColorBar)?.ColorScale() is { } colors)
            ColorAxis($"coloraxis{suffix}", colors, x0 + (box.Width + RasterScale.BarGap) / _plotWidth, y0, box.Height);
    }

    private void ColorAxis(string name, RasterScale scale, double left, double bottom, double height)
    {
        json.WriteStartObject(name);
        json.Number("cmin", scale.Low);
        json.Number("cmax", scale.High);
        json.WriteStartArray("colorscale");
        for (var k = 0; k < scale.Stops.Count; k++)
        {
            json.WriteStartArray();
            json.WriteNumberValue((double)k / (scale.Stops.Count - 1));
            json.WriteStringValue(scale.Stops[k]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartObject("colorbar");
        json.Number("x", left);
        json.WriteString("xanchor", "left");
        json.Number("xpad", 0);
        json.Number("y", bottom);
        json.WriteString("yanchor", "bottom");
        json.Number("ypad", 0);
        json.WriteString("lenmode", "pixels");
        json.Number("len", height);
        json.Number("thickness", RasterScale.BarWidth);
        json.Number("outlinewidth", 0);
        json.Number("nticks", 6);
        Font("tickfont", FigureGeometry.TickFont);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Axis(string name, AxisFrame frame, string anchor, double from, double to, PanelBox box)
    {
        var horizontal = name[0] == 'x';
        var axis = frame.Axis;
        json.WriteStartObject(name);
        json.WriteString("anchor", anchor);
        json.Numbers("domain", [Math.Clamp(from, 0, 1), Math.Clamp(to, 0, 1)]);
        json.WriteString("type", frame.IsLog ? "log" : "linear");
        json.Numbers("range", axis.Reversed ? [frame.High, frame.Low] : [frame.Low, frame.High]);
        if (!string.IsNullOrEmpty(axis.Title))
        {
            json.WriteStartObject("title");
            json.WriteString("text", PlotlyText.Encode(axis.Title));
            json.Number("standoff", horizontal ? 10 : 8);
            Font("font", FigureGeometry.LabelFont);
            json.WriteEndObject();
        }

        if (box.Panel.EqualScales && !horizontal)
            json.WriteString("scaleanchor", anchor);
        if (axis.Categories is not null)
        {
            var ticks = frame.CategoryTicks(horizontal ? box.Width : box.Height, horizontal ? null : box.NameRoom);
            json.WriteString("tickmode", "array");
            json.Numbers("tickvals", ticks.Select(t => (double)t.Position));
            json.Texts("ticktext", ticks.Select(t => PlotlyText.Encode(t.Label)));
            json.Number("tickangle", horizontal && box.SlantedLabels ? -45 : 0);
        }
        else if (HasTicksOfItsOwn(frame))
        {
            var ticks = frame.Ticks(horizontal ? box.Width : box.Height, horizontal ? 60 : 45);
            json.WriteString("tickmode", "array");
            json.Numbers("tickvals", ticks.Select(t => frame.Low + ((axis.Reversed ? 1 - t.Fraction : t.Fraction)
                * (frame.High - frame.Low))).Select(unit => frame.IsLog ? frame.ValueAt(unit) : unit));
            json.Texts("ticktext", ticks.Select(t => PlotlyText.Encode(t.Label)));
            json.Number("tickangle", 0);
        }
        else
        {
            json.Number("nticks", MostTicks(horizontal ? box.Width / TickSpacing : box.Height / TickLines, frame.IsLog));
            // On a logarithmic axis 10, 100, 1000 read better than powers as long as they are short.
            json.WriteString("exponentformat", frame.IsLog && frame.High < 6 && frame.Low > -4 ? "none" : "power");
            json.Number("minexponent", 5);
            json.Number("tickangle", 0);
        }

        json.WriteBoolean("showgrid", axis.Categories is null || !horizontal);
        json.WriteString("gridcolor", Grid);
        json.WriteBoolean("zeroline", false);
        json.WriteBoolean("showline", true);
        json.WriteString("linecolor", AxisLine);
        json.WriteString("ticks", "outside");
        json.Number("ticklen", 4);
        json.WriteString("tickcolor", AxisLine);
        json.WriteBoolean("automargin", false);
        Font("tickfont", FigureGeometry.TickFont);
        json.WriteEndObject();
    }

    // Plotly takes half as many again on a logarithmic axis of less than a power of ten, and they crowd at its upper end.
    private static double MostTicks(double room, bool isLog) => Math.Max(FewestTicks, Math.Floor(isLog ? room / 1.5 : room));

    // Plotly names the digits between powers of ten without their powers where few powers are shown: "5, 1, 2".
    private static bool HasTicksOfItsOwn(AxisFrame frame) => frame.IsLog ? frame.High - frame.Low is >= 1 and < MostNamedDecades
        : frame.IsSquareRoot || frame.Axis.TicksFrom is not null;

    private void Shapes(FigureGeometry geometry)
    {
        json.WriteStartArray("shapes");
        for (var i = 0; i < geometry.Panels.Count; i++)
            foreach (var shape in geometry.Panels[i].Panel.Shapes)
            {
                json.WriteStartObject();
                json.WriteString("type", shape.IsBand ? "rect" : "line");
                json.WriteString("layer", shape.OverTraces ? "above" : "below");
                var (xAxis, yAxis) = (geometry.Panels[i].Panel.XAxis, geometry.Panels[i].Panel.YAxis);
                Ends("x", PlotlyTraces.AxisName("x", i), xAxis, shape.X0, shape.X1);
                Ends("y", PlotlyTraces.AxisName("y", i), yAxis, shape.Y0, shape.Y1);
                json.Number("opacity", shape.Opacity);
                if (shape.IsBand)
                    json.WriteString("fillcolor", Paint(shape.Color));
                json.WriteStartObject("line");
                json.WriteString("color", Paint(shape.Color));
                json.Number("width", shape.IsBand ? 0 : shape.Width);
                json.WriteString("dash", PlotlyTraces.Dash(shape.Dash));
                json.WriteEndObject();
                json.WriteEndObject();
            }

        json.WriteEndArray();
    }

    private void Ends(string letter, string name, Axis axis, double? from, double? to)
    {
        json.WriteString($"{letter}ref", from is null ? $"{name} domain" : name);
        json.Number($"{letter}0", from is { } first ? SquareRootAxes.Position(axis, first) : 0);
        json.Number($"{letter}1", to is { } second ? SquareRootAxes.Position(axis, second) : 1);
    }

    private void Annotations(FigureGeometry geometry)
    {
        json.WriteStartArray("annotations");
        MoreTitleLines(geometry);
        for (var i = 0; i < geometry.Panels.Count; i++)
        {
            var x = PlotlyTraces.AxisName("x", i) + " domain";
            var y = PlotlyTraces.AxisName("y", i) + " domain";
            var above = 6.0;
            foreach (var line in geometry.Panels[i].Header.Reverse())
            {
                Words(Written(line.Text, line.Bold), x, y, Paint(line.Color), line.FontSize, false, true, 0, above, "bottom");
                above += FigureGeometry.LineHeight(line);
            }

            foreach (var corner in geometry.Panels[i].Panel.Annotations
                .Where(a => a.Place != AnnotationPlace.Header).GroupBy(a => a.Place))
            {
                var right = corner.Key is AnnotationPlace.TopRight or AnnotationPlace.BottomRight;
                var top = corner.Key is AnnotationPlace.TopLeft or AnnotationPlace.TopRight;
                var offset = 6.0;
                foreach (var note in top ? corner : corner.Reverse())
                {
                    Words(Written(note.Text, note.Bold), x, y, Paint(note.Color), FigureGeometry.LabelFont, right, top,
                        right ? -8 : 8, top ? -offset : offset, top ? "top" : "bottom");
                    offset += FigureGeometry.HeaderLineHeight;
                }
            }
        }

        json.WriteEndArray();
    }

    private void Words(
        string text, string xRef, string yRef, string color, double size, bool right, bool top, double dx, double dy,
        string yAnchor)
    {
        json.WriteStartObject();
        json.WriteString("text", text);
        json.WriteString("xref", xRef);
        json.WriteString("yref", yRef);
        json.Number("x", right ? 1 : 0);
        json.Number("y", top ? 1 : 0);
        json.WriteString("xanchor", right ? "right" : "left");
        json.WriteString("yanchor", yAnchor);
        json.Number("xshift", dx);
        json.Number("yshift", dy);
        json.Number("borderpad", 0);
        json.WriteString("align", right ? "right" : "left");
        json.WriteBoolean("showarrow", false);
        json.WriteStartObject("font");
        json.WriteString("color", color);
        json.Number("size", size);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Written(string text, bool bold) =>
        bold ? PlotlyText.Bold(PlotlyText.Encode(text)) : PlotlyText.Encode(text);

    private void Font(string name, double size)
    {
        json.WriteStartObject(name);
        json.WriteString("family", FontFamily);
        json.Number("size", size);
        json.WriteString("color", ink);
        json.WriteEndObject();
    }

    private string Paint(string color) => color == Palette.Ink ? ink : color;
}
