using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

/// <summary>Every entry of a product is the same sum in the same order, whatever the tiles and the width of registers.</summary>
public unsafe class MatrixProductTests
{
    public static TheoryData<int, int, int, bool, bool, bool> Shapes()
    {
        var shapes = new TheoryData<int, int, int, bool, bool, bool>();
        int[] orders = [7, 12, 13, 23, 24, 25, 36, 37, 49, 97];
        for (var k = 0; k < orders.Length; k++)
        {
            var (m, n) = (orders[k], orders[(3 * k + 1) % orders.Length]);
            foreach (var depth in new[] { 40, 256, 300 })
                shapes.Add(m, n, depth, k % 2 == 0, depth == 300 || k % 3 == 0, depth == 40);
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_product_is_summed_term_by_term(int m, int n, int k, bool transposeA, bool transposeB, bool subtract)
    {
        var random = new Random(m * n + k);
        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
        var (a, b, c) = (Draw(m * k), Draw(k * n), Draw(m * n));
        var expected = (double[])c.Clone();
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < m; i++)
            {
                for (var from = 0; from < k; from += MatrixProduct.DepthBlock)
                {
                    var sum = 0.0;
                    for (var p = from; p < Math.Min(k, from + MatrixProduct.DepthBlock); p++)
                    {
                        sum = MatrixProduct.MultiplyAdd(
                            transposeA ? a[p + i * k] : a[i + p * m], transposeB ? b[j + p * n] : b[p + j * k], sum);
                    }

                    expected[i + j * m] += subtract ? -sum : sum;
                }
            }
        }

        fixed (double* pa = a, pb = b, pc = c, workspace = new double[MatrixProduct.WorkspaceLength])
        {
            MatrixProduct.Add(m, n, k, subtract, pa, transposeA ? k : m, transposeA, pb, transposeB ? n : k, transposeB, pc, m, workspace);
        }

        Assert.Equal(expected, c);
    }
}
