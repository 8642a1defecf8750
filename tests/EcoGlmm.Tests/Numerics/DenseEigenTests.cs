using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

public class DenseEigenTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(33, 40)]
    [InlineData(65, 30)]
    [InlineData(257, 171)]
    [InlineData(300, 500)]
    public void EigenvectorsGiveTheMatrixBack(int n, int rank)
    {
        var random = new RandomStream(n);
        var x = new double[n * rank];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = random.NextNormal();
        }

        // where the rank is short, many eigenvalues are zero
        var matrix = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                matrix[i + j * n] = Enumerable.Range(0, rank).Sum(k => x[i * rank + k] * x[j * rank + k]);
            }
        }

        var vectors = (double[])matrix.Clone();
        var values = new double[n];
        Assert.True(DenseEigen.TryDecompose(vectors, n, values, 1, CancellationToken.None));
        Assert.Equal(values.Order(), values);
        var scale = values[^1];
        for (var j = 0; j < n; j += 7)
        {
            for (var i = 0; i < n; i++)
            {
                var product = Enumerable.Range(0, n).Sum(k => matrix[i + k * n] * vectors[k + j * n]);
                Assert.Equal(values[j] * vectors[i + j * n], product, 1e-13 * n * scale);
                var inner = Enumerable.Range(0, n).Sum(k => vectors[k + i * n] * vectors[k + j * n]);
                Assert.Equal(i == j ? 1 : 0, inner, 1e-13 * n);
            }
        }

        var other = (double[])matrix.Clone();
        Assert.True(DenseEigen.TryDecompose(other, n, new double[n], 3, CancellationToken.None));
        Assert.Equal(vectors, other);
    }

    [Fact]
    public void NumbersThatAreNotFiniteAreRefused() =>
        Assert.False(DenseEigen.TryDecompose([1, double.NaN, double.NaN, 1], 2, new double[2], 1, CancellationToken.None));
}
