using System.Buffers;

namespace EcoGlmm.Numerics;

/// <summary>
/// In place of a factorisation that would not fit: solves by preconditioned conjugate gradients, the logarithm of the determinant
/// by stochastic Lanczos quadrature, the inverse on the pattern by products of the same probes' solutions. The probes are the
/// same for every matrix, so that what is computed is a smooth function of the matrix, and they do not depend on the number
/// of threads.
/// </summary>
/// <remarks>
/// With A = F M Fᵀ (see <see cref="TriangularBlocks"/>) log |A| = Σ log D + tr log M, and tr log M is the mean of zᵀ log(M) z over
/// vectors z of random signs; conjugate gradients for M y = z give both Lanczos' tridiagonal matrix, whose eigenvalues are the
/// nodes of a Gauss quadrature for that form, and y, from which E[F⁻ᵀ y (F⁻ᵀ z)ᵀ] = A⁻¹.
/// Sources: S. Ubaru, J. Chen and Y. Saad (2017), Fast estimation of tr(f(A)) via stochastic Lanczos quadrature, SIAM J. Matrix Anal.
/// Appl. 38, 1075-1099; P. Kündig and F. Sigrist (2025), Scalable computations for generalized mixed effects models with crossed
/// random effects using Krylov subspace methods, arXiv 2505.09552; Y. Saad (2003), Iterative Methods for Sparse Linear
/// Systems, section 6.7.
/// </remarks>
internal sealed unsafe partial class IterativeFactor : ISparseFactor
{
    private const int Lanes = TriangularBlocks.Lanes;

    /// <summary>Blocks of eight probes: the error of log |A| falls with the square root of their number.</summary>
    public const int DefaultBlocks = 6;

    /// <summary>Up to this order the unit vectors are the probes, so that nothing is left to chance.</summary>
    public const int ExactOrder = 256;

    /// <summary>Probes and right-hand sides are solved to this relative residual; the log-likelihood then is good to about 1e-7.</summary>
    private const double ProbeTolerance = 1e-9, SolveTolerance = 1e-12;

    private const int MostIterations = 1000;

    /// <summary>Iterations that crossed random effects take, about, for predicting costs.</summary>
    private const double TypicalIterations = 20;

    private const long Seed = 20250515;

    private readonly TriangularBlocks _matrix;
    private readonly int _n;
    private readonly double[][] _x;
    private readonly double[][] _w;
    private readonly bool _isExact;
    private readonly ulong _key = new RandomStream(Seed).Key;
    /// <summary>
    /// Rows whose diagonal element of A and of A⁻¹ have a product above this are bound up with others (levels of a factor with few,
    /// by what all levels share): there the noise of a product of solutions is larger than the error of what corrects it.
    /// </summary>
    private const double BoundUp = 2;

    private readonly SparsePattern _pattern;
    private readonly double[] _values;
    private int? _onlyBlock;
    private bool _isSet;
    private bool _hasProbes;
    private double _logDeterminant;
    private double _error;

    public IterativeFactor(SparsePattern lower, int blocks = DefaultBlocks)
    {
        _matrix = new TriangularBlocks(lower);
        _n = lower.Order;
        _pattern = lower;
        _values = new double[lower.NonZeros];
        _isExact = _n <= ExactOrder;
        if (_isExact) blocks = (_n + Lanes - 1) / Lanes;
        _x = new double[blocks][];
        _w = new double[blocks][];
        Flops = FlopsOf(lower, blocks);
    }

    public bool IsFactored => _isSet;

    public int MaxThreads { get; set; } = 1;

    public CancellationToken Cancellation { get; set; }

    /// <summary>Iterations of the last run of the probes.</summary>
    public int Iterations { get; private set; }

    public double Flops { get; }

    public long NonZeros => _matrix.OffDiagonals + _n;

    /// <summary>Blocks of probes, each an estimate by itself; none where nothing is left to chance.</summary>
    public int Blocks => _isExact ? 0 : _x.Length;

