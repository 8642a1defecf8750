using System.Globalization;
using System.Text;
using EcoGlmm.Data;

namespace EcoGlmm.Tests.Data;

/// <summary>Files without quotes are read by another way than files with any; both must see the same table.</summary>
public class PlainCsvTests
{
    [Theory]
    [InlineData("\n", ',', false)]
    [InlineData("\r\n", ';', true)]
    [InlineData("\r", '\t', false)]
    [InlineData("\n", ' ', false)]
    public void A_quote_in_the_last_row_changes_nothing(string end, char separator, bool hasDecimalCommas)
    {
        var blank = separator == ' ' ? "" : "  ";
        var text = new StringBuilder(string.Join(separator, "nest", "eggs", "mass", "day", "alive", "code", "ring", "none")).Append(end);
        // More than any buffer holds, so that lines are cut at its ends.
        for (var i = 0; i < 6000; i++)
        {
            var mass = (i * 37 % 1000 / 100.0).ToString("F2", CultureInfo.InvariantCulture);
            string[] fields =
            [
                $"{blank}nest{i % 70}", i % 11 == 0 ? "NA" : $"{i % 7}{blank}", hasDecimalCommas ? mass.Replace('.', ',') : mass,
                $"2024-05-{1 + (i % 28):00}", i % 3 == 0 ? "TRUE" : "F", i < 5000 ? $"{i}" : "x1", i == 17 ? "007" : $"{i}", "",
            ];
            text.Append(string.Join(separator, fields)).Append(end);
            if (i % 1000 == 5)
                text.Append(blank).Append(end);
        }
        var options = new CsvOptions { Separator = separator, DecimalSeparator = hasDecimalCommas ? ',' : null };
        string[] last = ["nest3", "1", "2", "2024-06-01", "T", "a", "9", ""];
        using var plain = new TemporaryFile(Encoding.UTF8.GetBytes(text + string.Join(separator, last)));
        last[0] = "\"nest3\"";
        using var quoted = new TemporaryFile(Encoding.UTF8.GetBytes(text + string.Join(separator, last)));
        var (expected, actual) = (FieldData.ReadCsv(quoted.Path, options), FieldData.ReadCsv(plain.Path, options));
        Assert.Equal(6001, actual.RowCount);
        Assert.Equal(expected.ToString(), actual.ToString());
        Assert.Equal(expected.ColumnNames, actual.ColumnNames);
        foreach (var name in expected.ColumnNames)
        {
            var (one, other) = (expected.Column(name), actual.Column(name));
            Assert.Equal(one.GetType(), other.GetType());
            Assert.Equal(Enumerable.Range(0, 6001).Select(one.TextAt), Enumerable.Range(0, 6001).Select(other.TextAt));
        }
    }

    /// <summary>Some megabytes, which are read in parts on all cores: types, levels and what numbers lose do not depend on where they are
    /// cut.</summary>
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void A_file_in_parts_is_the_same_as_one_read_row_by_row(string end)
    {
        var text = new StringBuilder("count,group,padded,mixed,late,empty,first,day,quoted,seven").Append(end);
        const int Rows = 60_000;
        for (var i = 0; i < Rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i % 31},gr\u00fcn{i * 7919 % 40_000},{i % 1000 / 100.0:F2},{i % 1000 / 100.0},")
                .Append(i == Rows - 5 ? "x" : "1").Append(",,").Append(i < Rows / 2 ? "NA" : "T").Append(",2024-05-11,")
                .Append(i % 2 == 0 ? "\"a,b\"" : "\"\"\"c\"\"\"").Append(i == Rows - 2 ? ",07" : ",7").Append(end);
        }
        using var plain = new TemporaryFile(Encoding.UTF8.GetBytes(text.ToString()));
        using var other = new TemporaryFile(Encoding.UTF8.GetBytes(text + "1,two,1.00,1,1,,T,2024-05-11,\"two\nlines\",7"));
        var (actual, expected) = (FieldData.ReadCsv(plain.Path), FieldData.ReadCsv(other.Path));
        Assert.Equal(Rows, actual.RowCount);
        Assert.Equal(Rows + 1, expected.RowCount);
        foreach (var name in expected.ColumnNames)
        {
            var (one, another) = (expected.Column(name), actual.Column(name));
            Assert.Equal(one.Kind, another.Kind);
            Assert.Equal(Enumerable.Range(0, Rows).Select(one.TextAt), Enumerable.Range(0, Rows).Select(another.TextAt));
        }
        Assert.Equal(["numeric", "factor", "numeric", "numeric", "factor", "numeric", "factor", "date", "factor", "factor"],
            actual.ColumnNames.Select(name => actual.Column(name).Kind));
        Assert.Equal("\"c\"", actual.Column("quoted").TextAt(1));
    }

    [Theory]
    [InlineData("numeric", "0.10", "0.20", "0.25")]
    [InlineData("numeric", "0.1", "0.20", "0.25")]
    [InlineData("numeric", "10", "0.20", "-3.25")]
    [InlineData("factor", "0.2", "0.20", "0.25")]
    [InlineData("numeric", "0.0", "-0.0", "0.5")]
    [InlineData("numeric", "0.0", "-0.0", "0.75")]
    [InlineData("factor", "-0", "0", "1")]
    [InlineData("factor", "-0.0", "0", "1")]
    [InlineData("factor", "+0", "0", "1")]
    [InlineData("factor", "1", "01", "2")]
    [InlineData("factor", "1e2", "100", "2")]
    [InlineData("numeric", "1e2", "101", "2")]
    [InlineData("numeric", "0.12345678901234568", "0.50", "2.5")]
    public void Numbers_stay_numbers_unless_two_texts_are_one(string kind, string one, string other, string third)
    {
        using var file = new TemporaryFile(Encoding.UTF8.GetBytes($"x,y\n{one},1\n{other},2\n{third},3\n"));
        Assert.Equal(kind, FieldData.ReadCsv(file.Path).Column("x").Kind);
    }

    [Fact]
    public void Names_in_quotes_and_over_two_lines_precede_plain_rows()
    {
        using var file = new TemporaryFile(Encoding.UTF8.GetBytes("\n\"a\nb\",\"c\"\n1,2\n3,4\n"));
        var data = FieldData.ReadCsv(file.Path);
        Assert.Equal(["a\nb", "c"], data.ColumnNames);
        Assert.Equal(2, data.RowCount);
    }

    [Fact]
    public void Decimals_are_the_nearest_doubles()
    {
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var digits = random.NextInt64((long)Math.Pow(10, 1 + random.Next(16))).ToString(CultureInfo.InvariantCulture);
            var text = (random.Next(2) == 0 ? "-" : "") + digits.Insert(random.Next(digits.Length + 1), ".");
            Assert.True(NumberText.TryParse(text, out var value), text);
            Assert.Equal(BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)),
                BitConverter.DoubleToInt64Bits(value));
        }
        Assert.True(NumberText.TryParse("-0.0", out var zero) && double.IsNegative(zero));
    }
}
