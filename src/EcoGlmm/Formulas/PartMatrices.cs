using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Formulas;

/// <summary>The matrices of one part of a model on the rows of a table: its linear predictor is Xβ + Zb + offset.</summary>
internal sealed class PartMatrices
{
    private double[]? _x;

    public required int RowCount { get; init; }

    /// <summary>All columns that R's model.matrix has, in its order, aliased ones included.</summary>
    public required string[] ColumnNames { get; init; }

    /// <summary>
    /// For each name whether it has no column: it depends linearly on those before it in the training rows, or its coefficient
    /// is held at a value.
    /// </summary>
    public required bool[] Aliased { get; init; }

    /// <summary>For each name the value its coefficient is held at, NaN for the others; null when none is.</summary>
    public double[]? Held { get; init; }

    /// <summary>Rows × columns that are not aliased, column-major. A row with a missing value is NaN throughout.</summary>
    public double[] X
    {
        get => _x ??= Sparse!.ToDense();
        init => _x = value;
    }

    /// <summary>The same where nearly all entries are zero, as with a factor of many levels; null otherwise.</summary>
    public SparseRows? Sparse { get; init; }

    /// <summary>The sum of the offset() terms, the offset column and columns with a coefficient held at a value; NaN in a row with a
    /// missing value.</summary>
    public required double[] Offset { get; init; }

    /// <summary>The random terms, those of smooths first.</summary>
    public required GroupingTerm[] RandomTerms { get; init; }

    /// <summary>Individuals whose means, first or last values were not known from training, but taken from these rows.</summary>
    public IReadOnlyCollection<string> NewIndividuals { get; init; } = [];

    /// <summary>The part "~ 1".</summary>
    public static PartMatrices Constant(int rowCount)
    {
        var ones = new double[rowCount];
        Array.Fill(ones, 1);
        return new()
        {
            RowCount = rowCount,
            ColumnNames = [Intercept.Name],
            Aliased = [false],
            X = ones,
            Offset = new double[rowCount],
            RandomTerms = [],
        };
    }
}

/// <summary>A random term on the rows of a table.</summary>
internal sealed class GroupingTerm
{
    /// <summary>The grouping factor as lme4 names it: "Nest", "plate:sample".</summary>
    public required string Group { get; init; }

    /// <summary>The effects that vary among its levels: "(Intercept)", "Days".</summary>
    public required string[] EffectNames { get; init; }

    /// <summary>How the effects vary.</summary>
    public required CovarianceStructure Structure { get; init; }

    /// <summary>The term as written, for users to read.</summary>
    public required string Title { get; init; }

    /// <summary>Rows × effects, row-major; empty where a row has several levels.</summary>
    public required double[] Z { get; init; }

    /// <summary>
    /// The level of each row; −1 for one that is missing or was not among the training rows. Empty where a row has several levels.
    /// </summary>
    public required int[] Codes { get; init; }

    /// <summary>Z where a row has several levels; null where it has one.</summary>
    public TermEntries? Entries { get; init; }

    /// <summary>Where levels are positions in groups; null where they are the groups.</summary>
    public LevelPositions? Positions { get; init; }

    /// <summary>For rows with code −1 what is known of their level, where levels are related; null where they are not.</summary>
    public LevelKey?[]? NewLevels { get; init; }

    /// <summary>Where a row has several levels, Σ weight² of those that are not known; null where all are.</summary>
    public double[]? NewVariances { get; init; }

    /// <summary>Whether it is the wiggly part of a curve of the population, which is there whatever the groups.</summary>
    public bool IsCurve { get; init; }

    /// <summary>The levels that occur in the training rows, in R's order; terms on one group share the array.</summary>
    public required string[] Levels { get; init; }

    /// <summary>The mesh of a field, with the names of its coordinates and group; null for other terms.</summary>
    public MeshPlace? Field { get; init; }

    /// <summary>Whether a row belongs to a level that was not among the training rows, or to none.</summary>
    public bool IsNew(int row) => Entries is null ? Codes[row] < 0 : NewLevels?[row] is not null || NewVariances?[row] > 0;
}

/// <summary>A mesh as a term has it.</summary>
/// <param name="Mesh">The mesh.</param>
/// <param name="X">The coordinate to the right, as written.</param>
/// <param name="Y">The coordinate upwards.</param>
/// <param name="Group">What has a field each; null for one of all rows.</param>
internal sealed record MeshPlace(Mesh Mesh, string X, string Y, string? Group);
