using System.Globalization;
using System.Net;

namespace EcoGlmm;

public sealed partial class Mesh
{
    /// <summary>The mesh drawn: its edges, and its nodes on hovering.</summary>
    /// <param name="title">The heading; null for none.</param>
    public Figure Plot(string? title = "Mesh")
    {
        var (x, y) = (new List<double>(), new List<double>());
        foreach (var (a, b) in Edges())
        {
            x.AddRange([_x[a], _x[b], double.NaN]);
            y.AddRange([_y[a], _y[b], double.NaN]);
        }

        var panel = new Panel(null,
            new LineTrace(x, y) { Color = Palette.Ink, Width = 0.7, Opacity = 0.5 },
            new PointTrace(_x, _y) { Color = Palette.Blue, Size = 3, Text = [.. _x.Select((_, i) => $"Node {i}: {Length(_x[i])}, "
                + $"{Length(_y[i])}")] })
        { XAxis = "x", YAxis = "y", EqualScales = true };
        return new Figure(title, panel) { PanelHeight = 480, Subtitle = $"{NodeCount} nodes, {_corners.Length / 3} triangles" };
    }

    /// <summary>Nodes, triangles, edges and the smallest angle.</summary>
    public override string ToString()
    {
        var lengths = Edges().Select(e => Math.Sqrt(Square(_x[e.A] - _x[e.B]) + Square(_y[e.A] - _y[e.B]))).Order().ToArray();
        var (left, right, bottom, top) = Bounds;
        return string.Create(CultureInfo.InvariantCulture,
            $"Mesh of {NodeCount:N0} nodes and {_corners.Length / 3:N0} triangles, x from {Length(left)} to {Length(right)}, y from "
            + $"{Length(bottom)} to {Length(top)}. ")
            + string.Create(CultureInfo.InvariantCulture,
            $"Edges are {Length(lengths[0])} to {Length(lengths[^1])} long, {Length(lengths[lengths.Length / 2])} in the middle; the "
            + $"smallest angle is {SmallestAngle():F0}°.");
    }

    /// <inheritdoc/>
    public string ToHtml() => "<p class=\"ecoglmm-mesh\">" + WebUtility.HtmlEncode(ToString()) + "</p>";

    private IEnumerable<(int A, int B)> Edges() => Enumerable.Range(0, _corners.Length)
        .Select(k => (A: _corners[k], B: _corners[k % 3 == 2 ? k - 2 : k + 1]))
        .Select(e => e.A < e.B ? e : (e.B, e.A)).Distinct();

    /// <summary>In degrees.</summary>
    internal double SmallestAngle()
    {
        var least = 180.0;
        for (var k = 0; k < _corners.Length; k++)
        {
            var t = k - (k % 3);
            var (a, b, c) = (_corners[k], _corners[t + ((k + 1) % 3)], _corners[t + ((k + 2) % 3)]);
            var (ux, uy, vx, vy) = (_x[b] - _x[a], _y[b] - _y[a], _x[c] - _x[a], _y[c] - _y[a]);
            least = Math.Min(least, Math.Atan2(Math.Abs((ux * vy) - (uy * vx)), (ux * vx) + (uy * vy)) * 180 / Math.PI);
        }

        return least;
    }

    private static double Square(double value) => value * value;
}
