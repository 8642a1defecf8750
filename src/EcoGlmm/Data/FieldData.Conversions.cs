using System.Data;
using System.Diagnostics.CodeAnalysis;
using EcoGlmm.Data;
using EcoGlmm.Text;
using Microsoft.Data.Analysis;
using RecordBatch = Apache.Arrow.RecordBatch;

namespace EcoGlmm;

public sealed partial class FieldData
{
    /// <summary>
    /// Takes over the data of any table that .NET code has at hand: a <see cref="DataFrame"/>, a <see cref="DataTable"/> or
    /// <see cref="DataView"/>, an <see cref="IDataReader"/> (which is read to its end), record batches of Apache Arrow, a
    /// sequence of records, anonymous objects or other objects with public properties, a sequence of dictionaries, or a
    /// dictionary from column names to sequences of values. The data are copied.
    /// </summary>
    /// <remarks>
    /// Numbers of every kind become numeric, booleans logical, dates a date; texts, characters, enums and GUIDs a factor
    /// with its levels sorted ordinally. Null, <see cref="DBNull"/> and NaN are missing.
    /// <c>DataFrame.LoadCsv</c> stores decimal numbers in single precision, so that digits are lost before they come
    /// here: prefer <see cref="ReadCsv"/> for files.
    /// </remarks>
    /// <param name="table">The table.</param>
    /// <exception cref="GlmmException">The object is no table, or holds what no column can; the message says what.</exception>
    public static FieldData From(object table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return TableReader.Read(table);
    }

    /// <summary>Takes over the data of a record batch of Apache Arrow. They are copied.</summary>
    /// <remarks>
    /// Numbers of every kind become numeric, booleans logical, dates and times a date (those of a time zone in UTC), texts a
    /// factor with its levels sorted ordinally; null and NaN are missing. Dictionaries of texts become factors: those that say
    /// that they are ordered become ordered ones, with all their levels. Whole numbers and codes of levels take one, two or
    /// four bytes each.
    /// </remarks>
    /// <param name="batch">The record batch.</param>
    /// <exception cref="GlmmException">A column holds what no column can; the message names it.</exception>
    public static FieldData FromArrow(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return ArrowReader.Read([batch]);
    }

    /// <summary>Takes over the data of record batches that are one table, as <see cref="FromArrow(RecordBatch)"/> does.</summary>
    /// <param name="batches">The record batches, all with the same columns; each is read before the next is asked for.</param>
    /// <exception cref="GlmmException">There is none, they have different columns, or one holds what no column can.</exception>
    public static FieldData FromArrow(IEnumerable<RecordBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return ArrowReader.Read(batches);
    }

    /// <summary>A table of what the library itself has in rows.</summary>
    internal static FieldData FromRows<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(IEnumerable<T> rows)
        where T : notnull => RowReader.Read(rows);

    /// <summary>Takes over the data of a DataFrame. They are copied.</summary>
    /// <remarks>
    /// Numbers of every kind become numeric, booleans logical, dates a date, texts a factor with its levels sorted
    /// ordinally; null is missing. <c>DataFrame.LoadCsv</c> stores decimal numbers in single precision, so that digits are
    /// lost before they come here (the data and a fit to them say so): prefer <see cref="ReadCsv"/> for files.
    /// </remarks>
    /// <param name="frame">The DataFrame.</param>
    /// <exception cref="GlmmException">There is no DataFrame, or a column of it holds vectors; the message names it.</exception>
    public static FieldData From(DataFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return TableReader.Read(frame);
    }

    /// <summary>Takes over the data of a DataFrame, as <see cref="From(DataFrame)"/> does.</summary>
    /// <param name="frame">The DataFrame.</param>
    public static implicit operator FieldData(DataFrame frame) => From(frame);

    /// <summary>Takes over the data of a table, as <see cref="From(object)"/> does.</summary>
    /// <param name="table">The table.</param>
    public static implicit operator FieldData(DataTable table) => From(table);

    /// <summary>Takes over the data of a view, as <see cref="From(object)"/> does.</summary>
    /// <param name="view">The view.</param>
    public static implicit operator FieldData(DataView view) => From(view);

    /// <summary>Takes numeric columns by name, as <see cref="From(object)"/> does.</summary>
    /// <param name="columns">The columns, all of the same length.</param>
    public static implicit operator FieldData(Dictionary<string, double[]> columns) => From(columns);

    /// <summary>Takes columns by name, as <see cref="From(object)"/> does.</summary>
    /// <param name="columns">The columns, arrays of numbers, texts, booleans or dates, all of the same length.</param>
    public static implicit operator FieldData(Dictionary<string, Array> columns) => From(columns);

    /// <summary>Takes columns by name, as <see cref="From(object)"/> does.</summary>
    /// <param name="columns">The columns, sequences of numbers, texts, booleans or dates, all of the same length.</param>
    public static implicit operator FieldData(Dictionary<string, object> columns) => From(columns);

    /// <summary>
    /// The data as a <see cref="DataTable"/>: numbers as <see cref="double"/>, factors as <see cref="string"/>, logicals
    /// as <see cref="bool"/>, dates as <see cref="DateTime"/>, missing values as <see cref="DBNull"/>.
    /// </summary>
    /// <param name="name">The table's name.</param>
    public DataTable ToDataTable(string name = "FieldData")
    {
        ArgumentNullException.ThrowIfNull(name);
        var table = new DataTable(name) { Locale = System.Globalization.CultureInfo.InvariantCulture };
        // A DataTable looks names up without regard to case, and refuses two that differ in nothing else.
        foreach (var clash in _names.GroupBy(column => column, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            throw GlmmException.InData($"A DataTable cannot have the columns {Names.List([.. clash])} together, "
                + "which differ only in capitals; Rename one of them.");
        }
        foreach (var column in _columns)
        {
            table.Columns.Add(column.Name, column switch
            {
                NumericColumn => typeof(double),
                LogicalColumn => typeof(bool),
                DateColumn => typeof(DateTime),
                _ => typeof(string),
            });
        }
        table.BeginLoadData();
        for (var row = 0; row < RowCount; row++)
            table.Rows.Add(Array.ConvertAll(_columns, column => column.ValueAt(row) ?? DBNull.Value));
        table.EndLoadData();
        return table;
    }

    /// <summary>
    /// The data as a DataFrame of Microsoft.Data.Analysis: numbers as a <see cref="DoubleDataFrameColumn"/>, factors as a
    /// <see cref="StringDataFrameColumn"/>, logicals as a <see cref="BooleanDataFrameColumn"/>, dates as a
    /// <see cref="DateTimeDataFrameColumn"/>; missing values are null.
    /// </summary>
    public DataFrame ToDataFrame() => DataFrameWriter.Frame(this);
}
