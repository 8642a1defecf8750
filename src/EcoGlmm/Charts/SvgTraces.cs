using System.Globalization;
using System.Text;

namespace EcoGlmm.Charts;

/// <summary>What traces and shapes of one panel are drawn with, the origin at the plot's upper left corner.</summary>
/// <param name="svg">The picture.</param>
/// <param name="box">The panel.</param>
internal sealed class SvgTraces(StringBuilder svg, PanelBox box)
{
    /// <summary>The picture.</summary>
    public StringBuilder Text => svg;

    public void Draw(PanelShape shape)
    {
        var x0 = shape.X0 is { } a ? X(a) : 0;
        var x1 = shape.X1 is { } b ? X(b) : box.Width;
        var y0 = shape.Y0 is { } c ? Y(c) : box.Height;
        var y1 = shape.Y1 is { } d ? Y(d) : 0;
        if (!double.IsFinite(x0 + x1 + y0 + y1))
            return;
        if (shape.IsBand)
        {
            Rectangle(x0, y0, x1, y1, shape.Color, shape.Opacity);
            return;
        }

        Path(new StringBuilder("M").Pair(x0, y0).Append('L').Pair(x1, y1), shape.Color, shape.Width, shape.Dash, shape.Opacity);
    }

    public static void Stroke(StringBuilder svg, string color, double width, LineDash dash, double opacity)
    {
        svg.Append(" stroke=\"").Append(SvgFigure.Encode(color)).Append('"').Attribute("stroke-width", width);
        if (opacity < 1)
            svg.Append(CultureInfo.InvariantCulture, $" stroke-opacity=\"{opacity:0.##}\"");
        if (dash != LineDash.Solid)
            svg.Append(" stroke-dasharray=\"").Append(dash == LineDash.Dot ? "2 3" : "7 5").Append('"');
    }

    /// <summary>The panel.</summary>
    public Panel Panel => box.Panel;

    /// <summary>The width of the plot, in pixels.</summary>
    public double Width => box.Width;

    /// <summary>Its height.</summary>
    public double Height => box.Height;

    /// <summary>A name beside a point; coordinates in pixels.</summary>
    public void Label(string text, double x, double y, LabelSide side)
    {
        if (side == LabelSide.None)
            return;
        var (dx, dy, anchor) = side switch
        {
            LabelSide.Right => (LabelPlaces.Gap, 4.0, "start"),
            LabelSide.Left => (-LabelPlaces.Gap, 4.0, "end"),
            LabelSide.Above => (0.0, -LabelPlaces.Gap - 2, "middle"),
            _ => (0.0, LabelPlaces.Gap + 9, "middle"),
        };
        svg.Append("<text").Attribute("x", x + dx).Attribute("y", y + dy).Attribute("font-size", FigureGeometry.TickFont)
            .Append(" text-anchor=\"").Append(anchor).Append("\">").Append(SvgFigure.Encode(text)).Append("</text>");
    }

    /// <summary>Pixels from the left.</summary>
    public double X(double value) => box.X.Fraction(value) * box.Width;

    /// <summary>Pixels from the top.</summary>
    public double Y(double value) => (1 - box.Y.Fraction(value)) * box.Height;

    public double ClampX(double value) => Math.Clamp(X(value), 0, box.Width);

    public double ClampY(double value) => Math.Clamp(Y(value), 0, box.Height);

    /// <summary>Whether a place, in pixels, is in the plot.</summary>
    public bool Inside(double x, double y) =>
        x >= -0.5 && x <= box.Width + 0.5 && y >= -0.5 && y <= box.Height + 0.5;

    /// <summary>Keeps coordinates far outside the plot within what viewers can hold.</summary>
    public double Far(double y) => Math.Clamp(y, -100 * box.Height, 100 * box.Height);

    /// <summary>A line.</summary>
    /// <param name="path">Its path, in pixels.</param>
    /// <param name="color">Its colour.</param>
    /// <param name="width">Its thickness, in pixels.</param>
    /// <param name="dash">How it is broken.</param>
    /// <param name="opacity">From 0 to 1.</param>
    /// <param name="attributes">More attributes, after a blank.</param>
    public void Path(StringBuilder path, string color, double width, LineDash dash, double opacity, string attributes = "")
    {
        svg.Append("<path d=\"").Append(path).Append("\" fill=\"none\"").Append(attributes);
        Stroke(svg, color, width, dash, opacity);
        svg.Append("/>");
    }

    /// <summary>A closed area without an outline.</summary>
    /// <param name="outline">Its corners, in data units.</param>
    /// <param name="color">Its colour.</param>
    /// <param name="opacity">From 0 to 1.</param>
    public void Area(IReadOnlyList<(double X, double Y)> outline, string color, double opacity)
    {
        svg.Append("<path d=\"M");
        foreach (var (x, y) in outline)
            svg.Pair(X(x), Far(Y(y))).Append(' ');
        svg.Append("Z\"");
        Fill(color, opacity);
    }

    /// <summary>A bar that stands on zero, or on the floor of a logarithmic axis; edges and height in data units.</summary>
    public void Bar(double left, double right, double height, string color, double opacity)
    {
        var floor = box.Y.IsLog ? box.Height : Y(0);
        if (double.IsFinite(X(left) + X(right) + Y(height)))
            Rectangle(X(left), floor, X(right), Y(height), color, 0.85 * opacity);
    }

    /// <summary>A filled rectangle; corners in pixels.</summary>
    public void Rectangle(double x0, double y0, double x1, double y1, string color, double opacity)
    {
        svg.Append("<rect").Attribute("x", Math.Min(x0, x1)).Attribute("y", Math.Min(y0, y1))
            .Attribute("width", Math.Abs(x1 - x0)).Attribute("height", Math.Abs(y1 - y0));
        Fill(color, opacity);
    }

    private void Fill(string color, double opacity) =>
        svg.Append(" fill=\"").Append(SvgFigure.Encode(color))
            .Append(CultureInfo.InvariantCulture, $"\" fill-opacity=\"{opacity:0.###}\"/>");
}
