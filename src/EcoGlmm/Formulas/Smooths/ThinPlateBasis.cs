using System.Buffers;
using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// tp: a thin-plate regression spline of one or more covariates: of all radial functions, one about each of the different places in the
/// data,
/// the k that a low-rank approximation keeps, and polynomials. Its penalty is the integral of squared derivatives of order m. Where there
/// are
/// more than two thousand places, the functions are about two thousand of them, drawn with a fixed seed.
/// Source: S. N. Wood (2003), Thin plate regression splines, J. R. Stat. Soc. B 65, 95-114.
/// </summary>
internal sealed class ThinPlateBasis : SmoothBasis
{
    private const int MostPlaces = 2000;

    /// <summary>Rows whose radial functions are held at once.</summary>
    private const int RowsAtATime = 64;

    /// <summary>Up to this order all eigenvalues are had as fast as some of them.</summary>
    private const int SmallOrder = 120;

    private const long Seed = 1;

    private readonly double[][] _places;
    private readonly double[] _shift;
    private readonly int[][] _powers;
    private readonly int _order;
    private readonly RadialFunction _radial;

    /// <summary>The places, dimension by dimension.</summary>
    private readonly double[] _coordinates;

    /// <summary>Radial weights of the k − M wiggly functions: places × (k − M), row-major.</summary>
    private readonly double[] _weights;
    private readonly double[] _scale;

    /// <summary>Surfaces at the training rows, which take longest of all, until the smooth is learnt.</summary>
    private KeptRows? _kept;

    /// <summary>The wiggly functions of one covariate; null for surfaces.</summary>
    private readonly RadialPieces? _pieces;

    private ThinPlateBasis(SmoothBasisRequest request, bool isShrunk)
    {
        var d = request.Dimensions;
        _order = request.M.Length > 0 && request.M[0] > 0 ? request.M[0] : DefaultOrder(d);
        if (2 * _order <= d)
            throw request.Error($"m = {_order} is too low for a surface of {d} covariates",
                $"Take m = {DefaultOrder(d)}, or leave it out.");
        _powers = [.. Powers(d, _order)];
        var m = _powers.Length;
        _shift = Array.ConvertAll(request.X, values => values.Average());
        var n = request.X[0].Length;
        var rows = Enumerable.Range(0, n).Select(i => Array.ConvertAll(request.X, values => values[i]))
            .DistinctBy(row => new PlaceKey(row)).ToArray();
        Array.Sort(rows, (a, b) => new PlaceKey(a).CompareTo(new PlaceKey(b)));
        Count = request.Dimension(m + DefaultFreedom(d), m + 1, rows.Length);
        if (rows.Length > MostPlaces)
        {
            var random = new RandomStream(Seed);
            for (var i = 0; i < MostPlaces; i++)
            {
                var j = i + (int)(random.NextDouble() * (rows.Length - i));
                (rows[i], rows[j]) = (rows[j], rows[i]);
            }

            rows = rows[..MostPlaces];
        }

        _places = [.. rows.Select(row => row.Zip(_shift, (v, s) => v - s).ToArray())];
        _coordinates = [.. Enumerable.Range(0, d).SelectMany(j => _places.Select(place => place[j]))];
        _radial = new RadialFunction(d, _order);
        var (values, vectors) = Descending(Largest(request.Cancellation));
        (_weights, var penalty) = Wiggly(values, vectors);
        if (d == 1) _pieces = new RadialPieces(_coordinates, _weights, _radial.Degree, _radial.Sign);
        _scale = [.. Enumerable.Repeat(1.0, Count)];
        var x = new double[n * Count];
        Evaluate(request.X, x);
        for (var j = 0; j < Count; j++)
        {
            var square = 0.0;
            var column = x.AsSpan(j * n, n);
            foreach (var value in column) square += value * value;
            if (square > 0) _scale[j] = 1 / Math.Sqrt(square / n);
            foreach (ref var value in column) value *= _scale[j];
        }

        if (_pieces is null) _kept = new KeptRows([.. request.X.Select(values => (double[])values.Clone())], x);

        var wiggly = Count - m;
        Penalty = new double[Count * Count];
        for (var i = 0; i < wiggly; i++)
        {
            for (var j = 0; j < wiggly; j++) Penalty[(i * Count) + j] = penalty[(i * wiggly) + j] * _scale[i] * _scale[j];
        }

        if (isShrunk) Penalty = PenaltyAlgebra.Shrunk(Penalty, Count, m, isAlike: true);
        NullDimension = isShrunk ? 0 : m;
    }

