using System.IO.Compression;
using System.Text;

namespace EcoGlmm.Tests.Data;

public class CsvErrorTests
{
    private static string MessageOf(string content, CsvOptions? options = null) =>
        MessageOf(Encoding.UTF8.GetBytes(content), options);

    /// <summary>The message, with the file's path replaced by FILE.</summary>
    private static string MessageOf(byte[] content, CsvOptions? options = null)
    {
        using var file = new TemporaryFile(content);
        var failure = Assert.Throws<GlmmException>(() => FieldData.ReadCsv(file.Path, options));
        Assert.Contains(file.Path, failure.Message);
        return failure.Message.Replace(file.Path, "FILE");
    }

    private static string MessageOfPath(string path) =>
        Assert.Throws<GlmmException>(() => FieldData.ReadCsv(path)).Message;

    [Fact]
    public void A_row_with_too_few_fields() => Assert.Equal(
        "File \"FILE\", line 4: the row has 2 fields, but the header names 3 columns (separated by ','). The first column "
        + "without a value is column 3, \"Mass\". Write NA for a missing value.",
        MessageOf("Nest,Eggs,Mass\na,1,2\n\nb,3\nc,4,5\n"));

    [Fact]
    public void A_row_with_too_many_fields() => Assert.Equal(
        "File \"FILE\", line 3: the row has 3 fields, but the header names 2 columns (separated by ';'). The first field "
        + "too many is number 3, \"extra\". A value that contains the separator must stand in quotes; a column of row "
        + "names needs a name in the header, too.",
        MessageOf("a;b\n1;2\n3;4;extra\n5;6\n7;8\n"));

    [Fact]
    public void A_ragged_row_without_a_header() => Assert.Contains(
        "line 2: the row has 1 field, but the first row has 2 columns", MessageOf("1,2\n3\n4,5\n6,7\n",
            new CsvOptions { HasHeader = false }));

    [Fact]
    public void Lines_are_counted_through_quoted_line_ends()
    {
        Assert.Contains("line 6: the row has 1 field", MessageOf("a,b\n\n\"x\n\ny\",2\n3\n"));
        Assert.Contains("line 5: the row has 1 field", MessageOf("a,b\r\n\"x\r\ny\",2\r\n\r\n3\r\n"));
        Assert.Contains("line 2: the row has 1 field", MessageOf("a,b\n\"x\ny\nz\"\n3,4\n"));
    }

    [Fact]
    public void A_duplicate_header() => Assert.Equal(
        "File \"FILE\", line 2: columns 1 and 3 are both called \"Nest\". Rename one of them in the file.",
        MessageOf("\nNest,Eggs, Nest \n1,2,3\n"));

