using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>A precision that is known: P on its pattern, its log-determinant, and the variances of the levels.</summary>
/// <param name="pattern">The lower triangle of P.</param>
/// <param name="values">P on it.</param>
/// <param name="logDeterminant">log |P|.</param>
/// <param name="variances">The diagonal of P⁻¹.</param>
/// <param name="stranger">The variance of a level that is related to none.</param>
internal sealed class KnownPrecision(SparsePattern pattern, double[] values, double logDeterminant, IReadOnlyList<double> variances,
    double stranger = 1)
    : LevelPrecision(pattern, 0)
{
    public override void Start(Span<double> phi)
    {
    }

    public override double Set(ReadOnlySpan<double> phi, Span<double> result, Span<double> work)
    {
        values.CopyTo(result);
        return logDeterminant;
    }

    public override void PullBack(ReadOnlySpan<double> phi, ReadOnlySpan<double> adjoint, double logAdjoint, ReadOnlySpan<double> work,
        Span<double> gradient)
    {
    }

    public override double Variance(ReadOnlySpan<double> phi, int level) => variances[level];

    public override double Variance(ReadOnlySpan<double> phi, LevelKey level) => stranger;

    public override LevelRelation Relate(ReadOnlySpan<double> phi, LevelKey level) => new([], [], stranger);

    public override Containment Contains(LevelPrecision smaller) => smaller is KnownPrecision other && IsOfSameLevels(other)
        && values.AsSpan().SequenceEqual(other.Values) ? Containment.Inside : Containment.None;

    private double[] Values => values;

    /// <summary>The variance of a level in the middle.</summary>
    public double MeanVariance => variances.Average();

    /// <summary>The precision of effects that are smaller by the root of a factor.</summary>
    public KnownPrecision Scaled(double factor) => new(Pattern, Array.ConvertAll(values, v => v * factor), logDeterminant
        + (Pattern.Order * Math.Log(factor)),
        [.. variances.Select(v => v / factor)], stranger / factor);

    /// <summary>The same precision for each of several groups that are independent.</summary>
    public KnownPrecision Repeated(int groups)
    {
        if (groups == 1) return this;
        var (m, count) = (Pattern.Order, Pattern.NonZeros);
        var pointers = new int[checked((m * groups) + 1)];
        var (rows, all) = (new int[checked(count * groups)], new double[count * groups]);
        for (var g = 0; g < groups; g++)
        {
            for (var c = 0; c < m; c++) pointers[(g * m) + c] = (g * count) + Pattern.ColumnPointers[c];
            for (var k = 0; k < count; k++) rows[(g * count) + k] = (g * m) + Pattern.RowIndices[k];
            values.CopyTo(all, g * count);
        }

        pointers[^1] = count * groups;
        return new KnownPrecision(new SparsePattern(m * groups, pointers, rows), all, groups * logDeterminant,
            [.. Enumerable.Range(0, m * groups).Select(l => variances[l % m])], stranger);
    }
}

/// <summary>Λ = 1: an effect of which the variance is known.</summary>
internal sealed class FixedScale() : Loadings(1, 1, 0)
{
    public override bool IsScaleFree => false;

    public override bool IsDiagonal => true;

    public override void Start(ReadOnlySpan<double> spread, Span<double> theta)
    {
    }

    public override void Set(ReadOnlySpan<double> theta, Span<double> lambda) => lambda[0] = 1;

    public override void PullBack(ReadOnlySpan<double> theta, ReadOnlySpan<double> adjoint, Span<double> gradient)
    {
    }

    public override IReadOnlyList<CovarianceQuantity> Quantities(IReadOnlyList<string> effects) => [];

    public override void Report(ReadOnlySpan<double> theta, ReadOnlySpan<double> lambda, Span<double> values)
    {
    }
}
