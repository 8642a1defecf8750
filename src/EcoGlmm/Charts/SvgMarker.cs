using System.Globalization;
using System.Text;

namespace EcoGlmm.Charts;

/// <summary>The symbols of points in a still picture.</summary>
internal static class SvgMarker
{
    /// <summary>Draws one symbol.</summary>
    public static void Draw(StringBuilder svg, double x, double y, double size, MarkerSymbol symbol, string color, double opacity)
    {
        var path = new StringBuilder();
        Add(path, x, y, size, symbol);
        Draw(svg, path, size, symbol, color, opacity);
    }

    /// <summary>A disc is a line without length and with round ends: the shortest way to write thousands of them.</summary>
    public static void Add(StringBuilder path, double x, double y, double size, MarkerSymbol symbol)
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

    /// <summary>Draws symbols of one kind whose path has been added to.</summary>
    public static void Draw(
        StringBuilder svg, StringBuilder path, double size, MarkerSymbol symbol, string color, double opacity)
    {
        svg.Append("<path d=\"").Append(path).Append('"');
        if (symbol is MarkerSymbol.Circle or MarkerSymbol.Cross)
        {
            svg.Append(" fill=\"none\" stroke-linecap=\"round\"");
            SvgTraces.Stroke(svg, color, symbol == MarkerSymbol.Circle ? size : Math.Max(1.5, size / 4), LineDash.Solid, opacity);
            svg.Append("/>");
            return;
        }

        svg.Append(" fill=\"").Append(SvgFigure.Encode(color))
            .Append(CultureInfo.InvariantCulture, $"\" fill-opacity=\"{opacity:0.##}\"/>");
    }
}
