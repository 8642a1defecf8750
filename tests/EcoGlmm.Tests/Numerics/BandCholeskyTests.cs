using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

/// <summary>The factorisation of narrow bands against that of any sparse matrix.</summary>
public class BandCholeskyTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(9, 0)]
    [InlineData(200, 1)]
    [InlineData(157, 2)]
    [InlineData(90, 3)]
    [InlineData(40, 6)]
    public void Agrees_with_the_factorisation_of_any_sparse_matrix(int order, int width)
    {
        // Every third column lacks its outermost entry.
        var (rows, columns) = (new List<int>(), new List<int>());
        for (var j = 0; j < order; j++)
        {
            for (var i = j + 1; i <= Math.Min(order - 1, j + width - (width > 1 && j % 3 == 0 ? 1 : 0)); i++)
            {
                rows.Add(i);
                columns.Add(j);
            }
        }

        var pattern = SparsePattern.FromPairs(order, [.. rows], [.. columns]);
        var band = BandCholesky.TryAnalyze(pattern)!;
        var sparse = SparseCholesky.Analyze(pattern);
        foreach (var seed in new[] { 1, 2 })
        {
            var values = SparseMatrices.Values(pattern, seed);
            Assert.True(band.TryFactor(values));
            Assert.True(sparse.TryFactor(values));
            Assert.Equal(sparse.LogDeterminant, band.LogDeterminant, 1e-10 * order);
            double[] x = [.. Enumerable.Range(0, order).Select(i => Math.Cos(i))], y = [.. x];
            band.Solve(x);
            sparse.Solve(y);
            AssertNear(y, x);
            var (mine, other) = (new double[pattern.NonZeros], new double[pattern.NonZeros]);
            band.SelectedInverse(mine);
            sparse.SelectedInverse(other);
            AssertNear(other, mine);

            // L⁻ᵀz for all unit vectors z has the inverse as its product with itself; its first element is a sum of squares.
            var first = 0.0;
            for (var k = 0; k < order; k++)
            {
                var z = new double[order];
                z[k] = 1;
                band.SolveFactorTransposed(z);
                first += z[0] * z[0];
            }

            Assert.Equal(other[0], first, 1e-10 * Math.Abs(other[0]));
        }
    }

    [Fact]
    public void Refuses_what_is_not_positive_definite_and_bands_that_are_wide()
    {
        var pattern = SparsePattern.FromPairs(3, [1, 2], [0, 1]);
        var band = BandCholesky.TryAnalyze(pattern)!;
        Assert.False(band.TryFactor([1, 2, 1, 0, 1]));
        Assert.False(band.TryFactor([1, double.NaN, 1, 0, 1]));
        Assert.True(double.IsNaN(band.LogDeterminant));
        Assert.True(band.TryFactor([4, 2, 5, 0, 1]));
        Assert.Equal(Math.Log(16), band.LogDeterminant, 1e-12);
        Assert.Null(BandCholesky.TryAnalyze(SparsePattern.FromPairs(20, [19], [0])));
    }

    private static void AssertNear(double[] expected, double[] actual)
    {
        for (var k = 0; k < expected.Length; k++) Assert.Equal(expected[k], actual[k], 1e-9 * (1 + Math.Abs(expected[k])));
    }
}
