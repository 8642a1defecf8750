namespace EcoGlmm.Numerics;

/// <summary>
/// Eigenvalues and eigenvectors of a dense symmetric matrix of small order, by cyclic Jacobi rotations: G. H. Golub and
/// C. F. Van Loan, Matrix Computations, 4th edition (2013), section 8.5. Jacobi finds the small eigenvalues of a badly
/// scaled positive definite matrix to high relative accuracy, which is what a Hessian is looked at for.
/// </summary>
internal static unsafe class SymmetricEigen
{
    private const int MostSweeps = 60;

    /// <summary>
    /// Replaces the matrix (column-major, both triangles given) by its orthonormal eigenvectors, one per column, and
    /// writes the eigenvalues, ascending. Returns false if the matrix holds a NaN or an infinity.
    /// </summary>
    public static bool TryDecompose(Span<double> matrix, int n, Span<double> eigenvalues)
    {
        if (matrix.Length != n * n || eigenvalues.Length != n)
        {
            throw new ArgumentException($"A matrix of order {n} has {n * n} entries and {n} eigenvalues.");
        }

        foreach (var value in matrix)
        {
            if (!double.IsFinite(value))
            {
                return false;
            }
        }

        var vectors = new double[n * n];
        for (var j = 0; j < n; j++)
        {
            vectors[j + j * n] = 1;
        }

        fixed (double* a = matrix, v = vectors)
        {
            for (var sweep = 0; sweep < MostSweeps && Sweep(a, v, n); sweep++)
            {
            }

            for (var j = 0; j < n; j++)
            {
                eigenvalues[j] = a[j + j * n];
            }
        }

        var order = new int[n];
        for (var j = 0; j < n; j++)
        {
            order[j] = j;
        }

        eigenvalues.Sort(order.AsSpan());
        for (var j = 0; j < n; j++)
        {
            vectors.AsSpan(order[j] * n, n).CopyTo(matrix.Slice(j * n, n));
        }

        return true;
    }

    // One rotation for every pair of rows; returns whether any was needed.
    private static bool Sweep(double* a, double* v, int n)
    {
        var rotated = false;
        for (var p = 0; p < n - 1; p++)
        {
            for (var q = p + 1; q < n; q++)
            {
                var apq = a[q + p * n];
                var app = a[p + p * n];
                var aqq = a[q + q * n];
                if (Math.Abs(apq) <= 1e-16 * Math.Sqrt(Math.Abs(app)) * Math.Sqrt(Math.Abs(aqq)) || Math.Abs(apq) < 1e-300)
                {
                    continue;
                }

                // tan of the smaller angle that makes the entry vanish
                var half = (aqq - app) / (2 * apq);
                var t = 1 / (Math.Abs(half) + Math.Sqrt(half * half + 1));
                t = half < 0 ? -t : t;
                var c = 1 / Math.Sqrt(t * t + 1);
                var s = t * c;
                rotated |= app + t * apq != app || aqq + t * apq != aqq || Math.Abs(s) > 1e-16;
                Rotate(a + p * n, a + q * n, n, c, s);
                for (var k = 0; k < n; k++)
                {
                    a[p + k * n] = a[k + p * n];
                    a[q + k * n] = a[k + q * n];
                }

                a[p + p * n] = app - t * apq;
                a[q + q * n] = aqq + t * apq;
                a[q + p * n] = a[p + q * n] = 0;
                Rotate(v + p * n, v + q * n, n, c, s);
            }
        }

        return rotated;
    }

    private static void Rotate(double* x, double* y, int n, double c, double s)
    {
        var width = System.Numerics.Vector<double>.Count;
        var i = 0;
        for (; i + width <= n; i += width)
        {
            var xi = System.Numerics.Vector.Load(x + i);
            var yi = System.Numerics.Vector.Load(y + i);
            System.Numerics.Vector.Store(c * xi - s * yi, x + i);
            System.Numerics.Vector.Store(s * xi + c * yi, y + i);
        }

        for (; i < n; i++)
        {
            (x[i], y[i]) = (c * x[i] - s * y[i], s * x[i] + c * y[i]);
        }
    }
}
