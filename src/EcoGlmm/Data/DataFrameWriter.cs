using Microsoft.Data.Analysis;

namespace EcoGlmm.Data;

/// <summary>Makes the columns of a DataFrame of Microsoft.Data.Analysis.</summary>
internal static class DataFrameWriter
{
    public static DataFrame Frame(FieldData data) => new(data.Columns.Select(Column));

    private static DataFrameColumn Column(FieldColumn column) => column switch
    {
        NumericColumn numeric => Numbers(numeric),
        LogicalColumn logical => new BooleanDataFrameColumn(column.Name, logical.Values),
        DateColumn date => new DateTimeDataFrameColumn(column.Name, date.Values),
        _ => new StringDataFrameColumn(column.Name, Enumerable.Range(0, column.Length).Select(column.TextAt)),
    };

    // Without a missing value the numbers go over as they are; the constructor of nullable ones takes them one by one.
    private static DoubleDataFrameColumn Numbers(NumericColumn column) => Array.Exists(column.Values, double.IsNaN)
        ? new(column.Name, column.Values.Select(value => double.IsNaN(value) ? (double?)null : value))
        : new(column.Name, column.Values);
}
