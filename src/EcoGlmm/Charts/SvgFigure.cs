using System.Globalization;
using System.Net;
using System.Text;

namespace EcoGlmm.Charts;

/// <summary>
/// A figure as a still SVG picture, in the same places as the Plotly figure. It draws with <c>currentColor</c>, so that
/// it takes the theme of the page that it is put into.
/// </summary>
internal sealed class SvgFigure
{
    /// <summary>Of CSS: 96 pixels an inch.</summary>
    private const double PixelsPerMillimetre = 96 / 25.4;

    /// <summary>Narrower than this, in pixels, titles and axes have no room; a narrower picture is drawn smaller.</summary>
    private const double NarrowestLayout = 360;

    private readonly StringBuilder _svg = new();
    private readonly FigureGeometry _geometry;

    private SvgFigure(FigureGeometry geometry) => _geometry = geometry;

    /// <summary>The picture.</summary>
    /// <param name="figure">What to draw.</param>
    /// <param name="plate">Whether to put a white plate behind it, for pages whose background is unknown.</param>
    public static string Draw(Figure figure, bool plate) =>
        new SvgFigure(new FigureGeometry(figure, PlotlyJson.StandardWidth)).Draw(plate, millimetres: null);

    /// <summary>The picture for print, laid out for its width so that text keeps its size.</summary>
    /// <param name="figure">What to draw.</param>
    /// <param name="widthMillimetres">Its width on paper.</param>
    public static string DrawForPrint(Figure figure, double widthMillimetres) =>
        new SvgFigure(new FigureGeometry(figure, Math.Max(NarrowestLayout, widthMillimetres * PixelsPerMillimetre)))
        .Draw(false, widthMillimetres);

