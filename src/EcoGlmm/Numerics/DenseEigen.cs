using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EcoGlmm.Numerics;

/// <summary>
/// Eigenvalues and eigenvectors of a dense symmetric matrix of large order: blocked Householder reduction to a tridiagonal
/// matrix (J. J. Dongarra, D. C. Sorensen and S. J. Hammarling, J. Comput. Appl. Math. 27 (1989) 215-227), then implicit
/// QL, whose rotations are kept back and applied by strips of rows that stay in cache.
/// </summary>
/// <remarks>
/// Work is cut into parts by the order alone, and sums over parts are taken in their order, so that the bits do not depend
/// on the number of threads.
/// </remarks>
internal sealed unsafe class DenseEigen
{
    private const int PanelWidth = 32;
    private const int SymmetricParts = 8;
    private const int ColumnsTogether = 4;

    private readonly int _n;
    private readonly double* _a;
    private readonly double* _w;
    private readonly double* _partial;
    private readonly CancellationToken _cancellation;
    private readonly WorkTeam _team;
    private readonly BlockProduct _products;
    private readonly double[] _diagonal;
    private readonly double[] _offDiagonal;
    private readonly double[] _tau;
    private readonly int[] _partStart = new int[SymmetricParts + 1];
    private double* _vector;
    private int _first;

    private DenseEigen(double* a, int n, double* w, double* partial, double* workspace, int threads, CancellationToken cancellation)
    {
        this._a = a;
        this._n = n;
        this._w = w;
        this._partial = partial;
        this._cancellation = cancellation;
        _team = new WorkTeam(threads, (_, part) => MultiplyPart(part));
        _products = new BlockProduct(workspace, threads > 1 ? new BlockProduct.Team(threads) : null);
        _diagonal = new double[n];
        _offDiagonal = new double[n];
        _tau = new double[n];
    }

    /// <summary>
    /// Replaces the matrix (column-major, lower triangle given) by its orthonormal eigenvectors, one per column, and writes
    /// the eigenvalues, ascending.
    /// </summary>
    /// <returns>False if the matrix holds a NaN or an infinity, or QL does not converge.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static bool TryDecompose(double[] matrix, int n, Span<double> eigenvalues, int threads, CancellationToken cancellation)
    {
        if (matrix.Length != (long)n * n || eigenvalues.Length != n)
        {
            throw new ArgumentException($"A matrix of order {n} has {(long)n * n} entries and {n} eigenvalues.");
        }

        foreach (var value in matrix)
        {
            if (!double.IsFinite(value))
            {
                return false;
            }
        }

        if (n == 0)
        {
            return true;
        }

        var panel = GC.AllocateUninitializedArray<double>(n * 2 * PanelWidth, pinned: true);
        var partial = GC.AllocateUninitializedArray<double>(n * SymmetricParts, pinned: true);
        var workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);
        fixed (double* a = matrix, w = panel, y = partial, work = workspace)
        {
            var solver = new DenseEigen(a, n, w, y, work, threads, cancellation);
            solver.Reduce();
            solver.FormReflectors();
            var rotations = new TridiagonalQl(solver._diagonal, solver._offDiagonal, a, n, threads, cancellation);
            if (!rotations.TrySolve())
            {
                return false;
            }

            Sort(a, n, solver._diagonal, eigenvalues);
        }

