using EcoGlmm.Data;
using Microsoft.Data.Analysis;

namespace EcoGlmm.Tests.Data;

public class DataFrameReaderTests
{
    private sealed class DerivedFrame(params DataFrameColumn[] columns) : DataFrame(columns);

    [Fact]
    public void Reads_numbers_through_their_buffers()
    {
        var expected = Enumerable.Range(0, 37).Select(i => i % 4 == 1 ? (double?)null : i / 3.0).ToArray();
        var mass = new DoubleDataFrameColumn("Mass", expected);
        var eggs = new PrimitiveDataFrameColumn<int>("Eggs", [.. Enumerable.Range(0, 37).Select(i => (int?)-i)]);
        var data = FieldData.From(new DerivedFrame(mass, eggs));
        Assert.Equal(expected.Select(value => value ?? double.NaN), data.Numbers("Mass"));
        Assert.Equal(Enumerable.Range(0, 37).Select(i => (double)-i), data.Numbers("Eggs"));
        Assert.True(mass.WereBuffersRead && eggs.WereBuffersRead);
    }

    [Fact]
    public void Reads_every_type()
    {
        var data = FieldData.From(new DataFrame(
            new PrimitiveDataFrameColumn<float>("float", 1.5f, null),
            new PrimitiveDataFrameColumn<decimal>("decimal", 1.25m, null),
            new PrimitiveDataFrameColumn<byte>("byte", 255, null),
            new PrimitiveDataFrameColumn<sbyte>("sbyte", -128, null),
            new PrimitiveDataFrameColumn<short>("short", -1, null),
            new PrimitiveDataFrameColumn<ushort>("ushort", 1, null),
            new PrimitiveDataFrameColumn<uint>("uint", uint.MaxValue, null),
            new PrimitiveDataFrameColumn<long>("long", 1L << 40, null),
            new PrimitiveDataFrameColumn<ulong>("ulong", 7, null),
            new PrimitiveDataFrameColumn<bool>("bool", true, null),
            new PrimitiveDataFrameColumn<char>("char", 'b', null),
            new PrimitiveDataFrameColumn<DateTime>("date", new DateTime(2020, 5, 1), null),
            new StringDataFrameColumn("string", "z", null)));
        Assert.Equal(["1.5", "1.25", "255", "-128", "-1", "1", "4294967295", "1099511627776", "7", "TRUE", "b", "2020-05-01",
            "z"], data.ColumnNames.Select(name => data.Texts(name)[0]));
        Assert.All(data.Columns, column => Assert.True(column.IsMissing(1)));
        Assert.Equal(["logical", "factor", "date", "factor"], data.Columns.Skip(9).Select(column => column.Kind));
    }

    [Fact]
    public void Refuses_vector_columns_by_name() => Assert.Equal(
        "Column \"Spectrum\" of the DataFrame holds VBuffer<Single> values, and a column takes numbers, texts, true/false and "
        + "dates. Remove it first: frame.Columns.Remove(\"Spectrum\").",
        Assert.Throws<GlmmException>(() => FieldData.From(new DataFrame(
            new DoubleDataFrameColumn("x", 1, 2), new VBufferDataFrameColumn<float>("Spectrum", 2)))).Message);

    [Fact]
    public void An_empty_frame() => Assert.Equal(0, FieldData.From(new DataFrame(new DoubleDataFrameColumn("x"))).RowCount);

    [Fact]
    public void Decimals_in_single_precision_are_told_of_in_the_data_and_in_the_fit()
    {
        var frame = new DataFrame(
            new PrimitiveDataFrameColumn<float>("mass", [.. Enumerable.Range(0, 30).Select(i => (float?)(i * 0.1f))]),
            new PrimitiveDataFrameColumn<float>("eggs", [.. Enumerable.Range(0, 30).Select(i => (float?)(i % 4))]),
            new PrimitiveDataFrameColumn<float>("unused", [.. Enumerable.Range(0, 30).Select(_ => (float?)0.1f)]));
        Assert.Contains("numeric, single precision", FieldData.From(frame).ToString());
        var fit = Glmm.Fit("eggs ~ mass", frame, Family.Poisson());
        Assert.Contains("seven digits of each number: mass.", fit.ToString());
        Assert.Contains("seven digits of each number: mass.", fit.ToHtml());
        Assert.DoesNotContain("single precision", Glmm.Fit("eggs ~ 1", frame, Family.Poisson()).ToString());
    }
}
