using EcoGlmm.Data;

namespace EcoGlmm;

public sealed partial class FieldData
{
    /// <summary>
    /// Adds a column of values of any type that a column takes (whole numbers, booleans, dates, enums, nullable ones) at
    /// the end, or replaces the column of that name where it stands.
    /// </summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="column">The column's name.</param>
    /// <param name="values">One value per row; null is missing.</param>
    /// <exception cref="GlmmException">
    /// The number of values is not the number of rows, their type is one that no column takes, or the name is blank.
    /// </exception>
    public FieldData With<T>(string column, IEnumerable<T> values)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(values);
        return WithColumn(ColumnBuilder.FromValues(column, values));
    }

    /// <summary>Adds or replaces a column that is computed from the others, row by row.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="column">The column's name.</param>
    /// <param name="value">For example <c>row => row.Number("Eggs") / row.Number("Area")</c>.</param>
    /// <exception cref="GlmmException">
    /// The function asks for a column that is not there, gives a type that no column takes, or the name is blank.
    /// </exception>
    public FieldData With<T>(string column, Func<FieldRow, T> value)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(value);
        var values = new T[RowCount];
        for (var row = 0; row < values.Length; row++)
            values[row] = value(new FieldRow(this, row));
        return WithColumn(ColumnBuilder.FromValues(column, values));
    }

    /// <summary>Only these columns, in this order.</summary>
    /// <param name="columns">The columns' names.</param>
    /// <exception cref="GlmmException">There is no column of one of the names, or it is named twice.</exception>
    public FieldData Select(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Length == 0)
            throw GlmmException.InData("Select needs the name of at least one column.");
        return new FieldData(Array.ConvertAll(columns, Column));
    }

    /// <summary>Gives a column another name.</summary>
    /// <param name="column">The present name.</param>
    /// <param name="newName">The new name.</param>
    /// <exception cref="GlmmException">There is no such column, or another one has the new name already.</exception>
    public FieldData Rename(string column, string newName)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(newName);
        var found = Column(column);
        return new FieldData(Array.ConvertAll(_columns, one => one == found ? one.Rename(newName) : one));
    }

    /// <summary>
    /// The rows in ascending order of a column, ties by the next ones named, and rows that tie in all of them as they
    /// stood: numbers by value, factors by the order of their levels, missing values last.
    /// </summary>
    /// <param name="columns">The columns' names.</param>
    /// <exception cref="GlmmException">There is no column of one of the names.</exception>
    public FieldData SortBy(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var keys = Array.ConvertAll(columns, column => SortKey(Column(column)));
        var rows = Enumerable.Range(0, RowCount).ToArray();
        Array.Sort(rows, (a, b) =>
        {
            foreach (var key in keys)
            {
                var order = double.IsNaN(key[a]).CompareTo(double.IsNaN(key[b]));
                if (order == 0)
                    order = key[a].CompareTo(key[b]);
                if (order != 0)
                    return order;
            }
            return a.CompareTo(b);
        });
        return Take(rows);
    }

    /// <summary>The first rows.</summary>
    /// <param name="count">How many; all of them if there are fewer.</param>
    public FieldData Head(int count = 10) =>
        Take([.. Enumerable.Range(0, Math.Clamp(count, 0, RowCount))]);

    private static double[] SortKey(FieldColumn column) => column is CategoricalColumn factor
        ? Array.ConvertAll(factor.Codes, code => code < 0 ? double.NaN : code)
        : ColumnConversion.Numbers(column);
}
