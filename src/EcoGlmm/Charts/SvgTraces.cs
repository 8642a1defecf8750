using System.Globalization;
using System.Text;

namespace EcoGlmm.Charts;

/// <summary>Draws the traces and shapes of one panel, with the origin at the plot's upper left corner.</summary>
internal sealed class SvgTraces(StringBuilder svg, PanelBox box)
{
    /// <summary>From so many points on, those that fall on the same half pixel are drawn once.</summary>
    private const int Many = 2000;

    public void Draw(Trace trace, string color)
    {
        switch (trace)
        {
            case PointTrace t:
                Points(t, color);
                break;
            case LineTrace t:
                Line(t, color);
                break;
            case HistogramTrace t:
                Histogram(t, color);
                break;
            case BarTrace t:
                for (var i = 0; i < t.X.Count; i++)
                    Bar(t.X[i] - t.Width / 2, t.X[i] + t.Width / 2, t.Heights[i], color, t.Opacity);
                break;
            case BoxTrace t:
                BoxPlot(t, color);
                break;
            case RasterTrace t:
                SvgRaster.Cells(svg, box, t);
                break;
        }
    }

    public void Draw(Shape shape)
    {
        var x0 = shape.X0 is { } a ? X(a) : 0;
        var x1 = shape.X1 is { } b ? X(b) : box.Width;
        var y0 = shape.Y0 is { } c ? Y(c) : box.Height;
        var y1 = shape.Y1 is { } d ? Y(d) : 0;
        if (!double.IsFinite(x0 + x1 + y0 + y1))
            return;
        if (shape.IsBand)
        {
            Rectangle(x0, y0, x1, y1);
            Fill(shape.Color, shape.Opacity);
            return;
        }

        svg.Append("<path d=\"M").Pair(x0, y0).Append('L').Pair(x1, y1).Append("\" fill=\"none\"");
        Stroke(svg, shape.Color, shape.Width, shape.Dash, shape.Opacity);
        svg.Append("/>");
    }

    public static void Stroke(StringBuilder svg, string color, double width, LineDash dash, double opacity)
    {
        svg.Append(" stroke=\"").Append(SvgFigure.Encode(color)).Append('"').Attribute("stroke-width", width);
        if (opacity < 1)
            svg.Append(CultureInfo.InvariantCulture, $" stroke-opacity=\"{opacity:0.##}\"");
        if (dash != LineDash.Solid)
            svg.Append(" stroke-dasharray=\"").Append(dash == LineDash.Dot ? "2 3" : "7 5").Append('"');
    }

    public static void Marker(
        StringBuilder svg, double x, double y, double size, MarkerSymbol symbol, string color, double opacity)
    {
        var path = new StringBuilder();
        AddMarker(path, x, y, size, symbol);
        MarkerPath(svg, path, size, symbol, color, opacity);
    }

    private double X(double value) => box.X.Fraction(value) * box.Width;

    private double Y(double value) => (1 - box.Y.Fraction(value)) * box.Height;

    private bool Inside(double x, double y) =>
        x >= -0.5 && x <= box.Width + 0.5 && y >= -0.5 && y <= box.Height + 0.5;

    private void Points(PointTrace t, string color)
    {
        Intervals(t, color);
        var groups = new Dictionary<(string, double, MarkerSymbol), (StringBuilder Path, HashSet<(int, int)> Seen)>();
        var grid = t.X.Count > Many ? 2.0 : 10.0;
        for (var i = 0; i < t.X.Count; i++)
        {
            var (x, y) = (X(t.X[i]), Y(t.Y[i]));
            if (!Inside(x, y))
                continue;
            var key = (t.Colors?[i] ?? color, t.Sizes?[i] ?? t.Size, t.Symbols?[i] ?? t.Symbol);
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = (new StringBuilder(), []);
            var (gx, gy) = ((int)Math.Round(x * grid), (int)Math.Round(y * grid));
            if (group.Seen.Add((gx, gy)))
                AddMarker(group.Path, gx / grid, gy / grid, key.Item2, key.Item3);
        }

        foreach (var ((fill, size, symbol), (path, _)) in groups)
            MarkerPath(svg, path, size, symbol, fill, t.Opacity);
    }

