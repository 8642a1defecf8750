using EcoGlmm.Data;

namespace EcoGlmm;

public sealed partial class FieldData
{
    /// <summary>
    /// A table to look at before anything else: one row for each column, with its type, how many values it has, how many are
    /// missing and how many differ, mean, standard deviation, least, median and greatest value of numbers (of logicals, as 0
    /// and 1), and the first levels of a factor.
    /// </summary>
    public FieldData Summary()
    {
        var rows = Array.ConvertAll(_columns, column => new
        {
            Column = column.Name,
            Type = column.Kind,
            Values = column.Length - column.MissingCount,
            Missing = column.MissingCount,
            Distinct = Enumerable.Range(0, column.Length).Select(column.TextAt).Where(text => text is not null)
            .Distinct(StringComparer.Ordinal).Count(),
            Numbers = column is NumericColumn or LogicalColumn ? Known(column.Name) : [],
            Levels = column is CategoricalColumn factor ? string.Join(", ", factor.Levels.Take(5)) + (factor.Levels.Length > 5 ? ", …" : "")
            : null,
        });
        return From(rows.Select(row => new
        {
            row.Column, row.Type, row.Values, row.Missing, row.Distinct, Mean = MeanOf(row.Numbers),
                StandardDeviation = DeviationOf(row.Numbers),
            Minimum = row.Numbers.DefaultIfEmpty(double.NaN).Min(), Median = MedianOf(row.Numbers),
            Maximum = row.Numbers.DefaultIfEmpty(double.NaN).Max(), row.Levels,
        }));
    }

    /// <summary>The mean of a column's values, missing ones left out; NaN without any.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column, or its labels are not numbers.</exception>
    public double Mean(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return MeanOf(Known(column));
    }

    /// <summary>The sum of a column's values, missing ones left out; 0 without any.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column, or its labels are not numbers.</exception>
    public double Sum(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return Known(column).Sum();
    }

    /// <summary>The standard deviation of a column's values (n − 1 in the denominator), missing ones left out; NaN for fewer than
    /// two.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column, or its labels are not numbers.</exception>
    public double StandardDeviation(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return DeviationOf(Known(column));
    }

    /// <summary>The median of a column's values, missing ones left out; NaN without any.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column, or its labels are not numbers.</exception>
    public double Median(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return MedianOf(Known(column));
    }

    /// <summary>The least of a column's values, missing ones left out; NaN without any.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column, or its labels are not numbers.</exception>
    public double Minimum(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return Known(column).DefaultIfEmpty(double.NaN).Min();
    }

    /// <summary>The greatest of a column's values, missing ones left out; NaN without any.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column, or its labels are not numbers.</exception>
    public double Maximum(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return Known(column).DefaultIfEmpty(double.NaN).Max();
    }

    /// <summary>The rows in groups that agree in some columns, to be summarised by <see cref="GroupedData.Aggregate"/>.</summary>
    /// <param name="columns">The columns' names; a missing value makes a group of its own.</param>
    /// <exception cref="GlmmException">There is no column of one of the names, or none is named.</exception>
    public GroupedData GroupBy(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Length == 0)
            throw GlmmException.InData("GroupBy needs the name of at least one column.");
        var keys = RowKeys(columns);
        var rows = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var row = 0; row < RowCount; row++)
        {
            if (!rows.TryGetValue(keys[row], out var group))
                rows.Add(keys[row], group = []);
            group.Add(row);
        }

        return new GroupedData(this, columns, [.. rows.Values.Select(group => group.ToArray())]);
    }

    /// <summary>What a row has in some columns, as one text; a missing value differs from every value.</summary>
    internal string[] RowKeys(string[] columns)
    {
        var found = Array.ConvertAll(columns, Column);
        var keys = new string[RowCount];
        for (var row = 0; row < keys.Length; row++)
            keys[row] = string.Join('\u001f', found.Select(column => column.TextAt(row) is { } text ? "=" + text : ""));
        return keys;
    }

    private double[] Known(string column) => Array.FindAll(Numbers(column), value => !double.IsNaN(value));

    private static double MeanOf(double[] values) => values.Length == 0 ? double.NaN : values.Average();

    private static double DeviationOf(double[] values)
    {
        if (values.Length < 2) return double.NaN;
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }

    private static double MedianOf(double[] values)
    {
        if (values.Length == 0) return double.NaN;
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
