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

    private readonly int n;
    private readonly double* a;
    private readonly double* w;
    private readonly double* partial;
    private readonly CancellationToken cancellation;
    private readonly WorkTeam team;
    private readonly BlockProduct products;
    private readonly double[] diagonal;
    private readonly double[] offDiagonal;
    private readonly double[] tau;
    private readonly int[] partStart = new int[SymmetricParts + 1];
    private double* vector;
    private int first;

    private DenseEigen(double* a, int n, double* w, double* partial, double* workspace, int threads, CancellationToken cancellation)
    {
        this.a = a;
        this.n = n;
        this.w = w;
        this.partial = partial;
        this.cancellation = cancellation;
        team = new WorkTeam(threads, (_, part) => MultiplyPart(part));
        products = new BlockProduct(workspace, threads > 1 ? new BlockProduct.Team(threads) : null);
        diagonal = new double[n];
        offDiagonal = new double[n];
        tau = new double[n];
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

        foreach (double value in matrix)
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
            var rotations = new TridiagonalQl(solver.diagonal, solver.offDiagonal, a, n, threads, cancellation);
            if (!rotations.TrySolve())
            {
                return false;
            }

            Sort(a, n, solver.diagonal, eigenvalues);
        }

        return true;
    }

    // A = Q T Qᵀ: reflectors are left below the diagonal of A, T goes to diagonal and offDiagonal.
    private void Reduce()
    {
        int k = 0;
        for (; k < n - 1; k += PanelWidth)
        {
            cancellation.ThrowIfCancellationRequested();
            int width = Math.Min(PanelWidth, n - 1 - k);
            for (int j = 0; j < width; j++)
            {
                ReduceColumn(k, j);
            }

            int rest = n - k - width;
            double* v = a + k + width + (long)k * n;
            double* wRest = w + k + width;
            double* target = a + k + width + (long)(k + width) * n;

            // the reflectors' leading ones, which lie on the first subdiagonal, are still in place
            products.Add(rest, rest, width, true, v, n, false, wRest, n, true, target, n, ProductShape.LowerResult);
            products.Add(rest, rest, width, true, wRest, n, false, v, n, true, target, n, ProductShape.LowerResult);
        }

        diagonal[n - 1] = a[n - 1 + (long)(n - 1) * n];
    }

    private void ReduceColumn(int k, int j)
    {
        int i = k + j;
        int rows = n - i;
        double* column = a + i + (long)i * n;
        for (int q = 0; q < j; q++)
        {
            double* v = a + i + (long)(k + q) * n;
            double* wq = w + i + (long)q * n;
            DensePanel.AddScaled(rows, -wq[0], v, column);
            DensePanel.AddScaled(rows, -v[0], wq, column);
        }

        diagonal[i] = column[0];
        int m = rows - 1;
        double* x = column + 1;
        double alpha = x[0];
        double tail = m > 1 ? Math.Sqrt(DensePanel.Dot(m - 1, x + 1, x + 1)) : 0;
        double beta = alpha;
        double t = 0;
        if (tail > 0)
        {
            beta = -Math.CopySign(Math.Sqrt(alpha * alpha + tail * tail), alpha);
            t = (beta - alpha) / beta;
            DensePanel.Scale(m - 1, 1 / (alpha - beta), x + 1);
        }

        x[0] = 1;
        offDiagonal[i] = beta;
        tau[i] = t;

        double* y = w + i + 1 + (long)j * n;
        if (t == 0)
        {
            new Span<double>(y, m).Clear();
            return;
        }

        MultiplySymmetric(i + 1, x, y);
        for (int q = 0; q < j; q++)
        {
            double* v = a + i + 1 + (long)(k + q) * n;
            double* wq = w + i + 1 + (long)q * n;
            double alongW = DensePanel.Dot(m, wq, x);
            double alongV = DensePanel.Dot(m, v, x);
            DensePanel.AddScaled(m, -alongW, v, y);
            DensePanel.AddScaled(m, -alongV, wq, y);
        }

        DensePanel.Scale(m, t, y);
        DensePanel.AddScaled(m, -0.5 * t * DensePanel.Dot(m, y, x), x, y);
    }

    // y = A[first.., first..] x, by the lower triangle, in parts of columns with about the same number of entries.
    private void MultiplySymmetric(int start, double* x, double* y)
    {
        int m = n - start;
        first = start;
        vector = x;
        for (int p = 0; p <= SymmetricParts; p++)
        {
            int from = (int)(m * (1 - Math.Sqrt(1 - (double)p / SymmetricParts)));
            partStart[p] = p == SymmetricParts ? m : from / ColumnsTogether * ColumnsTogether;
        }

        if (m < 256)
        {
            for (int p = 0; p < SymmetricParts; p++)
            {
                MultiplyPart(p);
            }
        }
        else
        {
            team.Run(SymmetricParts);
        }

        new Span<double>(partial, m).CopyTo(new Span<double>(y, m));
        for (int p = 1; p < SymmetricParts; p++)
        {
            int from = partStart[p];
            DensePanel.AddScaled(m - from, 1, partial + (long)p * n + from, y + from);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyPart(int part)
    {
        int m = n - first;
        double* x = vector;
        double* y = partial + (long)part * n;
        int start = partStart[part];
        int end = partStart[part + 1];
        new Span<double>(y + start, m - start).Clear();
        for (int j = start; j < end; j += ColumnsTogether)
        {
            int count = Math.Min(ColumnsTogether, end - j);
            double* c = a + first + (long)(first + j) * n;
            for (int p = 0; p < count; p++)
            {
                double* column = c + (long)p * n;
                y[j + p] += column[j + p] * x[j + p];
                for (int r = j + p + 1; r < j + count; r++)
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
        double* c1 = c + n;
        double* c2 = c1 + n;
        double* c3 = c2 + n;
        var x0 = Vector256.Create(x[j]);
        var x1 = Vector256.Create(x[j + 1]);
        var x2 = Vector256.Create(x[j + 2]);
        var x3 = Vector256.Create(x[j + 3]);
        var d0 = Vector256<double>.Zero;
        var d1 = d0;
        var d2 = d0;
        var d3 = d0;
        int r = from;
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

        double s0 = Vector256.Sum(d0);
        double s1 = Vector256.Sum(d1);
        double s2 = Vector256.Sum(d2);
        double s3 = Vector256.Sum(d3);
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
        var storage = GC.AllocateUninitializedArray<double>(n * PanelWidth, pinned: true);
        var compact = new double[PanelWidth * PanelWidth];
        fixed (double* v = storage, t = compact)
        {
            int last = (n - 2) / PanelWidth * PanelWidth;
            var done = n - 1 <= 0;
            a[n - 1 + (long)(n - 1) * n] = 1;
            for (int k = last; k >= 0 && !done; k -= PanelWidth)
            {
                cancellation.ThrowIfCancellationRequested();
                int width = Math.Min(PanelWidth, n - 1 - k);
                int m = n - k - 1;
                for (int j = 0; j < width; j++)
                {
                    double* vj = v + (long)j * n;
                    new Span<double>(vj, j).Clear();
                    new Span<double>(a + k + 1 + j + (long)(k + j) * n, m - j).CopyTo(new Span<double>(vj + j, m - j));

                    // T by forward columns: T[0..j, j] = −τ T (Vᵀ v)
                    t[j + j * PanelWidth] = tau[k + j];
                    for (int q = 0; q < j; q++)
                    {
                        t[q + j * PanelWidth] = -tau[k + j] * DensePanel.Dot(m, v + (long)q * n, vj);
                    }

                    for (int q = 0; q < j; q++)
                    {
                        double sum = 0;
                        for (int p = q; p < j; p++)
                        {
                            sum += t[q + p * PanelWidth] * t[p + j * PanelWidth];
                        }

                        t[q + j * PanelWidth] = sum;
                    }
                }

                // columns k + 1 … k + width become the identity's before the panel's reflectors work on them
                for (int j = k + 1; j <= k + width; j++)
                {
                    new Span<double>(a + k + 1 + (long)j * n, m).Clear();
                    a[j + (long)j * n] = 1;
                }

                for (int j = k + 1 + width; j < n; j++)
                {
                    new Span<double>(a + k + 1 + (long)j * n, width).Clear();
                }

                double* q0 = a + k + 1 + (long)(k + 1) * n;
                double* x = w;
                new Span<double>(x, m * width).Clear();
                products.Add(width, m, m, false, v, n, true, q0, n, false, x, width, ProductShape.Full);
                MultiplyUpper(t, width, x, m);
                products.Add(m, m, width, true, v, n, false, x, width, false, q0, n, ProductShape.Full);
            }

            new Span<double>(a, n).Clear();
            for (int j = 1; j < n; j++)
            {
                a[(long)j * n] = 0;
            }

            a[0] = 1;
        }
    }

    // X := T X, T upper triangular of order width, X width by m.
    private static void MultiplyUpper(double* t, int width, double* x, int m)
    {
        for (int c = 0; c < m; c++)
        {
            double* column = x + (long)c * width;
            for (int r = 0; r < width; r++)
            {
                double sum = 0;
                for (int p = r; p < width; p++)
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
        for (int j = 0; j < n; j++)
        {
            order[j] = j;
        }

        values.CopyTo(sorted);
        sorted.Sort(order.AsSpan());
        var spare = new double[n];
        var isPlaced = new bool[n];
        for (int start = 0; start < n; start++)
        {
            if (isPlaced[start] || order[start] == start)
            {
                continue;
            }

            new Span<double>(a + (long)start * n, n).CopyTo(spare);
            int to = start;
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
