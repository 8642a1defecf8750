using System.Collections;
using System.Numerics;
using System.Reflection;

namespace EcoGlmm.Data;

/// <summary>
/// Reads a Microsoft.Data.Analysis.DataFrame of any version without a reference to that package: by the name of its
/// type and of the few members used.
/// </summary>
internal static class DataFrameReader
{
    private const string DataFrameType = "Microsoft.Data.Analysis.DataFrame";

    private static readonly MethodInfo ReadBuffersMethod =
        typeof(DataFrameReader).GetMethod(nameof(ReadBuffers), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static readonly HashSet<Type> NumberTypes =
    [
        typeof(double), typeof(float), typeof(decimal), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(short), typeof(ushort), typeof(byte), typeof(sbyte),
    ];

    public static bool IsDataFrame(object table)
    {
        for (var type = table.GetType(); type is not null; type = type.BaseType)
        {
            if (type.FullName == DataFrameType)
                return true;
        }
        return false;
    }

    public static FieldData Read(object dataFrame)
    {
        var columns = (IEnumerable)Property(dataFrame, "Columns");
        return new FieldData(columns.Cast<object>().Select(ReadColumn).ToArray());
    }

    private static FieldColumn ReadColumn(object column)
    {
        var name = (string)Property(column, "Name");
        var dataType = (Type)Property(column, "DataType");
        var length = Convert.ToInt32(Property(column, "Length"));
        if (!ColumnBuilder.CanHold(dataType))
        {
            throw new GlmmException($"Column \"{name}\" of the DataFrame holds {ColumnBuilder.TypeName(dataType)} values, "
                + "and a column takes numbers, texts, true/false and dates. Remove it first: "
                + $"frame.Columns.Remove(\"{name}\").");
        }
        if (NumberTypes.Contains(dataType)
            && column.GetType().GetMethod("GetReadOnlyDataBuffers", Type.EmptyTypes) is { } dataBuffers
            && column.GetType().GetMethod("GetReadOnlyNullBitMapBuffers", Type.EmptyTypes) is { } validityBuffers)
        {
            var arguments = new[] { dataBuffers.Invoke(column, null), validityBuffers.Invoke(column, null), length };
            if (ReadBuffersMethod.MakeGenericMethod(dataType).Invoke(null, arguments) is double[] values)
                return new NumericColumn(name, values, dataType == typeof(float) && Array.Exists(values, HasDecimals));
        }
        return ColumnBuilder.FromObjects(name, ((IEnumerable)column).Cast<object?>().ToArray(), dataType);
    }

    // Bit i of a validity map, from the lowest bit of the first byte, is 1 where value i is present. Null if the buffers
    // are not laid out as expected: the values are then read one by one.
    private static double[]? ReadBuffers<T>(object data, object validity, int length)
        where T : unmanaged, INumberBase<T>
    {
        if (data is not IEnumerable<ReadOnlyMemory<T>> dataBuffers
            || validity is not IEnumerable<ReadOnlyMemory<byte>> validityBuffers)
            return null;
        var values = new double[length];
        var row = 0;
        foreach (var (buffer, map) in dataBuffers.Zip(validityBuffers))
        {
            var source = buffer.Span;
            var valid = map.Span;
            if (row + source.Length > length || valid.Length * 8 < source.Length)
                return null;
            for (var i = 0; i < source.Length; i++, row++)
            {
                var isValid = (valid[i >> 3] >> (i & 7) & 1) == 1;
                values[row] = isValid ? double.CreateTruncating(source[i]) : double.NaN;
            }
        }
        return row == length ? values : null;
    }

    private static bool HasDecimals(double value) => double.IsFinite(value) && value != Math.Floor(value);

    private static object Property(object owner, string name) =>
        owner.GetType().GetProperty(name)?.GetValue(owner)
        ?? throw new GlmmException($"This version of Microsoft.Data.Analysis cannot be read: its "
            + $"{ColumnBuilder.TypeName(owner.GetType())} has no {name}. Write the frame to a CSV file and use ReadCsv.");
}
