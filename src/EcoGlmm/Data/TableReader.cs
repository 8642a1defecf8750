using System.Collections;
using System.Data;
using EcoGlmm.Text;
using Microsoft.Data.Analysis;
using RecordBatch = Apache.Arrow.RecordBatch;

namespace EcoGlmm.Data;

/// <summary>Recognises the kinds of table that .NET code has at hand, and reads them.</summary>
internal static class TableReader
{
    private const string Accepted = "FieldData.From takes a DataFrame, a DataTable, an IDataReader, a sequence of records "
        + "or objects with properties, or a dictionary from column names to sequences of values.";

    /// <exception cref="GlmmException">The object is no table, or holds what no column can.</exception>
    public static FieldData Read(object? table)
    {
        switch (table)
        {
            case null:
                throw GlmmException.InData("There are no data: the table given is null.");
            case FieldData data:
                return data;
            case string text:
                throw GlmmException.InData($"FieldData.From was given the text \"{text}\". To read a file, write "
                    + "FieldData.ReadCsv(path).");
            case Task:
                throw GlmmException.InData("FieldData.From was given a task that is still to deliver its data; write await "
                    + "before it.");
            case DataTable dataTable:
                return FromDataTable(dataTable);
            case DataView view:
                return FromDataTable(view.ToTable());
            case DataSet set:
                throw GlmmException.InData("A DataSet holds several tables: "
                    + $"{Names.List([.. set.Tables.Cast<DataTable>().Select(one => one.TableName)])}. Give one of them, "
                    + "for instance set.Tables[0].");
            case IDataReader reader:
                return FromDataReader(reader);
            case DataFrame frame:
                return DataFrameReader.Read(frame);
            case RecordBatch batch:
                return ArrowReader.Read([batch]);
            case IEnumerable<RecordBatch> batches:
                return ArrowReader.Read(batches);
            case IResultTable results:
                return results.ToFieldData();
        }
        if (Entries(table) is { } entries)
            return FromColumns(entries);
        if (table is IEnumerable rows)
            return RowReader.Read(rows);
        throw GlmmException.InData($"A {ColumnBuilder.TypeName(table.GetType())} is not a table. {Accepted} A single object "
            + "becomes a row within an array: new[] { row }.");
    }

    /// <summary>
    /// The entries of a dictionary of any kind, or of a sequence of pairs, in its order; null if the object is neither.
    /// </summary>
    /// <exception cref="GlmmException">A key is not a text.</exception>
    public static List<KeyValuePair<string, object?>>? Entries(object table)
    {
        var entries = new List<KeyValuePair<string, object?>>();
        if (table is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary)
            {
                if (entry.Key is not string name)
                {
                    throw GlmmException.InData("The keys of a dictionary of columns are their names, but "
                        + $"{entry.Key} is a {ColumnBuilder.TypeName(entry.Key.GetType())}, not a text.");
                }
                entries.Add(new(name, entry.Value));
            }
            return entries;
        }
        var pairType = table.GetType().GetInterfaces()
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            .Select(i => i.GetGenericArguments()[0])
            .FirstOrDefault(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
                && type.GetGenericArguments()[0] == typeof(string));
        if (pairType is null)
            return null;
        var key = pairType.GetProperty("Key")!;
        var value = pairType.GetProperty("Value")!;
        foreach (var pair in (IEnumerable)table)
            entries.Add(new((string)key.GetValue(pair)!, value.GetValue(pair)));
        return entries;
    }

    private static FieldData FromColumns(List<KeyValuePair<string, object?>> entries) =>
        new(entries.ConvertAll(entry => entry.Value switch
        {
            IEnumerable values and not string => ColumnBuilder.FromValues(entry.Key, values),
            null => throw GlmmException.InData($"Column \"{entry.Key}\" is null instead of a sequence of values."),
            var single => throw GlmmException.InData($"Column \"{entry.Key}\" is a single "
                + $"{ColumnBuilder.TypeName(single.GetType())}, but a column is a sequence of values, one per row; for a "
                + "single row write an array with one value."),
        }));

    private static FieldData FromDataTable(DataTable table)
    {
        var rows = table.Rows.Cast<DataRow>().Where(row => row.RowState != DataRowState.Deleted).ToArray();
        return FromDataRows(table, rows);
    }

    public static FieldData FromDataRows(DataTable table, DataRow[] rows) =>
        new(table.Columns.Cast<DataColumn>().Select(column => ColumnBuilder.FromObjects(
            column.ColumnName, Array.ConvertAll(rows, row => (object?)row[column]), column.DataType)).ToArray());

    private static FieldData FromDataReader(IDataReader reader)
    {
        if (reader.IsClosed)
            throw GlmmException.InData("The data reader is closed already; run the query again.");
        var columns = new QueryColumn[reader.FieldCount];
        for (var i = 0; i < columns.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(NameOf(reader, i)))
                throw GlmmException.InData($"Column {i + 1} of the query has no name; give it one with AS.");
            columns[i] = QueryColumn.For(reader, i);
        }
        while (reader.Read())
        {
            foreach (var column in columns)
                column.Append(reader);
        }
        return new FieldData(Array.ConvertAll(columns, column => column.ToColumn()));
    }

    private static string? NameOf(IDataReader reader, int column)
    {
        try
        {
            return reader.GetName(column);
        }
        catch (Exception e) when (e is NotSupportedException or NotImplementedException or InvalidOperationException
            or NullReferenceException)
        {
            throw GlmmException.InData("The data reader gives its columns no names. Where the first row of a sheet holds them, tell the "
                + "reader so (UseHeaderRow of ExcelDataReader's AsDataSet, whose tables FieldData.From takes), or give FieldData.From a "
                + "list of records.", e);
        }
    }
}
