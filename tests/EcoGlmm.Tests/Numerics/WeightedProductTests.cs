using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

public sealed class WeightedProductTests
{
    [Theory]
    [InlineData(1, 4, 4)]
    [InlineData(3, 5, 4)]
    [InlineData(700, 8, 8)]
    [InlineData(1000, 9, 7)]
    [InlineData(513, 27, 11)]
    [InlineData(100, 6, 130)]
    [InlineData(0, 4, 9)]
    public void It_is_the_sum_of_plain_loops_bit_by_bit(int n, int p, int q)
    {
        var random = new RandomStream(4);
        double[] Draw(int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextNormal())];
        var (w, x, y) = (Draw(n), Draw(n * p), Draw(n * q));
        var (expected, result) = (new double[p * q], new double[p * q]);
        Array.Fill(result, 7);
        for (var i = 0; i < n; i++)
        {
            for (var a = 0; a < p; a++)
            {
                for (var b = 0; b < q; b++) expected[(a * q) + b] += w[i] * x[(i * p) + a] * y[(i * q) + b];
            }
        }

        WeightedProduct.Set(w, x, p, y, q, result);
        Assert.Equal(expected, result);
        var square = new double[p * p];
        WeightedProduct.SetSymmetric(w, x, p, square);
        for (var a = 0; a < p; a++)
        {
            for (var b = a; b < p; b++)
            {
                double sum = 0;
                for (var i = 0; i < n; i++) sum += w[i] * x[(i * p) + a] * x[(i * p) + b];
                Assert.Equal(sum, square[(a * p) + b]);
                Assert.Equal(sum, square[(b * p) + a]);
            }
        }
    }
}