    [Fact]
    public void A_header_without_names() => Assert.Equal(
        "File \"FILE\", line 1: the header names no column at all.", MessageOf(",,\n1,2,3\n"));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("   \r\n")]
    [InlineData("\ufeff")]
    public void An_empty_file(string content) => Assert.Equal("The file \"FILE\" is empty.", MessageOf(content));

    [Fact]
    public void An_unclosed_quote()
    {
        static string Expected(int line, string place) => $"File \"FILE\", line {line}: the quote before {place} is never "
            + "closed. Close it, or double it if it belongs to the value.";
        Assert.Equal(Expected(3, "xy in column 2 (\"b\")"), MessageOf("a,b\n1,2\n3,\"xy\n5,6\n"));
        Assert.Equal(Expected(3, "xy,4 in column 2 (\"b\")"), MessageOf("a,b,c\n1,2,3\n3,\"xy,4\n5,6,7\n"));
        Assert.Equal(Expected(2, "x in column 2 (\"b\")"), MessageOf("a,b\n1,\"x\n2,\"y\"\n3,z\n"));
        Assert.Equal(Expected(1, "b in column 2"), MessageOf("a,\"b\n1,2\n"));
        Assert.Equal(Expected(4, "z in column 2 (\"b\")"), MessageOf("a,b\n\"x\ny\",1\n2,\"z\n"));
    }

    [Fact]
    public void A_quote_closed_too_early() => Assert.Equal(
        "File \"FILE\", line 2: the quote before x\"y in column 2 (\"b\") closes before the end of the field. Double a quote "
        + "within quotes, or remove the quotes.", MessageOf("a,b\n1,\"x\"y\n2,z\n"));

    [Fact]
    public void A_missing_file()
    {
        var folder = Directory.CreateTempSubdirectory("ecoglmm").FullName;
        File.WriteAllText(Path.Combine(folder, "owls.csv"), "a\n1\n");
        var path = Path.Combine(folder, "owls.cvs");
        Assert.Equal($"The file \"{path}\" does not exist in the folder \"{folder}\"; did you mean \"owls.csv\"?", MessageOfPath(path));
        Directory.Delete(folder, true);
        var elsewhere = Path.Combine(Path.GetTempPath(), "no-such-folder", "x.csv");
        Assert.Equal($"The file \"{elsewhere}\" does not exist, nor does its folder \"{Path.GetDirectoryName(elsewhere)}\".",
            MessageOfPath(elsewhere));
    }

    [Fact]
    public void What_is_no_readable_file()
    {
        Assert.Contains("is a folder", MessageOfPath(Path.GetTempPath()));
        Assert.Contains("path of the CSV file is empty", MessageOfPath(" "));
        Assert.Contains("is a web address", MessageOfPath("https://example.org/owls.csv"));
        Assert.Contains("cannot be read", MessageOfPath("a\0b.csv"));
        Assert.Contains("spreadsheet", MessageOf([(byte)'P', (byte)'K', 3, 4, 0, 0, 0, 0]));
    }

    [Fact]
    public void A_damaged_gzip_file()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var i = 0; i < 5000; i++)
                gzip.Write(Encoding.UTF8.GetBytes($"{i * 7919 % 10007},x\n"));
        }
        var whole = bytes.ToArray();
        var message = MessageOf(whole[..(whole.Length / 2)]);
        Assert.StartsWith("The file \"FILE\" cannot be decompressed, it is damaged or incomplete: ", message);
        whole[1000] ^= 0xff;
        Assert.StartsWith("The file \"FILE\" cannot be decompressed", MessageOf(whole));
    }

    [Fact]
    public void One_text_among_the_numbers_of_a_response()
    {
        using var file = new TemporaryFile("y,x\n1,2\n3,1\nn/a,4\n2,2\n");
        var message = Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ x", FieldData.ReadCsv(file.Path), Family.Poisson())).Message;
        Assert.StartsWith("The response y holds numbers, and \"n/a\", which makes it categorical.", message);
        Assert.Contains("MissingValues = [\"NA\", \"\", \"n/a\"]", message);
    }

    [Fact]
    public void Options_that_contradict_themselves()
    {
        static string Of(CsvOptions options) => Assert.Throws<GlmmException>(() => FieldData.ReadCsv("x.csv", options)).Message;
        Assert.Contains("neither a point nor a comma", Of(new CsvOptions { DecimalSeparator = ';' }));
        Assert.Contains("',' cannot separate", Of(new CsvOptions { DecimalSeparator = ',', Separator = ',' }));
        Assert.Contains("cannot separate", Of(new CsvOptions { Separator = '"' }));
        Assert.Equal("TextColumns names \"rng\", which is not a column of file \"FILE\"; did you mean \"ring\"? The columns "
            + "are \"ring\", \"n\".", MessageOf("ring,n\n1,2\n", new CsvOptions { TextColumns = ["rng"] }));
    }

    [Fact]
    public void A_place_where_nothing_can_be_written()
    {
        var data = FieldData.From(new Dictionary<string, double[]> { ["x"] = [1] });
        var path = Path.Combine(Path.GetTempPath(), "no-such-folder", "x.csv");
        Assert.StartsWith($"The file \"{path}\" cannot be written: ",
            Assert.Throws<GlmmException>(() => data.WriteCsv(path)).Message);
    }
}
