using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EcoGlmm.Numerics;

/// <summary>
/// The lower triangle of a sparse symmetric matrix A = L + D + Lᵀ by columns, with the products and solves that a symmetric
/// successive over-relaxation preconditioner needs, for one vector or for eight at once (element i of all eight together).
/// </summary>
/// <remarks>
/// With F = (D + L) D^-½ the preconditioner is F Fᵀ, and M = F⁻¹ A F⁻ᵀ costs no more than its two solves: with
/// t = (D + L)⁻ᵀ D^½ v, M v = D^½ (t + (D + L)⁻¹ (D^½ v − D t)). Source: S. C. Eisenstat (1981), Efficient implementation of a class
/// of preconditioned conjugate gradient methods, SIAM J. Sci. Stat. Comput. 2, 1-4.
/// </remarks>
internal sealed unsafe class TriangularBlocks
{
    /// <summary>Vectors that are worked on together.</summary>
    public const int Lanes = 8;

    private readonly int _n;
    private readonly int[] _starts;
    private readonly int[] _rows;
    private readonly int[] _columns;
    private readonly int[] _order;
    private readonly int[] _place;
    private readonly double[] _values;
    private readonly double[] _diagonal;
    private readonly double[] _root;

    /// <summary>
    /// Columns come in the order of the number of their entries, the shortest first: the levels of the largest of crossed factors,
    /// which do not touch each other, are then eliminated without an error.
    /// </summary>
    public TriangularBlocks(SparsePattern lower)
    {
        _n = lower.Order;
        var degrees = new int[_n];
        for (var j = 0; j < _n; j++)
        {
            for (var e = lower.ColumnPointers[j] + 1; e < lower.ColumnPointers[j + 1]; e++)
            {
                degrees[j]++;
                degrees[lower.RowIndices[e]]++;
            }
        }

        _order = Enumerable.Range(0, _n).OrderBy(j => degrees[j]).ToArray();
        var inverse = new int[_n];
        for (var k = 0; k < _n; k++) inverse[_order[k]] = k;
        _starts = new int[_n + 1];
        for (var j = 0; j < _n; j++)
        {
            for (var e = lower.ColumnPointers[j] + 1; e < lower.ColumnPointers[j + 1]; e++)
            {
                _starts[Math.Min(inverse[j], inverse[lower.RowIndices[e]]) + 1]++;
            }
        }

        for (var k = 0; k < _n; k++) _starts[k + 1] += _starts[k];
        _rows = new int[_starts[_n]];
        _values = new double[_starts[_n]];
        _place = new int[lower.NonZeros];
        var next = _starts.AsSpan(0, _n).ToArray();
        for (var j = 0; j < _n; j++)
        {
            _place[lower.ColumnPointers[j]] = -1 - inverse[j];
            for (var e = lower.ColumnPointers[j] + 1; e < lower.ColumnPointers[j + 1]; e++)
            {
                var (a, b) = (inverse[j], inverse[lower.RowIndices[e]]);
                var at = next[Math.Min(a, b)]++;
                _rows[at] = Math.Max(a, b);
                _place[e] = at;
            }
        }

        _columns = new int[_rows.Length];
        for (var k = 0; k < _n; k++) _columns.AsSpan(_starts[k], _starts[k + 1] - _starts[k]).Fill(k);
        _diagonal = new double[_n];
        _root = new double[_n];
    }

    /// <summary>The original index of each row in the order used here.</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>Entries below the diagonal.</summary>
    public int OffDiagonals => _rows.Length;

    /// <summary>Σ log D.</summary>
    public double LogDiagonal { get; private set; }

