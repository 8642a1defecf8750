using System.Globalization;
using EcoGlmm.Data;
using EcoGlmm.Relationships;

namespace EcoGlmm;

/// <summary>
/// Triangles over a study area and some way around it, on whose corners the field of <c>spde(0 + x + y | 1)</c> is estimated. A
/// fit makes one by itself; make your own to choose how fine it is, to look at it, and to use it in several models, and give it
/// by name in <see cref="GlmmOptions.Meshes"/>.
/// </summary>
/// <remarks>
/// Edges should be several times shorter than the range of the field, and the mesh should reach beyond the places by about a
/// range, since a field is more variable at its boundary. F. Lindgren, H. Rue &amp; J. Lindström (2011), J. R. Stat. Soc. B 73,
/// 423-498.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed partial class Mesh : IRichDisplay
{
    private readonly double[] _x;
    private readonly double[] _y;
    private readonly int[] _corners;
    private readonly Lazy<TriangleLocator> _locator;
    private readonly Lazy<FiniteElements> _elements;

    private Mesh(double[] x, double[] y, int[] corners)
    {
        (_x, _y, _corners) = (x, y, corners);
        _locator = new(() => new TriangleLocator(x, y, corners));
        _elements = new(() => FiniteElements.Of(x, y, corners));
    }

    /// <summary>Coordinates of the corners, and the three corners of each triangle.</summary>
    internal (double[] X, double[] Y, int[] Corners) Stored => (_x, _y, _corners);

    /// <summary>A mesh of triangles that were made before.</summary>
    internal static Mesh Of(double[] x, double[] y, int[] corners) => new(x, y, corners);

    /// <summary>A mesh of the places of a table.</summary>
    /// <param name="table">A FieldData, a DataFrame or anything else that <see cref="FieldData.From(object)"/> takes.</param>
    /// <param name="x">The column of the coordinate to the right, in metres, kilometres or another length.</param>
    /// <param name="y">The column of the coordinate upwards, in the same unit.</param>
    /// <param name="options">How fine it is and how far it reaches; null to choose from the places.</param>
    /// <exception cref="GlmmException">
    /// A column is missing or is not numeric, the places are one or lie on a line, or the mesh would have too many nodes.
    /// </exception>
    public static Mesh From(object table, string x, string y, MeshOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var data = table as FieldData ?? FieldData.From(table);
        var (xs, ys) = (Numbers(data, x), Numbers(data, y));
        return From(Enumerable.Range(0, xs.Length).Where(i => double.IsFinite(xs[i]) && double.IsFinite(ys[i])).Select(i => (xs[i], ys[i])),
            options);
    }

    /// <summary>A mesh of places.</summary>
    /// <param name="places">Their coordinates.</param>
    /// <param name="options">How fine it is and how far it reaches; null to choose from the places.</param>
    /// <exception cref="GlmmException">The places are one or lie on a line, or the mesh would have too many nodes.</exception>
    public static Mesh From(IEnumerable<(double X, double Y)> places, MeshOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(places);
        var (x, y, corners) = MeshBuilder.Build(places, options ?? new MeshOptions());
        return new Mesh(x, y, corners);
    }

    /// <summary>A mesh that another program made.</summary>
    /// <param name="nodes">Its nodes.</param>
    /// <param name="triangles">The corners of its triangles, numbered from zero, in either sense of rotation.</param>
    /// <exception cref="GlmmException">A triangle has a corner that is no node, or no area, or a node is in no triangle.</exception>
    public static Mesh Of(IReadOnlyList<(double X, double Y)> nodes, IReadOnlyList<(int A, int B, int C)> triangles)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(triangles);
        var (x, y) = (nodes.Select(n => n.X).ToArray(), nodes.Select(n => n.Y).ToArray());
        var corners = new List<int>(3 * triangles.Count);
        var used = new bool[x.Length];
        for (var t = 0; t < triangles.Count; t++)
        {
            var (a, b, c) = triangles[t];
            if (new[] { a, b, c }.FirstOrDefault(v => v < 0 || v >= x.Length, -1) is var bad and not -1)
                throw new GlmmException($"Triangle {t} of the mesh has a corner {bad}, but nodes are numbered from 0 to {x.Length - 1}.");
            var area = ((x[b] - x[a]) * (y[c] - y[a])) - ((y[b] - y[a]) * (x[c] - x[a]));
            if (!(Math.Abs(area) > 0))
                throw new GlmmException($"Triangle {t} of the mesh has no area: its corners {a}, {b} and {c} lie on a line.");
            corners.AddRange(area > 0 ? [a, b, c] : [a, c, b]);
            used[a] = used[b] = used[c] = true;
        }

        if (Array.IndexOf(used, false) is var alone and >= 0) throw new GlmmException($"Node {alone} of the mesh is in no triangle.");
        if (x.Length == 0) throw new GlmmException("A mesh needs nodes, and there are none.");
        return new Mesh(x, y, [.. corners]);
    }

    /// <summary>The nodes; those that are places of the data come first.</summary>
    public IReadOnlyList<(double X, double Y)> Nodes => [.. _x.Zip(_y)];

    /// <summary>The corners of each triangle, by the number of their node, against the clock.</summary>
    public IReadOnlyList<(int A, int B, int C)> Triangles =>
        [.. Enumerable.Range(0, _corners.Length / 3).Select(t => (_corners[3 * t], _corners[(3 * t) + 1], _corners[(3 * t) + 2]))];

    /// <summary>Number of nodes.</summary>
    public int NodeCount => _x.Length;

    /// <summary>Whether a place lies in one of the triangles.</summary>
    /// <param name="x">The coordinate to the right.</param>
    /// <param name="y">The coordinate upwards.</param>
    public bool Contains(double x, double y) => Weights(x, y).Length > 0;

    /// <summary>The nodes that the value at a place is made of, with their weights; none outside the mesh.</summary>
    internal (int Node, double Weight)[] Weights(double x, double y) => _locator.Value.Weights(x, y);

    internal FiniteElements Elements => _elements.Value;

    /// <summary>Least and largest coordinates.</summary>
    /// <summary>The shortest edge of a triangle.</summary>
    internal double ShortestEdge => Triangles.SelectMany(t => new[] { (t.A, t.B), (t.B, t.C), (t.C, t.A) })
        .Min(e => Math.Sqrt(Math.Pow(_x[e.Item1] - _x[e.Item2], 2) + Math.Pow(_y[e.Item1] - _y[e.Item2], 2)));

    internal (double Left, double Right, double Bottom, double Top) Bounds => (_x.Min(), _x.Max(), _y.Min(), _y.Max());

    private static double[] Numbers(FieldData data, string name)
    {
        if (data.Column(name) is NumericColumn numeric) return numeric.Values;
        throw new GlmmException($"The coordinate \"{name}\" of a mesh is not numeric. Make it so with AsNumeric(\"{name}\").");
    }

    private static string Length(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
