using EcoGlmm.Formulas.Smooths;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Smooths;

/// <summary>Products of radial functions by sums that follow from each other, against the matrix itself.</summary>
public sealed class RadialProductTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(5, -1)]
    [InlineData(7, -1)]
    public void They_are_those_of_the_matrix(int degree, int sign)
    {
        const int n = 700;
        var random = new RandomStream(5);

        // In no order, some within rounding of each other, some far away.
        double[] t = [.. Enumerable.Range(0, n).Select(i => i % 7 == 0 ? 1e-9 * i : i % 11 == 0 ? 40 + random.NextDouble()
            : random.NextNormal())];
        double[] v = [.. t.Select(_ => random.NextNormal())];
        var product = new double[n];
        new RadialProduct(t, degree, sign).Multiply(v, product);
        for (var i = 0; i < n; i++)
        {
            double exact = 0, size = 0;
            for (var j = 0; j < n; j++)
            {
                var entry = Math.Pow(Math.Abs(t[i] - t[j]), degree) * v[j];
                exact += sign * entry;
                size += Math.Abs(entry);
            }

            Assert.Equal(exact, product[i], 1e-13 * size);
        }
    }

    [Fact]
    public void Eigenpairs_by_products_are_those_of_the_matrix()
    {
        const int n = 300, k = 12;
        var random = new RandomStream(6);
        double[] t = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble())];
        var matrix = new double[n * n];
        for (var i = 0; i < n * n; i++) matrix[i] = Math.Pow(Math.Abs(t[i / n] - t[i % n]), 3);
        var (whole, _) = LargestEigenpairs.Dense(matrix, n, k, CancellationToken.None);
        var (values, vectors) = LargestEigenpairs.Lanczos(new RadialProduct(t, 3, 1).Multiply, n, k, CancellationToken.None);
        for (var j = 0; j < k; j++)
        {
            Assert.Equal(whole[j], values[j], 1e-12 * Math.Abs(whole[0]));
            for (var i = 0; i < n; i++)
            {
                var row = Enumerable.Range(0, n).Sum(p => matrix[(i * n) + p] * vectors[(p * k) + j]);
                Assert.Equal(values[j] * vectors[(i * k) + j], row, 1e-12 * Math.Abs(whole[0]));
            }
        }
    }
}
