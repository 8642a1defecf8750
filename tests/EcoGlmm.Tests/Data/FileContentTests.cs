using System.IO.Compression;
using System.Text;

namespace EcoGlmm.Tests.Data;

public class FileContentTests
{
    private static string MessageOf(byte[] content)
    {
        using var file = new TemporaryFile(content);
        return Assert.Throws<GlmmException>(() => FieldData.ReadCsv(file.Path)).Message;
    }

    [Fact]
    public void Other_kinds_of_files_are_named()
    {
        Assert.Contains("a Parquet file", MessageOf([.. "PAR1"u8, 0x15, 4, 0x15, 0, 0, 0, 1, 2]));
        Assert.Contains("spreadsheet", MessageOf([(byte)'P', (byte)'K', 3, 4, 20, 0, 6, 0]));
        Assert.Contains("SQLite database", MessageOf([.. "SQLite format 3\0"u8, 0x10, 0, 1, 1]));
        Assert.Contains("many of its bytes are zero", MessageOf([1, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0]));
    }

    [Theory]
    [InlineData("[{\"a\": 1}, {\"a\": 2}]", "JSON")]
    [InlineData("{\n  \"a\": [1, 2]\n}", "JSON")]
    [InlineData("\n<!DOCTYPE html><html><body>404</body></html>", "a web page")]
    [InlineData("<?xml version=\"1.0\"?><rows/>", "an XML document")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "Git LFS")]
    public void Tables_in_another_notation_are_named(string content, string kind) =>
        Assert.Contains(kind, MessageOf(Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void Letters_alone_may_name_a_column()
    {
        using var file = new TemporaryFile("PAR1,PAR2\n1,2\n");
        Assert.Equal(["PAR1", "PAR2"], FieldData.ReadCsv(file.Path).ColumnNames);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sixteen_bits_without_a_byte_order_mark_are_read(bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: false);
        using var file = new TemporaryFile(encoding.GetBytes("Rivière,n\r\nBochét,1\r\nÅ,2\r\n"));
        var data = FieldData.ReadCsv(file.Path);
        Assert.Equal(["Rivière", "n"], data.ColumnNames);
        Assert.Equal([1, 2], data.Numbers("n"));
    }

    [Fact]
    public void A_gzip_bomb_is_refused_in_little_memory()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write("x\n"u8);
            var block = new byte[1 << 20];
            Array.Fill(block, (byte)'1');
            for (var i = 0; i < 300; i++)
                gzip.Write(block);
        }
        // This thread alone: other tests allocate meanwhile.
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("decompress it with gunzip", MessageOf(bomb.ToArray()));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400L << 20);
    }

    [Fact]
    public void A_field_without_end_is_refused() =>
        Assert.Contains("no value of a table has", MessageOf(Encoding.UTF8.GetBytes("x,y\n1,\"" + new string('a', 3 << 20) + "\"\n")));

    [Fact]
    public void A_hundred_thousand_columns_take_linear_time()
    {
        // Quadratic work on this many columns takes longer than the whole test suite.
        var names = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"column{i}"));
        var values = string.Join(',', Enumerable.Range(0, 100_000));
        using var file = new TemporaryFile($"{names}\n{values}\n{values}\n");
        var data = FieldData.ReadCsv(file.Path);
        Assert.Equal(99_999, data.Numbers("column99999")[1]);
    }
}
