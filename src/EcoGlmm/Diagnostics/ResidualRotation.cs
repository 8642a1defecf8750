using EcoGlmm.Model;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// Rotation of correlated responses: with covariance LLᵀ, L⁻¹y is uncorrelated. Of responses that are about normal, residuals
/// after rotation are independent where those before it are alike among neighbours.
/// </summary>
internal static class ResidualRotation
{
    /// <summary>Observed and simulated responses, [simulation][row], turned by L⁻¹.</summary>
    /// <exception cref="GlmmException">The covariance is not a symmetric, positive definite matrix of one row for each
    /// residual.</exception>
    public static (double[] Observed, double[][] Simulated) Apply(double[,] covariance, double[] observed, double[][] simulated)
    {
        var n = observed.Length;
        if (covariance.GetLength(0) != n || covariance.GetLength(1) != n)
        {
            throw new GlmmException($"The covariance for rotating residuals must be {n} × {n}, a row and a column for each "
                + $"residual, but is {covariance.GetLength(0)} × {covariance.GetLength(1)}.");
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (!(Math.Abs(covariance[i, j] - covariance[j, i]) <= 1e-8 * Math.Sqrt(Math.Abs(covariance[i, i] * covariance[j, j]))))
                    throw new GlmmException($"The covariance for rotating residuals is not symmetric: see its entries ({i + 1}, {j + 1}) "
                        + $"and ({j + 1}, {i + 1}).");
            }
        }

        var l = Factor(covariance, n);
        var turned = new double[simulated.Length][];
        Parallel.For(0, simulated.Length, LiveProgress.CurrentParallel(), s => turned[s] = Forward(l, n, simulated[s]));
        return (Forward(l, n, observed), turned);
    }

    /// <summary>The covariance of rows among simulations, which must be more than the rows for it to be definite.</summary>
    /// <exception cref="GlmmException">There are too few simulations.</exception>
    public static double[,] Estimate(double[][] simulated)
    {
        int n = simulated[0].Length, count = simulated.Length;
        if (count <= n)
        {
            throw new GlmmException($"The covariance of {n} rows cannot be estimated from {count} simulations. Make more simulations "
                + "than rows (better several times as many), or give the covariance to Rotate().");
        }

        var x = Matrix<double>.Build.Dense(count, n, (s, i) => simulated[s][i]);
        for (var i = 0; i < n; i++)
            x.SetColumn(i, x.Column(i) - (x.Column(i).Sum() / count));
        return (x.TransposeThisAndMultiply(x) / (count - 1)).ToArray();
    }

    /// <summary>The lower Cholesky factor, row-major.</summary>
    private static double[] Factor(double[,] a, int n)
    {
        var l = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++)
                    sum -= l[(i * n) + k] * l[(j * n) + k];
                if (i != j)
                {
                    l[(i * n) + j] = sum / l[(j * n) + j];
                }
                else if (sum > 1e-12 * Math.Abs(a[i, i]))
                {
                    l[(i * n) + i] = Math.Sqrt(sum);
                }
                else
                {
                    throw new GlmmException($"The covariance for rotating residuals is not positive definite (row {i + 1} depends on those "
                        + "before it). Add the residual variance to its diagonal, or leave the rows out that repeat others.");
                }
            }
        }

        return l;
    }

    private static double[] Forward(double[] l, int n, double[] y)
    {
        var x = new double[n];
        for (var i = 0; i < n; i++)
        {
            var sum = y[i];
            for (var k = 0; k < i; k++)
                sum -= l[(i * n) + k] * x[k];
            x[i] = sum / l[(i * n) + i];
        }

        return x;
    }
}
