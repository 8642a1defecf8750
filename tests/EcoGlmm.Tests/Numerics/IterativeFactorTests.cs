using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

/// <summary>Conjugate gradients and stochastic Lanczos quadrature against the factorisation.</summary>
public class IterativeFactorTests
{
    public static TheoryData<string> Kinds => ["crossed", "crossed-slopes", "olre", "nested", "grid", "pedigree", "random"];

    private static SparsePattern Pattern(string kind) => kind switch
    {
        "crossed" => SparseMatrices.Crossed(2000, [300, 150, 5], [1, 1, 1], 1),
        "crossed-slopes" => SparseMatrices.Crossed(900, [120, 50, 5], [2, 3, 1], 1),
        "olre" => SparseMatrices.Crossed(400, [60, 20], [1, 1], 1, olre: true),
        "nested" => SparseMatrices.Nested(400, 80, 9),
        "grid" => SparseMatrices.Grid(20),
        "pedigree" => SparseMatrices.Pedigree(40, 500, 1),
        _ => SparseMatrices.Random(400, 1200, 1),
    };

    private static (SparseCholesky Direct, IterativeFactor Iterative, SparsePattern Pattern, double[] Values) Both(string kind, int blocks)
    {
        var pattern = Pattern(kind);
        var values = SparseMatrices.Values(pattern, 3);
        var (direct, iterative) = (SparseCholesky.Analyze(pattern), new IterativeFactor(pattern, blocks));
        Assert.True(direct.TryFactor(values));
        Assert.True(iterative.TryFactor(values));
        return (direct, iterative, pattern, values);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Solves_as_the_factorisation_does(string kind)
    {
        var (direct, iterative, pattern, _) = Both(kind, 1);
        var random = new RandomStream(5);
        var expected = Enumerable.Range(0, pattern.Order).Select(_ => random.NextNormal()).ToArray();
        var actual = (double[])expected.Clone();
        direct.Solve(expected);
        iterative.Solve(actual);
        var size = expected.Max(Math.Abs);
        for (var i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], 1e-9 * size);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Log_determinant_is_within_its_error(string kind)
    {
        var (direct, iterative, pattern, values) = Both(kind, 12);
        Assert.InRange(Math.Abs(iterative.LogDeterminant - direct.LogDeterminant), 0, 3.5 * iterative.LogDeterminantError);
        Assert.True(iterative.LogDeterminantError > 0);

        // Four times the probes, about half the error.
        var more = new IterativeFactor(pattern, 48);
        more.TryFactor(values);
        Assert.InRange(more.LogDeterminantError / iterative.LogDeterminantError, 0.35, 0.7);
        Assert.InRange(Math.Abs(more.LogDeterminant - direct.LogDeterminant), 0, 3.5 * more.LogDeterminantError);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Inverse_on_the_pattern_comes_near(string kind)
    {
        var (direct, iterative, pattern, _) = Both(kind, 32);
        var (expected, actual) = (new double[pattern.NonZeros], new double[pattern.NonZeros]);
        direct.SelectedInverse(expected);
        iterative.SelectedInverse(actual);
        double error = 0, size = 0, trace = 0, estimated = 0;
        for (var j = 0; j < pattern.Order; j++)
        {
            var at = pattern.ColumnPointers[j];
            error += (actual[at] - expected[at]) * (actual[at] - expected[at]);
            size += expected[at] * expected[at];
            trace += expected[at];
            estimated += actual[at];
        }

        // 256 probes: an element has an error of a sixteenth of what lies off the diagonal beside it, the trace far less.
        Assert.InRange(Math.Sqrt(error / size), 0, 0.12);
        Assert.Equal(trace, estimated, 0.02 * trace);
    }

    [Fact]
    public void A_small_matrix_is_done_exactly()
    {
        var pattern = SparseMatrices.Crossed(500, [70, 40, 5], [1, 2, 1], 1);
        var values = SparseMatrices.Values(pattern, 3);
        var (direct, iterative) = (SparseCholesky.Analyze(pattern), new IterativeFactor(pattern));
        Assert.True(direct.TryFactor(values) && iterative.TryFactor(values));
        Assert.Equal(direct.LogDeterminant, iterative.LogDeterminant, 1e-8 * Math.Abs(direct.LogDeterminant));
        Assert.Equal(0, iterative.LogDeterminantError);
        var (expected, actual) = (new double[pattern.NonZeros], new double[pattern.NonZeros]);
        direct.SelectedInverse(expected);
        iterative.SelectedInverse(actual);
        var size = expected.Max(Math.Abs);
        for (var e = 0; e < expected.Length; e++) Assert.Equal(expected[e], actual[e], 1e-8 * size);
    }

    [Fact]
    public void Bits_do_not_depend_on_the_number_of_threads()
    {
        double[] With(int threads)
        {
            var pattern = Pattern("crossed-slopes");
            var factor = new IterativeFactor(pattern, 5) { MaxThreads = threads };
            factor.TryFactor(SparseMatrices.Values(pattern, 3));
            var result = new double[pattern.NonZeros + 2];
            factor.SelectedInverse(result.AsSpan(2));
            (result[0], result[1]) = (factor.LogDeterminant, factor.LogDeterminantError);
            return result;
        }

        Assert.Equal(With(1), With(2));
        Assert.Equal(With(1), With(4));
    }

    [Fact]
    public void A_matrix_without_a_positive_diagonal_is_refused_and_another_can_be_tried()
    {
        var pattern = SparsePattern.FromPairs(3, [1], [0]);
        var factor = new IterativeFactor(pattern);
        Assert.False(factor.TryFactor([1, 0, -1, 1]));
        Assert.Throws<InvalidOperationException>(() => factor.Solve(new double[3]));
        Assert.True(factor.TryFactor([2, 1, 2, 1]));
        double[] b = [3, 3, 1];
        factor.Solve(b);
        Assert.All(b, x => Assert.Equal(1, x, 1e-12));
    }

    [Fact]
    public void An_indefinite_matrix_has_no_log_determinant()
    {
        Assert.False(new IterativeFactor(SparsePattern.FromPairs(2, [1], [0])).TryFactor([1, 3, 1]));
        var pattern = SparsePattern.FromPairs(600, [1], [0]);
        var values = Enumerable.Repeat(1.0, pattern.NonZeros).ToArray();
        values[1] = 3;
        var factor = new IterativeFactor(pattern);
        factor.TryFactor(values);
        Assert.True(double.IsNaN(factor.LogDeterminant));
    }
}
