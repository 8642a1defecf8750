using System.Globalization;
using System.IO.Compression;
using System.Text;
using EcoGlmm.Data;

namespace EcoGlmm.Tests.Data;

public class CsvTests
{
    private static FieldData Read(string content, CsvOptions? options = null) => Read(Encoding.UTF8.GetBytes(content), options);

    private static FieldData Read(byte[] content, CsvOptions? options = null)
    {
        using var file = new TemporaryFile(content);
        return FieldData.ReadCsv(file.Path, options);
    }

    [Fact]
    public void Infers_the_type_of_each_column()
    {
        var data = Read("""
            Nest,Eggs,Mass,Fed,Day
            Bochet,3,12.5,TRUE,2020-05-01
            Avenches,2,1e1,FALSE,2020-05-02
            """);
        Assert.Equal(["Nest", "Eggs", "Mass", "Fed", "Day"], data.ColumnNames);
        Assert.Equal(["Avenches", "Bochet"], Assert.IsType<CategoricalColumn>(data.Column("Nest")).Levels);
        Assert.Equal([3, 2], Assert.IsType<NumericColumn>(data.Column("Eggs")).Values);
        Assert.Equal([12.5, 10], Assert.IsType<NumericColumn>(data.Column("Mass")).Values);
        Assert.Equal([true, false], Assert.IsType<LogicalColumn>(data.Column("Fed")).Values);
        Assert.Equal([new DateTime(2020, 5, 1), new DateTime(2020, 5, 2)], Assert.IsType<DateColumn>(data.Column("Day")).Values);
    }

    [Fact]
    public void Infers_from_the_whole_file()
    {
        // The last row contradicts what 5,000 rows have suggested.
        var text = new StringBuilder("id,n,flag,day,plot\n");
        for (var i = 0; i < 5000; i++)
            text.Append($"{i},007,T,2020-01-01,{i}\n");
        text.Append("5000,x,maybe,soon,5000\n");
        var data = Read(text.ToString());
        Assert.IsType<NumericColumn>(data.Column("id"));
        Assert.Equal(["007", "x"], data.Levels("n"));
        Assert.Equal(["T", "maybe"], data.Levels("flag"));
        Assert.Equal(["2020-01-01", "soon"], data.Levels("day"));
        Assert.Equal("007", data.TextList("n")[4999]);
        Assert.Equal(5001, data.RowCount);
    }

    [Theory]
    [InlineData("1\nT")]
    [InlineData("TRUE\n1")]
    [InlineData("2020-01-01\n5")]
    [InlineData("5\n2020-01-01")]
    [InlineData("2020-02-30\n2020-01-01")]
    [InlineData("2020-1-1\n2020-01-01")]
    [InlineData("0\nFALSE")]
    public void Mixed_types_are_text(string values) =>
        Assert.IsType<CategoricalColumn>(Read("x\n" + values + "\n").Column("x"));

    [Fact]
    public void Logical_spellings()
    {
        var column = Assert.IsType<LogicalColumn>(Read("x\nTRUE\nFALSE\nT\nF\ntrue\nfalse\nNA\nTrue\nFalse\n").Column("x"));
        Assert.Equal([true, false, true, false, true, false, null, true, false], column.Values);
    }

    [Fact]
    public void Dates_with_times()
    {
        var column = Assert.IsType<DateColumn>(Read("""
            x
            2020-05-01T06:30
            2020-05-01 06:30:15
            2020-05-01T06:30:15.25
            2020-05-01T06:30:00Z
            2020-05-01T06:30:00+02:00
            NA
            2020-05-01
            """).Column("x"));
        var day = new DateTime(2020, 5, 1);
        Assert.Equal([day.AddMinutes(390), day.AddSeconds(390 * 60 + 15), day.AddSeconds(390 * 60 + 15.25),
            day.AddMinutes(390), day.AddMinutes(270), null, day], column.Values);
    }

