using EcoGlmm.Numerics;
using Matrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix;

namespace EcoGlmm.Tests.Numerics;

public class BlockProductTests
{
    private static Matrix Normal(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return Matrix.Create(rows, columns, (_, _) => random.NextDouble() - 0.5);
    }

    /// <summary>Small ones, ones that do not fill a block, and ones that a team shares.</summary>
    public static TheoryData<int, int, int, bool> Sizes => new()
    {
        { 5, 3, 4, false }, { 97, 100, 110, false }, { 203, 150, 301, true }, { 300, 300, 300, true },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Products_of_every_shape_are_right_and_the_same_bits_on_any_number_of_threads(int m, int n, int k, bool subtract)
    {
        foreach (var transposeA in new[] { false, true })
        {
            foreach (var transposeB in new[] { false, true })
            {
                Check(m, n, k, subtract, transposeA, transposeB, ProductShape.Full);
                Check(m, n, k, subtract, transposeA, transposeB, ProductShape.LowerResult);
                Check(m, n, k, subtract, transposeA, transposeB, ProductShape.LowerRight);
                Check(m, n, k, subtract, transposeA, transposeB, ProductShape.UpperLeft | ProductShape.LowerResult);
                Check(m, n, k, subtract, transposeA, transposeB, ProductShape.LowerLeft);
            }
        }
    }

    private static unsafe void Check(int m, int n, int k, bool subtract, bool transposeA, bool transposeB, ProductShape shape)
    {
        var (left, right, start) = (Normal(m, k, 1), Normal(k, n, 2), Normal(m, n, 3));
        bool Has(ProductShape flag) => (shape & flag) != 0;
        if (Has(ProductShape.LowerLeft)) left = (Matrix)left.LowerTriangle();
        if (Has(ProductShape.UpperLeft)) left = (Matrix)left.UpperTriangle();
        if (Has(ProductShape.LowerRight)) right = (Matrix)right.LowerTriangle();
        var expected = subtract ? start - (left * right) : start + (left * right);

        var a = (transposeA ? (Matrix)left.Transpose() : left).Values;
        var b = (transposeB ? (Matrix)right.Transpose() : right).Values;
        var one = (double[])start.Values.Clone();
        var two = (double[])start.Values.Clone();
        var workspace = new double[MatrixProduct.WorkspaceLength];
        fixed (double* pa = a, pb = b, pone = one, ptwo = two, work = workspace)
        {
            new BlockProduct(work, null).Add(
                m, n, k, subtract, pa, transposeA ? k : m, transposeA, pb, transposeB ? n : k, transposeB, pone, m, shape);
            new BlockProduct(work, new BlockProduct.Team(3)).Add(
                m, n, k, subtract, pa, transposeA ? k : m, transposeA, pb, transposeB ? n : k, transposeB, ptwo, m, shape);
        }

        for (var j = 0; j < n; j++)
        {
            for (var i = Has(ProductShape.LowerResult) ? j : 0; i < m; i++)
            {
                Assert.Equal(expected[i, j], one[i + (j * m)], 1e-12 * k);
                Assert.Equal(one[i + (j * m)], two[i + (j * m)]);
            }
        }
    }
}