    public static SmoothBasisKind Kind { get; } = new("tp", "thin-plate regression spline", request => new ThinPlateBasis(request, false));

    public static SmoothBasisKind ShrunkKind { get; } = new("ts", "thin-plate spline that can shrink to zero", request =>
        new ThinPlateBasis(request, true));

    public override int Count { get; }

    public override double[] Penalty { get; }

    public override int NullDimension { get; }

    /// <summary>The least m for which second derivatives are continuous: 2m &gt; d + 1.</summary>
    private static int DefaultOrder(int d) => (d + 3) / 2;

    private static int DefaultFreedom(int d) => d switch { 1 => 8, 2 => 27, _ => 100 };

    /// <summary>Exponents of the polynomials of a degree less than m.</summary>
    private static IEnumerable<int[]> Powers(int d, int m)
    {
        for (var total = 0; total < m; total++)
        {
            foreach (var powers in Compositions(d, total)) yield return powers;
        }
    }

    private static IEnumerable<int[]> Compositions(int d, int total)
    {
        if (d == 1)
        {
            yield return [total];
            yield break;
        }

        for (var first = total; first >= 0; first--)
        {
            foreach (var rest in Compositions(d - 1, total - first)) yield return [first, .. rest];
        }
    }

    /// <summary>The same in the order of the values rather than their sizes, by which the penalty's coordinates are those of
    /// mgcv.</summary>
    private static (double[] Values, double[] Vectors) Descending((double[] Values, double[] Vectors) pairs)
    {
        var k = pairs.Values.Length;
        var order = Enumerable.Range(0, k).OrderByDescending(j => pairs.Values[j]).ToArray();
        var vectors = new double[pairs.Vectors.Length];
        for (var i = 0; i < vectors.Length; i++) vectors[i] = pairs.Vectors[(i / k * k) + order[i % k]];
        return ([.. order.Select(j => pairs.Values[j])], vectors);
    }

