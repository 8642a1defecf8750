using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using EcoGlmm.Data;
using Microsoft.Data.Analysis;

namespace EcoGlmm.Tests.Data;

public class ArrowTests
{
    private static RecordBatch Numbers() => new RecordBatch.Builder()
        .Append("int8", true, new Int8Array.Builder().Append(-3).AppendNull().Append(127).Build())
        .Append("int16", true, new Int16Array.Builder().Append(-300).AppendNull().Append(32767).Build())
        .Append("int32", true, new Int32Array.Builder().Append(-70000).AppendNull().Append(int.MaxValue).Build())
        .Append("int64", true, new Int64Array.Builder().Append(-5).AppendNull().Append(1L << 40).Build())
        .Append("uint8", true, new UInt8Array.Builder().Append(3).AppendNull().Append(255).Build())
        .Append("uint16", true, new UInt16Array.Builder().Append(3).AppendNull().Append(65535).Build())
        .Append("uint32", true, new UInt32Array.Builder().Append(3).AppendNull().Append(uint.MaxValue).Build())
        .Append("uint64", true, new UInt64Array.Builder().Append(3).AppendNull().Append(1UL << 50).Build())
        .Append("float", true, new FloatArray.Builder().Append(0.5f).AppendNull().Append(2.25f).Build())
        .Append("double", true, new DoubleArray.Builder().Append(0.1).AppendNull().Append(double.NegativeInfinity).Build())
        .Build();

    [Fact]
    public void Numbers_are_those_that_come_through_a_data_frame()
    {
        var (direct, framed) = (FieldData.FromArrow(Numbers()), FieldData.From(DataFrame.FromArrowRecordBatch(Numbers())));
        Assert.Equal(framed.ColumnNames, direct.ColumnNames);
        foreach (var name in framed.ColumnNames)
        {
            Assert.Equal(framed.Numbers(name), direct.Numbers(name));
            Assert.True(double.IsNaN(direct.Numbers(name)[1]), name);
        }
        Assert.Equal([1, 2, 4, 8, 2, 4, 8, 8, 8, 8], direct.ColumnNames.Select(name => ((NumericColumn)direct.Column(name)).Width));
        Assert.True(((NumericColumn)direct.Column("float")).IsSinglePrecision);
        Assert.Equal(direct.ToString(), FieldData.From((object)Numbers()).ToString());
        Assert.Equal(direct.ToString(), FieldData.From(new[] { Numbers() }).ToString());
    }

    [Fact]
    public void Texts_truth_values_and_times()
    {
        var moment = new DateTimeOffset(2024, 5, 11, 13, 30, 0, TimeSpan.Zero);
        var batch = new RecordBatch.Builder()
            .Append("text", true, new StringArray.Builder().Append("zo\u00eb").AppendNull().Append("a").Append("zo\u00eb").Build())
            .Append("truth", true, new BooleanArray.Builder().Append(true).AppendNull().Append(false).Append(true).Build())
            .Append("day", true, new Date32Array.Builder().Append(moment.Date).AppendNull().Append(new DateTime(1899, 12, 31))
                .Append(moment.Date).Build())
            .Append("day64", true, new Date64Array.Builder().Append(moment.Date).AppendNull().Append(moment.Date)
                .Append(moment.Date).Build())
            .Append("time", true, new TimestampArray.Builder(TimeUnit.Millisecond).Append(moment).AppendNull().Append(moment.AddYears(-80))
                .Append(moment).Build())
            .Append("nano", true, new TimestampArray.Builder(new TimestampType(TimeUnit.Nanosecond, "UTC")).Append(moment).AppendNull()
                .Append(moment).Append(moment).Build())
            .Append("none", true, new NullArray(4)).Build();
        var data = FieldData.FromArrow(batch);
        Assert.Equal(["zo\u00eb", null, "a", "zo\u00eb"], data.Texts("text").AsEnumerable());
        Assert.Equal(["a", "zo\u00eb"], data.Levels("text"));
        Assert.Equal(["TRUE", null, "FALSE", "TRUE"], data.Texts("truth").AsEnumerable());
        Assert.Equal(["2024-05-11", null, "1899-12-31", "2024-05-11"], data.Texts("day").AsEnumerable());
        Assert.Equal("2024-05-11", data.Texts("day64")[0]);
        Assert.Equal(["2024-05-11T13:30:00", null, "1944-05-11T13:30:00", "2024-05-11T13:30:00"], data.Texts("time").AsEnumerable());
        Assert.Equal("2024-05-11T13:30:00", data.Texts("nano")[3]);
        Assert.Equal(4, data.Column("none").MissingCount);
    }

