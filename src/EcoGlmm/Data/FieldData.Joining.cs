using EcoGlmm.Data;

namespace EcoGlmm;

public sealed partial class FieldData
{
    /// <summary>
    /// Adds what another table knows of each row's site, individual or day: its columns beside these, by the values in the columns that
    /// both have. Every row stays, in its order; one that the other table does not know has missing values there.
    /// </summary>
    /// <param name="other">A table with one row for each value (a list of sites, of individuals).</param>
    /// <param name="by">The columns that tell which row belongs to which, with the same names in both tables.</param>
    /// <exception cref="GlmmException">
    /// A column is not in both tables, the other table has two rows for one value, or a column's name is in both without joining by it.
    /// </exception>
    public FieldData Join(FieldData other, params string[] by)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(by);
        if (by.Length == 0)
            throw GlmmException.InData("Join needs the name of at least one column that both tables have.");
        var known = other.RowKeys(by);
        var rowOf = new Dictionary<string, int>(known.Length, StringComparer.Ordinal);
        for (var row = 0; row < known.Length; row++)
        {
            if (!rowOf.TryAdd(known[row], row))
            {
                throw GlmmException.InData($"The other table has two rows, {rowOf[known[row]] + 1} and {row + 1}, for "
                    + $"{Described(other, by, row)}, so it is not clear which belongs to a row here. Give it one row for each, for "
                    + "instance by GroupBy and Aggregate.");
            }
        }

        var added = other._columns.Where(column => !by.Contains(column.Name)).ToArray();
        if (Array.Find(added, column => _byName.ContainsKey(column.Name)) is { } clash)
            throw GlmmException.InData($"Both tables have a column \"{clash.Name}\". Join by it too, or Rename or leave it out (Select) in "
                + $"one of them.");
        var rows = Array.ConvertAll(RowKeys(by), key => rowOf.GetValueOrDefault(key, -1));
        return new FieldData([.. _columns, .. added.Select(column => TakeOrMissing(column, rows))]);
    }

    /// <summary>
    /// Makes several columns into two, one that names them and one with their values: of a table with a column for each year, one with
    /// a row for each year, as models need it. The other columns are repeated.
    /// </summary>
    /// <param name="columns">The columns to put below each other, all of one type.</param>
    /// <param name="namesTo">What the column of their names is called; it is a factor with levels in the order given.</param>
    /// <param name="valuesTo">What the column of their values is called.</param>
    /// <exception cref="GlmmException">There is no such column, they are of different types, or a new name is taken.</exception>
    public FieldData PivotLonger(IEnumerable<string> columns, string namesTo, string valuesTo)
    {
        ArgumentNullException.ThrowIfNull(namesTo);
        ArgumentNullException.ThrowIfNull(valuesTo);
        ArgumentNullException.ThrowIfNull(columns);
        string[] names = [.. columns];
        if (names.Length == 0)
            throw GlmmException.InData("PivotLonger needs the name of at least one column.");
        var found = Array.ConvertAll(names, Column);
        if (Array.Find(found, column => column.GetType() != found[0].GetType()) is { } odd)
        {
            throw GlmmException.InData($"Column \"{odd.Name}\" is {odd.Kind}, but \"{found[0].Name}\" is {found[0].Kind}: one column "
                + "cannot hold both. A number column that is shown as a factor has a text in it somewhere.");
        }

        // Row by row, and within a row column by column, as the wide table is read.
        var rows = Enumerable.Range(0, RowCount * names.Length).Select(i => i / names.Length).ToArray();
        var kept = _columns.Where(column => !names.Contains(column.Name)).Select(column => column.Take(rows));
        var levels = new CategoricalColumn(namesTo, names, [.. Enumerable.Range(0, rows.Length).Select(i => i % names.Length)],
            explicitLevels: true);
        return new FieldData([.. kept, levels, Interleaved(valuesTo, found)]);
    }

    private static FieldColumn Interleaved(string name, FieldColumn[] columns)
    {
        T[] Values<T>(Func<FieldColumn, int, T> at) =>
            [.. Enumerable.Range(0, columns[0].Length * columns.Length).Select(i => at(columns[i % columns.Length], i / columns.Length))];
        return columns[0] switch
        {
            NumericColumn => new NumericColumn(name, Values((column, row) => ((NumericColumn)column).Values[row])),
            LogicalColumn => new LogicalColumn(name, Values((column, row) => ((LogicalColumn)column).Values[row])),
            DateColumn => new DateColumn(name, Values((column, row) => ((DateColumn)column).Values[row])),
            _ => CategoricalColumn.FromTexts(name, Values((column, row) => column.TextAt(row))),
        };
    }

    private static FieldColumn TakeOrMissing(FieldColumn column, int[] rows) => column switch
    {
        NumericColumn numeric => new NumericColumn(column.Name, Array.ConvertAll(rows, row => row < 0 ? double.NaN : numeric.Values[row])),
        LogicalColumn logical => new LogicalColumn(column.Name, Array.ConvertAll(rows, row => row < 0 ? null : logical.Values[row])),
        DateColumn date => new DateColumn(column.Name, Array.ConvertAll(rows, row => row < 0 ? null : date.Values[row])),
        _ => (CategoricalColumn)column is var factor
            ? new CategoricalColumn(column.Name, factor.Levels, Array.ConvertAll(rows, row => row < 0 ? -1 : factor.Codes[row]),
                factor.ExplicitLevels)
            : column,
    };

    private static string Described(FieldData data, string[] by, int row) =>
        string.Join(", ", by.Select(name => $"{name} = {data.Column(name).TextAt(row) ?? "missing"}"));
}
