using System.Globalization;
using EcoGlmm.Numerics;
using NetTopologySuite.Algorithm;
using NetTopologySuite.Geometries;
using NetTopologySuite.Triangulate;
using NetTopologySuite.Triangulate.QuadEdge;

namespace EcoGlmm.Relationships;

/// <summary>
/// Triangulates places and what is around them: a Delaunay triangulation whose triangles are refined at their circumcentres until
/// none is too large or has too small an angle, with edges that grow outside the convex hull of the places.
/// Sources: J. Ruppert (1995), A Delaunay refinement algorithm for quality 2-dimensional mesh generation, J. Algorithms 18,
/// 548-585; F. Lindgren, H. Rue &amp; J. Lindström (2011), J. R. Stat. Soc. B 73, 423-498, section 2.3 and its discussion of boundaries.
/// </summary>
internal sealed class MeshBuilder
{
    private const double EdgesAcross = 15, OuterFactor = 4, CutoffFactor = 0.25, ExtensionFactor = 0.5;

    /// <summary>Places that become nodes unless a cutoff says otherwise.</summary>
    private const int MostPlaces = 1000;

    /// <summary>A hull of less area than this, relative to the square of its extent, is a line.</summary>
    private const double ThinnestHull = 1e-6;

    /// <summary>Circumradius over shortest edge above which a triangle has an angle below 21 degrees: 1/(2 sin 21°).</summary>
    private const double WorstShape = 1.395;

    private const int MostPasses = 60;

    /// <summary>
    /// Points are moved by this, relative to an edge, while they are triangulated: places on a lattice lie on lines and circles, of
    /// which predicates in floating point contradict each other. Nodes are where the places are.
    /// </summary>
    private const double Move = 1e-5;

    /// <summary>A triangle of less area than this, relative to the square of its longest edge, is one of nodes along a straight
    /// boundary.</summary>
    private const double Sliver = 1e-3;

    private const int Attempts = 4;

    private readonly MeshOptions _options;
    private readonly double _edge;
    private readonly double _outer;
    private readonly double _extension;
    private readonly double _shortest;
    private readonly Geometry _hull;
    private readonly List<Coordinate> _boundary;
    private readonly Envelope _envelope;
    private readonly List<Coordinate> _points = [];
    private readonly HashSet<(double, double)> _known = [];
    private readonly Dictionary<(double, double), int> _moved = [];
    private readonly RandomStream _random;
    private readonly double _move;

    private MeshBuilder(Coordinate[] places, MeshOptions options, int attempt)
    {
        _options = options;
        _random = new RandomStream(1 + attempt);
        var factory = new GeometryFactory();
        _hull = new ConvexHull(places, factory).GetConvexHull();
        var envelope = _hull.EnvelopeInternal;
        var extent = Math.Max(envelope.Width, envelope.Height);
        if (!(extent > 0))
            throw new GlmmException("All rows are at one place, so that there is no field to estimate. spde() needs places that are spread "
                + "over an area.");
        if (!(_hull.Area > ThinnestHull * extent * extent))
        {
            throw new GlmmException("All places lie on a line, so that no triangles can be made of them. For places along a line (a river, "
                + "a transect) use ou(0 + distance | group), the same in one dimension.");
        }

        _edge = options.MaxEdge ?? extent / EdgesAcross;
        _outer = Math.Max(options.OuterEdge ?? OuterFactor * _edge, _edge);
        _extension = options.Extension ?? ExtensionFactor * extent;
        _shortest = 0.02 * _edge;
        _move = Move * _edge * Math.Pow(4, attempt);
        var across = extent + (2 * _extension);
        var inner = _hull.Area / (0.25 * _edge * _edge);
        if (inner > options.MaxNodes) throw TooMany(inner);
        AddPlaces(places);
        var segments = Math.Max(2, (int)Math.Ceiling(0.5 * Math.PI * _extension / _outer));
        var outline = _extension > 0 ? _hull.Buffer(_extension, segments) : _hull;
        _boundary = Densify([.. outline.Coordinates.Reverse().Skip(1).Reverse()]);
        _envelope = new Envelope(envelope.MinX - across, envelope.MaxX + across, envelope.MinY - across, envelope.MaxY + across);
        foreach (var corner in _boundary) Add(corner);
    }

