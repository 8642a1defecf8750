using System.Text;

namespace EcoGlmm.Data;

/// <summary>Tells a text from other kinds of files by its first bytes.</summary>
internal static class FileContent
{
    private static readonly (byte[] Beginning, string Kind, string Advice)[] Kinds =
    [
        ([(byte)'P', (byte)'K', 3, 4], "a spreadsheet or a zip archive", "Save the sheet as CSV and read that."),
        ([0xd0, 0xcf, 0x11, 0xe0], "a spreadsheet or a zip archive", "Save the sheet as CSV and read that."),
        ("PAR1"u8.ToArray(), "a Parquet file", "Read it with DuckDB, SELECT * FROM 'file.parquet', and give the reader to FieldData.From."),
        ("ARROW1"u8.ToArray(), "an Arrow or Feather file", "Read it with FieldData.ReadArrow, or write it as CSV first."),
        ("FEA1"u8.ToArray(), "an Arrow or Feather file", "Read it with Apache.Arrow or DuckDB, or write it as CSV first."),
        ("SQLite format 3"u8.ToArray(), "a SQLite database", "Open it with Microsoft.Data.Sqlite and give the reader of a query to "
            + "FieldData.From."),
        ("RDX2\n"u8.ToArray(), "a file of R", "Write the data frame in R: write.csv(d, \"d.csv\", row.names = FALSE)."),
        ("RDX3\n"u8.ToArray(), "a file of R", "Write the data frame in R: write.csv(d, \"d.csv\", row.names = FALSE)."),
        ("X\n\0\0\0"u8.ToArray(), "a file of R", "Write the data frame in R: write.csv(d, \"d.csv\", row.names = FALSE)."),
        ("%PDF-1"u8.ToArray(), "a PDF document", "Save the table as CSV and read that."),
        ("BZh"u8.ToArray(), "compressed by bzip2", "Decompress it first; only gzip is read directly."),
        ([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "compressed by xz", "Decompress it first; only gzip is read directly."),
        ([0x28, 0xb5, 0x2f, 0xfd], "compressed by zstd", "Decompress it first; only gzip is read directly."),
        ([0x1f, 0x8b], "compressed twice", "Decompress it once and read the result."),
    ];

    /// <summary>Of the bytes of a binary file many more than this share are zero; a text has none.</summary>
    private const double ZerosInText = 0.05;

    /// <exception cref="GlmmException">The bytes are those of another kind of file.</exception>
    public static void Check(string path, ReadOnlySpan<byte> sample, Encoding? encoding)
    {
        foreach (var (beginning, kind, advice) in Kinds)
        {
            // Letters alone may be the name of a column: PAR1 is light as well as Parquet.
            if (sample.StartsWith(beginning) && (!char.IsLetter((char)beginning[0]) || sample.ContainsAnyInRange((byte)0, (byte)8)))
                throw GlmmException.InFile($"The file \"{path}\" is not text but {kind}. {advice}");
        }
        if (Markup(sample) is { } markup)
            throw GlmmException.InFile($"The file \"{path}\" is not a table of text but {markup}");
        if (encoding is null && sample is not ([0xff, 0xfe, ..] or [0xfe, 0xff, ..]) && Utf16(sample) is null
            && sample.Count((byte)0) > Math.Max(1, ZerosInText * sample.Length))
        {
            throw GlmmException.InFile($"The file \"{path}\" is not text: many of its bytes are zero. Save the table as CSV and read that; "
                + "if it is a text in an unusual encoding, name it: new CsvOptions { Encoding = … }.");
        }
    }

    /// <summary>
    /// What a text is that holds its table in another way, and what to do; otherwise null. All begin with what the name of a column that
    /// <see cref="FieldData.WriteCsv"/> has written does not begin with unquoted, or hardly ever.
    /// </summary>
    private static string? Markup(ReadOnlySpan<byte> sample)
    {
        var text = Encoding.UTF8.GetString(sample[..Math.Min(sample.Length, 1024)]).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || (text.StartsWith("<html", StringComparison.OrdinalIgnoreCase) && text.Contains('>', StringComparison.Ordinal)))
            return "a web page. If it was downloaded, the address led to a page about the table, or to an error; download the table "
                + "itself.";
        if (text.StartsWith("<?xml", StringComparison.Ordinal))
            return "an XML document. Save the table as CSV and read that.";
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
            return "a pointer of Git LFS to it. Fetch the file itself: git lfs pull.";
        var inner = text.Length > 0 && text[0] == '[' ? text[1..].TrimStart() : text;
        if (inner.StartsWith('{') && inner[1..].TrimStart().StartsWith('"'))
            return "JSON. Read it with System.Text.Json into a list of records and give that to FieldData.From.";
        return null;
    }

    /// <summary>
    /// UTF-16 without a byte order mark, told by the zeros that nearly every other byte then is (separators, digits, line ends and
    /// most letters lie below 256); otherwise null.
    /// </summary>
    public static Encoding? Utf16(ReadOnlySpan<byte> sample)
    {
        var zeros = (Even: 0, Odd: 0);
        for (var i = 0; i < sample.Length; i++)
        {
            if (sample[i] != 0)
                continue;
            if (i % 2 == 0)
                zeros.Even++;
            else
                zeros.Odd++;
        }
        var half = sample.Length / 2;
        if (half == 0 || Math.Max(zeros.Even, zeros.Odd) <= 0.7 * half || Math.Min(zeros.Even, zeros.Odd) > 0.02 * half)
            return null;
        return zeros.Odd > zeros.Even ? Encoding.Unicode : Encoding.BigEndianUnicode;
    }
}
