using System.IO.Compression;
using System.Text;
using System.Text.Unicode;
using EcoGlmm.Text;

namespace EcoGlmm.Data;

/// <summary>The decompressed bytes of a text file, which may be read several times.</summary>
internal sealed class CsvFile
{
    private static readonly Encoding WesternEuropean = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    private readonly byte[] _bytes;
    private readonly Encoding _encoding;

    private CsvFile(string path, byte[] bytes, Encoding? encoding)
    {
        Path = path;
        _bytes = bytes;
        _encoding = encoding ?? (HasByteOrderMark(bytes) || Utf8.IsValid(bytes) ? Encoding.UTF8 : WesternEuropean);
    }

    public string Path { get; }

    public static CsvFile Load(string path, Encoding? encoding)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new GlmmException("The path of the CSV file is empty.");
        if (path.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || path.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            throw new GlmmException($"\"{path}\" is a web address, and ReadCsv reads files. Download it first, for "
                + "instance with HttpClient.GetByteArrayAsync and File.WriteAllBytes.");
        }
        if (Directory.Exists(path))
            throw new GlmmException($"\"{path}\" is a folder, not a CSV file.");

        byte[] bytes;
        try
        {
            bytes = ReadAll(path);
            // The content decides, not the name: a browser may have decompressed "owls.csv.gz" already.
            if (bytes is [0x1f, 0x8b, ..])
                bytes = Decompress(bytes);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GlmmException(NoSuchFile(path), missing);
        }
        catch (InvalidDataException damaged)
        {
            throw new GlmmException($"The file \"{path}\" cannot be decompressed, it is damaged or incomplete: "
                + damaged.Message, damaged);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw new GlmmException($"The file \"{path}\" cannot be read: {failure.Message}", failure);
        }

        if (bytes is [(byte)'P', (byte)'K', 3, 4, ..] or [0xd0, 0xcf, 0x11, 0xe0, ..])
        {
            throw new GlmmException($"The file \"{path}\" is not text but a spreadsheet or a zip archive. Save the sheet "
                + "as CSV and read that.");
        }
        return new CsvFile(path, bytes, encoding);
    }

    public StreamReader Open() =>
        new(new MemoryStream(_bytes, writable: false), _encoding, detectEncodingFromByteOrderMarks: true, 1 << 16);

    /// <summary>The complaint about a place in the file.</summary>
    public GlmmException Error(int line, string complaint) => new($"File \"{Path}\", line {line}: {complaint}");

    // Unlike File.ReadAllBytes, this also reads a file that a spreadsheet has open.
    private static byte[] ReadAll(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream(file.CanSeek ? checked((int)Math.Min(file.Length, Array.MaxLength)) : 0);
        file.CopyTo(content);
        return content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
    }

    private static byte[] Decompress(byte[] bytes)
    {
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress))
            gzip.CopyTo(content);
        // A file cut off in the middle decompresses without a complaint: the trailer holds the true length modulo 2^32.
        if (bytes.Length < 18 || BitConverter.ToUInt32(bytes, bytes.Length - 4) != (uint)content.Length)
            throw new InvalidDataException("the content is shorter than it says.");
        return content.ToArray();
    }

    private static bool HasByteOrderMark(byte[] bytes) =>
        bytes is [0xef, 0xbb, 0xbf, ..] or [0xff, 0xfe, ..] or [0xfe, 0xff, ..];

    private static string NoSuchFile(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        var folder = System.IO.Path.GetDirectoryName(full);
        if (folder is null || !Directory.Exists(folder))
            return $"The file \"{path}\" does not exist, nor does its folder \"{folder}\".";
        try
        {
            var others = Directory.EnumerateFiles(folder).Select(file => System.IO.Path.GetFileName(file)).Take(1000);
            var suggestion = NearestName.Suggestion(System.IO.Path.GetFileName(full), others);
            return $"The file \"{path}\" does not exist in the folder \"{folder}\"{suggestion}";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"The file \"{path}\" does not exist in the folder \"{folder}\".";
        }
    }
}
