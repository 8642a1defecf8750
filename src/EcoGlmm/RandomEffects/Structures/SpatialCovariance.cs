using System.Buffers;
using System.Numerics;
using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// exp, gau, mat: places in groups whose correlation falls with distance. P is the inverse of each group's correlation matrix
/// C, dense: its cost grows with the cube of the number of places in a group.
/// </summary>
internal sealed class SpatialCovariance : LevelPrecision
{
    private const int MostPlaces = 6000;

    /// <summary>A share of the variance that each place has to itself where correlations are singular to the arithmetic, as those that are
    /// smooth at zero are as soon as places are much closer than the range: without it a search would stop there.</summary>
    private const double Nugget = 1e-8;

    /// <summary>What is left of a place's variance, given those before it, below which correlations count as singular: rounding errors of
    /// the inverse then are as large as what data say.</summary>
    private const double LeastPivot = 1e-9;

    private readonly SpatialKernel _kernel;
    private readonly double[][] _places;
    private readonly int[] _starts;
    private readonly int _mostPlaces;

    /// <param name="kernel">The correlation function.</param>
    /// <param name="positions">The places.</param>
    public SpatialCovariance(SpatialKernel kernel, TermPositions positions)
        : base(PatternOf(positions.GroupOf), kernel.ParameterCount)
    {
        _kernel = kernel;
        _places = positions.Coordinates;
        var starts = new List<int>();
        for (var l = 0; l < positions.GroupOf.Length; l++)
        {
            while (starts.Count <= positions.GroupOf[l]) starts.Add(l);
        }

        starts.Add(positions.GroupOf.Length);
        _starts = [.. starts];
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var n = _starts[g + 1] - _starts[g];
            _mostPlaces = Math.Max(_mostPlaces, n);
            WorkLength += n * n;
        }
    }

    public static IEnumerable<StructureKind> Kinds =>
    [
        Kind("exp", "exp(0 + x + y | g), correlations exp(−distance/range)", () => new ExponentialKernel()),
        Kind("gau", "gau(0 + x + y | g), correlations exp(−(distance/range)²)", () => new GaussianKernel()),
        Kind("mat", "mat(0 + x + y | g), Matérn correlations", () => new MaternKernel()),
    ];

    public override IReadOnlyList<CovarianceQuantity> Quantities => _kernel.Quantities;

    private static StructureKind Kind(string name, string describe, Func<SpatialKernel> kernel) => new(name, TermLayout.Positions)
    {
        Describe = describe,
        Bind = request =>
        {
            var largest = request.Positions!.GroupOf.GroupBy(g => g).Select(g => g.Count()).DefaultIfEmpty(0).Max();
            if (largest > MostPlaces)
            {
                throw request.Error($"{name} has {largest} places in one group, whose correlations are a dense matrix: more than "
                    + $"{MostPlaces} do not fit",
                    "Use spde(0 + x + y | group), which is sparse, or round the coordinates.");
            }

            return new CovarianceStructure(name, new Unstructured(1), new SpatialCovariance(kernel(), request.Positions!));
        },
    };

    public override Containment Contains(LevelPrecision smaller) => smaller is not SpatialCovariance other || !IsOfSameLevels(other)
        ? Containment.None : _kernel.Contains(other._kernel);

    public override void Report(ReadOnlySpan<double> phi, Span<double> values) => _kernel.Report(phi, values);

    public override void Start(Span<double> phi)
    {
        const int most = 200;
        var distances = new List<double>();
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var (from, to) = (_starts[g], _starts[g + 1]);
            var stride = Math.Max(1, (to - from) / most);
            for (var a = from; a < to; a += stride)
            {
                for (var b = from; b < a; b += stride) distances.Add(Distance(_places[a], _places[b]));
            }
        }

        distances.Sort();
        _kernel.Start(distances.Count == 0 ? 1 : distances[distances.Count / 2], phi);
    }

    /// <summary>Ranges from a fraction of the distances between places to all of them.</summary>
    public override IEnumerable<double[]> Candidates()
    {
        foreach (var factor in new[] { 1.0, 0.1, 0.3, 3.0 })
        {
            var phi = new double[ParameterCount];
            Start(phi);
            phi[0] += Math.Log(factor);
            yield return phi;
        }
    }

    /// <summary>P of each group, n × n.</summary>
    public override int WorkLength { get; }

    public override double Set(ReadOnlySpan<double> phi, Span<double> values, Span<double> work)
    {
        var log = 0.0;
        var start = 0;
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var (from, n) = (_starts[g], _starts[g + 1] - _starts[g]);
            var c = work.Slice(start, n * n);
            start += n * n;
            Correlations(g, phi, c, []);
            if (!DenseCholesky.TryFactor(c, n) || SmallestPivot(c, n) < LeastPivot)
            {
                Correlations(g, phi, c, []);
                for (var a = 0; a < n; a++) c[(a * n) + a] += Nugget;
                if (!DenseCholesky.TryFactor(c, n)) return double.NaN;
            }

            log -= DenseCholesky.LogDeterminant(c, n);
            DenseCholesky.Invert(c, n);
            for (var a = 0; a < n; a++)
            {
                var at = Pattern.ColumnPointers[from + a];
                c.Slice((a * n) + a, n - a).CopyTo(values.Slice(at, n - a));
            }
        }

        return log;
    }

    /// <remarks>∂P = −P ∂C P and ∂log|P| = −tr(P ∂C), so that with P̄ the derivative by P that by C is −P P̄ P − l P.</remarks>
    public override unsafe void PullBack(ReadOnlySpan<double> phi, ReadOnlySpan<double> adjoint, double logAdjoint,
        ReadOnlySpan<double> work, Span<double> gradient)
    {
        gradient.Clear();
        var most = _mostPlaces * _mostPlaces;
        var pool = ArrayPool<double>.Shared;
        var (barRented, productRented, resultRented) = (pool.Rent(most), pool.Rent(most), pool.Rent(most));
        var slopesRented = pool.Rent(most * ParameterCount);
        var workspace = pool.Rent(MatrixProduct.WorkspaceLength);
        var start = 0;
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var (from, n) = (_starts[g], _starts[g + 1] - _starts[g]);
            var p = work.Slice(start, n * n);
            start += n * n;
            Span<double> bar = barRented.AsSpan(0, n * n), product = productRented.AsSpan(0, n * n), result = resultRented.AsSpan(0, n * n);
            product.Clear();
            result.Clear();
            for (var a = 0; a < n; a++)
            {
                var at = Pattern.ColumnPointers[from + a];
                bar[(a * n) + a] = adjoint[at];
                for (var b = a + 1; b < n; b++) bar[(a * n) + b] = bar[(b * n) + a] = 0.5 * adjoint[at + b - a];
            }

            fixed (double* pp = p, pb = bar, pm = product, pr = result, w = workspace)
            {
                MatrixProduct.Add(n, n, n, false, pb, n, false, pp, n, false, pm, n, w);
                MatrixProduct.Add(n, n, n, false, pp, n, false, pm, n, false, pr, n, w, lowerOnly: true);
            }

            // In the buffer that is free now.
            Correlations(g, phi, bar, slopesRented);
            for (var j = 0; j < gradient.Length; j++)
            {
                var slopes = slopesRented.AsSpan(j * n * n, n * n);
                for (var a = 0; a < n; a++)
                {
                    var sum = 0.0;
                    for (var k = (a * n) + a + 1; k < (a + 1) * n; k++) sum += (result[k] + (logAdjoint * p[k])) * slopes[k];
                    gradient[j] -= 2 * sum;
                }
            }
        }

        foreach (var rented in new[] { barRented, productRented, resultRented, slopesRented, workspace }) pool.Return(rented);
    }

    /// <summary>∂P u = −P ∂C P u, without ∂P.</summary>
    public override void AddChange(ReadOnlySpan<double> phi, ReadOnlySpan<double> direction, ReadOnlySpan<double> work,
        ReadOnlySpan<double> u, int d, Span<double> result)
    {
        var most = _mostPlaces * _mostPlaces;
        var pool = ArrayPool<double>.Shared;
        var (correlations, slopes) = (pool.Rent(most), pool.Rent(most * ParameterCount));
        var (x, y) = (new double[_mostPlaces], new double[_mostPlaces]);
        var start = 0;
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var (from, n) = (_starts[g], _starts[g + 1] - _starts[g]);
            var p = work.Slice(start, n * n);
            start += n * n;
            Correlations(g, phi, correlations, slopes);
            for (var c = 0; c < d; c++)
            {
                for (var a = 0; a < n; a++) x[a] = u[((from + a) * d) + c];
                Multiply(p, n, x, y);
                Array.Clear(x);
                for (var j = 0; j < direction.Length; j++)
                {
                    if (direction[j] != 0) AddLower(slopes.AsSpan(j * n * n, n * n), n, direction[j], y, x);
                }

                Multiply(p, n, x, y);
                for (var a = 0; a < n; a++) result[((from + a) * d) + c] -= y[a];
            }
        }

        pool.Return(correlations);
        pool.Return(slopes);
    }

    /// <summary>P⁻¹x = Cx.</summary>
    public override void Solve(ReadOnlySpan<double> phi, ReadOnlySpan<double> values, Span<double> x, int d)
    {
        var pool = ArrayPool<double>.Shared;
        var correlations = pool.Rent(_mostPlaces * _mostPlaces);
        var (before, after) = (new double[_mostPlaces], new double[_mostPlaces]);
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var (from, n) = (_starts[g], _starts[g + 1] - _starts[g]);
            Correlations(g, phi, correlations, []);
            for (var c = 0; c < d; c++)
            {
                for (var a = 0; a < n; a++) after[a] = before[a] = x[((from + a) * d) + c];
                AddLower(correlations, n, 1, before, after);
                for (var a = 0; a < n; a++) x[((from + a) * d) + c] = after[a];
            }
        }

        pool.Return(correlations);
    }

    /// <summary>The least square on the diagonal of a Cholesky factor.</summary>
    private static double SmallestPivot(ReadOnlySpan<double> factor, int n)
    {
        var least = double.PositiveInfinity;
        for (var a = 0; a < n; a++) least = Math.Min(least, factor[(a * n) + a] * factor[(a * n) + a]);
        return least;
    }

    /// <summary>y = Ax for a symmetric matrix.</summary>
    private static void Multiply(ReadOnlySpan<double> a, int n, ReadOnlySpan<double> x, Span<double> y)
    {
        for (var i = 0; i < n; i++) y[i] = TensorDot(a.Slice(i * n, n), x[..n]);
    }

    /// <summary>y ← y + factor · Ax, A symmetric with a diagonal of zeros, of which the lower triangle is there.</summary>
    private static void AddLower(ReadOnlySpan<double> lower, int n, double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        for (var a = 0; a < n; a++)
        {
            var (sum, xa) = (0.0, factor * x[a]);
            for (var b = a + 1; b < n; b++)
            {
                var v = lower[(a * n) + b];
                sum += v * x[b];
                y[b] += v * xa;
            }

            y[a] += factor * sum;
        }
    }

    private static double TensorDot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = Vector<double>.Zero;
        var k = 0;
        for (; k + Vector<double>.Count <= a.Length; k += Vector<double>.Count)
            sum += new Vector<double>(a[k..]) * new Vector<double>(b[k..]);
        var total = Vector.Sum(sum);
        for (; k < a.Length; k++) total += a[k] * b[k];
        return total;
    }

    /// <summary>
    /// The lower triangle (column-major) of a group's correlation matrix, with ones on the diagonal, and of its derivatives by each
    /// parameter, n × n after n × n, unless these are not asked for.
    /// </summary>
    private void Correlations(int group, ReadOnlySpan<double> phi, Span<double> c, Span<double> slopes)
    {
        var (from, n) = (_starts[group], _starts[group + 1] - _starts[group]);
        var count = ParameterCount;
        var buffer = n <= 256 ? stackalloc double[(1 + count) * n] : new double[(1 + count) * n];
        for (var a = 0; a < n; a++)
        {
            var m = n - a - 1;
            var distances = buffer[..m];
            var mine = slopes.IsEmpty ? [] : buffer.Slice(n, count * m);
            for (var b = 0; b < m; b++) distances[b] = Distance(_places[from + a], _places[from + a + 1 + b]);
            c[(a * n) + a] = 1;
            _kernel.Fill(distances, phi, c.Slice((a * n) + a + 1, m), mine);
            for (var j = 0; j < count && !slopes.IsEmpty; j++) mine.Slice(j * m, m).CopyTo(slopes.Slice((j * n * n) + (a * n) + a + 1, m));
        }
    }

    public override IEnumerable<StructureLimit> Limits(double[] phi, string title)
    {
        var (least, largest) = (double.PositiveInfinity, 0.0);
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            for (var a = _starts[g]; a < _starts[g + 1]; a++)
            {
                for (var b = _starts[g]; b < a; b++)
                {
                    var distance = Distance(_places[a], _places[b]);
                    (least, largest) = (Math.Min(least, distance), Math.Max(largest, distance));
                }
            }
        }

        return _kernel.Limits(phi, title).Concat(StructureLimit.OfRange(0, _kernel.Reach(phi), least, largest, title, "places"));
    }

    public override double Variance(ReadOnlySpan<double> phi, int level) => 1;

    /// <summary>Simple kriging: weights C⁻¹c, and what they leave of the variance.</summary>
    public override LevelRelation Relate(ReadOnlySpan<double> phi, LevelKey level)
    {
        if (level.Group < 0 || level.Group + 1 >= _starts.Length) return new([], [], 1);
        var (from, n) = (_starts[level.Group], _starts[level.Group + 1] - _starts[level.Group]);
        var (c, near) = (new double[n * n], new double[n]);
        for (var a = 0; a < n; a++)
        {
            var distance = Distance(_places[from + a], level.Position);
            if (distance == 0) return new([from + a], [1], 0);
            near[a] = _kernel.At(distance, phi);
            c[(a * n) + a] = 1;
            for (var b = a + 1; b < n; b++) c[(a * n) + b] = _kernel.At(Distance(_places[from + a], _places[from + b]), phi);
        }

        var weights = (double[])near.Clone();
        if (!DenseCholesky.TryFactor(c, n)) return new([], [], 1);
        DenseCholesky.Solve(c, n, weights);
        var explained = 0.0;
        for (var a = 0; a < n; a++) explained += weights[a] * near[a];
        return new([.. Enumerable.Range(from, n)], weights, Math.Max(0, 1 - explained));
    }

    private static double Distance(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var k = 0; k < a.Length; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
        return Math.Sqrt(sum);
    }

    private static SparsePattern PatternOf(int[] groupOf)
    {
        var m = groupOf.Length;
        var pointers = new int[m + 1];
        var ends = new int[m];
        for (var l = m - 1; l >= 0; l--) ends[l] = l + 1 < m && groupOf[l + 1] == groupOf[l] ? ends[l + 1] : l + 1;
        for (var l = 0; l < m; l++) pointers[l + 1] = checked(pointers[l] + ends[l] - l);
        var rows = new int[pointers[m]];
        for (var l = 0; l < m; l++)
        {
            for (var k = pointers[l]; k < pointers[l + 1]; k++) rows[k] = l + k - pointers[l];
        }

        return new SparsePattern(m, pointers, rows);
    }
}
