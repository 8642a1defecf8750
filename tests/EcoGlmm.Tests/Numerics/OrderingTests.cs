using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

public class OrderingTests
{
    private static long FactorNonZeros(SparsePattern pattern) => EliminationTree
        .Build(pattern, FillReducingOrder.Compute(pattern)).Counts.Sum(c => (long)c);

    [Theory]
    [InlineData(30, 1, 60, 40)]
    [InlineData(200, 300, 3, 1)]
    [InlineData(500, 4000, 1, 2)]
    public void Every_order_is_a_permutation(int n, int pairs, int seed, int shift)
    {
        var random = SparseMatrices.Random(n, pairs, seed + shift);
        Assert.Equal(Enumerable.Range(0, n), FillReducingOrder.Compute(random).Order());
    }

    [Fact]
    public void Trees_and_chains_fill_nothing()
    {
        var chain = SparseMatrices.Tridiagonal(1000);
        Assert.Equal(chain.NonZeros, FactorNonZeros(chain));

        var nested = SparseMatrices.Nested(600, 90, 7);
        Assert.Equal(nested.NonZeros, FactorNonZeros(nested));

        var random = new Random(1);
        var tree = SparsePattern.FromPairs(
            2000, [.. Enumerable.Range(1, 1999)], [.. Enumerable.Range(1, 1999).Select(i => random.Next(i))]);
        Assert.Equal(tree.NonZeros, FactorNonZeros(tree));

        var arrow = SparsePattern.FromPairs(500, [.. Enumerable.Range(1, 499)], new int[499]);
        Assert.Equal(arrow.NonZeros, FactorNonZeros(arrow));
    }

    [Fact]
    public void Fill_of_a_square_grid_is_that_of_minimum_degree()
    {
        // Nested dissection has about 7.75 n log2(side) nonzeros at best; minimum degree is known to come close at this size.
        Assert.InRange(FactorNonZeros(SparseMatrices.Grid(60)), 40_000, 80_000);
    }

    [Fact]
    public void Crossed_factors_eliminate_the_larger_one_first()
    {
        // 600 levels, then a full triangle for the 100 others and the 3 of the third factor, and not much more.
        var pattern = SparseMatrices.Crossed(8000, [600, 100, 3], [1, 1, 1], 1);
        var bound = 600L * (1 + 8000 / 600 + 3 + 1) + 103 * 104 / 2;
        Assert.InRange(FactorNonZeros(pattern), 1, bound + bound / 4);
    }

    [Theory]
    [InlineData(60_000, 700, 90, true)]
    [InlineData(200_000, 3000, 400, true)]
    [InlineData(3_000, 700, 90, false)]
    [InlineData(40_000, 3000, 1000, false)]
    public void The_order_of_factors_that_meet_often_costs_no_more_than_minimum_degree(int rows, int larger, int smaller, bool isTaken)
    {
        var pattern = SparseMatrices.Crossed(rows, [smaller, larger], [1, 1], 1);
        var (pointers, neighbours) = FillReducingOrder.Symmetrize(pattern);
        var order = CrossedFactors.TryOrder(pointers, neighbours);
        Assert.Equal(isTaken, order is not null);
        if (order is null) return;
        Assert.Equal(Enumerable.Range(0, smaller + larger), order.Order());
        double Operations(int[] of) => EliminationTree.Build(pattern, of).Counts.Sum(c => (double)c * c);
        var minimumDegree = Operations(ApproximateMinimumDegree.Order(pointers, neighbours));
        Assert.InRange(Operations(order), 0.5 * minimumDegree, 1.05 * minimumDegree);
    }

    [Fact]
    public void Observation_level_effects_fill_only_among_the_others()
    {
        var pattern = SparseMatrices.Crossed(20000, [300, 20], [1, 1], 1, olre: true);
        Assert.True(FactorNonZeros(pattern) <= pattern.NonZeros + 20 * 19 / 2);
    }

    [Fact]
    public void Column_counts_are_those_of_the_factor()
    {
        var pattern = SparseMatrices.Random(60, 120, 4);
        var tree = EliminationTree.Build(pattern, FillReducingOrder.Compute(pattern));
        var n = pattern.Order;
        var filled = new bool[n, n];
        for (var j = 0; j < n; j++)
        {
            for (var p = pattern.ColumnPointers[j]; p < pattern.ColumnPointers[j + 1]; p++)
            {
                var a = tree.Inverse[j];
                var b = tree.Inverse[pattern.RowIndices[p]];
                filled[Math.Max(a, b), Math.Min(a, b)] = true;
            }
        }

        for (var j = 0; j < n; j++)
        {
            var below = Enumerable.Range(j + 1, n - j - 1).Where(i => filled[i, j]).ToArray();
            Assert.Equal(below.Length + 1, tree.Counts[j]);
            Assert.Equal(below.Length == 0 ? -1 : below[0], tree.Parent[j]);
            foreach (var r in below)
            {
                foreach (var c in below.Where(c => c <= r))
                {
                    filled[r, c] = true;
                }
            }
        }
    }
}