    private string Draw(bool plate, double? millimetres)
    {
        var (width, height) = (Number(_geometry.Width), Number(Math.Max(1, _geometry.Height)));
        var (shownWidth, shownHeight) = millimetres is { } mm
            ? ($"{Number(mm)}mm", $"{Number(mm * Math.Max(1, _geometry.Height) / _geometry.Width)}mm")
            : (width, height);
        _svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\"")
            .Append(CultureInfo.InvariantCulture, $" width=\"{shownWidth}\" height=\"{shownHeight}\" role=\"img\" color=\"#333333\"")
            .Append(" font-family=\"").Append(Encode(PlotlyLayout.FontFamily)).Append("\" fill=\"currentColor\">");
        Element("title", Encode(_geometry.Figure.ToString()));
        if (plate)
            _svg.Append("<rect class=\"plate\" width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#ffffff\"/>");
        var y = 8.0;
        foreach (var line in _geometry.TitleLines)
            Text(line, 12, y += FigureGeometry.TitleLineHeight - 4, FigureGeometry.TitleFont, bold: true);
        y += 2;
        foreach (var line in _geometry.SubtitleLines)
            Text(line, 12, y += FigureGeometry.SubtitleLineHeight, FigureGeometry.LabelFont);
        foreach (var box in _geometry.Panels)
            DrawPanel(box);
        foreach (var entry in _geometry.Legend)
            DrawLegendEntry(entry);
        return _svg.Append("</svg>").ToString();
    }

    private void DrawPanel(PanelBox box)
    {
        DrawAxes(box);
        var traces = new SvgTraces(_svg, box);
        foreach (var shape in box.Panel.Shapes.Where(s => !s.OverTraces))
            InPlot(box, true, () => traces.Draw(shape));
        for (var i = 0; i < box.Panel.Traces.Count; i++)
        {
            var (trace, color) = (box.Panel.Traces[i], FigureGeometry.ColorOf(box.Panel, i));
            InPlot(box, trace.IsClipped, () => trace.Draw(traces, color));
        }

        foreach (var shape in box.Panel.Shapes.Where(s => s.OverTraces))
            InPlot(box, true, () => traces.Draw(shape));
        if (box.Panel.Traces.FirstOrDefault(t => t.HasColorBar)?.ColorScale() is { } colors)
        {
            foreach (var (x, y, label) in SvgRaster.Bar(_svg, box, colors))
                Text(label, x, y, FigureGeometry.TickFont);
        }

        DrawHeader(box);
        DrawCorners(box);
    }

    /// <summary>
    /// Draws in the coordinates of a plot. A nested picture cuts off what lies outside, and needs no id as a clip path
    /// would; points on the edge are left whole.
    /// </summary>
    private void InPlot(PanelBox box, bool clipped, Action draw)
    {
        _svg.Append("<svg").Attribute("x", box.Left).Attribute("y", box.Top)
            .Attribute("width", box.Width).Attribute("height", box.Height)
            .Append(clipped ? " overflow=\"hidden\">" : " overflow=\"visible\">");
        draw();
        _svg.Append("</svg>");
    }

    private void DrawAxes(PanelBox box)
    {
        var xTicks = box.X.Ticks(box.Width, 60);
        var yTicks = box.Y.Ticks(box.Height, 45, box.NameRoom);
        var grid = new StringBuilder();
        var marks = new StringBuilder();
        foreach (var (fraction, label) in xTicks)
        {
            var x = box.Left + fraction * box.Width;
            if (box.X.Axis.Categories is null)
                grid.Append(CultureInfo.InvariantCulture, $"M{Number(x)} {Number(box.Top)}v{Number(box.Height)}");
            marks.Append(CultureInfo.InvariantCulture, $"M{Number(x)} {Number(box.Bottom)}v4");
            if (box.SlantedLabels)
                Text(label, x + 3, box.Bottom + 14, FigureGeometry.TickFont, anchor: "end", rotate: -45);
            else
                Text(label, x, box.Bottom + 16, FigureGeometry.TickFont, anchor: "middle");
        }

        foreach (var (fraction, label) in yTicks)
        {
            var y = box.Bottom - fraction * box.Height;
            grid.Append(CultureInfo.InvariantCulture, $"M{Number(box.Left)} {Number(y)}h{Number(box.Width)}");
            marks.Append(CultureInfo.InvariantCulture, $"M{Number(box.Left)} {Number(y)}h-4");
            var lines = label.Split('\n');
            for (var k = 0; k < lines.Length; k++)
            {
                var middle = (k - (0.5 * (lines.Length - 1))) * (FigureGeometry.TickFont + 2);
                Text(lines[k], box.Left - 7, y + 4 + middle, FigureGeometry.TickFont, anchor: "end");
            }
        }

        marks.Append(CultureInfo.InvariantCulture, $"M{Number(box.Left)} {Number(box.Top)}v{Number(box.Height)}h{Number(box.Width)}");
        _svg.Append("<path fill=\"none\" stroke=\"#808080\" stroke-opacity=\"0.22\" d=\"").Append(grid).Append("\"/>");
        _svg.Append("<path fill=\"none\" stroke=\"#808080\" stroke-opacity=\"0.75\" d=\"").Append(marks).Append("\"/>");
        if (box.X.Axis.Title is { Length: > 0 } below)
        {
            var drop = box.SlantedLabels
                ? 34 + 0.71 * xTicks.Max(t => TextWidth.Of(t.Label, FigureGeometry.TickFont))
                : 38;
            Text(below, box.Left + box.Width / 2, box.Bottom + drop, FigureGeometry.LabelFont, anchor: "middle");
        }

        if (box.Y.Axis.Title is { Length: > 0 } beside)
        {
            Text(beside, box.Left - FigureGeometry.WidestLine(yTicks) - 16, box.Top + box.Height / 2, FigureGeometry.LabelFont,
                anchor: "middle", rotate: -90);
        }
    }

    private void DrawHeader(PanelBox box)
    {
        var y = box.Top - 10;
        foreach (var line in box.Header.Reverse())
        {
            Text(line.Text, box.Left, y, line.FontSize, line.Bold, color: line.Color);
            y -= FigureGeometry.LineHeight(line);
        }
    }

    private void DrawCorners(PanelBox box)
    {
        foreach (var corner in box.Panel.Annotations.Where(a => a.Place != AnnotationPlace.Header).GroupBy(a => a.Place))
        {
            var right = corner.Key is AnnotationPlace.TopRight or AnnotationPlace.BottomRight;
            var top = corner.Key is AnnotationPlace.TopLeft or AnnotationPlace.TopRight;
            var y = top ? box.Top + 17 : box.Bottom - 9;
            foreach (var note in top ? corner : corner.Reverse())
            {
                Text(note.Text, right ? box.Right - 8 : box.Left + 8, y, FigureGeometry.LabelFont, note.Bold,
                    right ? "end" : null, color: note.Color);
                y += top ? FigureGeometry.HeaderLineHeight : -FigureGeometry.HeaderLineHeight;
            }
        }
    }

    private void DrawLegendEntry(LegendEntry entry)
    {
        var (x, y) = (entry.Left, entry.Top + 11);
        entry.Trace.DrawKey(_svg, x, y, entry.Color);
        Text(entry.Name, x + 36, y + 4, FigureGeometry.LabelFont);
    }

    private void Text(
        string text, double x, double y, double size, bool bold = false, string? anchor = null, double rotate = 0,
        string color = Palette.Ink)
    {
        _svg.Append("<text").Attribute("x", x).Attribute("y", y).Attribute("font-size", size);
        if (bold)
            _svg.Append(" font-weight=\"600\"");
        if (anchor is not null)
            _svg.Append(" text-anchor=\"").Append(anchor).Append('"');
        if (rotate != 0)
            _svg.Append(CultureInfo.InvariantCulture, $" transform=\"rotate({Number(rotate)} {Number(x)} {Number(y)})\"");
        if (color != Palette.Ink)
            _svg.Append(" fill=\"").Append(Encode(color)).Append('"');
        _svg.Append('>').Append(Encode(text)).Append("</text>");
    }

    private void Element(string name, string content) =>
        _svg.Append('<').Append(name).Append('>').Append(content).Append("</").Append(name).Append('>');

    internal static string Encode(string text)
    {
        // XML 1.0 has no place for control characters, however they are written.
        var clean = text.Any(c => char.IsControl(c) && c is not ('\n' or '\t'))
            ? new string(text.Where(c => !char.IsControl(c) || c is '\n' or '\t').ToArray())
            : text;
        return WebUtility.HtmlEncode(clean);
    }

    internal static string Number(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);
}

/// <summary>Short forms for writing SVG.</summary>
internal static class SvgWriting
{
    public static StringBuilder Attribute(this StringBuilder svg, string name, double value) =>
        svg.Append(' ').Append(name).Append("=\"").Append(SvgFigure.Number(value)).Append('"');

    public static StringBuilder Pair(this StringBuilder path, double x, double y) =>
        path.Append(SvgFigure.Number(x)).Append(' ').Append(SvgFigure.Number(y));
}