        return true;
    }

    // A = Q T Qᵀ: reflectors are left below the diagonal of A, T goes to diagonal and offDiagonal.
    private void Reduce()
    {
        var k = 0;
        for (; k < _n - 1; k += PanelWidth)
        {
            _cancellation.ThrowIfCancellationRequested();
            var width = Math.Min(PanelWidth, _n - 1 - k);
            for (var j = 0; j < width; j++)
            {
                ReduceColumn(k, j);
            }

            var rest = _n - k - width;
            var v = _a + k + width + (long)k * _n;
            var wRest = _w + k + width;
            var target = _a + k + width + (long)(k + width) * _n;

            // the reflectors' leading ones, which lie on the first subdiagonal, are still in place
            _products.Add(rest, rest, width, true, v, _n, false, wRest, _n, true, target, _n, ProductShape.LowerResult);
            _products.Add(rest, rest, width, true, wRest, _n, false, v, _n, true, target, _n, ProductShape.LowerResult);
        }

        _diagonal[_n - 1] = _a[_n - 1 + (long)(_n - 1) * _n];
    }

    private void ReduceColumn(int k, int j)
    {
        var i = k + j;
        var rows = _n - i;
        var column = _a + i + (long)i * _n;
        for (var q = 0; q < j; q++)
        {
            var v = _a + i + (long)(k + q) * _n;
            var wq = _w + i + (long)q * _n;
            DensePanel.AddScaled(rows, -wq[0], v, column);
            DensePanel.AddScaled(rows, -v[0], wq, column);
        }

        _diagonal[i] = column[0];
        var m = rows - 1;
        var x = column + 1;
        var alpha = x[0];
        var tail = m > 1 ? Math.Sqrt(DensePanel.Dot(m - 1, x + 1, x + 1)) : 0;
        var beta = alpha;
        double t = 0;
        if (tail > 0)
        {
            beta = -Math.CopySign(Math.Sqrt(alpha * alpha + tail * tail), alpha);
            t = (beta - alpha) / beta;
            DensePanel.Scale(m - 1, 1 / (alpha - beta), x + 1);
        }

        x[0] = 1;
        _offDiagonal[i] = beta;
        _tau[i] = t;

        var y = _w + i + 1 + (long)j * _n;
        if (t == 0)
        {
            new Span<double>(y, m).Clear();
            return;
        }

        MultiplySymmetric(i + 1, x, y);
        for (var q = 0; q < j; q++)
        {
            var v = _a + i + 1 + (long)(k + q) * _n;
            var wq = _w + i + 1 + (long)q * _n;
            var alongW = DensePanel.Dot(m, wq, x);
            var alongV = DensePanel.Dot(m, v, x);
            DensePanel.AddScaled(m, -alongW, v, y);
            DensePanel.AddScaled(m, -alongV, wq, y);
        }

        DensePanel.Scale(m, t, y);
        DensePanel.AddScaled(m, -0.5 * t * DensePanel.Dot(m, y, x), x, y);
    }

    // y = A[first.., first..] x, by the lower triangle, in parts of columns with about the same number of entries.
    private void MultiplySymmetric(int start, double* x, double* y)
    {
        var m = _n - start;
        _first = start;
        _vector = x;
        for (var p = 0; p <= SymmetricParts; p++)
        {
            var from = (int)(m * (1 - Math.Sqrt(1 - (double)p / SymmetricParts)));
            _partStart[p] = p == SymmetricParts ? m : from / ColumnsTogether * ColumnsTogether;
        }

        if (m < 256)
        {
            for (var p = 0; p < SymmetricParts; p++)
            {
                MultiplyPart(p);
            }
        }
        else
        {
            _team.Run(SymmetricParts);
        }

        new Span<double>(_partial, m).CopyTo(new Span<double>(y, m));
        for (var p = 1; p < SymmetricParts; p++)
        {
            var from = _partStart[p];
            DensePanel.AddScaled(m - from, 1, _partial + (long)p * _n + from, y + from);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyPart(int part)
    {
        var m = _n - _first;
        var x = _vector;
        var y = _partial + (long)part * _n;
        var start = _partStart[part];
        var end = _partStart[part + 1];
        new Span<double>(y + start, m - start).Clear();
        for (var j = start; j < end; j += ColumnsTogether)
        {
            var count = Math.Min(ColumnsTogether, end - j);
            var c = _a + _first + (long)(_first + j) * _n;
            for (var p = 0; p < count; p++)
            {
                var column = c + (long)p * _n;
                y[j + p] += column[j + p] * x[j + p];
                for (var r = j + p + 1; r < j + count; r++)
                {
                    y[r] += column[r] * x[j + p];
                    y[j + p] += column[r] * x[r];
                }
            }

            if (count == ColumnsTogether)
            {
                FourColumns(j + ColumnsTogether, m, c, x, y, j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FourColumns(int from, int to, double* c, double* x, double* y, int j)
    {
        var c1 = c + _n;
        var c2 = c1 + _n;
        var c3 = c2 + _n;
        var x0 = Vector256.Create(x[j]);
        var x1 = Vector256.Create(x[j + 1]);
        var x2 = Vector256.Create(x[j + 2]);
        var x3 = Vector256.Create(x[j + 3]);
        var d0 = Vector256<double>.Zero;
        var d1 = d0;
        var d2 = d0;
        var d3 = d0;
        var r = from;
        for (; r + 4 <= to; r += 4)
        {
            var a0 = Vector256.Load(c + r);
            var a1 = Vector256.Load(c1 + r);
            var a2 = Vector256.Load(c2 + r);
            var a3 = Vector256.Load(c3 + r);
            var xr = Vector256.Load(x + r);
            d0 = MatrixProduct.MultiplyAdd(a0, xr, d0);
            d1 = MatrixProduct.MultiplyAdd(a1, xr, d1);
            d2 = MatrixProduct.MultiplyAdd(a2, xr, d2);
            d3 = MatrixProduct.MultiplyAdd(a3, xr, d3);
            var low = MatrixProduct.MultiplyAdd(a0, x0, Vector256.Load(y + r));
            var high = MatrixProduct.MultiplyAdd(a1, x1, a2 * x2);
            (MatrixProduct.MultiplyAdd(a3, x3, low) + high).Store(y + r);
        }

        var s0 = Vector256.Sum(d0);
        var s1 = Vector256.Sum(d1);
        var s2 = Vector256.Sum(d2);
        var s3 = Vector256.Sum(d3);
        for (; r < to; r++)
        {
            s0 += c[r] * x[r];
            s1 += c1[r] * x[r];
            s2 += c2[r] * x[r];
            s3 += c3[r] * x[r];
            y[r] += (c[r] * x[j] + c1[r] * x[j + 1]) + (c2[r] * x[j + 2] + c3[r] * x[j + 3]);
        }

        y[j] += s0;
        y[j + 1] += s1;
        y[j + 2] += s2;
        y[j + 3] += s3;
    }

    // Q = H₁ H₂ … in place of the reflectors, from the last panel to the first: Q := (I − V T Vᵀ) Q.
    private void FormReflectors()
    {
        var storage = GC.AllocateUninitializedArray<double>(_n * PanelWidth, pinned: true);
        var compact = new double[PanelWidth * PanelWidth];
        fixed (double* v = storage, t = compact)
        {
            var last = (_n - 2) / PanelWidth * PanelWidth;
            var done = _n - 1 <= 0;
            _a[_n - 1 + (long)(_n - 1) * _n] = 1;
            for (var k = last; k >= 0 && !done; k -= PanelWidth)
            {
                _cancellation.ThrowIfCancellationRequested();
                var width = Math.Min(PanelWidth, _n - 1 - k);
                var m = _n - k - 1;
                for (var j = 0; j < width; j++)
                {
                    var vj = v + (long)j * _n;
                    new Span<double>(vj, j).Clear();
                    new Span<double>(_a + k + 1 + j + (long)(k + j) * _n, m - j).CopyTo(new Span<double>(vj + j, m - j));

                    // T by forward columns: T[0..j, j] = −τ T (Vᵀ v)
                    t[j + j * PanelWidth] = _tau[k + j];
                    for (var q = 0; q < j; q++)
                    {
                        t[q + j * PanelWidth] = -_tau[k + j] * DensePanel.Dot(m, v + (long)q * _n, vj);
                    }

                    for (var q = 0; q < j; q++)
                    {
                        double sum = 0;
                        for (var p = q; p < j; p++)
                        {
                            sum += t[q + p * PanelWidth] * t[p + j * PanelWidth];
                        }

                        t[q + j * PanelWidth] = sum;
                    }
                }

                // columns k + 1 … k + width become the identity's before the panel's reflectors work on them
                for (var j = k + 1; j <= k + width; j++)
                {
                    new Span<double>(_a + k + 1 + (long)j * _n, m).Clear();
                    _a[j + (long)j * _n] = 1;
                }

                for (var j = k + 1 + width; j < _n; j++)
                {
                    new Span<double>(_a + k + 1 + (long)j * _n, width).Clear();
                }

                var q0 = _a + k + 1 + (long)(k + 1) * _n;
                var x = _w;
                new Span<double>(x, m * width).Clear();
                _products.Add(width, m, m, false, v, _n, true, q0, _n, false, x, width, ProductShape.Full);
                MultiplyUpper(t, width, x, m);
                _products.Add(m, m, width, true, v, _n, false, x, width, false, q0, _n, ProductShape.Full);
            }

            new Span<double>(_a, _n).Clear();
            for (var j = 1; j < _n; j++)
            {
                _a[(long)j * _n] = 0;
            }

            _a[0] = 1;
        }
    }

    // X := T X, T upper triangular of order width, X width by m.
    private static void MultiplyUpper(double* t, int width, double* x, int m)
    {
        for (var c = 0; c < m; c++)
        {
            var column = x + (long)c * width;
            for (var r = 0; r < width; r++)
            {
                double sum = 0;
                for (var p = r; p < width; p++)
                {
                    sum += t[r + p * PanelWidth] * column[p];
                }

                column[r] = sum;
            }
        }
    }

    // Columns into ascending order of their eigenvalues, along the permutation's cycles.
    private static void Sort(double* a, int n, double[] values, Span<double> sorted)
    {
        var order = new int[n];
        for (var j = 0; j < n; j++)
        {
            order[j] = j;
        }

        values.CopyTo(sorted);
        sorted.Sort(order.AsSpan());
        var spare = new double[n];
        var isPlaced = new bool[n];
        for (var start = 0; start < n; start++)
        {
            if (isPlaced[start] || order[start] == start)
            {
                continue;
            }

            new Span<double>(a + (long)start * n, n).CopyTo(spare);
            var to = start;
            while (order[to] != start)
            {
                new Span<double>(a + (long)order[to] * n, n).CopyTo(new Span<double>(a + (long)to * n, n));
                isPlaced[to] = true;
                to = order[to];
            }

            spare.CopyTo(new Span<double>(a + (long)to * n, n));
            isPlaced[to] = true;
        }
    }
}
