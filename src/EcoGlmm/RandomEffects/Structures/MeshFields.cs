using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>spde: a Matérn field on a mesh for each group, independent of those of other groups, with the same range and standard
/// deviation.</summary>
/// <param name="field">The field of one group.</param>
/// <param name="groups">Number of groups; level g·m + i is node i in group g.</param>
internal sealed class MeshFields(MaternField field, int groups) : LevelPrecision(Repeated(field.Pattern, groups), 1)
{
    /// <summary>Ranges to begin from, as fractions of the mesh.</summary>
    private static readonly double[] Fractions = [0.15, 0.05, 0.4];

    public override int WorkLength => 1;

    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = [new("range")];

    public override void Report(ReadOnlySpan<double> phi, Span<double> values) => values[0] = Math.Exp(phi[0]);

    public override void Start(Span<double> phi) => phi[0] = field.LogRange(Fractions[0]);

    public override IEnumerable<double[]> Candidates() => Fractions.Select(f => new[] { field.LogRange(f) });

    public override double Set(ReadOnlySpan<double> phi, Span<double> values, Span<double> work)
    {
        var count = field.Pattern.NonZeros;
        var (log, slope) = field.Set(phi[0], values[..count]);
        for (var g = 1; g < groups; g++) values[..count].CopyTo(values.Slice(g * count, count));
        work[0] = groups * slope;
        return groups * log;
    }

    public override void PullBack(ReadOnlySpan<double> phi, ReadOnlySpan<double> adjoint, double logAdjoint, ReadOnlySpan<double> work,
        Span<double> gradient)
    {
        var count = field.Pattern.NonZeros;
        gradient[0] = logAdjoint * work[0];
        for (var g = 0; g < groups; g++) gradient[0] += field.PullBack(phi[0], adjoint.Slice(g * count, count));
    }

    public override IEnumerable<StructureLimit> Limits(double[] phi, string title) => field.Limits(phi[0], title);

    public override double Variance(ReadOnlySpan<double> phi, int level) => field.Variance(phi[0], [(level % field.Order, 1)]);

    public override double Variance(ReadOnlySpan<double> phi, LevelKey level) => Relate(phi, level).Variance;

    /// <summary>A place in a group that the data do not have: nothing is known of its field but the variance.</summary>
    public override LevelRelation Relate(ReadOnlySpan<double> phi, LevelKey level)
    {
        var weights = field.Weights(level.Position[0], level.Position[1]);
        return new([], [], weights.Length == 0 ? 1 : field.Variance(phi[0], weights));
    }

    private static SparsePattern Repeated(SparsePattern one, int groups)
    {
        if (groups == 1) return one;
        var (m, count) = (one.Order, one.NonZeros);
        var pointers = new int[checked((m * groups) + 1)];
        var rows = new int[checked(count * groups)];
        for (var g = 0; g < groups; g++)
        {
            for (var c = 0; c < m; c++) pointers[(g * m) + c] = (g * count) + one.ColumnPointers[c];
            for (var k = 0; k < count; k++) rows[(g * count) + k] = (g * m) + one.RowIndices[k];
        }

        pointers[^1] = count * groups;
        return new SparsePattern(m * groups, pointers, rows);
    }
}
