using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// The inverse of a Hessian, from its eigenvalues after scaling it to a unit diagonal: directions along which the function
/// does not curve upwards are left out, and said to be.
/// </summary>
internal sealed class HessianInverse
{
    private readonly int _d;

    private HessianInverse(int d, double[] values, double[] covariance, bool isPositiveDefinite, int[] flat, int[] unusable)
    {
        _d = d;
        Values = values;
        Covariance = covariance;
        IsPositiveDefinite = isPositiveDefinite;
        FlatParameters = flat;
        UnusableParameters = unusable;
    }

    /// <summary>d × d; NaN rows and columns for unusable parameters.</summary>
    public double[] Values { get; }

    /// <summary>
    /// The same, but the leading parameters along which the function does not curve at all have a large variance, so that what
    /// depends on others too is not lost.
    /// </summary>
    public double[] Covariance { get; }

    /// <summary>Whether every direction among the usable parameters curves upwards.</summary>
    public bool IsPositiveDefinite { get; }

    /// <summary>The parameter that dominates each direction left out.</summary>
    public int[] FlatParameters { get; }

    /// <summary>Parameters whose own curvature is not positive and finite.</summary>
    public int[] UnusableParameters { get; }

    /// <param name="hessian">d × d.</param>
    /// <param name="d">The number of parameters.</param>
    /// <param name="leading">How many of the first parameters get a large variance, rather than none, where their own curvature is
    /// zero.</param>
    public static HessianInverse Of(double[] hessian, int d, int leading = 0)
    {
        if (hessian.Length != d * d)
        {
            var missing = new double[d * d];
            Array.Fill(missing, double.NaN);
            return new HessianInverse(d, missing, missing, d == 0, [], [.. Enumerable.Range(0, d)]);
        }

        var scale = new double[d];
        for (var j = 0; j < d; j++) scale[j] = Math.Sqrt(hessian[(j * d) + j]);
        var usable = Enumerable.Range(0, d).Where(j => scale[j] > 0 && double.IsFinite(scale[j])).ToArray();
        var unusable = Enumerable.Range(0, d).Except(usable).ToArray();
        var m = usable.Length;
        var scaled = new double[m * m];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < m; j++)
            {
                var value = hessian[(usable[i] * d) + usable[j]] / (scale[usable[i]] * scale[usable[j]]);
                scaled[(i * m) + j] = double.IsFinite(value) ? value : 0;
            }
        }

        var values = new double[m];
        Decompose(scaled, m, values);
        var inverse = new double[d * d];
        var flat = new List<int>();
        var whole = m > Tolerances.LargeOrder ? OfEigenpairs(scaled, m, values) : null;
        for (var i = 0; i < m && whole is not null; i++)
        {
            for (var j = 0; j < m; j++)
                inverse[(usable[i] * d) + usable[j]] = whole[(i * m) + j] / (scale[usable[i]] * scale[usable[j]]);
        }

        for (var k = 0; k < m; k++)
        {
            if (!(values[k] > Tolerances.FlatEigenvalue * m))
            {
                var dominant = 0;
                for (var j = 0; j < m; j++)
                {
                    if (Math.Abs(scaled[(k * m) + j]) > Math.Abs(scaled[(k * m) + dominant])) dominant = j;
                }

                flat.Add(usable[dominant]);
                continue;
            }

            for (var i = 0; i < m && whole is null; i++)
            {
                for (var j = 0; j < m; j++)
                {
                    inverse[(usable[i] * d) + usable[j]] += scaled[(k * m) + i] * scaled[(k * m) + j]
                        / (values[k] * scale[usable[i]] * scale[usable[j]]);
                }
            }
        }

        var covariance = (double[])inverse.Clone();
        foreach (var j in unusable)
        {
            var isFlat = j < leading && Math.Abs(hessian[(j * d) + j]) < Tolerances.FlatEigenvalue;
            for (var i = 0; i < d; i++)
            {
                inverse[(i * d) + j] = inverse[(j * d) + i] = double.NaN;
                covariance[(i * d) + j] = covariance[(j * d) + i] = !isFlat ? double.NaN : i == j ? 1 / Tolerances.FlatEigenvalue : 0;
            }
        }

        return new HessianInverse(d, inverse, covariance, flat.Count == 0, [.. flat], unusable);
    }

    /// <summary>Eigenvectors in the place of a symmetric matrix, and its eigenvalues, ascending; false where it is not finite.</summary>
    public static bool Decompose(double[] matrix, int m, double[] values) => m > Tolerances.LargeOrder
        ? DenseEigen.TryDecompose(matrix, m, values, 1, CancellationToken.None) : SymmetricEigen.TryDecompose(matrix, m, values);

    /// <summary>Σ v vᵀ / λ over the eigenpairs that are not flat, symmetric to the bit.</summary>
    private static unsafe double[] OfEigenpairs(double[] vectors, int m, double[] values)
    {
        var weighted = (double[])vectors.Clone();
        for (var k = 0; k < m; k++)
        {
            var factor = values[k] > Tolerances.FlatEigenvalue * m ? 1 / Math.Sqrt(values[k]) : 0;
            for (var i = 0; i < m; i++) weighted[(k * m) + i] *= factor;
        }

        var result = new double[m * m];
        fixed (double* w = weighted, r = result, workspace = new double[MatrixProduct.WorkspaceLength])
        {
            MatrixProduct.Add(m, m, m, false, w, m, false, w, m, true, r, m, workspace);
        }

        for (var j = 0; j < m; j++)
        {
            for (var i = j + 1; i < m; i++) result[(i * m) + j] = result[(j * m) + i];
        }

        return result;
    }

    /// <summary>H⁻¹x over the usable parameters; null when there are none.</summary>
    public double[]? Multiply(double[] x)
    {
        if (UnusableParameters.Length == _d) return null;
        var result = new double[_d];
        for (var i = 0; i < _d; i++)
        {
            for (var j = 0; j < _d; j++)
            {
                var value = Values[(i * _d) + j];
                if (!double.IsNaN(value)) result[i] += value * x[j];
            }
        }

        return result;
    }
}