    /// <summary>Takes values, aligned with the pattern's row indices; false when a diagonal element is not positive.</summary>
    public bool TrySet(ReadOnlySpan<double> values)
    {
        for (var e = 0; e < values.Length; e++)
        {
            if (_place[e] >= 0) _values[_place[e]] = values[e];
            else _diagonal[-1 - _place[e]] = values[e];
        }

        LogDiagonal = 0;
        for (var k = 0; k < _n; k++)
        {
            if (!(_diagonal[k] > 0) || !double.IsFinite(_diagonal[k])) return false;
            LogDiagonal += Math.Log(_diagonal[k]);
            _root[k] = Math.Sqrt(_diagonal[k]);
        }

        return true;
    }

    /// <summary>Where the eight lanes of a vector begin in pinned storage with room for a line of the processor's cache beside.</summary>
    public static double* Start(double[] pinned)
    {
        var start = (double*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        return start + ((64 - ((long)start & 63)) & 63) / sizeof(double);
    }

    /// <summary>
    /// Writes, for every entry of the pattern, the sum over the columns of all blocks of xᵢ wⱼ + xⱼ wᵢ, times a factor. The blocks lie
    /// where
    /// <see cref="Start"/> says.
    /// </summary>
    public void SymmetricProducts(double[][] x, double[][] w, double scale, Span<double> values, int maxThreads)
    {
        const int least = 1 << 14;
        var chunk = Math.Max(least, (values.Length + 63) / 64);
        var count = values.Length;
        fixed (double* pv = values)
        {
            var to = pv;
            var options = new ParallelOptions { MaxDegreeOfParallelism = maxThreads };
            Parallel.For(0, (count + chunk - 1) / chunk, options,
                c => SymmetricProducts(x, w, scale, to, c * chunk, Math.Min(count, (c + 1) * chunk)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SymmetricProducts(double[][] x, double[][] w, double scale, double* values, int from, int end)
    {
        for (var e = from; e < end; e++)
        {
            var i = _place[e] >= 0 ? _rows[_place[e]] : -1 - _place[e];
            var j = _place[e] >= 0 ? _columns[_place[e]] : i;
            values[e] = 0;
            for (var block = 0; block < x.Length; block++)
            {
                double* px = Start(x[block]), pw = Start(w[block]);
                double* xi = px + ((long)i * Lanes), xj = px + ((long)j * Lanes), wi = pw + ((long)i * Lanes), wj = pw
                    + ((long)j * Lanes);
                var sum = (Vector256.Load(xi) * Vector256.Load(wj)) + (Vector256.Load(xi + 4) * Vector256.Load(wj + 4))
                    + (Vector256.Load(xj) * Vector256.Load(wi)) + (Vector256.Load(xj + 4) * Vector256.Load(wi + 4));
                values[e] += scale * Vector256.Sum(sum);
            }
        }
    }

    /// <summary>M v for eight vectors; <paramref name="t"/> is scratch of the same size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply8(double* v, double* result, double* t)
    {
        for (var k = 0; k < _n; k++)
        {
            var root = Vector256.Create(_root[k]);
            Store(t, k, root * Low(v, k), root * High(v, k));
        }

        SolveTransposed8(t);
        for (var k = 0; k < _n; k++)
        {
            var (root, d) = (Vector256.Create(_root[k]), Vector256.Create(_diagonal[k]));
            Store(result, k, (root * Low(v, k)) - (d * Low(t, k)), (root * High(v, k)) - (d * High(t, k)));
        }

        SolveLower8(result);
        for (var k = 0; k < _n; k++)
        {
            var root = Vector256.Create(_root[k]);
            Store(result, k, root * (Low(result, k) + Low(t, k)), root * (High(result, k) + High(t, k)));
        }
    }

    /// <summary>F⁻ᵀ v in place, for eight vectors.</summary>
    public void ToSolution8(double* v)
    {
        for (var k = 0; k < _n; k++)
        {
            var root = Vector256.Create(_root[k]);
            Store(v, k, root * Low(v, k), root * High(v, k));
        }

        SolveTransposed8(v);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveLower8(double* x)
    {
        fixed (int* rows = _rows, starts = _starts)
        fixed (double* values = _values, diagonal = _diagonal)
        {
            for (var k = 0; k < _n; k++)
            {
                var scale = Vector256.Create(1 / diagonal[k]);
                var (a, b) = (scale * Low(x, k), scale * High(x, k));
                Store(x, k, a, b);
                for (var e = starts[k]; e < starts[k + 1]; e++)
                {
                    var l = Vector256.Create(-values[e]);
                    var i = rows[e];
                    Store(x, i, MatrixProduct.MultiplyAdd(l, a, Low(x, i)), MatrixProduct.MultiplyAdd(l, b, High(x, i)));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveTransposed8(double* x)
    {
        fixed (int* rows = _rows, starts = _starts)
        fixed (double* values = _values, diagonal = _diagonal)
        {
            for (var k = _n - 1; k >= 0; k--)
            {
                var (a, b) = (Low(x, k), High(x, k));
                for (var e = starts[k]; e < starts[k + 1]; e++)
                {
                    var l = Vector256.Create(-values[e]);
                    var i = rows[e];
                    a = MatrixProduct.MultiplyAdd(l, Low(x, i), a);
                    b = MatrixProduct.MultiplyAdd(l, High(x, i), b);
                }

                var scale = Vector256.Create(1 / diagonal[k]);
                Store(x, k, scale * a, scale * b);
            }
        }
    }

    /// <summary>M v for one vector; <paramref name="t"/> is scratch of the same size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(double* v, double* result, double* t)
    {
        for (var k = 0; k < _n; k++) t[k] = _root[k] * v[k];
        SolveTransposed(t);
        for (var k = 0; k < _n; k++) result[k] = (_root[k] * v[k]) - (_diagonal[k] * t[k]);
        SolveLower(result);
        for (var k = 0; k < _n; k++) result[k] = _root[k] * (result[k] + t[k]);
    }

    /// <summary>F⁻¹ b in place, for one vector in the order used here.</summary>
    public void FromRightHandSide(double* b)
    {
        SolveLower(b);
        for (var k = 0; k < _n; k++) b[k] *= _root[k];
    }

    /// <summary>F⁻¹ b in place, for eight vectors.</summary>
    public void FromRightHandSide8(double* b)
    {
        SolveLower8(b);
        for (var k = 0; k < _n; k++)
        {
            var root = Vector256.Create(_root[k]);
            Store(b, k, root * Low(b, k), root * High(b, k));
        }
    }

    /// <summary>F⁻ᵀ y in place, for one vector.</summary>
    public void ToSolution(double* y)
    {
        for (var k = 0; k < _n; k++) y[k] *= _root[k];
        SolveTransposed(y);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveLower(double* x)
    {
        fixed (int* rows = _rows, starts = _starts)
        fixed (double* values = _values, diagonal = _diagonal)
        {
            for (var k = 0; k < _n; k++)
            {
                var xk = x[k] /= diagonal[k];
                for (var e = starts[k]; e < starts[k + 1]; e++) x[rows[e]] -= values[e] * xk;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveTransposed(double* x)
    {
        fixed (int* rows = _rows, starts = _starts)
        fixed (double* values = _values, diagonal = _diagonal)
        {
            for (var k = _n - 1; k >= 0; k--)
            {
                var sum = x[k];
                for (var e = starts[k]; e < starts[k + 1]; e++) sum -= values[e] * x[rows[e]];
                x[k] = sum / diagonal[k];
            }
        }
    }

    private static Vector256<double> Low(double* x, int k) => Vector256.Load(x + ((long)k * Lanes));

    private static Vector256<double> High(double* x, int k) => Vector256.Load(x + ((long)k * Lanes) + 4);

    private static void Store(double* x, int k, Vector256<double> low, Vector256<double> high)
    {
        low.Store(x + ((long)k * Lanes));
        high.Store(x + ((long)k * Lanes) + 4);
    }
}
