using EcoGlmm.Inference;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Tests.Inference;

/// <summary>The sandwich by its definition: factors, degrees of freedom, and eigenvalues of zero.</summary>
public sealed class SandwichTests
{
    private static readonly Vector<double>[] Scores =
        [Vector<double>.Build.Dense([1.0, 2]), Vector<double>.Build.Dense([-2.0, 1]), Vector<double>.Build.Dense([0.5, -3])];

    [Theory]
    [InlineData(ClusterRobust.CR0, 1.0, 2)]
    [InlineData(ClusterRobust.CR1, 1.5, 2)]
    [InlineData(ClusterRobust.CR1p, 3.0, 1)]
    public void Three_clusters_by_scores(ClusterRobust kind, double factor, double degrees)
    {
        var sandwich = ClusterSandwich.OfScores(kind, 2 * Matrix<double>.Build.DenseIdentity(2), Scores);
        Assert.Equal(4 * factor * (1 + 4 + 0.25), sandwich.Covariance[0, 0], 1e-12);
        Assert.Equal(4 * factor * (2 - 2 - 1.5), sandwich.Covariance[0, 1], 1e-12);
        Assert.Equal(degrees, sandwich.DegreesOfFreedom([1, 0]));
    }

    [Fact]
    public void As_many_clusters_as_coefficients_are_too_few() => Assert.Contains("more clusters", Assert.Throws<GlmmException>(() =>
        ClusterSandwich.OfScores(ClusterRobust.CR1p, Matrix<double>.Build.DenseIdentity(3), Scores)).Message);

    /// <summary>A column of its own takes a cluster's mean away, so that its adjustment is a pseudo-inverse: here by singular values, for
    /// responses in units in which variances are large and in which they are small.</summary>
    [Theory]
    [InlineData(1e6)]
    [InlineData(1)]
    [InlineData(1e-6)]
    public void A_column_of_its_own_leaves_a_pseudo_inverse(double variance)
    {
        const int clusters = 4, size = 5, p = clusters + 1;
        var x = Enumerable.Range(0, clusters).Select(c => Matrix<double>.Build.Dense(size, p, (i, j) => j == clusters
            ? Math.Sin((3 * c) + i) : j == c ? 1 : 0)).ToArray();
        var v = Matrix<double>.Build.Dense(size, size, (i, j) => variance * (i == j ? 1.5 : 0.5));
        var residuals = Enumerable.Range(0, clusters).Select(c => Vector<double>.Build.Dense(size, i => Math.Sqrt(variance)
            * Math.Cos((5 * c) + (2 * i)))).ToArray();
        var bread = x.Aggregate(Matrix<double>.Build.Dense(p, p), (sum, one) => sum + (one.Transpose() * v.Inverse() * one)).Inverse();

        var sandwich = ClusterSandwich.OfRows(ClusterRobust.CR2, bread, [.. x.Zip(residuals, (one, e) =>
            new ClusterRows(one, v, v.Inverse() * one, e))]);

        var middle = Matrix<double>.Build.Dense(p, p);
        for (var c = 0; c < clusters; c++)
        {
            var d = v.Cholesky().Factor.Transpose();
            var svd = (d * (v - (x[c] * bread * x[c].Transpose())) * d.Transpose()).Svd();
            Assert.True(svd.S[size - 1] < 1e-9 * svd.S[0]);
            var root = svd.U * Matrix<double>.Build.DenseDiagonal(size, size, k => svd.S[k] < 1e-8 * svd.S[0] ? 0 : 1 / Math.Sqrt(svd.S[k]))
                * svd.U.Transpose();
            var score = x[c].Transpose() * v.Inverse() * (d.Transpose() * root * d) * residuals[c];
            middle += score.OuterProduct(score);
        }

        var expected = bread * middle * bread;
        Assert.Equal(1, sandwich.Covariance[clusters, clusters] / expected[clusters, clusters], 1e-8);
        Assert.InRange(sandwich.DegreesOfFreedom([0, 0, 0, 0, 1]), 1, clusters);
    }
}
