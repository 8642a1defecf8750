using EcoGlmm.Text;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Syntheses;

/// <summary>Degrees of freedom from how uncertain variances are.</summary>
internal static class SynthesisDegrees
{
    /// <summary>Satterthwaite's, of a coefficient: 2f²/(gᵀAg) with f its variance, g = ∂f/∂σ² and A the covariance of the
    /// variances.</summary>
    public static double Satterthwaite(MarginalModel model, int coefficient)
    {
        int k = model.Directions.Length;
        if (k == 0)
        {
            return double.PositiveInfinity;
        }

        double f = model.CoefficientCovariance[coefficient, coefficient];
        var w = model.WeightedX * model.CoefficientCovariance.Column(coefficient);
        var g = Vector<double>.Build.Dense(k, d => w * (model.Directions[d].Derivative * w));
        double variance = g * (model.VarianceCovariance * g);
        return variance > 0 ? 2 * f * f / variance : double.PositiveInfinity;
    }
}

/// <summary>Cluster-robust standard errors and degrees of freedom; <see cref="RobustVariance"/> has the sources.</summary>
internal sealed record ClusteredErrors(double[] Errors, double[] Degrees, int Clusters)
{
    private const double Negligible = 1e-9;

    public static ClusteredErrors Of(MarginalModel model, string[] clusters, RobustVariance variance, string name)
    {
        int c = model.X.ColumnCount;
        var groups = Enumerable.Range(0, clusters.Length).GroupBy(i => clusters[i]).Select(g => g.ToArray()).ToArray();
        if (groups.Length <= c)
        {
            throw new GlmmException($"There are {Names.Count(groups.Length, "cluster")} of \"{name}\" for {Names.Count(c, "coefficient")}; "
                + $"robust tests need more clusters than coefficients, and do well with many.");
        }

        return variance == RobustVariance.CR1 ? Simple(model, groups) : BiasReduced(model, groups, name);
    }

    private static ClusteredErrors Simple(MarginalModel model, int[][] groups)
    {
        int c = model.X.ColumnCount;
        var meat = Matrix<double>.Build.Dense(c, c);
        foreach (var g in groups)
        {
            var score = Vector<double>.Build.Dense(c, j => g.Sum(i => model.WeightedX[i, j] * model.Residuals[i]));
            meat += score.OuterProduct(score);
        }

        var covariance = model.CoefficientCovariance * meat * model.CoefficientCovariance * (groups.Length / (double)(groups.Length - c));
        return new ClusteredErrors([.. covariance.Diagonal().Select(Math.Sqrt)], [.. Enumerable.Repeat((double)(groups.Length - c), c)],
            groups.Length);
    }

    private static ClusteredErrors BiasReduced(MarginalModel model, int[][] groups, string name)
    {
        int n = model.Y.Count;
        int c = model.X.ColumnCount;
        RequireIndependent(model, groups, name);
        var meat = Matrix<double>.Build.Dense(c, c);
        var shares = new Matrix<double>[groups.Length];
        for (int k = 0; k < groups.Length; k++)
        {
            int[] g = groups[k];
            var x = Matrix<double>.Build.Dense(g.Length, c, (i, j) => model.X[g[i], j]);
            var wx = Matrix<double>.Build.Dense(g.Length, c, (i, j) => model.WeightedX[g[i], j]);
            var phi = Matrix<double>.Build.Dense(g.Length, g.Length, (i, j) => model.Total[g[i], g[j]]);
            var d = phi.Cholesky().Factor.Transpose();
            var inner = d * (phi - x * model.CoefficientCovariance * x.Transpose()) * d.Transpose();
            var adjustment = d.TransposeThisAndMultiply(InverseRoot(inner)) * d;
            var adjusted = adjustment.TransposeThisAndMultiply(wx);
            var residuals = Vector<double>.Build.Dense(g.Length, i => model.Residuals[g[i]]);
            var score = adjusted.TransposeThisAndMultiply(residuals);
            meat += score.OuterProduct(score);

            // (I − H)ᵀ of the cluster's rows times what they are weighted by, for each coefficient
            var a = adjusted * model.CoefficientCovariance;
            var whole = -(model.WeightedX * (model.CoefficientCovariance * x.TransposeThisAndMultiply(a)));
            for (int i = 0; i < g.Length; i++)
            {
                for (int j = 0; j < c; j++)
                {
                    whole[g[i], j] += a[i, j];
                }
            }

            shares[k] = whole;
        }

        var covariance = model.CoefficientCovariance * meat * model.CoefficientCovariance;
        double[] degrees = new double[c];
        for (int j = 0; j < c; j++)
        {
            var p = Matrix<double>.Build.Dense(n, groups.Length, (i, k) => shares[k][i, j]);
            var products = p.TransposeThisAndMultiply(model.Total * p);
            double trace = products.Trace();
            degrees[j] = trace * trace / products.PointwiseMultiply(products).RowSums().Sum();
        }

        return new ClusteredErrors([.. covariance.Diagonal().Select(Math.Sqrt)], degrees, groups.Length);
    }

    private static Matrix<double> InverseRoot(Matrix<double> symmetric)
    {
        var evd = symmetric.Evd(Symmetricity.Symmetric);
        var values = evd.EigenValues.Real();
        double most = values.AbsoluteMaximum();
        var roots = values.Map(v => v > Negligible * most ? 1 / Math.Sqrt(v) : 0);
        return evd.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(roots) * evd.EigenVectors.Transpose();
    }

    private static void RequireIndependent(MarginalModel model, int[][] groups, string name)
    {
        int n = model.Y.Count;
        var of = new int[n];
        for (int k = 0; k < groups.Length; k++)
        {
            foreach (int i in groups[k])
            {
                of[i] = k;
            }
        }

        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (of[i] != of[j] && Math.Abs(model.Total[i, j]) > Negligible * Math.Sqrt(model.Total[i, i] * model.Total[j, j]))
                {
                    throw new GlmmException($"By the model, effect sizes of different clusters of \"{name}\" are correlated, for which CR2 is not defined. "
                        + "Take the coarsest grouping factor as clusters, or RobustVariance.CR1.");
                }
            }
        }
    }
}
