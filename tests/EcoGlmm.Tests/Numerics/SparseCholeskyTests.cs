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
        "crossed" => SparseMatrices.Crossed(1500, [150, 60, 5], [1, 1, 1], seed),
        "crossed-slopes" => SparseMatrices.Crossed(900, [80, 40, 5], [2, 3, 1], seed),
        "olre" => SparseMatrices.Crossed(400, [40, 10], [1, 1], seed, olre: true),
        "olre-slopes" => SparseMatrices.Crossed(300, [20, 10], [2, 2], seed, olre: true),
        "nested" => SparseMatrices.Nested(400, 60, 9),
        "grid" => SparseMatrices.Grid(18),
        "tridiagonal" => SparseMatrices.Tridiagonal(200),
        "pedigree" => SparseMatrices.Pedigree(20, 300, seed),
        "arrow" => SparsePattern.FromPairs(300, [.. Enumerable.Range(1, 299)], new int[299]),
        "two-parts" => SparsePattern.FromCliques(250, [[.. Enumerable.Range(0, 120)], [.. Enumerable.Range(120, 130)], [0, 249]]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Agrees_with_dense_arithmetic(string kind)
    {
        for (int seed = 1; seed <= 3; seed++)
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
        int n = pattern.Order;
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
        for (int i = 0; i < x.Length; i++)
        {
            double size = Math.Sqrt(inverse[i % n, i % n]);
            Assert.Equal(x[i], b[i], 1e-8 * (1 + size * 1e3));
            if (i < n)
            {
                Assert.Equal(x[i], one[i], 1e-8 * (1 + size * 1e3));
            }
        }

        // x = Pᵀ L⁻ᵀ z has xᵀ A x = zᵀ z.
        var draw = x[..n];
        double norm = draw.Sum(v => v * v);
        cholesky.SolveFactorTransposed(draw);
        var product = SparseMatrices.Multiply(pattern, values, draw);
        Assert.Equal(norm, draw.Zip(product, (p, q) => p * q).Sum(), 1e-8 * (1 + norm));

        var selected = new double[pattern.NonZeros];
        cholesky.SelectedInverse(selected);
        for (int j = 0; j < n; j++)
        {
            for (int p = pattern.ColumnPointers[j]; p < pattern.ColumnPointers[j + 1]; p++)
            {
                int i = pattern.RowIndices[p];
                Assert.Equal(inverse[i, j], selected[p], 1e-9 * Math.Sqrt(inverse[i, i] * inverse[j, j]));
            }
        }
    }
}
