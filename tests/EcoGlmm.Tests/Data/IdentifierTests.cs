using System.Numerics;
using EcoGlmm.Data;

namespace EcoGlmm.Tests.Data;

/// <summary>Individuals that a number would make one stay apart.</summary>
public class IdentifierTests
{
    private static FieldData Read(string content, CsvOptions? options = null)
    {
        using var file = new TemporaryFile(content);
        return FieldData.ReadCsv(file.Path, options);
    }

    [Theory]
    [InlineData("007", "7")]
    [InlineData("1.10", "1.1")]
    [InlineData("1e5", "100000")]
    [InlineData("+1", "1")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("12345678901234567890", "12345678901234567891")]
    [InlineData("1", "1.0")]
    [InlineData("1e400", "1e500")]
    [InlineData("1E5", "1e5")]
    [InlineData("-0", "0")]
    public void Texts_that_are_one_number_stay_texts(string one, string other)
    {
        foreach (var rows in new[] { new[] { one, other }, [other, one], ["3", other, "5", one, other] })
        {
            var data = Read("ring,n\n" + string.Concat(rows.Select((ring, i) => $"{ring},{i}\n")));
            Assert.Equal(rows, data.Texts("ring"));
            Assert.Contains("ring was kept as text", data.ToString());
            Assert.Contains("ring was kept as text", data.ToHtml());
        }
    }

    [Theory]
    [InlineData("0012\n13\n14", "\"0012\" begins with zeros")]
    [InlineData("123456789012345678\n5", "more digits than a number holds")]
    [InlineData("F\nF\nNA", "\"F\" alone")]
    [InlineData("T", "\"T\" alone")]
    public void What_a_number_or_truth_value_would_lose_is_named(string values, string reason)
    {
        var data = Read($"x\n{values}\n");
        Assert.Equal(values.Split('\n').Select(value => value == "NA" ? null : value), data.Texts("x"));
        Assert.Contains(reason, data.ToString());
    }

    [Theory]
    [InlineData("12.5\n12\n0.25\n-3")]
    [InlineData("1e5\n2e5\nInf\n-Inf\nNaN")]
    [InlineData("12.50\n12.50\n13.75")]
    [InlineData("0.1234567890123456\n0.30000000000000004")]
    [InlineData("9007199254740992\n1e300")]
    [InlineData("0\n0.5\n-0.5")]
    [InlineData("Inf\ninf\n1")]
    public void Measurements_are_numbers(string values) => Assert.IsType<NumericColumn>(Read($"x\n{values}\n").Column("x"));

    [Fact]
    public void Both_truth_values_are_logical() => Assert.IsType<LogicalColumn>(Read("x\nT\nF\n").Column("x"));

    [Fact]
    public void Decimal_commas_are_watched_too()
    {
        Assert.Equal(["1,10", "1,1"], Read("plot;n\n1,10;2\n1,1;3\n").TextList("plot"));
        Assert.Equal(["1,10", "1,1"], Read("plot;n\n1,10;2\n1,1;3\n", new CsvOptions { DecimalSeparator = ',' }).TextList("plot"));
    }

    [Fact]
    public void A_kept_column_becomes_numeric_on_request() =>
        Assert.Equal([12.5, 12.5], Read("x,y\n12.5,1\n12.50,2\n").AsNumeric("x").Numbers("x"));

    [Fact]
    public void Whole_numbers_of_code_and_databases_beyond_two_to_the_53_are_texts()
    {
        long[] rings = [9007199254740993, 9007199254740992, 5];
        foreach (var data in new[]
        {
            FieldData.From(rings.Select(ring => new { ring })),
            FieldData.From(new Dictionary<string, object> { ["ring"] = rings }),
            FieldData.From(rings.Select(ring => new { ring = (decimal)ring })),
            FieldData.From(rings.Select(ring => new { ring = new BigInteger(ring) })),
            FieldData.From(Table(rings).CreateDataReader()),
            FieldData.From(new Microsoft.Data.Analysis.DataFrame(new Microsoft.Data.Analysis.Int64DataFrameColumn("ring", rings))),
        })
            Assert.Equal(["9007199254740993", "9007199254740992", "5"], data.TextList("ring"));
        Assert.IsType<NumericColumn>(FieldData.From(new[] { new { x = 9007199254740992L }, new { x = -5L } }).Column("x"));
    }

    [Fact]
    public void Labels_that_differ_in_nothing_one_sees_are_named_not_merged()
    {
        var data = Read("nest,x\nA 1,1\n\"A 1 \",2\na 1,3\nCafe\u0301,4\nCaf\u00e9,5\nB,6\n");
        Assert.Equal(6, data.Levels("nest").Count);
        var text = data.ToString();
        Assert.Contains("nest has levels that differ only in blanks, capitals or the form of characters", text);
        Assert.Contains("\"A 1\" and \"A 1 \" and \"a 1\"", text);
        Assert.DoesNotContain("\"B\"", text[text.IndexOf("differ only", StringComparison.Ordinal)..]);
    }

    [Fact]
    public void A_summary_tells_what_was_kept_as_text()
    {
        var rows = string.Concat(Enumerable.Range(0, 60)
            .Select(i => $"{(i % 6 == 0 ? "07" : i % 6 == 1 ? "7" : $"1{i % 6}")},{Math.Sin(i * i)}\n"));
        var fit = Glmm.Fit("y ~ 1 + (1 | ring)", Read("ring,y\n" + rows));
        Assert.Equal(6, fit.Groups[0].Levels);
        Assert.Contains("ring was kept as text", fit.ToString());
    }

    private static System.Data.DataTable Table(long[] rings)
    {
        var table = new System.Data.DataTable();
        table.Columns.Add("ring", typeof(long));
        foreach (var ring in rings)
            table.Rows.Add(ring);
        return table;
    }
}
