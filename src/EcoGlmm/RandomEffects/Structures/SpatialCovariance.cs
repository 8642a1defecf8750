using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>The correlation of two places as a function of their distance and of parameters φ without bounds.</summary>
/// <param name="parameterCount">Length of φ.</param>
internal abstract class SpatialKernel(int parameterCount)
{
    public int ParameterCount { get; } = parameterCount;

    /// <summary>The correlation at a distance above zero; writes its derivatives by φ unless <paramref name="slopes"/> is empty.</summary>
    public abstract double At(double distance, ReadOnlySpan<double> phi, Span<double> slopes);

    /// <summary>Starting φ for places that are so far from each other in the middle.</summary>
    public abstract void Start(double distance, Span<double> phi);

    public abstract IReadOnlyList<CovarianceQuantity> Quantities { get; }

    public abstract void Report(ReadOnlySpan<double> phi, Span<double> values);
}

/// <summary>
/// exp, gau, mat: places in groups whose correlation falls with distance. P is the inverse of each group's correlation matrix
/// C, dense: its cost grows with the cube of the number of places in a group.
/// </summary>
internal sealed class SpatialCovariance : LevelPrecision
{
    private const int MostPlaces = 6000;
    private readonly SpatialKernel _kernel;
    private readonly double[][] _places;
    private readonly int[] _starts;

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
                throw request.Error($"{name} has {largest} places in one group, whose correlations are a dense matrix: more than {MostPlaces} do not fit",
                    "Use spde(0 + x + y | group), which is sparse, or round the coordinates.");
            }

            return new CovarianceStructure(name, new Unstructured(1), new SpatialCovariance(kernel(), request.Positions!));
        },
    };

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

    public override double Set(ReadOnlySpan<double> phi, Span<double> values, Span<double> work)
    {
        var log = 0.0;
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var (from, n) = (_starts[g], _starts[g + 1] - _starts[g]);
            var c = new double[n * n];
            for (var a = 0; a < n; a++)
            {
                c[(a * n) + a] = 1;
                for (var b = a + 1; b < n; b++) c[(a * n) + b] = _kernel.At(Distance(_places[from + a], _places[from + b]), phi, []);
            }

            if (!DenseCholesky.TryFactor(c, n)) return double.NaN;
            log -= DenseCholesky.LogDeterminant(c, n);
            DenseCholesky.Invert(c, n);
            var at = Pattern.ColumnPointers[from];
            for (var a = 0; a < n; a++)
            {
                for (var b = a; b < n; b++) values[at++] = c[(a * n) + b];
            }
        }

        return log;
    }

    /// <remarks>∂P = −P ∂C P and ∂log|P| = −tr(P ∂C), so that with P̄ the derivative by P that by C is −P P̄ P − l P.</remarks>
    public override unsafe void PullBack(ReadOnlySpan<double> phi, ReadOnlySpan<double> adjoint, double logAdjoint, ReadOnlySpan<double> work,
        Span<double> gradient)
    {
        gradient.Clear();
        var values = new double[Pattern.NonZeros];
        Set(phi, values, []);
        Span<double> slopes = stackalloc double[ParameterCount];
        var workspace = new double[MatrixProduct.WorkspaceLength];
        for (var g = 0; g + 1 < _starts.Length; g++)
        {
            var (from, n) = (_starts[g], _starts[g + 1] - _starts[g]);
            var (p, bar, product, result) = (new double[n * n], new double[n * n], new double[n * n], new double[n * n]);
            var at = Pattern.ColumnPointers[from];
            for (var a = 0; a < n; a++)
            {
                for (var b = a; b < n; b++, at++)
                {
                    p[(a * n) + b] = p[(b * n) + a] = values[at];
                    bar[(a * n) + b] = bar[(b * n) + a] = a == b ? adjoint[at] : 0.5 * adjoint[at];
                }
            }

            fixed (double* pp = p, pb = bar, pm = product, pr = result, w = workspace)
            {
                MatrixProduct.Add(n, n, n, false, pb, n, false, pp, n, false, pm, n, w);
                MatrixProduct.Add(n, n, n, false, pp, n, false, pm, n, false, pr, n, w, lowerOnly: true);
            }

            for (var a = 0; a < n; a++)
            {
                for (var b = a + 1; b < n; b++)
                {
                    _kernel.At(Distance(_places[from + a], _places[from + b]), phi, slopes);
                    var factor = -2 * (result[(a * n) + b] + (logAdjoint * p[(a * n) + b]));
                    for (var j = 0; j < slopes.Length; j++) gradient[j] += factor * slopes[j];
                }
            }
        }
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
            near[a] = _kernel.At(distance, phi, []);
            c[(a * n) + a] = 1;
            for (var b = a + 1; b < n; b++) c[(a * n) + b] = _kernel.At(Distance(_places[from + a], _places[from + b]), phi, []);
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

/// <summary>exp(−d/range), range = exp φ.</summary>
internal sealed class ExponentialKernel() : SpatialKernel(1)
{
    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = [new("range")];

    public override void Start(double distance, Span<double> phi) => phi[0] = Math.Log(distance / 3);

    public override double At(double distance, ReadOnlySpan<double> phi, Span<double> slopes)
    {
        var x = distance * Math.Exp(-phi[0]);
        var c = Math.Exp(-x);
        if (!slopes.IsEmpty) slopes[0] = x * c;
        return c;
    }

    public override void Report(ReadOnlySpan<double> phi, Span<double> values) => values[0] = Math.Exp(phi[0]);
}

/// <summary>exp(−(d/range)²), range = exp φ.</summary>
internal sealed class GaussianKernel() : SpatialKernel(1)
{
    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = [new("range")];

    public override void Start(double distance, Span<double> phi) => phi[0] = Math.Log(distance / 4);

    public override double At(double distance, ReadOnlySpan<double> phi, Span<double> slopes)
    {
        var x = distance * Math.Exp(-phi[0]);
        var c = Math.Exp(-x * x);
        if (!slopes.IsEmpty) slopes[0] = 2 * x * x * c;
        return c;
    }

    public override void Report(ReadOnlySpan<double> phi, Span<double> values) => values[0] = Math.Exp(phi[0]);
}

/// <summary>Matérn: 2^(1−ν)/Γ(ν) xᵛ K_ν(x), x = d/range, range = exp φ₁, shape ν = exp φ₂.</summary>
internal sealed class MaternKernel() : SpatialKernel(2)
{
    private const double Step = 1e-5;

    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = [new("range"), new("shape")];

    public override void Start(double distance, Span<double> phi) => (phi[0], phi[1]) = (Math.Log(distance / 4), Math.Log(0.8));

    public override double At(double distance, ReadOnlySpan<double> phi, Span<double> slopes)
    {
        var x = distance * Math.Exp(-phi[0]);
        var nu = Math.Exp(phi[1]);
        var c = Matern(x, nu);
        if (slopes.IsEmpty) return c;
        // d/dx xᵛK_ν(x) = −xᵛK_(ν−1)(x)
        slopes[0] = x * Scale(nu) * Math.Pow(x, nu) * Bessel(Math.Abs(nu - 1), x);
        if (!double.IsFinite(slopes[0])) slopes[0] = 0;
        slopes[1] = (Matern(x, nu * Math.Exp(Step)) - Matern(x, nu * Math.Exp(-Step))) / (2 * Step);
        return c;
    }

    public override void Report(ReadOnlySpan<double> phi, Span<double> values) => (values[0], values[1]) = (Math.Exp(phi[0]), Math.Exp(phi[1]));

    private static double Matern(double x, double nu)
    {
        if (x > 600) return 0;
        var value = Scale(nu) * Math.Pow(x, nu) * Bessel(nu, x);
        return double.IsFinite(value) ? Math.Min(1, value) : 1;
    }

    private static double Scale(double nu) => Math.Exp(((1 - nu) * Math.Log(2)) - SpecialFunctions.LogGamma(nu));

    private static double Bessel(double nu, double x) => x > 600 ? 0 : BesselFunctions.K(nu, x);
}
