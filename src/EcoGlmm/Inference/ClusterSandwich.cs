using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Inference;

/// <summary>The rows of one cluster of a linear model with a working covariance.</summary>
/// <param name="X">Its rows of X, n_i × p.</param>
/// <param name="Covariance">Its working covariance V_i, n_i × n_i; CR1p does not look at it.</param>
/// <param name="WeightedX">Its rows of V⁻¹X.</param>
/// <param name="Residuals">y_i − X_iβ̂.</param>
internal sealed record ClusterRows(Matrix<double> X, Matrix<double> Covariance, Matrix<double> WeightedX, Vector<double> Residuals);

/// <summary>
/// The sandwich M (Σ_i s_i s_iᵀ) M over m independent clusters, times the factor of its kind, and degrees of freedom. Linear models:
/// s_i = (V⁻¹X)_iᵀA_i(y_i − X_iβ̂), M = (XᵀV⁻¹X)⁻¹, with A_i for CR2 as in J. Pustejovsky &amp; E. Tipton (2018), J. Bus. Econ. Stat. 36,
/// 672-683, equations 5 and 6, for weights that are the inverse of the working covariance, and degrees of freedom by their equation 11.
/// Other models: s_i is a cluster's score, M the inverse of the information.
/// </summary>
internal sealed class ClusterSandwich
{
    /// <summary>Share of the largest eigenvalue below which one of V_i − X_iMX_iᵀ counts as zero: a cluster's own column makes it
    /// singular, and its pseudo-inverse is meant.</summary>
    private const double ZeroEigenvalue = 1e-10;

    private readonly Matrix<double> _bread;
    private readonly (Matrix<double> X, Matrix<double> V, Matrix<double> Half)[] _adjusted;
    private readonly double _degrees;

    private ClusterSandwich(ClusterRobust kind, Matrix<double> bread, IReadOnlyCollection<Vector<double>> scores,
        (Matrix<double> X, Matrix<double> V, Matrix<double> Half)[] adjusted)
    {
        double m = scores.Count;
        var p = bread.RowCount;
        (_bread, _adjusted) = (bread, adjusted);
        if (kind == ClusterRobust.CR1p && m <= p)
            throw new GlmmException($"CR1p needs more clusters than coefficients, and there are {m} and {p}. Take ClusterRobust.CR1 "
                + "or CR2, and coarser terms or more data: robust standard errors of so few clusters say little.");
        (var factor, _degrees) = kind switch
        {
            ClusterRobust.CR1 => (m / (m - 1), m - 1),
            ClusterRobust.CR1p => (m / (m - p), m - p),
            _ => (1, m - 1),
        };
        var middle = Matrix<double>.Build.Dense(p, p);
        foreach (var s in scores) middle += s.OuterProduct(s);
        Covariance = factor * (bread * middle * bread);
    }

    /// <summary>The covariance of the coefficients.</summary>
    public Matrix<double> Covariance { get; }

    /// <summary>Of a likelihood: any kind but CR2.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="bread">M.</param>
    /// <param name="scores">s_i.</param>
    public static ClusterSandwich OfScores(ClusterRobust kind, Matrix<double> bread, IReadOnlyCollection<Vector<double>> scores) =>
        new(kind, bread, scores, []);

    /// <summary>Of a linear model.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="bread">M.</param>
    /// <param name="clusters">The clusters.</param>
    /// <param name="areIndependent">Whether rows of two clusters are uncorrelated by the working covariance, which degrees of freedom and
    /// CR2 need.</param>
    public static ClusterSandwich OfRows(ClusterRobust kind, Matrix<double> bread, IReadOnlyCollection<ClusterRows> clusters,
        bool areIndependent = true)
    {
        if (kind == ClusterRobust.CR1p || !areIndependent)
            return new(kind, bread, [.. clusters.Select(c => c.WeightedX.TransposeThisAndMultiply(c.Residuals))], []);

        // Aᵀ V⁻¹ X, n_i × p: what turns residuals into a score. Only CR2 adjusts residuals.
        var halves = clusters.Select(c => (c.X, c.Covariance, kind == ClusterRobust.CR2
            ? Adjustment(c, bread).TransposeThisAndMultiply(c.WeightedX) : c.WeightedX)).ToArray();
        return new(kind, bread, [.. clusters.Zip(halves, (c, half) => half.Item3.TransposeThisAndMultiply(c.Residuals))], halves);
    }

    /// <summary>
    /// Degrees of freedom of lᵀβ̂: of linear models (Σ P_ii)² / Σ P_ij² with P_ij = δ_ij g_iᵀV_ig_i − g_iᵀX_iMX_jᵀg_j,
    /// g_i = A_iᵀV_i⁻¹X_iMl, where A_i is the identity but for CR2; of CR1p and other models those of the kind.
    /// </summary>
    public double DegreesOfFreedom(double[] l)
    {
        if (_adjusted.Length == 0) return _degrees;
        var ml = _bread * Vector<double>.Build.Dense(l);
        var g = Array.ConvertAll(_adjusted, part => part.Half * ml);
        var xg = _adjusted.Select((part, i) => part.X.TransposeThisAndMultiply(g[i])).ToArray();
        var (trace, squares) = (0.0, 0.0);
        for (var i = 0; i < g.Length; i++)
        {
            var mx = _bread * xg[i];
            for (var j = 0; j < g.Length; j++)
            {
                var value = (i == j ? g[i] * _adjusted[i].V * g[i] : 0) - (mx * xg[j]);
                squares += value * value;
                if (i == j) trace += value;
            }
        }

        return trace * trace / squares;
    }

    /// <summary>A = Dᵀ (D(V − XMXᵀ)Dᵀ)^{+½} D with V = DᵀD.</summary>
    private static Matrix<double> Adjustment(ClusterRows cluster, Matrix<double> bread)
    {
        var (x, v) = (cluster.X, cluster.Covariance);
        var d = v.Cholesky().Factor.Transpose();
        var eigen = (d * (v - (x * bread * x.Transpose())) * d.Transpose()).Evd(Symmetricity.Symmetric);
        var largest = eigen.EigenValues.Max(value => value.Real);
        var root = eigen.EigenVectors * Matrix<double>.Build.DenseDiagonal(x.RowCount, x.RowCount, k =>
            eigen.EigenValues[k].Real > ZeroEigenvalue * largest ? 1 / Math.Sqrt(eigen.EigenValues[k].Real) : 0)
            * eigen.EigenVectors.Transpose();
        return d.Transpose() * root * d;
    }
}