    private void Intervals(PointTrace t, string color)
    {
        var path = new StringBuilder();
        for (var i = 0; i < t.X.Count; i++)
        {
            var (x, y) = (X(t.X[i]), Y(t.Y[i]));
            if (!Inside(x, y))
                continue;
            if (t.XLower is not null && double.IsFinite(t.XLower[i]) && double.IsFinite(t.XUpper![i]))
                path.Append('M').Pair(ClampX(t.XLower[i]), y).Append('H').Append(SvgFigure.Number(ClampX(t.XUpper[i])));
            if (t.YLower is not null && double.IsFinite(t.YLower[i]) && double.IsFinite(t.YUpper![i]))
                path.Append('M').Pair(x, ClampY(t.YLower[i])).Append('V').Append(SvgFigure.Number(ClampY(t.YUpper[i])));
        }

        if (path.Length == 0)
            return;
        svg.Append("<path d=\"").Append(path).Append("\" fill=\"none\"");
        Stroke(svg, color, 1.3, LineDash.Solid, t.Opacity);
        svg.Append("/>");
    }

    private double ClampX(double value) => Math.Clamp(X(value), 0, box.Width);

    private double ClampY(double value) => Math.Clamp(Y(value), 0, box.Height);

    private void Line(LineTrace t, string color)
    {
        if (t.Lower is not null && t.Upper is not null)
            foreach (var piece in BandOutline.Of(t))
            {
                svg.Append("<path d=\"M");
                foreach (var (x, y) in piece)
                    svg.Pair(X(x), Far(Y(y))).Append(' ');
                svg.Append("Z\"");
                Fill(color, 0.2 * t.Opacity);
            }

        svg.Append("<path d=\"");
        var pen = 'M';
        for (var i = 0; i < t.X.Count; i++)
        {
            var (x, y) = (X(t.X[i]), Y(t.Y[i]));
            if (!double.IsFinite(x + y))
            {
                pen = 'M';
                continue;
            }

            svg.Append(pen).Pair(x, Far(y));
            pen = 'L';
        }

        svg.Append("\" fill=\"none\" stroke-linejoin=\"round\"");
        Stroke(svg, color, t.Width, t.Dash, t.Opacity);
        svg.Append("/>");
    }

    /// <summary>Keeps coordinates far outside the plot within what viewers can hold.</summary>
    private double Far(double y) => Math.Clamp(y, -100 * box.Height, 100 * box.Height);

    private void Histogram(HistogramTrace t, string color)
    {
        var bins = HistogramBins.Of(t);
        for (var i = 0; i < bins.Counts.Length; i++)
            if (bins.Counts[i] > 0)
                Bar(bins.Start + (i + 0.02) * bins.Width, bins.Start + (i + 0.98) * bins.Width,
                    bins.Height(i, t.Density), color, t.Opacity);
    }

    private void Bar(double left, double right, double height, string color, double opacity)
    {
        var floor = box.Y.IsLog ? box.Height : Y(0);
        if (!double.IsFinite(X(left) + X(right) + Y(height)))
            return;
        Rectangle(X(left), floor, X(right), Y(height));
        Fill(color, 0.85 * opacity);
    }

