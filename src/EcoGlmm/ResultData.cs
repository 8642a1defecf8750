namespace EcoGlmm;

/// <summary>
/// Results as data: tables to filter, join, save with <see cref="FieldData.WriteCsv"/>, or hand on with
/// <see cref="FieldData.ToDataTable"/> and <see cref="FieldData.ToColumns{TColumn}"/>.
/// </summary>
public static class ResultData
{
    /// <summary>One row for each standard deviation and each correlation, with the columns Part, Group, Term1, Term2, StandardDeviation, Variance and Correlation.</summary>
    /// <param name="components">A fit's <see cref="GlmmFit.VarianceComponents"/>.</param>
    public static FieldData ToFieldData(this IReadOnlyList<VarianceComponent> components)
    {
        ArgumentNullException.ThrowIfNull(components);
        return Table(
            ("Part", components.Select(c => c.Part.ToString())),
            ("Group", components.Select(c => c.Group)),
            ("Term1", components.Select(c => c.Term1)),
            ("Term2", components.Select(c => c.Term2)),
            ("StandardDeviation", components.Select(c => c.StandardDeviation)),
            ("Variance", components.Select(c => c.Variance)),
            ("Correlation", components.Select(c => c.Correlation)));
    }

    /// <summary>One row for each effect of each level, with the columns Part, Group, Level, Term, Mode and StandardDeviation.</summary>
    /// <param name="modes">A fit's <see cref="GlmmFit.RandomEffects"/>.</param>
    public static FieldData ToFieldData(this ConditionalModes modes)
    {
        ArgumentNullException.ThrowIfNull(modes);
        return Modes([.. modes]);
    }

    /// <inheritdoc cref="ToFieldData(ConditionalModes)"/>
    /// <param name="modes">The modes of one grouping factor: <c>fit.RandomEffects["Nest"]</c>.</param>
    public static FieldData ToFieldData(this GroupModes modes)
    {
        ArgumentNullException.ThrowIfNull(modes);
        return Modes(modes);
    }

    /// <summary>
    /// The rows that a model used, with its fitted values and residuals beside them: all columns of the data, then ".fitted"
    /// (the mean, with random effects), ".residual" (observed − fitted) and ".pearson" (Pearson residual).
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

    private static FieldData Modes(params GroupModes[] groups)
    {
        var rows = groups.SelectMany(group => group, (group, mode) => (group, mode)).ToArray();
        return Table(
            ("Part", rows.Select(r => r.group.Part.ToString())),
            ("Group", rows.Select(r => r.group.Group)),
            ("Level", rows.Select(r => r.mode.Level)),
            ("Term", rows.Select(r => r.mode.Term)),
            ("Mode", rows.Select(r => r.mode.Mode)),
            ("StandardDeviation", rows.Select(r => r.mode.StandardDeviation)));
    }

    internal static FieldData Table(params (string Name, object Values)[] columns) =>
        FieldData.From(columns.Select(column => KeyValuePair.Create(column.Name, column.Values)));
}
