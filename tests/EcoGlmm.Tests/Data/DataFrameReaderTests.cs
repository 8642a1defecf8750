using Microsoft.Data.Analysis;

namespace EcoGlmm.Tests.Data;

public class DataFrameReaderTests
{
    private sealed class DerivedFrame(params DataFrameColumn[] columns) : DataFrame(columns);

    private static PrimitiveDataFrameColumn<T> Column<T>(string name, params T?[] values)
        where T : unmanaged => new(name, values);

    [Fact]
    public void Numbers_with_missing_values()
    {
        var expected = Enumerable.Range(0, 37).Select(i => i % 4 == 1 ? (double?)null : i / 3.0).ToArray();
        var mass = new DoubleDataFrameColumn("Mass", expected);
        var eggs = new Int32DataFrameColumn("Eggs", Enumerable.Range(0, 37).Select(i => -i));
        var data = FieldData.From(new DerivedFrame(mass, eggs));
        Assert.Equal(expected.Select(value => value ?? double.NaN), data.Numbers("Mass"));
        Assert.Equal(Enumerable.Range(0, 37).Select(i => (double)-i), data.Numbers("Eggs"));
    }

    [Fact]
    public void Reads_every_type()
    {
        DataFrame frame = new(
            Column<float>("float", 1.5f, null), Column<decimal>("decimal", 1.25m, null), Column<byte>("byte", 255, null),
            Column<sbyte>("sbyte", -128, null), Column<short>("short", -1, null), Column<ushort>("ushort", 1, null),
            Column<uint>("uint", uint.MaxValue, null), Column<long>("long", 1L << 40, null), Column<ulong>("ulong", 7, null),
            Column<bool>("bool", true, null), Column<char>("char", 'b', null), Column<DateTime>("date", new DateTime(2020, 5, 1), null),
            new StringDataFrameColumn("string", ["z", null]), ArrowTexts("arrow", "zoë", null));
        FieldData data = frame;
        Assert.Equal(["1.5", "1.25", "255", "-128", "-1", "1", "4294967295", "1099511627776", "7", "TRUE", "b", "2020-05-01",
            "z", "zoë"], data.ColumnNames.Select(name => data.Texts(name)[0]));
        Assert.All(data.Columns, column => Assert.True(column.IsMissing(1)));
        Assert.Equal(["logical", "factor", "date", "factor", "factor"], data.Columns.Skip(9).Select(column => column.Kind));
    }

    // Texts as they come from an Arrow record batch: all bytes one after the other, where each text begins, a bit for each that is there.
    private static ArrowStringDataFrameColumn ArrowTexts(string name, params string?[] texts)
    {
        var bytes = texts.Select(text => System.Text.Encoding.UTF8.GetBytes(text ?? "")).ToArray();
        var offsets = bytes.Aggregate(new List<int> { 0 }, (ends, one) => [.. ends, ends[^1] + one.Length]);
        var present = (byte)texts.Select((text, i) => text is null ? 0 : 1 << i).Sum();
        return new ArrowStringDataFrameColumn(name, bytes.SelectMany(one => one).ToArray(), offsets.SelectMany(BitConverter.GetBytes)
            .ToArray(),
            new[] { present }, texts.Length, texts.Count(text => text is null));
    }

    [Fact]
    public void Columns_after_edits_of_the_frame()
    {
        var frame = DataFrame.LoadCsvFromString("nest,calls,fed\nA,3,true\nB,,false\nA,5,true\n");
        frame.Append(new Dictionary<string, object> { ["nest"] = "C", ["calls"] = 7, ["fed"] = true }, inPlace: true);
        var kept = frame.Filter(frame["calls"].ElementwiseIsNotNull());
        var data = FieldData.From(kept);
        Assert.Equal([3.0, 5, 7], data.Numbers("calls"));
        Assert.Equal("A, A, C", string.Join(", ", data.Texts("nest")));
        Assert.Equal("TRUE, TRUE, TRUE", string.Join(", ", data.Texts("fed")));
    }

    [Fact]
    public void Refuses_vector_columns_by_name() => Assert.Equal(
        "Column \"Spectrum\" of the DataFrame holds VBuffer<Single> values, and a column takes numbers, texts, true/false and "
        + "dates. Remove it first: frame.Columns.Remove(\"Spectrum\").",
        Assert.Throws<GlmmException>(() => FieldData.From(new DataFrame(
            new DoubleDataFrameColumn("x", [1.0, 2]), new VBufferDataFrameColumn<float>("Spectrum", 2)))).Message);

    [Fact]
    public void An_empty_frame_and_none()
    {
        Assert.Equal(0, FieldData.From(new DataFrame(new DoubleDataFrameColumn("x", 0))).RowCount);
    }

    [Fact]
    public void A_fit_to_a_frame_is_the_fit_to_its_data()
    {
        var data = FieldData.From(Enumerable.Range(0, 60).Select(i => new { y = i * 7 % 5, x = i % 10 / 10.0, g = "n" + (i % 6) }));
        var frame = data.ToDataFrame();
        var fit = Glmm.Fit("y ~ x + (1 | g)", frame, Family.Poisson());
        Assert.Equal(Glmm.Fit("y ~ x + (1 | g)", data, Family.Poisson()).LogLikelihood, fit.LogLikelihood);
        Assert.Equal(fit.Predict().Estimate, fit.Predict(frame).Estimate);
        var augmented = fit.Augment().ToDataFrame();
        Assert.Equal(fit.Fitted()[7], (double)augmented[".fitted"][7]);
    }

    [Fact]
    public void Decimals_in_single_precision_are_told_of_in_the_data_and_in_the_fit()
    {
        var frame = new DataFrame(
            new SingleDataFrameColumn("mass", Enumerable.Range(0, 30).Select(i => i * 0.1f)),
            new SingleDataFrameColumn("eggs", Enumerable.Range(0, 30).Select(i => (float)(i % 4))),
            new SingleDataFrameColumn("unused", Enumerable.Range(0, 30).Select(_ => 0.1f)));
        Assert.Contains("numeric, single precision", FieldData.From(frame).ToString());
        var fit = Glmm.Fit("eggs ~ mass", frame, Family.Poisson());
        Assert.Contains("seven digits of each number: mass.", fit.ToString());
        Assert.Contains("seven digits of each number: mass.", fit.ToHtml());
        Assert.DoesNotContain("single precision", Glmm.Fit("eggs ~ 1", frame, Family.Poisson()).ToString());
    }
}