    private static DictionaryArray Words(bool isOrdered, sbyte?[] codes, params string[] words)
    {
        var indices = new Int8Array.Builder();
        foreach (var code in codes)
            _ = code is { } there ? indices.Append(there) : indices.AppendNull();
        return new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, isOrdered), indices.Build(),
            new StringArray.Builder().AppendRange(words).Build());
    }

    [Fact]
    public void Dictionaries_are_factors_whose_codes_may_differ_between_batches()
    {
        RecordBatch[] batches =
        [
            new RecordBatch.Builder().Append("site", true, Words(false, [1, 0, null], "south", "north", "never")).Append("size", true,
                Words(true, [2, 0, 0], "small", "medium", "large")).Build(),
            new RecordBatch.Builder().Append("site", true, Words(false, [0, 1, 1], "north", "east")).Append("size", true,
                Words(true, [1, 1, null], "small", "medium", "large")).Build(),
        ];
        var data = FieldData.FromArrow(batches);
        Assert.Equal(["north", "south", null, "north", "east", "east"], data.Texts("site").AsEnumerable());
        Assert.Equal(["east", "north", "south"], data.Levels("site"));
        Assert.Equal(["large", "small", "small", "medium", "medium", null], data.Texts("size").AsEnumerable());
        Assert.Equal(["small", "medium", "large"], data.Levels("size"));
        Assert.Equal("ordered factor", data.Column("size").Kind);
    }

    [Fact]
    public void Batches_are_one_table_and_numbers_as_wide_as_all_need()
    {
        static RecordBatch Of(params long?[] values)
        {
            var array = new Int64Array.Builder();
            foreach (var value in values)
                _ = value is { } there ? array.Append(there) : array.AppendNull();
            return new RecordBatch.Builder().Append("x", true, array.Build()).Build();
        }

        Assert.Equal([1, double.NaN, 300, 70000], FieldData.FromArrow([Of(1, null), Of(300), Of(), Of(70000)]).Numbers("x"));
        var wide = FieldData.FromArrow([Of(1, null), Of(3_000_000_000)]);
        Assert.Equal([1, double.NaN, 3e9], wide.Numbers("x"));
        var identifiers = FieldData.FromArrow([Of(1, null), Of(9007199254740993)]);
        Assert.Equal(["1", null, "9007199254740993"], identifiers.Texts("x").AsEnumerable());
        var many = Enumerable.Range(0, 2000).Select(i => (long?)(i == 1700 ? 1L << 40 : i % 3 == 0 ? null : i)).ToArray();
        Assert.Equal(System.Array.ConvertAll(many, value => value ?? double.NaN), FieldData.FromArrow(Of(many)).Numbers("x"));
    }

    [Fact]
    public void Parts_of_arrays_are_read_from_where_they_begin()
    {
        var batch = new RecordBatch.Builder()
            .Append("x", true, new Int32Array.Builder().Append(1).Append(2).AppendNull().Append(4).Build().Slice(1, 3))
            .Append("y", true, new StringArray.Builder().Append("a").Append("b").AppendNull().Append("d").Build().Slice(1, 3))
            .Append("z", true, new BooleanArray.Builder().Append(true).Append(false).AppendNull().Append(true).Build().Slice(1, 3)).Build();
        var data = FieldData.FromArrow(batch);
        Assert.Equal([2, double.NaN, 4], data.Numbers("x"));
        Assert.Equal(["b", null, "d"], data.Texts("y").AsEnumerable());
        Assert.Equal(["FALSE", null, "TRUE"], data.Texts("z").AsEnumerable());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_and_streams_are_read_by_their_path(bool isFile)
    {
        using var file = new TemporaryFile("");
        await using (var to = File.Create(file.Path))
        {
            using var writer = isFile ? new ArrowFileWriter(to, Numbers().Schema) : new ArrowStreamWriter(to, Numbers().Schema);
            await writer.WriteRecordBatchAsync(Numbers());
            await writer.WriteRecordBatchAsync(Numbers());
            await writer.WriteEndAsync();
        }

        var data = FieldData.ReadArrow(file.Path);
        Assert.Equal(6, data.RowCount);
        Assert.Equal(FieldData.FromArrow([Numbers(), Numbers()]).ToString(), data.ToString());
    }

    [Fact]
    public void What_cannot_be_read_is_told()
    {
        static string Of(Func<FieldData> read) => Assert.Throws<GlmmException>(read).Message;
        Assert.StartsWith("There is no record batch", Of(() => FieldData.FromArrow(System.Array.Empty<RecordBatch>())));
        var list = new RecordBatch.Builder().Append("parts", true, new BinaryArray.Builder().Append([1]).Build()).Build();
        Assert.StartsWith("Column \"parts\" of the record batch holds values of Arrow's type binary", Of(() => FieldData.FromArrow(list)));
        var other = new RecordBatch.Builder().Append("x", true, new Int8Array.Builder().Append(1).Build()).Build();
        Assert.Equal("Record batch 2 has 1 column, the first 10.", Of(() => FieldData.FromArrow([Numbers(), other])));
        using var text = new TemporaryFile("no such file, but a text of some length\n");
        Assert.Contains("cannot be read as an Arrow file", Of(() => FieldData.ReadArrow(text.Path)), StringComparison.Ordinal);
        Assert.Contains("cannot be read as an Arrow file", Of(() => FieldData.ReadArrow(text.Path + ".none")), StringComparison.Ordinal);
    }
}
