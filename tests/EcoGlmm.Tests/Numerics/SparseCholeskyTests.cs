using EcoGlmm.Numerics;
using Matrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix;

namespace EcoGlmm.Tests.Numerics;

public class SparseCholeskyTests
{
    public static TheoryData<string> Kinds =>
    [
        "empty", "one", "diagonal", "random-thin", "random", "random-dense", "dense", "dense-wide", "blocks", "crossed",
        "crossed-slopes", "olre", "olre-slopes", "nested", "grid", "tridiagonal", "pedigree", "arrow", "two-parts",
    ];

    private static SparsePattern Pattern(string kind, int seed = 1) => kind switch
    {
        "empty" => SparsePattern.FromPairs(0, [], []),
        "one" => SparsePattern.FromPairs(1, [], []),
        "diagonal" => SparsePattern.FromPairs(7, [], []),
        "random-thin" => SparseMatrices.Random(120, 100, seed),
        "random" => SparseMatrices.Random(150, 400, seed),
        "random-dense" => SparseMatrices.Random(150, 2000, seed),
        "dense" => SparsePattern.FromCliques(37, [[.. Enumerable.Range(0, 37)]]),
        "dense-wide" => SparsePattern.FromCliques(331, [[.. Enumerable.Range(0, 331)]]),
        "blocks" => SparsePattern.FromCliques(90, [.. Enumerable.Range(0, 30).Select(g => new[] { 3 * g, 3 * g + 1, 3 * g + 2 })]),
        "crossed" => SparseMatrices.Crossed(600, [100, 40, 5], [1, 1, 1], seed),
        "crossed-slopes" => SparseMatrices.Crossed(400, [50, 20, 5], [2, 3, 1], seed),
        "olre" => SparseMatrices.Crossed(200, [30, 10], [1, 1], seed, olre: true),
        "olre-slopes" => SparseMatrices.Crossed(150, [20, 10], [2, 2], seed, olre: true),
        "nested" => SparseMatrices.Nested(200, 40, 9),
        "grid" => SparseMatrices.Grid(14),
        "tridiagonal" => SparseMatrices.Tridiagonal(200),
        "pedigree" => SparseMatrices.Pedigree(20, 300, seed),
        "arrow" => SparsePattern.FromPairs(150, [.. Enumerable.Range(1, 149)], new int[149]),
        "two-parts" => SparsePattern.FromCliques(250, [[.. Enumerable.Range(0, 120)], [.. Enumerable.Range(120, 130)], [0, 249]]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Agrees_with_dense_arithmetic(string kind)
    {
        for (var seed = 1; seed <= 2; seed++)
        {
            var pattern = Pattern(kind, seed);
            var cholesky = SparseCholesky.Analyze(pattern);

            // Twice with other numbers: nothing of the first matrix may be left.
            Check(cholesky, pattern, SparseMatrices.Values(pattern, 10 + seed, scaleSpread: 6));
            Check(cholesky, pattern, SparseMatrices.Values(pattern, 20 + seed));
        }
    }

    private static void Check(SparseCholesky cholesky, SparsePattern pattern, double[] values)
    {
        var n = pattern.Order;
        Assert.True(cholesky.TryFactor(values));
        if (n == 0)
        {
            Assert.Equal(0, cholesky.LogDeterminant);
            return;
        }

        var dense = Matrix.OfColumnMajor(n, n, SparseMatrices.ToDense(pattern, values));
        var reference = dense.Cholesky();
        var inverse = dense.Inverse();
        Assert.Equal(reference.DeterminantLn, cholesky.LogDeterminant, 1e-9 * (1 + Math.Abs(reference.DeterminantLn)));

        var random = new Random(5);
        var x = Enumerable.Range(0, 3 * n).Select(_ => random.NextDouble() - 0.5).ToArray();
        var b = Enumerable.Range(0, 3).SelectMany(c => SparseMatrices.Multiply(pattern, values, x[(c * n)..(c * n + n)])).ToArray();
        var one = b[..n];
        cholesky.Solve(one);
        cholesky.SolveMany(b, 3);
        for (var i = 0; i < x.Length; i++)
        {
            var size = Math.Sqrt(inverse[i % n, i % n]);
            Assert.Equal(x[i], b[i], 1e-8 * (1 + size * 1e3));
            if (i < n)
            {
                Assert.Equal(x[i], one[i], 1e-8 * (1 + size * 1e3));
            }
        }

        // x = Pᵀ L⁻ᵀ z has xᵀ A x = zᵀ z.
        var draw = x[..n];
        var norm = draw.Sum(v => v * v);
        cholesky.SolveFactorTransposed(draw);
        var product = SparseMatrices.Multiply(pattern, values, draw);
        Assert.Equal(norm, draw.Zip(product, (p, q) => p * q).Sum(), 1e-8 * (1 + norm));

        var selected = new double[pattern.NonZeros];
        cholesky.SelectedInverse(selected);
        for (var j = 0; j < n; j++)
        {
            for (var p = pattern.ColumnPointers[j]; p < pattern.ColumnPointers[j + 1]; p++)
            {
                var i = pattern.RowIndices[p];
                Assert.Equal(inverse[i, j], selected[p], 1e-9 * Math.Sqrt(inverse[i, i] * inverse[j, j]));
            }
        }
    }

    [Theory]
    [InlineData("random")]
    [InlineData("crossed")]
    [InlineData("olre")]
    [InlineData("dense-wide")]
    [InlineData("blocks")]
    public void A_matrix_that_cannot_be_factorized_is_refused_and_the_next_is_not(string kind)
    {
        var pattern = Pattern(kind);
        var good = SparseMatrices.Values(pattern, 1);
        var cholesky = SparseCholesky.Analyze(pattern);
        Assert.True(double.IsNaN(cholesky.LogDeterminant));
        Assert.True(cholesky.TryFactor(good));
        var expected = cholesky.LogDeterminant;
        foreach (var bad in new[] { -1, 0, double.NaN, double.PositiveInfinity })
        {
            foreach (var column in new[] { 0, pattern.Order / 2, pattern.Order - 1 })
            {
                var values = (double[])good.Clone();
                values[pattern.ColumnPointers[column]] = bad;
                Assert.False(cholesky.TryFactor(values));
                Assert.True(double.IsNaN(cholesky.LogDeterminant));
                Assert.Throws<InvalidOperationException>(() => cholesky.Solve(new double[pattern.Order]));
                Assert.Throws<InvalidOperationException>(() => cholesky.SelectedInverse(new double[pattern.NonZeros]));
            }
        }

        var offDiagonal = (double[])good.Clone();
        offDiagonal[pattern.ColumnPointers[0] + 1] = double.NaN;
        Assert.False(cholesky.TryFactor(offDiagonal));

        Assert.True(cholesky.TryFactor(good));
        Assert.Equal(expected, cholesky.LogDeterminant);
    }

    [Theory]
    [InlineData("crossed", 1)]
    [InlineData("crossed", 2)]
    [InlineData("dense-wide", 1)]
    [InlineData("dense-wide", 2)]
    public void A_cancelled_factorisation_throws_and_the_next_is_not_the_worse_for_it(string kind, int threads)
    {
        var pattern = Pattern(kind);
        var values = SparseMatrices.Values(pattern, 1);
        Assert.ThrowsAny<OperationCanceledException>(() => SparseCholesky.Analyze(pattern, new CancellationToken(true)));
        var cholesky = SparseCholesky.Analyze(pattern);
        cholesky.MaxThreads = threads;
        Assert.True(cholesky.TryFactor(values));
        var expected = cholesky.LogDeterminant;
        var (inverse, again) = (new double[pattern.NonZeros], new double[pattern.NonZeros]);
        cholesky.SelectedInverse(inverse);

        cholesky.Cancellation = new CancellationToken(true);
        Assert.ThrowsAny<OperationCanceledException>(() => cholesky.SelectedInverse(again));
        Assert.ThrowsAny<OperationCanceledException>(() => cholesky.TryFactor(values));
        Assert.Throws<InvalidOperationException>(() => cholesky.Solve(new double[pattern.Order]));

        cholesky.Cancellation = CancellationToken.None;
        Assert.True(cholesky.TryFactor(values));
        Assert.Equal(expected, cholesky.LogDeterminant);
        cholesky.SelectedInverse(again);
        Assert.Equal(inverse, again);
    }

    [Theory]
    [InlineData("crossed")]
    [InlineData("crossed-slopes")]
    [InlineData("olre")]
    [InlineData("dense-wide")]
    [InlineData("grid")]
    public void Nothing_is_allocated_once_warm(string kind)
    {
        var pattern = Pattern(kind);
        var values = SparseMatrices.Values(pattern, 1);
        var cholesky = SparseCholesky.Analyze(pattern);
        var selected = new double[pattern.NonZeros];
        var b = new double[2 * pattern.Order];
        for (var i = 0; i < 3; i++)
        {
            Use();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Use();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Use()
        {
            cholesky.TryFactor(values);
            cholesky.Solve(b.AsSpan(0, pattern.Order));
            cholesky.SolveMany(b, 2);
            cholesky.SolveFactorTransposed(b.AsSpan(0, pattern.Order));
            cholesky.SelectedInverse(selected);
        }
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("crossed")]
    [InlineData("crossed-thrice")]
    [InlineData("overlapping")]
    [InlineData("grid")]
    [InlineData("grid with leaves")]
    [InlineData("pedigree")]
    public void Results_do_not_depend_on_the_number_of_threads(string kind)
    {
        // Large enough for the steps to be shared.
        var pattern = kind switch
        {
            "dense" => SparsePattern.FromCliques(720, [[.. Enumerable.Range(0, 720)]]),
            "crossed" => SparseMatrices.Crossed(6000, [500, 400], [1, 1], 1),
            "crossed-thrice" => SparseMatrices.Crossed(9000, [900, 500, 30], [1, 1, 1], 1),
            "overlapping" => Overlapping(),
            "grid" => SparseMatrices.Grid(110),
            "grid with leaves" => GridWithLeaves(100),
            _ => SparseMatrices.Pedigree(150, 1600, 1),
        };
        var values = SparseMatrices.Values(pattern, 1);
        var one = Results(1);
        Assert.Equal(one, Results(2));
        Assert.Equal(one, Results(4));

        double[] Results(int threads)
        {
            var cholesky = SparseCholesky.Analyze(pattern);
            cholesky.MaxThreads = threads;
            Assert.True(cholesky.TryFactor(values));
            var results = new double[pattern.NonZeros + pattern.Order + 1];
            cholesky.SelectedInverse(results.AsSpan(0, pattern.NonZeros));
            results.AsSpan(pattern.NonZeros, pattern.Order).Fill(1);
            cholesky.Solve(results.AsSpan(pattern.NonZeros, pattern.Order));
            results[^1] = cholesky.LogDeterminant;

            // Against the definition: A x = 1, and Σ A⁻¹ᵢⱼ Aᵢⱼ over all entries is the order.
            var product = SparseMatrices.Multiply(pattern, values, results[pattern.NonZeros..^1]);
            Assert.All(product, b => Assert.Equal(1, b, 1e-9));
            double trace = 0;
            for (var j = 0; j < pattern.Order; j++)
            {
                for (var p = pattern.ColumnPointers[j]; p < pattern.ColumnPointers[j + 1]; p++)
                {
                    trace += (pattern.RowIndices[p] == j ? 1 : 2) * values[p] * results[p];
                }
            }

            Assert.Equal(pattern.Order, trace, 1e-7 * pattern.Order);
            return results;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_grid_with_one_negative_pivot_is_refused_and_the_next_is_not_the_worse_for_it(int threads)
    {
        var pattern = GridWithLeaves(90);
        var values = SparseMatrices.Values(pattern, 1);
        var cholesky = SparseCholesky.Analyze(pattern);
        cholesky.MaxThreads = threads;
        Assert.True(cholesky.FactorFlops > 4e6);
        Assert.True(cholesky.TryFactor(values));
        var expected = cholesky.LogDeterminant;
        foreach (var column in new[] { 0, 4321, 8099, pattern.Order - 1 })
        {
            var at = pattern.IndexOf(column, column);
            var kept = values[at];
            values[at] = -1;
            Assert.False(cholesky.TryFactor(values));
            Assert.Throws<InvalidOperationException>(() => cholesky.Solve(new double[pattern.Order]));
            values[at] = kept;
        }

        Assert.True(cholesky.TryFactor(values));
        Assert.Equal(expected, cholesky.LogDeterminant);
    }

    // Every third place of a grid has a leaf that is linked to its neighbours too, so that leaves push into separators.
    private static SparsePattern GridWithLeaves(int side)
    {
        var grid = SparseMatrices.Grid(side);
        var cliques = new List<int[]>();
        for (var j = 0; j < grid.Order; j++)
        {
            var column = grid.RowIndices[grid.ColumnPointers[j]..grid.ColumnPointers[j + 1]];
            cliques.AddRange(column.Where(i => i != j).Select(i => new[] { i, j }));
            if (j % 3 == 0) cliques.Add([.. column, grid.Order + (j / 3)]);
        }

        return SparsePattern.FromCliques(grid.Order + ((grid.Order + 2) / 3), [.. cliques]);
    }

    // Six wide panels and forty columns, each with some rows of a seventh panel, so that what this receives has gaps; below it are
    // rows that they do not touch, and those have others below them, so that no panel beside it waits for the same.
    private static SparsePattern Overlapping()
    {
        int[] middle = [.. Enumerable.Range(720, 180)], below = [.. Enumerable.Range(900, 200)], last = [.. Enumerable.Range(1100, 400)];
        var cliques = Enumerable.Range(0, 6)
            .Select(c => Enumerable.Range(120 * c, 120).Concat(middle.Where(row => row % 6 == c || row % 5 < 3)).ToArray());
        var columns = Enumerable.Range(0, 40).Select(c => middle.Where(row => row % 7 == c % 7).Append(1500 + c).ToArray());
        return SparsePattern.FromCliques(1540, [.. cliques, .. columns, [.. middle, .. below], [.. below, .. last]]);
    }

    [Fact]
    public void Draws_have_the_inverse_as_their_covariance()
    {
        var pattern = Pattern("random-thin");
        var values = SparseMatrices.Values(pattern, 1);
        var cholesky = SparseCholesky.Analyze(pattern);
        cholesky.TryFactor(values);
        var n = pattern.Order;

        // The columns of Pᵀ L⁻ᵀ, multiplied by their transposes and added, are the inverse.
        var sum = new Matrix(n, n);
        for (var k = 0; k < n; k++)
        {
            var z = new double[n];
            z[k] = 1;
            cholesky.SolveFactorTransposed(z);
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    sum[i, j] += z[i] * z[j];
                }
            }
        }

        var inverse = Matrix.OfColumnMajor(n, n, SparseMatrices.ToDense(pattern, values)).Inverse();
        Assert.True((inverse - sum).FrobeniusNorm() < 1e-10 * inverse.FrobeniusNorm());
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        var pattern = SparsePattern.FromPairs(3, [1], [0]);
        var cholesky = SparseCholesky.Analyze(pattern);
        Assert.Throws<ArgumentException>(() => cholesky.TryFactor(new double[3]));
        cholesky.TryFactor([1, 0, 1, 1]);
        Assert.Throws<ArgumentException>(() => cholesky.Solve(new double[2]));
        Assert.Throws<ArgumentException>(() => cholesky.SolveMany(new double[3], 2));
        Assert.Throws<ArgumentException>(() => cholesky.SelectedInverse(new double[5]));
    }
}
