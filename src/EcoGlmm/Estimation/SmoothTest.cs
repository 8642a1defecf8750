using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>Tests of smooths.</summary>
internal static class SmoothTest
{
    /// <summary>Eigenvalues smaller than this share of the largest are zero: rounding errors of a matrix of a hundred rows.</summary>
    private const double Negligible = 1e-14;

    /// <summary>
    /// The Wald test of a function that is zero: its values over the data, f = Xβ, by a pseudo-inverse of their posterior covariance of a
    /// rank that
    /// need not be whole. The sign of an eigenvector matters in the statistic but to nothing else: it is taken so that the first value is
    /// positive,
    /// and the p-value is the mean over both.
    /// Source: S. N. Wood (2013), On p-values for smooth components of an extended generalized additive model, Biometrika 100, 221-228.
    /// </summary>
    /// <param name="coefficients">β.</param>
    /// <param name="information">XᵀWX.</param>
    /// <param name="covariance">Posterior covariance of β.</param>
    /// <param name="reference">The rank.</param>
    /// <param name="degrees">Residual degrees of freedom where the scale is estimated; infinite where it is known.</param>
    public static (double Statistic, double Rank, double P) Wald(double[] coefficients, double[] information, double[] covariance,
        double reference, double degrees)
    {
        var n = coefficients.Length;
        var r = (double[])information.Clone();
        for (var i = 0; i < n; i++) r[(i * n) + i] *= 1 + Negligible;
        if (!DenseCholesky.TryFactor(r, n)) return (double.NaN, reference, double.NaN);
        // The factor is L, column-major: R = Lᵀ in rows.
        double R(int i, int j) => j < i ? 0 : r[(i * n) + j];
        var (f, half, v) = (new double[n], new double[n * n], new double[n * n]);
        for (var i = 0; i < n; i++)
        {
            for (var j = i; j < n; j++)
            {
                f[i] += R(i, j) * coefficients[j];
                for (var c = 0; c < n; c++) half[(i * n) + c] += R(i, j) * covariance[(j * n) + c];
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var c = 0; c < n; c++)
            {
                for (var j = c; j < n; j++) v[(i * n) + c] += half[(i * n) + j] * R(c, j);
            }
        }

        var (values, vectors) = Descending(v, n);
        if (!(values[0] > 0)) return (double.NaN, reference, double.NaN);
        var projected = new double[n];
        for (var c = 0; c < n; c++)
        {
            var sign = vectors[c] < 0 ? -1 : 1;
            for (var i = 0; i < n; i++) projected[c] += sign * vectors[(i * n) + c] * f[i];
        }

        var k = (int)Math.Floor(reference);
        var nu = reference - k;
        var possible = values.Count(value => value > Negligible * values[0]);
        if (possible < (nu > 0 ? k + 1 : k)) (k, nu, reference) = (possible, 0, possible);
        if (nu == 0 || k == 0)
        {
            if (k == 0) (k, reference) = (1, Math.Max(reference, 1));
            var sum = 0.0;
            for (var c = 0; c < k; c++) sum += projected[c] * projected[c] / values[c];
            return (sum, reference, ChiSquareMixture.UpperTail(sum, Enumerable.Repeat(1.0, k), degrees));
        }

        var whole = 0.0;
        for (var c = 0; c < k - 1; c++) whole += projected[c] * projected[c] / values[c];
        // [1, ρ; ρ, ν], ρ² = ν(1 − ν)/2, in units of the last two standard deviations.
        var rho = Math.Sqrt(0.5 * nu * (1 - nu));
        double a = projected[k - 1], b = projected[k], va = 1 / values[k - 1], vb = nu / values[k],
            vab = rho / Math.Sqrt(values[k - 1] * values[k]);
        var (one, other) = (whole + (a * a * va) + (b * b * vb) + (2 * a * b * vab), whole + (a * a * va) + (b * b * vb)
            - (2 * a * b * vab));
        var root = Math.Sqrt((nu + 1) * (1 - nu));
        var weights = Enumerable.Repeat(1.0, k - 1).Append((nu + 1 + root) / 2).Append((nu + 1 - root) / 2).ToArray();
        return (one, reference, 0.5 * (ChiSquareMixture.UpperTail(one, weights, degrees) + ChiSquareMixture.UpperTail(other,
            weights, degrees)));
    }

    /// <summary>
    /// The test of a random effect, or of a smooth that is penalised in all directions: û by its posterior covariance, which under no
    /// variance is a
    /// weighted sum of χ². Source: S. N. Wood (2013), A simple test for random effects in regression models, Biometrika 100, 1005-1010.
    /// </summary>
    /// <param name="modes">û.</param>
    /// <param name="posterior">Its posterior covariance over the squared scale.</param>
    /// <param name="frequentist">Its covariance over repeated data, over the same.</param>
    /// <param name="scale">The scale that û is in units of.</param>
    /// <param name="degrees">Residual degrees of freedom where the scale is estimated; infinite where it is known.</param>
    public static (double Statistic, double Rank, double P) Random(double[] modes, double[] posterior, double[] frequentist, double scale,
        double degrees)
    {
        var n = modes.Length;
        var l = (double[])posterior.Clone();
        if (!DenseCholesky.TryFactor(l, n)) return (double.NaN, n, double.NaN);
        var solved = (double[])modes.Clone();
        DenseCholesky.SolveLower(l, n, solved);
        var statistic = solved.Sum(value => value * value) / (scale * scale);
        // L⁻¹ F L⁻ᵀ, column by column from either side.
        var matrix = (double[])frequentist.Clone();
        DenseCholesky.SolveLower(l, n, matrix);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++) (matrix[(i * n) + j], matrix[(j * n) + i]) = (matrix[(j * n) + i], matrix[(i * n) + j]);
        }

        DenseCholesky.SolveLower(l, n, matrix);
        var (values, _) = Descending(matrix, n);
        // Without any variance there is nothing in the smooth to test.
        if (!(values[0] > 0)) return (0, n, 1);
        var rank = values.Count(value => value > values[0] * 3e-13);
        return (statistic, rank, ChiSquareMixture.UpperTail(statistic, values.Take(rank), degrees));
    }

    private static (double[] Values, double[] Vectors) Descending(double[] symmetric, int n)
    {
        var work = (double[])symmetric.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++) work[(i * n) + j] = work[(j * n) + i] = 0.5 * (work[(i * n) + j] + work[(j * n) + i]);
        }

        var values = new double[n];
        DenseEigen.TryDecompose(work, n, values, 1, CancellationToken.None);
        var (sorted, vectors) = (new double[n], new double[n * n]);
        for (var c = 0; c < n; c++)
        {
            sorted[c] = values[n - 1 - c];
            for (var i = 0; i < n; i++) vectors[(i * n) + c] = work[((n - 1 - c) * n) + i];
        }

        return (sorted, vectors);
    }
}
