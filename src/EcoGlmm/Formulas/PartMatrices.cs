namespace EcoGlmm.Formulas;

/// <summary>How the effects of one grouping level vary together.</summary>
internal enum CovarianceKind
{
    /// <summary>Any variances and correlations: (x | g), us(x | g).</summary>
    Unstructured,

    /// <summary>Any variances, no correlations: diag(x | g).</summary>
    Diagonal,
}

/// <summary>The matrices of one part of a model on the rows of a table: its linear predictor is Xβ + Zb + offset.</summary>
internal sealed class PartMatrices
{
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
    public required double[] X { get; init; }

    /// <summary>The sum of the offset() terms, the offset column and columns with a coefficient held at a value; NaN in a row with a missing value.</summary>
    public required double[] Offset { get; init; }

    public required GroupingTerm[] RandomTerms { get; init; }

    /// <summary>Individuals whose means, first or last values were not known from training, but taken from these rows.</summary>
    public IReadOnlyCollection<string> NewIndividuals { get; init; } = [];

    /// <summary>The part "~ 1".</summary>
    public static PartMatrices Constant(int rowCount)
    {
        double[] ones = new double[rowCount];
        Array.Fill(ones, 1);
        return new()
        {
            RowCount = rowCount,
            ColumnNames = ["(Intercept)"],
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

    public required CovarianceKind Kind { get; init; }

    /// <summary>Rows × effects, row-major.</summary>
    public required double[] Z { get; init; }

    /// <summary>The level of each row; −1 for one that is missing or was not among the training rows.</summary>
    public required int[] Codes { get; init; }

    /// <summary>The levels that occur in the training rows, in R's order; terms on one group share the array.</summary>
    public required string[] Levels { get; init; }
}
