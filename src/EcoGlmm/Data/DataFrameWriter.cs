namespace EcoGlmm.Data;

/// <summary>
/// Makes columns of Microsoft.Data.Analysis, of any version, without a reference to that package: by the assembly of the
/// type that the caller names.
/// </summary>
internal static class DataFrameWriter
{
    private const string Prefix = "Microsoft.Data.Analysis.";

    public static TColumn[] Columns<TColumn>(FieldData data)
    {
        if (typeof(TColumn).FullName != Prefix + "DataFrameColumn")
        {
            throw new GlmmException($"ToColumns makes columns of a Microsoft.Data.Analysis.DataFrame, not {ColumnBuilder.TypeName(typeof(TColumn))}: "
                + "write new DataFrame(data.ToColumns<DataFrameColumn>()).");
        }

        return [.. data.Columns.Select(column => (TColumn)Column(typeof(TColumn), column))];
    }

    private static object Column(Type columnType, FieldColumn column) => column switch
    {
        NumericColumn numeric => Create(columnType, "DoubleDataFrameColumn", column.Name,
            numeric.Values.Select(value => double.IsNaN(value) ? (double?)null : value)),
        LogicalColumn logical => Create(columnType, "BooleanDataFrameColumn", column.Name, (IEnumerable<bool?>)logical.Values),
        DateColumn date => Create(columnType, "DateTimeDataFrameColumn", column.Name, (IEnumerable<DateTime?>)date.Values),
        _ => Create(columnType, "StringDataFrameColumn", column.Name,
            Enumerable.Range(0, column.Length).Select(row => column.TextAt(row))),
    };

    private static object Create<T>(Type columnType, string typeName, string name, IEnumerable<T> values)
    {
        // Early versions have no class of their own for logicals and dates, but the generic one holds them as well.
        var type = columnType.Assembly.GetType(Prefix + typeName)
            ?? columnType.Assembly.GetType(Prefix + "PrimitiveDataFrameColumn`1")?.MakeGenericType(Nullable.GetUnderlyingType(typeof(T))!);
        var constructor = type?.GetConstructor([typeof(string), typeof(IEnumerable<T>)])
            ?? throw new GlmmException($"This version of Microsoft.Data.Analysis has no {typeName} that can be filled. Update the package, "
                + "or write the data to a CSV file.");
        return constructor.Invoke([name, values]);
    }
}
