using EcoGlmm.Data;

namespace EcoGlmm;

/// <summary>One row of a <see cref="FieldData"/>, as given to the predicate of <see cref="FieldData.Where"/>.</summary>
public readonly struct FieldRow
{
    private readonly FieldData _data;

    internal FieldRow(FieldData data, int index)
    {
        _data = data;
        Index = index;
    }

    /// <summary>The position of the row in its table, from 0.</summary>
    public int Index { get; }

    /// <summary>
    /// The value in a column: a <see cref="double"/>, <see cref="string"/>, <see cref="bool"/> or
    /// <see cref="DateTime"/> as the column's type has it; null if missing.
    /// </summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column.</exception>
    public object? this[string column]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(column);
            return _data.Column(column).ValueAt(Index);
        }
    }

    /// <summary>
    /// The value as a number; NaN if missing. A logical is 0 or 1, a date the number of days since 1970-01-01.
    /// </summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column, or its value here is a label that is not a number.</exception>
    public double Number(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return ColumnConversion.NumberAt(_data.Column(column), Index);
    }

    /// <summary>The value as text; null if missing. Numbers are written with a decimal point, dates as ISO 8601.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column.</exception>
    public string? Text(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return _data.Column(column).TextAt(Index);
    }

    /// <summary>Whether the value in a column is missing.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="GlmmException">There is no such column.</exception>
    public bool IsMissing(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return _data.Column(column).IsMissing(Index);
    }
}
