using System.Numerics;
using Microsoft.Data.Analysis;

namespace EcoGlmm.Data;

/// <summary>Reads a DataFrame of Microsoft.Data.Analysis: numbers through the buffers that its columns keep them in.</summary>
internal static class DataFrameReader
{
    /// <summary>2⁵³: up to it every whole number is a <see cref="double"/>.</summary>
    private const long LargestExact = 9007199254740992;

    /// <exception cref="GlmmException">A column holds what no column of field data can.</exception>
    public static FieldData Read(DataFrame frame) => new(frame.Columns.Select(Read).ToArray());

    private static FieldColumn Read(DataFrameColumn column) => column switch
    {
        PrimitiveDataFrameColumn<double> numbers => Numbers(numbers),
        PrimitiveDataFrameColumn<float> numbers => Numbers(numbers, isSinglePrecision: true),
        PrimitiveDataFrameColumn<int> numbers => Numbers(numbers),
        PrimitiveDataFrameColumn<long> numbers => WholeNumbers(numbers, value => value is > LargestExact or < -LargestExact),
        PrimitiveDataFrameColumn<short> numbers => Numbers(numbers),
        PrimitiveDataFrameColumn<sbyte> numbers => Numbers(numbers),
        PrimitiveDataFrameColumn<uint> numbers => Numbers(numbers),
        PrimitiveDataFrameColumn<ulong> numbers => WholeNumbers(numbers, value => value > (ulong)LargestExact),
        PrimitiveDataFrameColumn<ushort> numbers => Numbers(numbers),
        PrimitiveDataFrameColumn<byte> numbers => Numbers(numbers),
        PrimitiveDataFrameColumn<decimal> numbers => WholeNumbers(numbers, value => Math.Abs(value) > LargestExact),
        PrimitiveDataFrameColumn<bool> logical => new LogicalColumn(logical.Name, [.. logical]),
        PrimitiveDataFrameColumn<DateTime> dates => new DateColumn(dates.Name, [.. dates]),
        StringDataFrameColumn texts => CategoricalColumn.FromTexts(texts.Name, texts),
        ArrowStringDataFrameColumn texts => CategoricalColumn.FromTexts(texts.Name, texts),
        _ when ColumnBuilder.CanHold(column.DataType) => ColumnBuilder.FromObjects(column.Name, [.. column.Cast<object?>()],
            column.DataType),
        _ => throw GlmmException.InData($"Column \"{column.Name}\" of the DataFrame holds {ColumnBuilder.TypeName(column.DataType)} "
            + "values, and a column takes numbers, texts, true/false and dates. Remove it first: "
            + $"frame.Columns.Remove(\"{column.Name}\")."),
    };

    // Identifiers that a double would change stay apart as texts: see ColumnBuilder.
    private static FieldColumn WholeNumbers<T>(PrimitiveDataFrameColumn<T> column, Func<T, bool> isLarge)
        where T : unmanaged, INumberBase<T> =>
        column.Any(value => value is { } number && isLarge(number))
            ? ColumnBuilder.FromObjects(column.Name, [.. column.Cast<object?>()], typeof(T))
            : Numbers(column);

    // Bit i of a validity map, from the lowest bit of the first byte, is 1 where value i is present.
    private static NumericColumn Numbers<T>(PrimitiveDataFrameColumn<T> column, bool isSinglePrecision = false)
        where T : unmanaged, INumberBase<T>
    {
        var values = new double[column.Length];
        var row = 0;
        foreach (var (buffer, map) in column.GetReadOnlyDataBuffers().Zip(column.GetReadOnlyNullBitMapBuffers()))
        {
            var source = buffer.Span;
            var valid = map.Span;
            for (var i = 0; i < source.Length; i++, row++)
                values[row] = (valid[i >> 3] >> (i & 7) & 1) == 1 ? double.CreateTruncating(source[i]) : double.NaN;
        }

        return new NumericColumn(column.Name, values, isSinglePrecision && Array.Exists(values, HasDecimals));
    }

    private static bool HasDecimals(double value) => double.IsFinite(value) && value != Math.Floor(value);
}
