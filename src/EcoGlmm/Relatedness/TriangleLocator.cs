namespace EcoGlmm.Relationships;

/// <summary>Finds the triangle that a place lies in, by the cells of a grid, and the place's barycentric coordinates there.</summary>
internal sealed class TriangleLocator
{
    /// <summary>A place so far outside a triangle, in barycentric coordinates, is on its edge.</summary>
    private const double Tolerance = 1e-9;

    private readonly double[] _x;
    private readonly double[] _y;
    private readonly int[] _corners;
    private readonly double _left;
    private readonly double _bottom;
    private readonly double _width;
    private readonly double _height;
    private readonly int _side;
    private readonly int[] _starts;
    private readonly int[] _triangles;

    public TriangleLocator(double[] x, double[] y, int[] corners)
    {
        (_x, _y, _corners) = (x, y, corners);
        var count = corners.Length / 3;
        (_left, _bottom) = (x.Min(), y.Min());
        _side = Math.Clamp((int)Math.Sqrt(count), 1, 1000);
        _width = Math.Max((x.Max() - _left) / _side, double.Epsilon);
        _height = Math.Max((y.Max() - _bottom) / _side, double.Epsilon);
        _starts = new int[(_side * _side) + 1];
        ForEachCell(count, (cell, _) => _starts[cell + 1]++);
        for (var c = 0; c < _side * _side; c++) _starts[c + 1] += _starts[c];
        _triangles = new int[_starts[^1]];
        var next = (int[])_starts.Clone();
        ForEachCell(count, (cell, t) => _triangles[next[cell]++] = t);
    }

    /// <summary>The corners' weights at a place, those of zero left out; empty outside the mesh.</summary>
    public (int Node, double Weight)[] Weights(double px, double py)
    {
        var (column, row) = ((px - _left) / _width, (py - _bottom) / _height);
        if (!(column >= -Tolerance && row >= -Tolerance && column <= _side + Tolerance && row <= _side + Tolerance)) return [];
        var cell = (Math.Clamp((int)row, 0, _side - 1) * _side) + Math.Clamp((int)column, 0, _side - 1);
        var (best, found) = (-Tolerance, default((int T, double A, double B, double C)?));
        for (var k = _starts[cell]; k < _starts[cell + 1]; k++)
        {
            var t = _triangles[k];
            var (a, b, c) = Barycentric(t, px, py);
            var least = Math.Min(a, Math.Min(b, c));
            if (least < best) continue;
            (best, found) = (least, (t, a, b, c));
        }

        if (found is not { } at) return [];
        var weights = new List<(int, double)>(3);
        var total = Math.Max(at.A, 0) + Math.Max(at.B, 0) + Math.Max(at.C, 0);
        foreach (var (corner, weight) in new[] { (0, at.A), (1, at.B), (2, at.C) })
        {
            if (weight > Tolerance) weights.Add((_corners[(3 * at.T) + corner], weight / total));
        }

        return [.. weights];
    }

    private (double A, double B, double C) Barycentric(int t, double px, double py)
    {
        var (i, j, k) = (_corners[3 * t], _corners[(3 * t) + 1], _corners[(3 * t) + 2]);
        var (ux, uy, vx, vy) = (_x[j] - _x[i], _y[j] - _y[i], _x[k] - _x[i], _y[k] - _y[i]);
        var (wx, wy) = (px - _x[i], py - _y[i]);
        var area = (ux * vy) - (uy * vx);
        var b = ((wx * vy) - (wy * vx)) / area;
        var c = ((ux * wy) - (uy * wx)) / area;
        return (1 - b - c, b, c);
    }

    private void ForEachCell(int count, Action<int, int> visit)
    {
        for (var t = 0; t < count; t++)
        {
            var (i, j, k) = (_corners[3 * t], _corners[(3 * t) + 1], _corners[(3 * t) + 2]);
            var (c0, c1) = Span(_x[i], _x[j], _x[k], _left, _width);
            var (r0, r1) = Span(_y[i], _y[j], _y[k], _bottom, _height);
            for (var row = r0; row <= r1; row++)
            {
                for (var column = c0; column <= c1; column++) visit((row * _side) + column, t);
            }
        }
    }

    private (int From, int To) Span(double a, double b, double c, double origin, double step)
    {
        var (low, high) = (Math.Min(a, Math.Min(b, c)), Math.Max(a, Math.Max(b, c)));
        return (Math.Clamp((int)Math.Floor(((low - origin) / step) - Tolerance), 0, _side - 1),
            Math.Clamp((int)Math.Floor(((high - origin) / step) + Tolerance), 0, _side - 1));
    }
}