    /// <summary>Makes <see cref="SelectedInverse"/> an estimate by one block alone, or by all again.</summary>
    public void UseBlock(int? block) => _onlyBlock = block;

    /// <summary>What the probes are predicted to cost.</summary>
    public static double FlopsOf(SparsePattern lower, int blocks = DefaultBlocks) =>
        TypicalIterations * blocks * Lanes * ((4.0 * lower.NonZeros) + (16.0 * lower.Order));

    public bool TryFactor(ReadOnlySpan<double> values)
    {
        // The same matrix again, to look at its probes one by one.
        if (_isSet && _hasProbes && values.SequenceEqual(_values)) return true;
        values.CopyTo(_values);
        _hasProbes = false;
        _isSet = _matrix.TrySet(values);
        if (!_isExact || !_isSet) return _isSet;
        RunProbes();
        return _isSet = double.IsFinite(_logDeterminant);
    }

    public double LogDeterminant
    {
        get
        {
            RunProbes();
            return _logDeterminant;
        }
    }

    public double LogDeterminantError
    {
        get
        {
            RunProbes();
            return _error;
        }
    }

    public void SelectedInverse(Span<double> values)
    {
        RunProbes();
        double[][] x = _x, w = _w;
        if (_onlyBlock is { } only) (x, w) = ([_x[only]], [_w[only]]);
        _matrix.SymmetricProducts(x, w, _isExact ? 0.5 : 0.5 / (x.Length * Lanes), values, MaxThreads);
        if (!_isExact) Correct(values);
    }

    /// <summary>
    /// A row of A times the same of A⁻¹ is one, which the estimate of the inverse meets only on average: the element on the diagonal
    /// takes up the difference, a small one relative to it in rows that are bound up with others.
    /// </summary>
    private void Correct(Span<double> inverse)
    {
        var sums = new double[_n];
        var (pointers, rows) = (_pattern.ColumnPointers, _pattern.RowIndices);
        for (var j = 0; j < _n; j++)
        {
            for (var e = pointers[j]; e < pointers[j + 1]; e++)
            {
                var product = _values[e] * inverse[e];
                sums[j] += product;
                if (rows[e] != j) sums[rows[e]] += product;
            }
        }

        for (var j = 0; j < _n; j++)
        {
            var at = pointers[j];
            if (_values[at] * inverse[at] > BoundUp) inverse[at] += (1 - sums[j]) / _values[at];
        }
    }

    public void Solve(Span<double> b) => Solve(b, SolveTolerance);

    /// <summary>Solves A x = b in place, to a residual of that size relative to b's.</summary>
    public void Solve(Span<double> b, double tolerance)
    {
        if (!_isSet) throw new InvalidOperationException("There is no matrix to solve with, or it was not positive definite.");
        if (b.Length != _n) throw new ArgumentException($"The right-hand side has {b.Length} entries; {_n} were expected.");
        var scratch = ArrayPool<double>.Shared.Rent(5 * _n);
        var order = _matrix.Order;
        fixed (double* r = scratch)
        {
            double* y = r + _n, p = y + _n, q = p + _n, t = q + _n;
            for (var k = 0; k < _n; k++) r[k] = b[order[k]];
            _matrix.FromRightHandSide(r);
            new Span<double>(y, _n).Clear();
            new Span<double>(r, _n).CopyTo(new Span<double>(p, _n));
            var squares = DensePanel.Dot(_n, r, r);
            var enough = tolerance * tolerance * squares;
            for (var iteration = 0; iteration < MostIterations && squares > enough; iteration++)
            {
                Cancellation.ThrowIfCancellationRequested();
                _matrix.Multiply(p, q, t);
                var curvature = DensePanel.Dot(_n, p, q);
                if (!(curvature > 0)) break;
                var alpha = squares / curvature;
                DensePanel.AddScaled(_n, alpha, p, y);
                DensePanel.AddScaled(_n, -alpha, q, r);
                var next = DensePanel.Dot(_n, r, r);
                DensePanel.Scale(_n, next / squares, p);
                DensePanel.AddScaled(_n, 1, r, p);
                squares = next;
            }

            _matrix.ToSolution(y);
            for (var k = 0; k < _n; k++) b[order[k]] = y[k];
        }

        ArrayPool<double>.Shared.Return(scratch);
    }

