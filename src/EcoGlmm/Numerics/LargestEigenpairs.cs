using System.Numerics;

namespace EcoGlmm.Numerics;

/// <summary>
/// The eigenvalues of a symmetric matrix that are largest in size, with their eigenvectors. Source of the Lanczos iteration, with full
/// reorthogonalisation: G. H. Golub &amp; C. F. Van Loan (2013), Matrix Computations, 4th edition, chapter 10.
/// </summary>
internal static class LargestEigenpairs
{
    /// <summary>Residual of an eigenvector, as a share of the largest eigenvalue.</summary>
    private const double Residual = 1e-13;

    /// <summary>From the whole decomposition.</summary>
    /// <returns>Values by falling size, vectors in the columns of a row-major n × k matrix.</returns>
    public static (double[] Values, double[] Vectors) Dense(double[] matrix, int n, int k, CancellationToken cancellation)
    {
        var (all, values) = ((double[])matrix.Clone(), new double[n]);
        if (!DenseEigen.TryDecompose(all, n, values, 1, cancellation))
            throw new ArgumentException("The matrix has entries that are not finite.");
        var order = Enumerable.Range(0, n).OrderByDescending(j => Math.Abs(values[j])).Take(k).ToArray();
        var vectors = new double[n * k];
        for (var c = 0; c < k; c++)
        {
            for (var i = 0; i < n; i++) vectors[(i * k) + c] = all[(order[c] * n) + i];
        }

        return ([.. order.Select(j => values[j])], vectors);
    }

    /// <summary>By Lanczos iteration from a fixed start.</summary>
    /// <returns>Values by falling size, vectors in the columns of a row-major n × k matrix.</returns>
    public static (double[] Values, double[] Vectors) Lanczos(double[] matrix, int n, int k, CancellationToken cancellation) =>
        Lanczos((v, product) => Parallel.For(0, (n + 63) / 64, b =>
        {
            for (var i = b * 64; i < Math.Min(n, (b + 1) * 64); i++) product[i] = Dot(matrix.AsSpan(i * n, n), v);
        }), n, k, cancellation);

    /// <summary>The same of a matrix that is known by its products.</summary>
    /// <param name="multiply">Writes the product with its first argument into its second.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="k">How many.</param>
    /// <param name="cancellation">Looked at before each product.</param>
    public static (double[] Values, double[] Vectors) Lanczos(Action<double[], double[]> multiply, int n, int k,
        CancellationToken cancellation)
    {
        var basis = new List<double[]>();
        var (alpha, beta) = (new List<double>(), new List<double>());
        var random = new RandomStream(n);
        var q = Normalised([.. Enumerable.Range(0, n).Select(_ => random.NextNormal())]);
        var next = new double[n];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            basis.Add(q);
            multiply(q, next);
            alpha.Add(Dot(next, q));
            for (var pass = 0; pass < 2; pass++)
            {
                foreach (var earlier in basis)
                {
                    var share = Dot(next, earlier);
                    for (var i = 0; i < n; i++) next[i] -= share * earlier[i];
                }
            }

            var length = Math.Sqrt(Dot(next, next));
            var m = basis.Count;
            var isWhole = m == n || !(length > 0);
            if (isWhole || (m >= k + 10 && m % 5 == 0))
            {
                var (values, vectors) = Tridiagonal(alpha, beta);
                var order = Enumerable.Range(0, m).OrderByDescending(j => Math.Abs(values[j])).Take(Math.Min(k, m)).ToArray();
                var largest = Math.Abs(values[order[0]]);
                if (isWhole || order.All(j => length * Math.Abs(vectors[(j * m) + m - 1]) <= Residual * largest))
                    return ([.. order.Select(j => values[j])], Ritz(basis, vectors, order, n));
            }

            beta.Add(length);
            q = Array.ConvertAll(next, value => value / length);
        }
    }

    private static double[] Ritz(List<double[]> basis, double[] vectors, int[] order, int n)
    {
        var (m, k) = (basis.Count, order.Length);
        var result = new double[n * k];
        for (var c = 0; c < k; c++)
        {
            for (var j = 0; j < m; j++)
            {
                var share = vectors[(order[c] * m) + j];
                for (var i = 0; i < n; i++) result[(i * k) + c] += share * basis[j][i];
            }
        }

        return result;
    }

    private static (double[] Values, double[] Vectors) Tridiagonal(List<double> alpha, List<double> beta)
    {
        var m = alpha.Count;
        var (matrix, values) = (new double[m * m], new double[m]);
        for (var j = 0; j < m; j++)
        {
            matrix[(j * m) + j] = alpha[j];
            if (j + 1 < m) matrix[(j * m) + j + 1] = matrix[((j + 1) * m) + j] = beta[j];
        }

        DenseEigen.TryDecompose(matrix, m, values, 1, CancellationToken.None);
        return (values, matrix);
    }

    private static double[] Normalised(double[] v)
    {
        var length = Math.Sqrt(Dot(v, v));
        return Array.ConvertAll(v, value => value / length);
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = Vector<double>.Zero;
        var i = 0;
        for (; i + Vector<double>.Count <= a.Length; i += Vector<double>.Count)
            sum += new Vector<double>(a[i..]) * new Vector<double>(b[i..]);
        var total = Vector.Sum(sum);
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }
}