    [Fact]
    public void Numbers_are_exact()
    {
        var data = Read("x\n0.1\n1e5\n-2.5E-3\nInf\n-Inf\nNaN\n179769313486231570000e288\n5e-324\n+3\n");
        Assert.Equal([0.1, 1e5, -2.5e-3, double.PositiveInfinity, double.NegativeInfinity, double.NaN, double.MaxValue,
            double.Epsilon, 3], Assert.IsType<NumericColumn>(data.Column("x")).Values);
    }

    [Fact]
    public void Missing_values()
    {
        var data = Read("a,b,c,d,e\n,NA,,NA,NA\n1,x,TRUE,2020-01-01,\n\"NA\",\"\",NA,,\n");
        Assert.Equal([double.NaN, 1, double.NaN], data.Numbers("a"));
        Assert.Equal([null, "x", null], data.TextList("b"));
        Assert.Equal([null, true, null], Assert.IsType<LogicalColumn>(data.Column("c")).Values);
        Assert.Equal([null, new DateTime(2020, 1, 1), null], Assert.IsType<DateColumn>(data.Column("d")).Values);
        Assert.All(Assert.IsType<NumericColumn>(data.Column("e")).Values, value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void Missing_values_of_ones_own()
    {
        var options = new CsvOptions { MissingValues = ["-99", "."] };
        var data = Read("a,b,c\n-99,x,\n.,NA,3\n1,.,4\n5,,5\n", options);
        Assert.Equal([double.NaN, double.NaN, 1, 5], data.Numbers("a"));
        Assert.Equal(["x", "NA", null, ""], data.TextList("b"));
        Assert.Equal([double.NaN, 3, 4, 5], data.Numbers("c"));
    }

    [Fact]
    public void An_empty_text_is_a_level_if_it_is_not_declared_missing()
    {
        var data = Read("a,b\n1,\n2,x\n", new CsvOptions { MissingValues = ["NA"] });
        Assert.Equal(["", "x"], data.TextList("b"));
    }

    [Fact]
    public void Quotes()
    {
        var data = Read("\"a\",\"b, c\",d\n\"1\",\"x, \"\"y\"\"\",5\" dbh\n\"2.5\",\"two\nlines\",' q\n");
        Assert.Equal(["a", "b, c", "d"], data.ColumnNames);
        Assert.Equal([1, 2.5], Assert.IsType<NumericColumn>(data.Column("a")).Values);
        Assert.Equal(["x, \"y\"", "two\nlines"], data.TextList("b, c"));
        Assert.Equal(["5\" dbh", "' q"], data.TextList("d"));
    }

    [Theory]
    [InlineData("a,b\n1,x\n2,y\n")]
    [InlineData("a;b\n1;x\n2;y\n")]
    [InlineData("a\tb\n1\tx\n2\ty\n")]
    [InlineData("a,b\r\n1,x\r\n2,y")]
    [InlineData("a,b\r1,x\r2,y\r")]
    [InlineData("\ufeffa,b\n1,x\n2,y\n")]
    [InlineData("a,b\n\n1,x\n  \n2,y\n\n\n")]
    [InlineData(" a , b \n 1, x \n2 ,y \n")]
    [InlineData("\ufeff\"a\";\"b\"\r\n1;\"x\"\r\n2;\"y\"\r\n")]
    public void Separators_line_ends_and_blanks(string content)
    {
        var data = Read(content);
        Assert.Equal(["a", "b"], data.ColumnNames);
        Assert.Equal([1, 2], data.Numbers("a"));
        Assert.Equal(["x", "y"], data.TextList("b"));
    }

    [Fact]
    public void A_separator_within_values_does_not_mislead()
    {
        Assert.Equal(["Place, canton", "n"], Read("Place, canton;n\nBasel;1\n\"Aa, Bb, Cc\";2\n").ColumnNames);
        Assert.Equal(["a;b", "c"], Read("\"a;b\",c\n\"x;y;z\",1\n").ColumnNames);
        Assert.Equal(["a;b"], Read("a;b\n1;2\n", new CsvOptions { Separator = ',' }).ColumnNames);
        Assert.Equal(["a", "b"], Read("a|b\n1|2\n", new CsvOptions { Separator = '|' }).ColumnNames);
    }

    [Fact]
    public void One_column_needs_no_separator()
    {
        var data = Read("x\n1\n\n2\n\"\"\n");
        Assert.Equal([1, 2, double.NaN], data.Numbers("x"));
    }

    [Fact]
    public void A_decimal_comma()
    {
        var options = new CsvOptions { DecimalSeparator = ',' };
        var data = Read("a;b;c\n1,5;x;1.5\n-2,25e1;y;2\n", options);
        Assert.Equal([1.5, -22.5], data.Numbers("a"));
        Assert.Equal(["1.5", "2"], Assert.IsType<CategoricalColumn>(data.Column("c")).Levels);
        Assert.Equal([1.5, 2.5], Read("a\n1,5\n2,5\n", options).Numbers("a"));
    }

    [Fact]
    public void A_decimal_comma_is_found_where_nothing_speaks_against_it()
    {
        var data = Read("nest;height;mass;eggs;ring\nA;5,5;;3;007\nB;12;1,125;4;008\nC;NA;-2,5e1;5;009\n",
            new CsvOptions { TextColumns = ["ring"] });
        Assert.Equal([5.5, 12, double.NaN], data.Numbers("height"));
        Assert.Equal([double.NaN, 1.125, -25], data.Numbers("mass"));
        Assert.Equal(new string?[] { "007", "008", "009" }, data.Texts("ring"));
        Assert.Equal([1.5, 2], Read("a\tb\n1,5\tx\n2\ty\n").Numbers("a"));
    }

    [Theory]
    [InlineData("a;b\n1,5;2.5\n2,5;3.5\n")]
    [InlineData("a;b\n1,500;2\n2,750;3\n")]
    [InlineData("a;b\n1,5,2;2\n2,5;3\n")]
    [InlineData("a;b\n1,5;x\n2,5 m;y\n")]
    [InlineData("a,b\n\"1,5\",2\n\"2,5\",3\n")]
    public void A_comma_that_may_mean_something_else_stays(string content) => Assert.IsType<CategoricalColumn>(Read(content).Column("a"));

    [Fact]
    public void The_machines_culture_plays_no_part()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = German();
            Assert.Equal("1,5", 1.5.ToString());
            using var file = new TemporaryFile("a,b\n1.5,x\n1e-3,y\n");
            var data = FieldData.ReadCsv(file.Path);
            Assert.Equal([1.5, 0.001], data.Numbers("a"));
            Assert.Equal(["1.5", "0.001"], data.TextList("a"));
            Assert.Equal(["0.001", "1.5"], data.AsFactor("a").Levels("a"));
            Assert.Contains("1.5", data.ToString());
            Assert.Equal([1.5, 2], FieldData.From(new[] { new { x = (object)1.5m }, new { x = (object)2 } }).Numbers("x"));
            data.WriteCsv(file.Path);
            Assert.Equal("a,b\r\n1.5,x\r\n0.001,y\r\n", File.ReadAllText(file.Path));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    // Built by hand, so that it also exists where the runtime knows no cultures.
    private static CultureInfo German()
    {
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        german.NumberFormat.NumberDecimalSeparator = ",";
        german.NumberFormat.NumberGroupSeparator = ".";
        german.NumberFormat.NegativeSign = "−";
        german.DateTimeFormat.ShortDatePattern = "dd.MM.yyyy";
        return german;
    }

    [Fact]
    public void Compressed_files()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
            gzip.Write("a,b\n1,x\n"u8);
        Assert.Equal([1], Read(bytes.ToArray()).Numbers("a"));
        using var plainUnderThatName = new TemporaryFile("a\n2\n"u8.ToArray(), ".csv.gz");
        Assert.Equal([2], FieldData.ReadCsv(plainUnderThatName.Path).Numbers("a"));
    }

    [Fact]
    public void Encodings()
    {
        const string content = "Rivière,n\nBochét,1\n";
        foreach (var bytes in new[]
        {
            Encoding.UTF8.GetBytes(content), Encoding.Latin1.GetBytes(content),
            [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(content)],
            [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(content)],
        })
        {
            Assert.Equal(["Rivière", "n"], Read(bytes).ColumnNames);
            Assert.Equal(["Bochét"], Read(bytes).TextList("Rivière"));
        }
        Assert.Equal(["Rivière", "n"],
            Read(Encoding.Unicode.GetBytes(content), new CsvOptions { Encoding = Encoding.Unicode }).ColumnNames);
    }

    [Fact]
    public void A_file_that_another_program_has_open()
    {
        using var file = new TemporaryFile("a\n1\n");
        using var writing = new FileStream(file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Assert.Equal([1], FieldData.ReadCsv(file.Path).Numbers("a"));
    }

    [Fact]
    public void Fields_between_single_blanks() =>
        Assert.Equal(["a", "b"], Read("a b\n1 2\n", new CsvOptions { Separator = ' ' }).ColumnNames);

    [Fact]
    public void Without_a_header()
    {
        var data = Read("1,x\n2,y\n", new CsvOptions { HasHeader = false });
        Assert.Equal(["V1", "V2"], data.ColumnNames);
        Assert.Equal([1, 2], data.Numbers("V1"));
    }

    [Fact]
    public void Blank_names_are_R_s()
    {
        Assert.Equal(["X", "a"], Read("\"\",\"a\"\n\"1\",5\n\"2\",6\n").ColumnNames);
        Assert.Equal(["X.1", "X", "X.2"], Read(",X,\n1,2,3\n").ColumnNames);
    }

    [Fact]
    public void Text_columns_stay_text()
    {
        var data = Read("ring,n\n007,1\n12,2\nNA,3\n", new CsvOptions { TextColumns = ["ring"] });
        Assert.Equal(["007", "12", null], data.TextList("ring"));
        Assert.Equal(["007", "12"], data.Levels("ring"));
    }

    [Fact]
    public void A_header_alone_is_a_table_without_rows()
    {
        var data = Read("a,b\n");
        Assert.Equal(0, data.RowCount);
        Assert.Equal(["a", "b"], data.ColumnNames);
    }

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var random = new Random(7);
        var texts = new[] { "plain", "a, b", "say \"hi\"", "two\nlines", " blank before", "Rivière", "<b>", "x;y", "\ttab", null };
        var data = FieldData.From(Enumerable.Range(0, 300).Select(i => new
        {
            Id = i,
            Mass = i % 11 == 0 ? double.NaN : random.NextDouble() * Math.Pow(10, random.Next(-12, 12)),
            Text = texts[random.Next(texts.Length)],
            Flag = i % 5 == 0 ? (bool?)null : i % 2 == 0,
            Day = i % 7 == 0 ? (DateTime?)null : new DateTime(2020, 1, 1).AddDays(i),
            Time = new DateTime(2020, 1, 1).AddTicks(i * 123_456_789L),
            Edge = i % 2 == 0 ? double.PositiveInfinity : -0.1,
        }));
        foreach (var extension in new[] { ".csv", ".csv.gz" })
        {
            using var file = new TemporaryFile([], extension);
            data.WriteCsv(file.Path);
            var back = FieldData.ReadCsv(file.Path);
            Assert.Equal(data.ColumnNames, back.ColumnNames);
            Assert.Equal(data.Columns.Select(column => column.Kind), back.Columns.Select(column => column.Kind));
            foreach (var name in data.ColumnNames)
                Assert.Equal(data.TextList(name), back.TextList(name));
            Assert.Equal(data.Numbers("Mass"), back.Numbers("Mass"));
        }
    }
}
