using EcoGlmm.Numerics;

namespace EcoGlmm.Formulas.Smooths;

/// <summary>Small dense matrices, row-major, as penalties are.</summary>
internal static class PenaltyAlgebra
{
    /// <summary>Aᵀ B for A m × p and B m × q: p × q.</summary>
    public static double[] TransposeProduct(double[] a, int m, int p, double[] b, int q)
    {
        var result = new double[p * q];
        for (var i = 0; i < m; i++)
        {
            for (var r = 0; r < p; r++)
            {
                var left = a[(i * p) + r];
                if (left == 0) continue;
                for (var c = 0; c < q; c++) result[(r * q) + c] += left * b[(i * q) + c];
            }
        }

        return result;
    }

    /// <summary>A B for A p × m and B m × q: p × q.</summary>
    public static double[] Product(double[] a, int p, int m, double[] b, int q)
    {
        var result = new double[p * q];
        for (var r = 0; r < p; r++)
        {
            for (var i = 0; i < m; i++)
            {
                var left = a[(r * m) + i];
                if (left == 0) continue;
                for (var c = 0; c < q; c++) result[(r * q) + c] += left * b[(i * q) + c];
            }
        }

        return result;
    }

    /// <summary>TᵀST for S k × k and T k × p.</summary>
    public static double[] Sandwich(double[] s, int k, double[] t, int p) => TransposeProduct(t, k, p, Product(s, k, k, t, p), p);

    /// <summary>Aᵀ for A n × n.</summary>
    public static double[] Transposed(double[] t, int n)
    {
        var result = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) result[(j * n) + i] = t[(i * n) + j];
        }

        return result;
    }

    /// <summary>A⁻¹ for any A n × n that has one.</summary>
    public static double[] Inverse(double[] t, int n)
    {
        var matrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.OfColumnMajor(n, n, Transposed(t, n));
        return matrix.Inverse().Transpose().ToColumnMajorArray();
    }

    /// <summary>A⁻¹B for a symmetric positive definite A of order m and B m × q.</summary>
    public static double[] Solve(double[] a, int m, double[] b, int q)
    {
        var factor = (double[])a.Clone();
        if (!DenseCholesky.TryFactor(factor, m)) throw new GlmmException("The knots of a spline coincide. Give other knots, or fewer (k).");
        var result = new double[m * q];
        var column = new double[m];
        for (var c = 0; c < q; c++)
        {
            for (var i = 0; i < m; i++) column[i] = b[(i * q) + c];
            DenseCholesky.Solve(factor, m, column);
            for (var i = 0; i < m; i++) result[(i * q) + c] = column[i];
        }

        return result;
    }

    /// <summary>Eigenvalues, descending, and eigenvectors in the columns of a row-major matrix.</summary>
    public static (double[] Values, double[] Vectors) Eigen(double[] symmetric, int n, CancellationToken cancellation = default)
    {
        var vectors = (double[])symmetric.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++) vectors[(i * n) + j] = vectors[(j * n) + i] = 0.5 * (vectors[(i * n) + j] + vectors[(j * n) + i]);
        }

        var values = new double[n];
        if (!DenseEigen.TryDecompose(vectors, n, values, 1, cancellation))
            throw new GlmmException("The penalty of a smooth has no eigenvalues: its covariates are too large or too small. Rescale them.");
        var (sorted, columns) = (new double[n], new double[n * n]);
        for (var j = 0; j < n; j++)
        {
            sorted[j] = values[n - 1 - j];
            for (var i = 0; i < n; i++) columns[(i * n) + j] = vectors[((n - 1 - j) * n) + i];
        }

        return (sorted, columns);
    }

    /// <summary>
    /// An orthonormal basis of what a linear constraint cᵀβ = 0 leaves: k × (k − 1), the columns of the reflection that takes c to a
    /// multiple
    /// of the axis of its first entry that is not zero, without that one.
    /// </summary>
    public static double[] Complement(double[] c)
    {
        var k = c.Length;
        var norm = Math.Sqrt(c.Sum(v => v * v));
        var v = (double[])c.Clone();
        var pivot = Math.Max(0, Array.FindIndex(c, value => value != 0));
        v[pivot] += c[pivot] >= 0 ? norm : -norm;
        var square = v.Sum(a => a * a);
        var result = new double[k * (k - 1)];
        for (var i = 0; i < k; i++)
        {
            for (var j = 0; j < k; j++)
            {
                if (j != pivot)
                    result[(i * (k - 1)) + (j < pivot ? j : j - 1)] = (i == j ? 1 : 0) - (square > 0 ? 2 * v[i] * v[j] / square : 0);
            }
        }

        return result;
    }

    /// <summary>
    /// A penalty that has some on the functions that it had none on: a tenth of the least, for each the same or each time a tenth of the
    /// next.
    /// </summary>
    public static double[] Shrunk(double[] penalty, int k, int nullDimension, bool isAlike)
    {
        const double shrinkage = 0.1;
        var (values, vectors) = Eigen(penalty, k);
        var least = values[k - nullDimension - 1];
        for (var j = k - nullDimension; j < k; j++) values[j] = (isAlike ? least : values[j - 1]) * shrinkage;
        var result = new double[k * k];
        for (var i = 0; i < k; i++)
        {
            for (var j = 0; j < k; j++)
            {
                for (var c = 0; c < k; c++) result[(i * k) + j] += vectors[(i * k) + c] * values[c] * vectors[(j * k) + c];
            }
        }

        return result;
    }

    /// <summary>The Kronecker product of A (p × p) and B (q × q).</summary>
    public static double[] Kronecker(double[] a, int p, double[] b, int q)
    {
        var n = p * q;
        var result = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) result[(i * n) + j] = a[(i / q * p) + (j / q)] * b[(i % q * q) + (j % q)];
        }

        return result;
    }

    public static double[] Identity(int n)
    {
        var result = new double[n * n];
        for (var i = 0; i < n; i++) result[(i * n) + i] = 1;
        return result;
    }
}