    /// <summary>Nodes and the corners of triangles, three each, against the clock.</summary>
    /// <param name="places">The places.</param>
    /// <param name="options">How fine.</param>
    /// <exception cref="GlmmException">The places are one, or on a line, or the mesh would have too many nodes.</exception>
    public static (double[] X, double[] Y, int[] Corners) Build(IEnumerable<(double X, double Y)> places, MeshOptions options)
    {
        options.Check();
        Coordinate[] distinct = [.. places.Distinct().Order().Select(p => new Coordinate(p.X, p.Y))];
        if (distinct.Length == 0) throw new GlmmException("A mesh needs places, and there are none.");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new MeshBuilder(distinct, options, attempt).Triangulate();
            }
            catch (LocateFailureException) when (attempt + 1 < Attempts)
            {
                // Other moves.
            }
            catch (LocateFailureException)
            {
                throw new GlmmException("The places could not be triangulated. Give a Cutoff in MeshOptions, so that places that are very "
                    + "close to each other share a node.");
            }
        }
    }

    private (double[], double[], int[]) Triangulate()
    {
        var subdivision = new QuadEdgeSubdivision(_envelope, 0);
        var triangulator = new IncrementalDelaunayTriangulator(subdivision);
        foreach (var point in Strips(_moved.Keys)) triangulator.InsertSite(new Vertex(point));
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var fresh = Refinements(subdivision);
            if (fresh.Count == 0) break;
            foreach (var point in Strips(fresh)) triangulator.InsertSite(new Vertex(point));
            if (_points.Count > _options.MaxNodes) throw TooMany(_points.Count);
        }

        return Number(subdivision);
    }

    /// <summary>Points to insert: circumcentres of triangles that are too large or too thin, or, where these lie beyond the boundary or
    /// close to it, midpoints of its edges.</summary>
    private List<(double, double)> Refinements(QuadEdgeSubdivision subdivision)
    {
        var bad = new List<(double Badness, Coordinate Centre, double Radius)>();
        foreach (var corners in subdivision.GetTriangleVertices(false))
        {
            var (a, b, c) = (corners[0].Coordinate, corners[1].Coordinate, corners[2].Coordinate);
            var (ab, bc, ca) = (a.Distance(b), b.Distance(c), c.Distance(a));
            var (longest, shortest) = (Math.Max(ab, Math.Max(bc, ca)), Math.Min(ab, Math.Min(bc, ca)));
            var target = Target((a.X + b.X + c.X) / 3, (a.Y + b.Y + c.Y) / 3);
            var centre = Circumcentre(a, b, c);
            var radius = centre.Distance(a);
            var area = Math.Abs(Area(a, b, c));
            if (!double.IsFinite(radius) || (area < Sliver * longest * longest && IsBeyond(centre) >= 0)) continue;
            var size = longest / target;
            var shape = radius / shortest / WorstShape;
            if (size > 1 || (shape > 1 && shortest > _shortest)) bad.Add((Math.Max(size, Math.Min(shape, 10)), centre, radius));
        }

        bad.Sort((p, q) => (-p.Badness, p.Centre.X, p.Centre.Y).CompareTo((-q.Badness, q.Centre.X, q.Centre.Y)));
        var fresh = new List<(double, double)>();
        var taken = new PointGrid(_edge);
        foreach (var (_, centre, radius) in bad)
        {
            // Two centres in one pass that are closer than their circles allow would spoil each other's triangles.
            if (Encroached(centre) is var edge and >= 0)
            {
                Split(edge, fresh, taken);
                continue;
            }

            if (taken.HasNear(centre.X, centre.Y, 0.8 * radius)) continue;
            taken.Add(centre.X, centre.Y);
            if (Add(centre) is { } added) fresh.Add(added);
        }

        return fresh;
    }

    /// <summary>The edge of the boundary whose circle a point lies in, or that it lies beyond; −1 for none.</summary>
    private int Encroached(Coordinate point)
    {
        for (var k = 0; k < _boundary.Count; k++)
        {
            var (a, b) = (_boundary[k], _boundary[(k + 1) % _boundary.Count]);
            var dot = ((a.X - point.X) * (b.X - point.X)) + ((a.Y - point.Y) * (b.Y - point.Y));
            if (dot < 0) return k;
        }

        return IsBeyond(point);
    }

    /// <summary>The edge of the boundary that a point lies furthest beyond; −1 inside.</summary>
    private int IsBeyond(Coordinate point)
    {
        var (worst, at) = (0.0, -1);
        for (var k = 0; k < _boundary.Count; k++)
        {
            var (a, b) = (_boundary[k], _boundary[(k + 1) % _boundary.Count]);
            var side = (((b.X - a.X) * (point.Y - a.Y)) - ((b.Y - a.Y) * (point.X - a.X))) / a.Distance(b);
            if (side < worst) (worst, at) = (side, k);
        }

        return at;
    }

    private void Split(int edge, List<(double, double)> fresh, PointGrid taken)
    {
        var (a, b) = (_boundary[edge], _boundary[(edge + 1) % _boundary.Count]);
        var length = a.Distance(b);
        if (length < Math.Max(4 * _shortest, 0.25 * _edge)) return;
        var middle = new Coordinate(0.5 * (a.X + b.X), 0.5 * (a.Y + b.Y));
        if (taken.HasNear(middle.X, middle.Y, 0.25 * length) || Add(middle) is not { } added) return;
        taken.Add(middle.X, middle.Y);
        _boundary.Insert(edge + 1, middle);
        fresh.Add(added);
    }

    /// <summary>The longest edge wanted at a point: that among the places, growing with the distance from them.</summary>
    private double Target(double x, double y)
    {
        if (_outer <= _edge || _extension == 0) return _edge;
        var distance = _hull.Distance(_hull.Factory.CreatePoint(new Coordinate(x, y)));
        return _edge + ((_outer - _edge) * Math.Min(1, distance / _extension));
    }

    private void AddPlaces(Coordinate[] places)
    {
        var cutoff = _options.Cutoff ?? CutoffFactor * _edge;
        var kept = Thin(places, cutoff);
        while (_options.Cutoff is null && kept.Count > MostPlaces) kept = Thin(places, cutoff *= 1.25);
        if (kept.Count > _options.MaxNodes) throw TooMany(kept.Count);
        foreach (var place in kept) Add(place);
    }

    private static List<Coordinate> Thin(Coordinate[] places, double cutoff)
    {
        if (cutoff == 0) return [.. places];
        var kept = new List<Coordinate>();
        var grid = new PointGrid(cutoff);
        foreach (var place in places)
        {
            if (grid.HasNear(place.X, place.Y, cutoff)) continue;
            grid.Add(place.X, place.Y);
            kept.Add(place);
        }

        return kept;
    }

    /// <summary>The outline with edges no longer than wanted at the boundary, against the clock.</summary>
    private List<Coordinate> Densify(List<Coordinate> outline)
    {
        var area = Enumerable.Range(0, outline.Count).Sum(k => (outline[k].X * outline[(k + 1) % outline.Count].Y)
            - (outline[k].Y * outline[(k + 1) % outline.Count].X));
        if (area < 0) outline.Reverse();
        var edge = _extension > 0 ? _outer : _edge;
        var dense = new List<Coordinate>();
        for (var k = 0; k < outline.Count; k++)
        {
            var (a, b) = (outline[k], outline[(k + 1) % outline.Count]);
            var pieces = Math.Max(1, (int)Math.Ceiling(a.Distance(b) / edge));
            for (var p = 0; p < pieces; p++)
            {
                var part = (double)p / pieces;
                dense.Add(new Coordinate(a.X + (part * (b.X - a.X)), a.Y + (part * (b.Y - a.Y))));
            }
        }

        return dense;
    }

    /// <summary>Where a new point is triangulated; null for one that is there already.</summary>
    private (double X, double Y)? Add(Coordinate point)
    {
        if (!_known.Add((point.X, point.Y))) return null;
        var moved = (point.X + (_move * ((2 * _random.NextDouble()) - 1)), point.Y + (_move * ((2 * _random.NextDouble()) - 1)));
        if (!_moved.TryAdd(moved, _points.Count)) return null;
        _points.Add(point);
        return moved;
    }

    /// <summary>Strips of points, up and down, so that each is near the one before: where it lies is then found in a few steps.</summary>
    private static IEnumerable<Coordinate> Strips(IReadOnlyCollection<(double X, double Y)> points)
    {
        if (points.Count == 0) return [];
        var (low, high) = (points.Min(p => p.X), points.Max(p => p.X));
        var strips = Math.Max(1, (int)Math.Sqrt(points.Count / 2.0));
        return points.Select(p => (Point: p, Strip: Math.Min(strips - 1,
            (int)((p.X - low) / Math.Max(high - low, double.Epsilon) * strips))))
            .OrderBy(p => p.Strip).ThenBy(p => p.Strip % 2 == 0 ? p.Point.Y : -p.Point.Y).ThenBy(p => p.Point.X)
            .Select(p => new Coordinate(p.Point.X, p.Point.Y)).ToArray();
    }

    private (double[], double[], int[]) Number(QuadEdgeSubdivision subdivision)
    {
        var triangles = new List<(int A, int B, int C)>();
        foreach (var corners in subdivision.GetTriangleVertices(false))
        {
            var (a, b, c) = (_moved[(corners[0].X, corners[0].Y)], _moved[(corners[1].X, corners[1].Y)],
                _moved[(corners[2].X, corners[2].Y)]);
            var (p, q, r) = (_points[a], _points[b], _points[c]);
            var turned = Area(corners[0].Coordinate, corners[1].Coordinate, corners[2].Coordinate) < 0;
            var area = turned ? -Area(p, q, r) : Area(p, q, r);
            // Slivers between points of a straight boundary have no area once the points are back in their places.
            if (area > 10 * _move * _edge) triangles.Add(turned ? (a, c, b) : (a, b, c));
        }

        var used = new bool[_points.Count];
        foreach (var (a, b, c) in triangles) used[a] = used[b] = used[c] = true;
        var number = new int[_points.Count];
        var (x, y) = (new List<double>(), new List<double>());
        for (var i = 0; i < number.Length; i++)
        {
            if (!used[i]) continue;
            number[i] = x.Count;
            x.Add(_points[i].X);
            y.Add(_points[i].Y);
        }

        triangles = [.. triangles.Select(t => Rotated(number[t.A], number[t.B], number[t.C])).Order()];
        return ([.. x], [.. y], [.. triangles.SelectMany(t => new[] { t.A, t.B, t.C })]);
    }

    private static double Area(Coordinate a, Coordinate b, Coordinate c) => 0.5 * (((b.X - a.X) * (c.Y - a.Y))
        - ((b.Y - a.Y) * (c.X - a.X)));

    private static (int A, int B, int C) Rotated(int a, int b, int c) => a < b && a < c ? (a, b, c) : b < c ? (b, c, a) : (c, a, b);

    private static Coordinate Circumcentre(Coordinate a, Coordinate b, Coordinate c)
    {
        var (bx, by, cx, cy) = (b.X - a.X, b.Y - a.Y, c.X - a.X, c.Y - a.Y);
        var d = 2 * ((bx * cy) - (by * cx));
        var (b2, c2) = ((bx * bx) + (by * by), (cx * cx) + (cy * cy));
        return new Coordinate(a.X + (((cy * b2) - (by * c2)) / d), a.Y + (((bx * c2) - (cx * b2)) / d));
    }

    private GlmmException TooMany(double nodes) => new(string.Create(CultureInfo.InvariantCulture,
        $"The mesh would have about {nodes:N0} nodes, more than {_options.MaxNodes:N0}. Take a longer MaxEdge (it is {_edge:G3}) or "
        + $"Cutoff, ")
        + "Mesh.From(data, \"x\", \"y\", new MeshOptions { MaxEdge = … }), or raise MaxNodes.");
}

