using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// An immutable table of field data: named columns that are numeric, categorical (a factor), logical or date, each of
/// which may have missing values. Every method that changes something returns a new table, so that any number of threads
/// may share one.
/// </summary>
public sealed partial class FieldData : IRichDisplay
{
    private readonly FieldColumn[] _columns;
    private readonly Dictionary<string, FieldColumn> _byName;
    private readonly string[] _names;

    internal FieldData(IReadOnlyList<FieldColumn> columns)
    {
        _columns = [.. columns];
        _byName = new Dictionary<string, FieldColumn>(_columns.Length, StringComparer.Ordinal);
        _names = Array.ConvertAll(_columns, column => column.Name);
        RowCount = _columns.Length == 0 ? 0 : _columns[0].Length;
        foreach (var column in _columns)
        {
            if (string.IsNullOrWhiteSpace(column.Name))
                throw GlmmException.InData("A column has no name; every column needs one.");
            if (!_byName.TryAdd(column.Name, column))
                throw GlmmException.InData($"Two columns are called \"{column.Name}\"; rename one of them.");
            if (column.Length != RowCount)
            {
                throw GlmmException.InData($"Column \"{column.Name}\" has {Names.Count(column.Length, "value")}, but column "
                    + $"\"{_columns[0].Name}\" has {RowCount}; all columns need the same number of rows.");
            }
        }
    }

    /// <summary>The number of rows.</summary>
    public int RowCount { get; }

    /// <summary>The names of the columns, in their order.</summary>
    public IReadOnlyList<string> ColumnNames => Array.AsReadOnly(_names);

    internal IReadOnlyList<FieldColumn> Columns => _columns;

    internal bool TryGetColumn(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FieldColumn? column) =>
        _byName.TryGetValue(name, out column);

    /// <summary>The column of that name.</summary>
    /// <exception cref="GlmmException">There is none; the message suggests the nearest name.</exception>
    internal FieldColumn Column(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_byName.TryGetValue(name, out var column))
            return column;
        throw GlmmException.InData($"There is no column \"{name}\"{NearestName.Suggestion(name, _names)} "
            + $"The columns are {Names.List(_names)}.", column: name);
    }

    /// <summary>
    /// The values of a column as numbers, one per row, NaN where missing. A logical gives 0 and 1, a date the days
    /// since 1970-01-01, a factor the numbers that its labels spell.
    /// </summary>
    /// <param name="column">The column's name.</param>
    /// <returns>A new array of <see cref="RowCount"/> numbers.</returns>
    /// <exception cref="GlmmException">There is no such column, or its labels are not numbers.</exception>
    public double[] Numbers(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return ColumnConversion.Numbers(Column(column));
    }

    /// <summary>
    /// The values of a column as text, one per row, null where missing. Numbers are written with a decimal point and as
    /// many digits as they need, dates as ISO 8601, logicals as TRUE and FALSE.
    /// </summary>
    /// <param name="column">The column's name.</param>
    /// <returns>A new array of <see cref="RowCount"/> texts.</returns>
    /// <exception cref="GlmmException">There is no such column.</exception>
    public string?[] Texts(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return ColumnConversion.Texts(Column(column));
    }

    /// <summary>
    /// The levels of a factor, in their order; the first is the reference level of treatment contrasts. For a column of
    /// another type, the levels that <see cref="AsFactor"/> would give it.
    /// </summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column.</exception>
    public IReadOnlyList<string> Levels(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        var found = Column(column);
        return Array.AsReadOnly((found as CategoricalColumn ?? ColumnConversion.Factor(found)).Levels);
    }

    /// <summary>
    /// Makes a column categorical, or gives a categorical column other levels. Do this for a year, a plot number or any
    /// other number that is only a name.
    /// </summary>
    /// <param name="column">The column's name.</param>
    /// <param name="levels">
    /// The levels in the order wanted, the reference level first. Without them: the values that occur, numbers sorted
    /// by value, texts ordinally (by character code: capitals before small letters).
    /// </param>
    /// <exception cref="GlmmException">
    /// There is no such column, a level is given twice, or a value of the column is not among the levels.
    /// </exception>
    public FieldData AsFactor(string column, IEnumerable<string>? levels = null)
    {
        ArgumentNullException.ThrowIfNull(column);
        var found = Column(column);
        return WithColumn(levels is null ? ColumnConversion.Factor(found) : ColumnConversion.Factor(found, levels));
    }

    /// <summary>
    /// Makes a column a factor whose levels are ordered, so that a model looks for trends over them (polynomial contrasts, as R's
    /// <c>ordered()</c>).
    /// </summary>
    /// <param name="column">The column's name.</param>
    /// <param name="levels">The levels from the lowest to the highest.</param>
    /// <exception cref="GlmmException">
    /// There is no such column, a level is given twice, or a value of the column is not among the levels.
    /// </exception>
    public FieldData AsOrdered(string column, IEnumerable<string> levels)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(levels);
        return WithColumn(ColumnConversion.Factor(Column(column), levels, isOrdered: true));
    }

    /// <summary>
    /// Makes a column numeric: the numbers that a factor's labels spell, 0 and 1 for a logical, days since 1970-01-01
    /// for a date.
    /// </summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column, or a label in it is not a number.</exception>
    public FieldData AsNumeric(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        var found = Column(column);
        return found is NumericColumn ? this : WithColumn(new NumericColumn(found.Name, ColumnConversion.Numbers(found)));
    }

    /// <summary>Adds a numeric column at the end, or replaces the column of that name where it stands.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="values">One number per row; NaN is missing.</param>
    /// <exception cref="GlmmException">The number of values is not the number of rows, or the name is blank.</exception>
    public FieldData With(string column, IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(values);
        return WithColumn(new NumericColumn(column, [.. values]));
    }

    /// <summary>
    /// Adds a categorical column at the end, or replaces the column of that name where it stands; levels sorted ordinally.
    /// </summary>
    /// <param name="column">The column's name.</param>
    /// <param name="values">One text per row; null is missing.</param>
    /// <exception cref="GlmmException">The number of values is not the number of rows, or the name is blank.</exception>
    public FieldData With(string column, IEnumerable<string?> values)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(values);
        return WithColumn(CategoricalColumn.FromTexts(column, values));
    }

    /// <summary>The rows for which the predicate holds, in their order. Factors keep their levels.</summary>
    /// <param name="predicate">For example <c>row => row.Number("Year") >= 2010 &amp;&amp; row.Text("Site") == "A"</c>.</param>
    /// <exception cref="GlmmException">The predicate asks for a column that is not there.</exception>
    public FieldData Where(Func<FieldRow, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        var rows = new List<int>();
        for (var row = 0; row < RowCount; row++)
        {
            if (predicate(new FieldRow(this, row)))
                rows.Add(row);
        }
        return Take([.. rows]);
    }

    /// <summary>The rows asked for, in that order.</summary>
    internal FieldData Take(int[] rows) => new(Array.ConvertAll(_columns, column => column.Take(rows)));

    internal FieldData WithColumn(FieldColumn column)
    {
        if (_columns.Length > 0 && column.Length != RowCount)
        {
            throw GlmmException.InData($"Column \"{column.Name}\" was given {Names.Count(column.Length, "value")}, but the "
                + $"data have {Names.Count(RowCount, "row")}.");
        }
        var position = Array.IndexOf(_names, column.Name);
        if (position < 0)
            return new FieldData([.. _columns, column]);
        var columns = (FieldColumn[])_columns.Clone();
        columns[position] = column;
        return new FieldData(columns);
    }
}