    private void BoxPlot(BoxTrace t, string color)
    {
        if (BoxStatistics.Of(t.Values) is not { } s)
            return;
        var (left, middle, right) = (X(t.Position - t.Width / 2), X(t.Position), X(t.Position + t.Width / 2));
        var cap = (right - left) / 4;
        Rectangle(left, Y(s.Q1), right, Y(s.Q3));
        Fill(color, 0.25 * t.Opacity);
        svg.Append("<path d=\"M").Pair(left, Y(s.Q1)).Append('H').Append(SvgFigure.Number(right))
            .Append('V').Append(SvgFigure.Number(Y(s.Q3))).Append('H').Append(SvgFigure.Number(left)).Append('Z')
            .Append('M').Pair(left, Y(s.Median)).Append('H').Append(SvgFigure.Number(right))
            .Append('M').Pair(middle, Y(s.Q3)).Append('V').Append(SvgFigure.Number(Y(s.UpperWhisker)))
            .Append('M').Pair(middle - cap, Y(s.UpperWhisker)).Append('H').Append(SvgFigure.Number(middle + cap))
            .Append('M').Pair(middle, Y(s.Q1)).Append('V').Append(SvgFigure.Number(Y(s.LowerWhisker)))
            .Append('M').Pair(middle - cap, Y(s.LowerWhisker)).Append('H').Append(SvgFigure.Number(middle + cap))
            .Append("\" fill=\"none\"");
        Stroke(svg, color, 1.5, LineDash.Solid, t.Opacity);
        svg.Append("/>");
        foreach (var outlier in s.Outliers)
            Marker(svg, middle, Y(outlier), 5, MarkerSymbol.Circle, color, t.Opacity);
    }

    private void Rectangle(double x0, double y0, double x1, double y1) =>
        svg.Append("<rect").Attribute("x", Math.Min(x0, x1)).Attribute("y", Math.Min(y0, y1))
            .Attribute("width", Math.Abs(x1 - x0)).Attribute("height", Math.Abs(y1 - y0));

    private void Fill(string color, double opacity) =>
        svg.Append(" fill=\"").Append(SvgFigure.Encode(color))
            .Append(CultureInfo.InvariantCulture, $"\" fill-opacity=\"{opacity:0.###}\"/>");

    /// <summary>A disc is a line without length and with round ends: the shortest way to write thousands of them.</summary>
    private static void AddMarker(StringBuilder path, double x, double y, double size, MarkerSymbol symbol)
    {
        var r = size / 2;
        switch (symbol)
        {
            case MarkerSymbol.Square:
                path.Append('M').Pair(x - r, y - r).Append('h').Append(SvgFigure.Number(size)).Append('v')
                    .Append(SvgFigure.Number(size)).Append('h').Append(SvgFigure.Number(-size)).Append('z');
                break;
            case MarkerSymbol.Diamond:
                Polygon(path, x, y, 4, _ => 1.3 * r);
                break;
            case MarkerSymbol.Triangle:
                Polygon(path, x, y, 3, _ => 1.25 * r);
                break;
            case MarkerSymbol.Cross:
                path.Append('M').Pair(x - r, y - r).Append('L').Pair(x + r, y + r)
                    .Append('M').Pair(x - r, y + r).Append('L').Pair(x + r, y - r);
                break;
            case MarkerSymbol.Star:
                Polygon(path, x, y, 10, k => (k % 2 == 0 ? 1.4 : 0.56) * r);
                break;
            default:
                path.Append('M').Pair(x, y).Append("h0");
                break;
        }
    }

    private static void Polygon(StringBuilder path, double x, double y, int corners, Func<int, double> radius)
    {
        for (var k = 0; k < corners; k++)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * k / corners);
            path.Append(k == 0 ? 'M' : 'L').Pair(x + radius(k) * sin, y - radius(k) * cos);
        }

        path.Append('z');
    }

    private static void MarkerPath(
        StringBuilder svg, StringBuilder path, double size, MarkerSymbol symbol, string color, double opacity)
    {
        svg.Append("<path d=\"").Append(path).Append('"');
        if (symbol is MarkerSymbol.Circle or MarkerSymbol.Cross)
        {
            svg.Append(" fill=\"none\" stroke-linecap=\"round\"");
            Stroke(svg, color, symbol == MarkerSymbol.Circle ? size : Math.Max(1.5, size / 4), LineDash.Solid, opacity);
            svg.Append("/>");
            return;
        }

        svg.Append(" fill=\"").Append(SvgFigure.Encode(color))
            .Append(CultureInfo.InvariantCulture, $"\" fill-opacity=\"{opacity:0.##}\"/>");
    }
}