/// <summary>Points by cells of a grid, to ask whether any is near.</summary>
/// <param name="cell">The side of a cell.</param>
internal sealed class PointGrid(double cell)
{
    private readonly Dictionary<(long, long), List<(double X, double Y)>> _cells = [];

    public void Add(double x, double y)
    {
        var key = Key(x, y);
        if (!_cells.TryGetValue(key, out var points)) _cells.Add(key, points = []);
        points.Add((x, y));
    }

    /// <summary>Whether a point is closer than a distance.</summary>
    public bool HasNear(double x, double y, double distance)
    {
        var reach = (long)Math.Ceiling(distance / cell);
        var (column, row) = Key(x, y);
        if ((2 * reach) + 1 > Math.Sqrt(_cells.Count) + 2) return _cells.Values.Any(points => IsNear(points, x, y, distance));
        for (var i = column - reach; i <= column + reach; i++)
        {
            for (var j = row - reach; j <= row + reach; j++)
            {
                if (_cells.TryGetValue((i, j), out var points) && IsNear(points, x, y, distance)) return true;
            }
        }

        return false;
    }

    private static bool IsNear(List<(double X, double Y)> points, double x, double y, double distance)
    {
        foreach (var (px, py) in points)
        {
            if (((px - x) * (px - x)) + ((py - y) * (py - y)) < distance * distance) return true;
        }

        return false;
    }

    private (long, long) Key(double x, double y) => ((long)Math.Floor(x / cell), (long)Math.Floor(y / cell));
}
