using System.Text;

namespace EcoGlmm.Charts;

/// <summary>Draws a raster and its bar of colours: cells of nearly one colour that lie side by side become one path.</summary>
internal static class SvgRaster
{
    /// <summary>Colours that the still picture tells apart.</summary>
    private const int Shades = 32;

    /// <summary>The cells, with the origin at the plot's upper left corner.</summary>
    public static void Cells(SvgTraces svg, RasterTrace t)
    {
        if (t.X.Count == 0 || t.Y.Count == 0) return;
        var scale = t.ColorScale();
        var (dx, dy) = (Step(t.X), Step(t.Y));
        var paths = new StringBuilder[Shades];
        for (var row = 0; row < t.Y.Count; row++)
        {
            var (top, bottom) = (svg.Y(t.Y[row] + (dy / 2)), svg.Y(t.Y[row] - (dy / 2)));
            for (var from = 0; from < t.X.Count;)
            {
                var shade = Shade(scale, t.Values[(row * t.X.Count) + from]);
                var to = from + 1;
                while (to < t.X.Count && Shade(scale, t.Values[(row * t.X.Count) + to]) == shade) to++;
                if (shade >= 0)
                {
                    // Half a pixel of overlap leaves no seams.
                    var (left, right) = (svg.X(t.X[from] - (dx / 2)), svg.X(t.X[to - 1] + (dx / 2)) + 0.5);
                    (paths[shade] ??= new StringBuilder()).Append('M').Pair(left, top).Append('H').Append(SvgFigure.Number(right))
                        .Append('V').Append(SvgFigure.Number(bottom + 0.5)).Append('H').Append(SvgFigure.Number(left)).Append('z');
                }

                from = to;
            }
        }

        for (var shade = 0; shade < Shades; shade++)
        {
            if (paths[shade] is { } path)
                svg.Text.Append("<path d=\"").Append(path).Append("\" fill=\"").Append(scale.At((shade + 0.5) / Shades)).Append("\"/>");
        }
    }

    /// <summary>The bar beside the panel, with its labels, in the figure's coordinates.</summary>
    public static IEnumerable<(double X, double Y, string Label)> Bar(StringBuilder svg, PanelBox box, RasterScale scale)
    {
        var left = box.Right + RasterScale.BarGap;
        for (var shade = 0; shade < Shades; shade++)
        {
            var top = box.Bottom - ((shade + 1) * box.Height / Shades);
            svg.Append("<rect").Attribute("x", left).Attribute("y", top).Attribute("width", RasterScale.BarWidth)
                .Attribute("height", (box.Height / Shades) + (shade == 0 ? 0 : 0.5)).Append(" fill=\"")
                .Append(scale.At((shade + 0.5) / Shades)).Append("\"/>");
        }

        return NiceTicks.Linear(scale.Low, scale.High, 5)
            .Select(tick => (left + RasterScale.BarWidth + 4, box.Bottom - (scale.Fraction(tick.Value) * box.Height) + 4, tick.Label));
    }

    /// <summary>The distance between neighbours of evenly spaced positions.</summary>
    public static double Step(IReadOnlyList<double> positions) => positions.Count > 1 ? (positions[^1] - positions[0])
        / (positions.Count - 1) : 1;

    private static int Shade(RasterScale scale, double value) =>
        double.IsFinite(value) ? Math.Clamp((int)(scale.Fraction(value) * Shades), 0, Shades - 1) : -1;
}