    /// <summary>
    /// Solves A X = B in place for several right-hand sides, eight at a time: column j begins at j · stride. To a residual of that
    /// size relative to each column's.
    /// </summary>
    public void SolveMany(Span<double> b, int stride, int columns, double tolerance)
    {
        var length = _n * Lanes;
        var order = _matrix.Order;
        var storage = Aligned(6 * length, out var offset);
        fixed (double* start = storage)
        {
            double* r = start + offset, y = r + length, p = y + length, q = p + length, t = q + length;
            var enough = new double[Lanes];
            for (var from = 0; from < columns; from += Lanes)
            {
                var count = Math.Min(Lanes, columns - from);
                new Span<double>(r, length).Clear();
                new Span<double>(y, length).Clear();
                for (var l = 0; l < count; l++)
                {
                    var column = b.Slice((from + l) * stride, _n);
                    for (var k = 0; k < _n; k++) r[((long)k * Lanes) + l] = column[order[k]];
                }

                _matrix.FromRightHandSide8(r);
                Dots(r, r, enough);
                for (var l = 0; l < Lanes; l++) enough[l] *= tolerance * tolerance;
                Iterate(r, y, p, q, t, enough, new int[Lanes], null, null);
                _matrix.ToSolution8(y);
                for (var l = 0; l < count; l++)
                {
                    var column = b.Slice((from + l) * stride, _n);
                    for (var k = 0; k < _n; k++) column[order[k]] = y[((long)k * Lanes) + l];
                }
            }
        }
    }

    private void RunProbes()
    {
        if (_hasProbes || !_isSet) return;
        var forms = new double[_x.Length * Lanes];
        var iterations = new int[_x.Length];
        Parallel.For(0, _x.Length, new ParallelOptions { MaxDegreeOfParallelism = MaxThreads, CancellationToken = Cancellation },
            block => iterations[block] = Run(block, forms.AsSpan(block * Lanes, Lanes)));
        Iterations = iterations.Max();
        _hasProbes = true;
        if (_isExact)
        {
            _logDeterminant = _matrix.LogDiagonal + forms.Sum();
            return;
        }

        var mean = forms.Average();
        _logDeterminant = _matrix.LogDiagonal + mean;
        _error = Math.Sqrt(forms.Sum(f => (f - mean) * (f - mean)) / (forms.Length - 1.0) / forms.Length);
    }

    /// <summary>Conjugate gradients for eight probes; writes zᵀ log(M) z for each, and F⁻ᵀ y and F⁻ᵀ z into the block's arrays.</summary>
    private int Run(int block, Span<double> forms)
    {
        var length = _n * Lanes;
        _x[block] ??= Aligned(length, out _);
        _w[block] ??= Aligned(length, out _);
        var scratch = Aligned(4 * length, out var offset);
        var alphas = new List<double[]>();
        var betas = new List<double[]>();
        var lengths = new int[Lanes];
        fixed (double* start = scratch)
        {
            double* y = TriangularBlocks.Start(_x[block]), z = TriangularBlocks.Start(_w[block]);
            double* r = start + offset, p = r + length, q = p + length, t = q + length;
            var ends = new Span<double>(z, length);
            if (_isExact) Units(block, ends);
            else Signs(block, ends);
            new Span<double>(y, length).Clear();
            ends.CopyTo(new Span<double>(r, length));
            var length2 = _isExact ? 1.0 : _n;
            var enough = new double[Lanes];
            Array.Fill(enough, ProbeTolerance * ProbeTolerance * length2);
            var broken = Iterate(r, y, p, q, t, enough, lengths, alphas, betas);
            for (var l = 0; l < Lanes; l++)
                forms[l] = broken[l] ? double.NaN : length2 * LogForm(alphas, betas, l, lengths[l]);
            _matrix.ToSolution8(y);
            _matrix.ToSolution8(z);
        }

        return alphas.Count;
    }

