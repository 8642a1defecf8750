using EcoGlmm.Data;

namespace EcoGlmm;

public sealed partial class FieldData
{
    /// <summary>
    /// Separates what changes within individuals from what differs between them: adds the columns <c>x_between</c> (the individual's
    /// mean of x), <c>x_within</c> (x minus that mean), <c>x_first</c> and <c>x_last</c> (its least and greatest value) and
    /// <c>x_records</c>
    /// (how many values it has), x being the column's name. In a formula <c>within(x, id)</c>, <c>between(x, id)</c>, <c>first(x, id)</c>
    /// and
    /// <c>last(x, id)</c> do the same.
    /// </summary>
    /// <remarks>
    /// Taken over all rows of the table in which x is known: a model that leaves rows out because something else is missing would have
    /// other means with <c>within()</c> in its formula, which looks at the rows it uses. A row without x or without an individual has
    /// missing
    /// values in the new columns, except that <c>x_between</c>, <c>x_first</c>, <c>x_last</c> and <c>x_records</c> are known wherever the
    /// individual is. Source: van de Pol &amp; Wright (2009), Animal Behaviour 77, 753–758.
    /// </remarks>
    /// <param name="column">A numeric column, for example "age".</param>
    /// <param name="by">The column that tells individuals apart.</param>
    /// <exception cref="GlmmException">There is no such column, it is not numeric, or a new column's name is taken.</exception>
    public FieldData DecomposeWithinBetween(string column, string by)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(by);
        var x = Numbers(column);
        var id = Texts(by);
        string[] added = [$"{column}_between", $"{column}_within", $"{column}_first", $"{column}_last", $"{column}_records"];
        if (Array.Find(added, _byName.ContainsKey) is { } taken)
            throw GlmmException.InData($"There is a column \"{taken}\" already. Rename it, or leave it out with Select.");
        var known = Enumerable.Range(0, RowCount).Where(row => id[row] is not null && !double.IsNaN(x[row]))
            .GroupBy(row => id[row]!, StringComparer.Ordinal)
            .ToDictionary(rows => rows.Key, rows => rows.Select(row => x[row]).ToArray(), StringComparer.Ordinal);
        var columns = Array.ConvertAll(added, _ => new double[RowCount]);
        for (var row = 0; row < RowCount; row++)
        {
            var values = id[row] is { } name ? known.GetValueOrDefault(name) : null;
            var mean = values?.Average() ?? double.NaN;
            columns[0][row] = mean;
            columns[1][row] = x[row] - mean;
            columns[2][row] = values?.Min() ?? double.NaN;
            columns[3][row] = values?.Max() ?? double.NaN;
            columns[4][row] = id[row] is null ? double.NaN : values?.Length ?? 0;
        }

        return new FieldData([.. _columns, .. added.Select((name, k) => (FieldColumn)new NumericColumn(name, columns[k]))]);
    }
}
