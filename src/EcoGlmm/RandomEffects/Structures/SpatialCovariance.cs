using System.Buffers;
using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// exp, gau, mat: places in groups whose correlation falls with distance. P is the inverse of each group's correlation matrix
/// C = LLᵀ, dense, of which L is all that is needed: its cost grows with the cube of the number of places in a group.
/// </summary>
internal sealed class SpatialCovariance : LevelPrecision
{
    private const int MostPlaces = 6000;

    /// <summary>By what a nugget grows where correlations are singular to the arithmetic for all that, and its end.</summary>
    private const double NuggetGrowth = 100, SmallestNugget = 1e-10, LargestNugget = 1e-6;

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

    public override IEnumerable<double[]> Alternatives()
    {
        foreach (var factor in new[] { 3.0, 1.0, 0.3, 0.1, 0.05, 0.02 })
        {
            var phi = new double[ParameterCount];
            Start(phi);
            phi[0] += Math.Log(factor);
            yield return phi;
        }
    }

    public override int[] DenseGroups => _starts;

    /// <summary>L of each group, n × n.</summary>
    public override int WorkLength { get; }

    public override double Set(ReadOnlySpan<double> phi, Span<double> values, Span<double> work)
    {
        var log = 0.0;
        var start = 0;
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var n = _starts[g + 1] - _starts[g];
            var c = work.Slice(start, n * n);
            start += n * n;
            if (!TryFactor(g, phi, c)) return double.NaN;
            log -= DenseCholesky.LogDeterminant(c, n);
        }

        return log;
    }

    private bool TryFactor(int group, ReadOnlySpan<double> phi, Span<double> c)
    {
        var n = _starts[group + 1] - _starts[group];
        for (var nugget = _kernel.Nugget; nugget <= LargestNugget; nugget = Math.Max(NuggetGrowth * nugget, SmallestNugget))
        {
            Correlations(group, phi, c, []);
            for (var a = 0; a < n; a++) c[(a * n) + a] += nugget;
            if (DenseCholesky.TryFactor(c, n, LiveProgress.Current)) return true;
        }

        return false;
    }

    /// <remarks>
    /// ∂P = −L⁻ᵀ ∂X L⁻¹ and ∂log|P| = −tr ∂X with ∂X = L⁻¹ ∂C L⁻ᵀ, so that with P̄ the derivative by the precision of L⁻¹u that by X is
    /// −(P̄ + l): where C is all but singular, and ∂X with it full of rounding errors, data say nothing, and P̄ is −l there.
    /// </remarks>
    public override unsafe void PullBack(ReadOnlySpan<double> phi, ReadOnlySpan<double> adjoint, double logAdjoint,
        ReadOnlySpan<double> work, Span<double> gradient)
    {
        gradient.Clear();
        var most = _mostPlaces * _mostPlaces;
        var pool = ArrayPool<double>.Shared;
        var (correlationsRented, slopesRented) = (pool.Rent(most), pool.Rent(most * ParameterCount));
        var (inverseRented, productRented, changeRented) = (pool.Rent(most), pool.Rent(most), pool.Rent(most));
        var workspace = pool.Rent(MatrixProduct.WorkspaceLength);
        var cancellation = LiveProgress.Current;
        var start = 0;
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var (from, n) = (_starts[g], _starts[g + 1] - _starts[g]);
            var inverse = inverseRented.AsSpan(0, n * n);
            DenseCholesky.InvertLower(work.Slice(start, n * n), n, inverse, cancellation);
            start += n * n;
            Correlations(g, phi, correlationsRented, slopesRented);
            for (var j = 0; j < gradient.Length; j++)
            {
                var slopes = slopesRented.AsSpan(j * n * n, n * n);
                Span<double> product = productRented.AsSpan(0, n * n), change = changeRented.AsSpan(0, n * n);
                product.Clear();
                change.Clear();
                for (var a = 0; a < n; a++)
                {
                    slopes[(a * n) + a] = 0;
                    for (var b = a + 1; b < n; b++) slopes[(b * n) + a] = slopes[(a * n) + b];
                }

                fixed (double* pi = inverse, ps = slopes, pp = product, pc = change, w = workspace)
                {
                    MatrixProduct.Add(n, n, n, false, pi, n, false, ps, n, false, pp, n, w, cancellation: cancellation);
                    MatrixProduct.Add(n, n, n, false, pp, n, false, pi, n, true, pc, n, w, lowerOnly: true, cancellation);
                }

                cancellation.ThrowIfCancellationRequested();

                for (var a = 0; a < n; a++)
                {
                    var at = Pattern.ColumnPointers[from + a];
                    gradient[j] -= (adjoint[at] + logAdjoint) * change[(a * n) + a];
                    for (var b = a + 1; b < n; b++) gradient[j] -= adjoint[at + b - a] * change[(a * n) + b];
                }
            }
        }

        foreach (var rented in new[] { correlationsRented, slopesRented, inverseRented, productRented, changeRented, workspace })
            pool.Return(rented);
    }

    /// <summary>∂P u = −P ∂C P u, without ∂P.</summary>
    public override void AddChange(ReadOnlySpan<double> phi, ReadOnlySpan<double> direction, ReadOnlySpan<double> work,
        ReadOnlySpan<double> u, int d, Span<double> result)
    {
        var most = _mostPlaces * _mostPlaces;
        var pool = ArrayPool<double>.Shared;
        var (correlations, slopes) = (pool.Rent(most), pool.Rent(most * ParameterCount));
        var (before, after) = (new double[_mostPlaces], new double[_mostPlaces]);
        var start = 0;
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var (from, n) = (_starts[g], _starts[g + 1] - _starts[g]);
            var lower = work.Slice(start, n * n);
            start += n * n;
            Correlations(g, phi, correlations, slopes);
            Span<double> x = before.AsSpan(0, n), y = after.AsSpan(0, n);
            for (var c = 0; c < d; c++)
            {
                for (var a = 0; a < n; a++) x[a] = u[((from + a) * d) + c];
                DenseCholesky.Solve(lower, n, x);
                y.Clear();
                for (var j = 0; j < direction.Length; j++)
                {
                    if (direction[j] != 0) AddLower(slopes.AsSpan(j * n * n, n * n), n, direction[j], before, after);
                }

                DenseCholesky.Solve(lower, n, y);
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

        return _kernel.Limits(phi, title).Concat(StructureLimit.OfRange(
            0, double.IsFinite(least) ? _kernel.At(least, phi) : 1, _kernel.Reach(phi), largest, title, "places"));
    }

    public override double Variance(ReadOnlySpan<double> phi, int level) => 1;

    /// <summary>Simple kriging: weights C⁻¹c, and what they leave of the variance.</summary>
    public override LevelRelation Relate(ReadOnlySpan<double> phi, LevelKey level)
    {
        if (level.Group < 0 || level.Group + 1 >= _starts.Length) return new([], [], 1);
        var (from, n) = (_starts[level.Group], _starts[level.Group + 1] - _starts[level.Group]);
        var (c, weights) = (new double[n * n], new double[n]);
        for (var a = 0; a < n; a++)
        {
            var distance = Distance(_places[from + a], level.Position);
            if (distance == 0) return new([from + a], [1], 0);
            weights[a] = _kernel.At(distance, phi);
        }

        if (!TryFactor(level.Group, phi, c)) return new([], [], 1);
        DenseCholesky.SolveLower(c, n, weights);
        var explained = weights.Sum(w => w * w);
        DenseCholesky.SolveLowerTransposed(c, n, weights);
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
