using Microsoft.Data.Analysis;

namespace EcoGlmm;

/// <summary>
/// Results as data. Every table of results has <see cref="IResultTable.ToFieldData"/>, to filter, join and save with
/// <see cref="FieldData.WriteCsv"/>, and <see cref="ToDataFrame"/>.
/// </summary>
public static class ResultData
{
    /// <summary>The table of results as a DataFrame of Microsoft.Data.Analysis, with the columns of
    /// <see cref="IResultTable.ToFieldData"/>.</summary>
    /// <param name="table">A table of results: <c>fit.FixedEffects</c>, <c>fit.Predict()</c>, <c>Glmm.Compare(a, b)</c> …</param>
    public static DataFrame ToDataFrame(this IResultTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.ToFieldData().ToDataFrame();
    }

    /// <summary>
    /// The rows that a model used, with its fitted values and residuals beside them: all columns of the data, then ".fitted"
    /// (the mean, with random effects), ".residual" (observed − fitted) and ".pearson" (Pearson residual). As a DataFrame:
    /// <c>fit.Augment().ToDataFrame()</c>.
    /// </summary>
    /// <param name="fit">The fit.</param>
    public static FieldData Augment(this GlmmFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return fit.Data.Take(fit.UsedRows)
            .With(".fitted", fit.Fitted())
            .With(".residual", fit.Residuals(ResidualType.Response))
            .With(".pearson", fit.Residuals(ResidualType.Pearson));
    }

    /// <summary>The columns of the rows predicted for, and beside them what was predicted; of a column with the same name both
    /// stay.</summary>
    internal static FieldData Beside(FieldData? rows, FieldData predicted)
    {
        if (rows is null) return predicted;
        var beside = rows.Columns.Select(column => predicted.TryGetColumn(column.Name, out _) ? column.Rename($"{column.Name} (data)")
            : column);
        return new FieldData([.. beside, .. predicted.Columns]);
    }
}
