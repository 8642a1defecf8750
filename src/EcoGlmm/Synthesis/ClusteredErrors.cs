using EcoGlmm.Inference;
using EcoGlmm.Text;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Syntheses;

/// <summary>Cluster-robust standard errors and degrees of freedom of a synthesis, by a <see cref="ClusterSandwich"/>.</summary>
internal sealed record ClusteredErrors(double[] Errors, double[] Degrees, int Clusters)
{
    /// <summary>A correlation by the model that is rounding.</summary>
    private const double NegligibleCorrelation = 1e-9;

    public static ClusteredErrors Of(MarginalModel model, string[] clusters, ClusterRobust kind, string name)
    {
        if (!Enum.IsDefined(kind)) throw new ArgumentOutOfRangeException(nameof(kind));
        var c = model.X.ColumnCount;
        var groups = Enumerable.Range(0, clusters.Length).GroupBy(i => clusters[i]).Select(g => g.ToArray()).ToArray();
        if (groups.Length <= c)
        {
            throw new GlmmException($"There {(groups.Length == 1 ? "is" : "are")} {Names.Count(groups.Length, "cluster")} of \"{name}\" "
                + $"for {Names.Count(c, "coefficient")}; robust tests need more clusters than coefficients, and do well with many.");
        }

        if (kind == ClusterRobust.CR2) RequireIndependent(model, groups, name);
        var sandwich = ClusterSandwich.OfRows(kind, model.CoefficientCovariance, [.. groups.Select(g => new ClusterRows(
            Matrix<double>.Build.Dense(g.Length, c, (i, j) => model.X[g[i], j]),
            Matrix<double>.Build.Dense(g.Length, g.Length, (i, j) => model.Total[g[i], g[j]]),
            Matrix<double>.Build.Dense(g.Length, c, (i, j) => model.WeightedX[g[i], j]),
            Vector<double>.Build.Dense(g.Length, i => model.Residuals[g[i]])))], kind == ClusterRobust.CR2);
        return new ClusteredErrors([.. sandwich.Covariance.Diagonal().Select(Math.Sqrt)],
            [.. Enumerable.Range(0, c).Select(j => sandwich.DegreesOfFreedom([.. Enumerable.Range(0, c).Select(k => k == j ? 1.0 : 0)]))],
            groups.Length);
    }

    private static void RequireIndependent(MarginalModel model, int[][] groups, string name)
    {
        var of = new int[model.Y.Count];
        for (var k = 0; k < groups.Length; k++)
        {
            foreach (var i in groups[k]) of[i] = k;
        }

        for (var i = 0; i < of.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (of[i] != of[j]
                    && Math.Abs(model.Total[i, j]) > NegligibleCorrelation * Math.Sqrt(model.Total[i, i] * model.Total[j, j]))
                {
                    throw new GlmmException($"By the model, effect sizes of different clusters of \"{name}\" are correlated, for which CR2 "
                        + "is not defined. Take the coarsest grouping factor as clusters, or ClusterRobust.CR1p.");
                }
            }
        }
    }
}
