using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

public class SparsePatternTests
{
    [Fact]
    public void Pairs_in_either_triangle_become_a_sorted_lower_triangle_with_its_diagonal()
    {
        var pattern = SparsePattern.FromPairs(4, [0, 3, 3, 1, 2], [3, 0, 1, 3, 2]);
        Assert.Equal([0, 2, 4, 5, 6], pattern.ColumnPointers);
        Assert.Equal([0, 3, 1, 3, 2, 3], pattern.RowIndices);
        Assert.Equal(3, pattern.IndexOf(1, 3));
        Assert.Equal(3, pattern.IndexOf(3, 1));
        Assert.Equal(-1, pattern.IndexOf(2, 1));
    }

    [Fact]
    public void Cliques_link_their_members_and_skip_absent_levels()
    {
        var pattern = SparsePattern.FromCliques(5, [[4, 1, -1], [1, 4], [2], [], [3, 1, 1]]);
        Assert.Equal([0, 1, 4, 5, 6, 7], pattern.ColumnPointers);
        Assert.Equal([0, 1, 3, 4, 2, 3, 4], pattern.RowIndices);
    }

    [Fact]
    public void Cliques_and_pairs_agree()
    {
        var random = new Random(3);
        var cliques = Enumerable.Range(0, 60)
            .Select(_ => Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(30)).ToArray()).ToArray();
        var pairs = cliques.SelectMany(c => c.SelectMany(i => c.Select(j => (i, j)))).ToArray();
        var fromPairs = SparsePattern.FromPairs(30, [.. pairs.Select(p => p.i)], [.. pairs.Select(p => p.j)]);
        var fromCliques = SparsePattern.FromCliques(30, cliques);
        Assert.Equal(fromPairs.ColumnPointers, fromCliques.ColumnPointers);
        Assert.Equal(fromPairs.RowIndices, fromCliques.RowIndices);
    }

    [Fact]
    public void Indices_outside_the_matrix_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SparsePattern.FromPairs(3, [3], [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SparsePattern.FromCliques(3, [[0, 3]]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SparsePattern.FromCliques(3, [[0, -2]]));
    }
}