    /// <summary>
    /// Conjugate gradients for M y = r in eight lanes, each until its squared residual is small enough; keeps the coefficients where they
    /// are
    /// wanted. Whether a lane met a direction along which M is not positive.
    /// </summary>
    private bool[] Iterate(double* r, double* y, double* p, double* q, double* t, double[] enough, int[] lengths, List<double[]>? alphas,
        List<double[]>? betas)
    {
        var length = _n * Lanes;
        new Span<double>(r, length).CopyTo(new Span<double>(p, length));
        var broken = new bool[Lanes];
        Span<double> squares = stackalloc double[Lanes], curvature = stackalloc double[Lanes], next = stackalloc double[Lanes];
        Dots(r, r, squares);
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            Cancellation.ThrowIfCancellationRequested();
            _matrix.Multiply8(p, q, t);
            Dots(p, q, curvature);
            var (alpha, beta) = (new double[Lanes], new double[Lanes]);
            for (var l = 0; l < Lanes; l++)
            {
                var isActive = lengths[l] == iteration && squares[l] > enough[l];
                if (isActive && curvature[l] > 0) alpha[l] = squares[l] / curvature[l];
                else if (isActive) broken[l] = true;
                if (alpha[l] > 0) lengths[l]++;
            }

            if (Array.TrueForAll(alpha, a => a == 0)) break;
            Step(alpha, p, y, q, r);
            Dots(r, r, next);
            for (var l = 0; l < Lanes; l++)
            {
                beta[l] = alpha[l] > 0 ? next[l] / squares[l] : 0;
                if (alpha[l] > 0) squares[l] = next[l];
            }

            Turn(beta, r, p);
            alphas?.Add(alpha);
            betas?.Add(beta);
        }

        return broken;
    }

    /// <summary>zᵀ log(M) z / zᵀz by the Gauss quadrature of Lanczos' tridiagonal matrix (Saad 2003, equations 6.80-6.82 for its
    /// elements).</summary>
    private static double LogForm(List<double[]> alphas, List<double[]> betas, int lane, int m)
    {
        var matrix = new double[m * m];
        for (var k = 0; k < m; k++)
        {
            matrix[(k * m) + k] = (1 / alphas[k][lane]) + (k > 0 ? betas[k - 1][lane] / alphas[k - 1][lane] : 0);
            if (k + 1 < m) matrix[(k * m) + k + 1] = matrix[((k + 1) * m) + k] = Math.Sqrt(betas[k][lane]) / alphas[k][lane];
        }

        var nodes = new double[m];
        if (!SymmetricEigen.TryDecompose(matrix, m, nodes)) return double.NaN;
        var sum = 0.0;
        for (var k = 0; k < m; k++) sum += matrix[k * m] * matrix[k * m] * Math.Log(nodes[k]);
        return sum;
    }

    private void Units(int block, Span<double> z)
    {
        z.Clear();
        for (var l = 0; l < Lanes && (block * Lanes) + l < _n; l++) z[(((block * Lanes) + l) * Lanes) + l] = 1;
    }

    /// <summary>Random signs, which belong to the rows of the matrix whatever order they are worked on in.</summary>
    private void Signs(int block, Span<double> z)
    {
        var order = _matrix.Order;
        for (var k = 0; k < _n; k++)
        {
            var bits = RandomStream.BitsAt(_key + (ulong)(block / 8), order[k]) >> (block % 8 * Lanes);
            for (var l = 0; l < Lanes; l++) z[(k * Lanes) + l] = ((bits >> l) & 1) == 0 ? 1 : -1;
        }
    }
}