    private (double[] Values, double[] Vectors) Largest(CancellationToken cancellation)
    {
        var n = _places.Length;
        if (_places[0].Length == 1 && n > SmallOrder)
        {
            if (!double.IsFinite(n * Math.Pow(_coordinates.Max() - _coordinates.Min(), _radial.Degree))) throw TooLarge();
            var product = new RadialProduct(_coordinates, _radial.Degree, _radial.Sign);
            return LargestEigenpairs.Lanczos(product.Multiply, n, Count, cancellation);
        }

        var e = new double[n * n];
        Parallel.For(0, n, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            _radial.Evaluate(_coordinates, _places[i], e.AsSpan(i * n, n));
        });
        if (!Array.TrueForAll(e, double.IsFinite)) throw TooLarge();
        return n <= SmallOrder ? LargestEigenpairs.Dense(e, n, Count, cancellation) : LargestEigenpairs.Lanczos(e, n, Count, cancellation);
    }

    private static GlmmException TooLarge() => new("The covariates of a smooth are too large for numbers to tell. Rescale them.");

    /// <summary>
    /// Of the kept functions UD those without a polynomial part, TᵀUδ = 0: weights of the radial functions UZ, and the penalty ZᵀDZ.
    /// </summary>
    private (double[] Weights, double[] Penalty) Wiggly(double[] values, double[] vectors)
    {
        var (n, k, m) = (_places.Length, Count, _powers.Length);
        var t = new double[n * m];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < m; j++) t[(i * m) + j] = Polynomial(_places[i], _powers[j]);
        }

        var cross = PenaltyAlgebra.TransposeProduct(vectors, n, k, t, m);
        var z = NullSpace(cross, k, m);
        var d = new double[k * k];
        for (var j = 0; j < k; j++) d[(j * k) + j] = values[j];
        return (PenaltyAlgebra.Product(vectors, n, k, z, k - m), PenaltyAlgebra.Sandwich(d, k, z, k - m));
    }

    /// <summary>
    /// Orthonormal columns that are orthogonal to those of A (k × m), by Householder reflections that leave the last entries: k × (k − m).
    /// </summary>
    private static double[] NullSpace(double[] a, int k, int m)
    {
        var r = (double[])a.Clone();
        var q = PenaltyAlgebra.Identity(k);
        var v = new double[k];
        for (var j = 0; j < m; j++)
        {
            var last = k - 1 - j;
            var norm = 0.0;
            for (var i = 0; i <= last; i++) norm += r[(i * m) + j] * r[(i * m) + j];
            norm = Math.Sqrt(norm);
            if (norm == 0) continue;
            Array.Clear(v);
            for (var i = 0; i <= last; i++) v[i] = r[(i * m) + j];
            v[last] += v[last] >= 0 ? norm : -norm;
            var square = v.Sum(value => value * value);
            Reflect(r, m, v, square, k);
            ReflectColumns(q, v, square, k);
        }

        var result = new double[k * (k - m)];
        for (var i = 0; i < k; i++)
        {
            for (var j = 0; j < k - m; j++) result[(i * (k - m)) + j] = q[(i * k) + j];
        }

        return result;
    }

    private static void Reflect(double[] r, int m, double[] v, double square, int k)
    {
        for (var c = 0; c < m; c++)
        {
            var sum = 0.0;
            for (var i = 0; i < k; i++) sum += v[i] * r[(i * m) + c];
            for (var i = 0; i < k; i++) r[(i * m) + c] -= 2 * sum / square * v[i];
        }
    }

    private static void ReflectColumns(double[] q, double[] v, double square, int k)
    {
        for (var i = 0; i < k; i++)
        {
            var sum = 0.0;
            for (var c = 0; c < k; c++) sum += q[(i * k) + c] * v[c];
            for (var c = 0; c < k; c++) q[(i * k) + c] -= 2 * sum / square * v[c];
        }
    }

    private static double Polynomial(double[] x, int[] powers)
    {
        var value = 1.0;
        for (var j = 0; j < x.Length; j++)
        {
            for (var p = 0; p < powers[j]; p++) value *= x[j];
        }

        return value;
    }

    public override void Settle() => _kept = null;

    public override void Evaluate(double[][] x, Span<double> result)
    {
        if (_kept is { } kept && kept.Are(x))
        {
            kept.Values.CopyTo(result);
            return;
        }

        var (n, m) = (x[0].Length, _powers.Length);
        var wiggly = Count - m;
        var values = new double[n * Count];
        Parallel.For(0, (n + RowsAtATime - 1) / RowsAtATime, LiveProgress.CurrentParallel(), b =>
        {
            var first = b * RowsAtATime;
            var rows = Math.Min(RowsAtATime, n - first);
            if (_pieces is null) AddWiggly(x, first, rows, values);
            else _pieces.Evaluate(x[0], _shift[0], first, rows, values);
            var place = new double[x.Length];
            for (var i = first; i < first + rows; i++)
            {
                for (var j = 0; j < place.Length; j++) place[j] = x[j][i] - _shift[j];
                for (var j = 0; j < wiggly; j++) values[(j * n) + i] *= _scale[j];
                for (var j = 0; j < m; j++) values[((wiggly + j) * n) + i] = Polynomial(place, _powers[j]) * _scale[wiggly + j];
            }
        });
        values.CopyTo(result);
    }

    // The radial functions of some rows, times their weights.
    private unsafe void AddWiggly(double[][] x, int first, int rows, double[] values)
    {
        var (n, places, wiggly) = (x[0].Length, _places.Length, Count - _powers.Length);
        var radial = ArrayPool<double>.Shared.Rent(rows * places);
        var work = ArrayPool<double>.Shared.Rent(MatrixProduct.WorkspaceLength);
        var points = new double[x.Length * rows];
        for (var i = 0; i < points.Length; i++) points[i] = x[i / rows][first + (i % rows)] - _shift[i / rows];
        for (var p = 0; p < places; p++) _radial.Evaluate(points, _places[p], radial.AsSpan(p * rows, rows));

        fixed (double* r = radial, w = _weights, v = values, space = work)
        {
            MatrixProduct.Add(rows, wiggly, places, false, r, rows, false, w, wiggly, true, v + first, n, space);
        }

        ArrayPool<double>.Shared.Return(radial);
        ArrayPool<double>.Shared.Return(work);
    }

    private sealed record KeptRows(double[][] X, double[] Values)
    {
        public bool Are(double[][] x) => x.Length == X.Length && x.Zip(X).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
    }

    private readonly struct PlaceKey(double[] place) : IEquatable<PlaceKey>, IComparable<PlaceKey>
    {
        private readonly double[] _place = place;

        public bool Equals(PlaceKey other) => _place.AsSpan().SequenceEqual(other._place);

        public override bool Equals(object? obj) => obj is PlaceKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var value in _place) hash.Add(value);
            return hash.ToHashCode();
        }

        public int CompareTo(PlaceKey other) => _place.AsSpan().SequenceCompareTo(other._place);
    }
}
