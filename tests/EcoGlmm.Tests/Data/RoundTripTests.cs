namespace EcoGlmm.Tests.Data;

public class RoundTripTests
{
    private static void Same(FieldData data, string extension = ".csv")
    {
        using var file = new TemporaryFile([], extension);
        data.WriteCsv(file.Path);
        var back = FieldData.ReadCsv(file.Path);
        Assert.Equal(data.ColumnNames, back.ColumnNames);
        Assert.Equal(data.Columns.Select(column => column.Kind), back.Columns.Select(column => column.Kind));
        foreach (var name in data.ColumnNames)
            Assert.Equal(data.Texts(name), back.Texts(name));
    }

    private static FieldData Table(params (string Name, object Values)[] columns) =>
        FieldData.From(columns.ToDictionary(column => column.Name, column => column.Values));

    [Theory]
    [InlineData("sit;e")]
    [InlineData("sit\te")]
    [InlineData(" site ")]
    [InlineData("a\"b")]
    [InlineData("two\nlines")]
    [InlineData("\ufeffsite")]
    [InlineData("=1+1")]
    [InlineData("\u00a0site")]
    public void Any_name(string name)
    {
        Same(Table((name, new[] { 1.5, 2 })));
        Same(Table((name, new[] { "x", "y" }), ("n;m", new[] { "a;b;c", "d;e;f" }), ("x", new[] { 1.0, 2 })));
    }

    [Theory]
    [InlineData("1", "2")]
    [InlineData("007", "8")]
    [InlineData("NA", "x")]
    [InlineData("", "x")]
    [InlineData("TRUE", "FALSE")]
    [InlineData("T", "F")]
    [InlineData("2020-01-01", "2020-01-02")]
    [InlineData(" ", "  ")]
    [InlineData("a\r\nb", "c\rd")]
    [InlineData("\"", "\"\"")]
    [InlineData("x ", " x")]
    [InlineData("x;y;z", "x,y")]
    [InlineData("1,5", "2,5")]
    public void Any_label(string one, string other)
    {
        string?[] labels = [one, other, null, one];
        Same(Table(("f", labels), ("x", new[] { 1.0, 2, 3, double.NaN })));
        Same(Table(("x", new[] { 1.0, 2, 3, double.NaN }), ("f", labels), ("g", labels)), ".csv.gz");
        Same(Table(("f", labels), ("g", labels)));
        Same(Table(("f", labels)));
    }

    [Theory]
    [InlineData("1", "NA")]
    [InlineData("TRUE", "")]
    [InlineData("2020-01-01", "007")]
    public void Any_label_where_no_name_can_go_without_quotes(string one, string other)
    {
        string?[] labels = [one, other, null, one];
        Same(Table(("\"f\"", labels), ("a,b", new[] { 1.0, 2, 3, double.NaN })));
        Same(Table(("f", labels), ("a,b", labels)));
        Same(Table(("a,b", labels), ("f", labels)));
        Same(Table(("a,b", labels), ("c,d", labels)), ".csv.gz");
        Same(Table(("a\" ", labels)));
    }

    [Fact]
    public void A_column_without_any_value_has_no_type_but_comes_back()
    {
        using var file = new TemporaryFile("");
        Table(("f", new string?[] { null, null }), ("x", new[] { 1.0, 2 })).WriteCsv(file.Path);
        Assert.Equal(new string?[] { null, null }, FieldData.ReadCsv(file.Path).TextList("f"));
        Table(("f", Array.Empty<string>()), ("x", Array.Empty<double>())).WriteCsv(file.Path);
        Assert.Equal(0, FieldData.ReadCsv(file.Path).RowCount);
    }

    [Fact]
    public void Numbers_keep_every_digit() => Same(Table(
        ("x", new[] { 0.1, 1 / 3.0, 1e300, 5e-324, 123456789012345680000.0, 1e15 + 1, double.PositiveInfinity, -1e-7, 9007199254740994 }),
        ("f", new[] { "a", "b", "c", "d", "e", "f", "g", "h", "i" })));

    [Fact]
    public void Labels_a_spreadsheet_would_compute_can_be_defused()
    {
        using var file = new TemporaryFile("");
        Table(("=name", new[] { "=HYPERLINK(1)", "+2", "-3 degrees", "@x", "plain" }), ("n", new[] { -1.0, 2, 3, 4, 5 }))
            .WriteCsv(file.Path, defuseFormulas: true);
        Assert.Equal("'=name,n\r\n'=HYPERLINK(1),-1\r\n'+2,2\r\n'-3 degrees,3\r\n'@x,4\r\nplain,5\r\n", File.ReadAllText(file.Path));
    }

    [Fact]
    public void Half_a_character_is_refused_and_the_earlier_file_stays()
    {
        using var file = new TemporaryFile("earlier");
        var data = Table(("f", new[] { "a\ud800", "b" }));
        Assert.Contains("half of a character", Assert.Throws<GlmmException>(() => data.WriteCsv(file.Path)).Message);
        Assert.Equal("earlier", File.ReadAllText(file.Path));
    }
}
