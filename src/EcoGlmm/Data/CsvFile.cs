using System.IO.Compression;
using System.Text;
using System.Text.Unicode;
using EcoGlmm.Text;

namespace EcoGlmm.Data;

/// <summary>The characters of a text file, compressed by gzip or not, which may be read several times.</summary>
internal sealed class CsvFile
{
    /// <summary>Decompressed bytes that are kept in memory; what is longer is decompressed again for each reading.</summary>
    private const int KeptBytes = 64 << 20;

    /// <summary>
    /// A compressed file that grows beyond so many bytes, and beyond so many times its size, is taken for a mistake or a trap:
    /// field data compress by 3 to 20.
    /// </summary>
    private const long SuspectBytes = 256L << 20;

    private const int SuspectRatio = 50;

    /// <summary>Names in a folder among which a misspelt one is looked for: a tenth of a second's work.</summary>
    private const int MostNames = 50_000;

    private static readonly Encoding WesternEuropean = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    private readonly byte[] _bytes;
    private readonly bool _isCompressed;
    private readonly Encoding _encoding;
    private bool? _isUtf8;

    private CsvFile(string path, byte[] bytes, bool isCompressed, Encoding? encoding)
    {
        Path = path;
        _bytes = bytes;
        _isCompressed = isCompressed;
        _encoding = encoding ?? Encoding.UTF8;
    }

    public string Path { get; }

    public static CsvFile Load(string path, Encoding? encoding)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw GlmmException.InFile("The path of the CSV file is empty.");
        if (path.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || path.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            throw GlmmException.InFile($"\"{path}\" is a web address, and ReadCsv reads files. Download it first, for "
                + "instance with HttpClient.GetByteArrayAsync and File.WriteAllBytes.");
        }
        if (Directory.Exists(path))
            throw GlmmException.InFile($"\"{path}\" is a folder, not a CSV file.");

        try
        {
            var bytes = ReadAll(path);
            // The content decides, not the name: a browser may have decompressed "owls.csv.gz" already.
            var isCompressed = bytes is [0x1f, 0x8b, ..];
            if (isCompressed && Decompressed(path, bytes) is { } content)
                (bytes, isCompressed) = (content, false);
            using var beginning = Stream(bytes, isCompressed);
            var sample = new byte[Math.Min(4096, bytes.Length)];
            FileContent.Check(path, sample.AsSpan(0, beginning.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false)), encoding);
            return new CsvFile(path, bytes, isCompressed, encoding ?? EncodingOf(bytes, isCompressed, sample));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw GlmmException.InFile(NoSuchFile(path), missing);
        }
        catch (InvalidDataException damaged)
        {
            throw GlmmException.InFile($"The file \"{path}\" cannot be decompressed, it is damaged or incomplete: "
                + damaged.Message, damaged);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw GlmmException.InFile($"The file \"{path}\" cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The whole content as UTF-8, without a mark of the byte order, if it is that and at hand.</summary>
    public bool TryUtf8(out ReadOnlyMemory<byte> content)
    {
        content = _bytes.AsMemory(_bytes is [0xef, 0xbb, 0xbf, ..] ? 3 : 0);
        _isUtf8 ??= !_isCompressed && _encoding is UTF8Encoding
            && _bytes is not ([0xff, 0xfe, ..] or [0xfe, 0xff, ..] or [0, 0, 0xfe, 0xff, ..]) && Utf8.IsValid(_bytes);
        return _isUtf8.Value;
    }

    public StreamReader Open() =>
        new(Stream(_bytes, _isCompressed), _encoding, detectEncodingFromByteOrderMarks: true, 1 << 16);

    /// <summary>The complaint about a place in the file.</summary>
    public GlmmException Error(int line, string complaint, Exception? cause = null) =>
        new($"File \"{Path}\", line {line}: {complaint}", cause);

    private static Stream Stream(byte[] bytes, bool isCompressed)
    {
        var content = new MemoryStream(bytes, writable: false);
        return isCompressed ? new GZipStream(content, CompressionMode.Decompress) : content;
    }

    // Unlike File.ReadAllBytes, this also reads a file that a spreadsheet has open.
    private static byte[] ReadAll(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (file.CanSeek && file.Length > Array.MaxLength)
            throw new IOException($"It has more than {Array.MaxLength:N0} bytes. Split it, or read the columns needed from a database.");
        if (file.CanSeek && file.Length > 0)
            return ReadKnown(file, GC.AllocateUninitializedArray<byte>((int)file.Length));
        using var content = new MemoryStream();
        file.CopyTo(content);
        return content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
    }

    // A file that grows meanwhile is read as far as it reached, one that shrinks as far as it reaches.
    private static byte[] ReadKnown(FileStream file, byte[] content)
    {
        var count = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return count == content.Length ? content : content[..count];
    }

    // The whole content if it is short enough to keep, else null, once it has been found sound.
    private static byte[]? Decompressed(string path, byte[] bytes)
    {
        using var kept = new MemoryStream();
        using var gzip = Stream(bytes, isCompressed: true);
        var buffer = new byte[1 << 16];
        var length = 0L;
        for (int count; (count = gzip.Read(buffer)) > 0;)
        {
            length += count;
            if (length <= KeptBytes)
                kept.Write(buffer, 0, count);
            if (length > SuspectBytes && length > SuspectRatio * (long)bytes.Length)
            {
                throw GlmmException.InFile($"The file \"{path}\" grows beyond {SuspectBytes >> 20} megabytes and {SuspectRatio} times its "
                    + "size when it is decompressed, which no table of field data does. If it is one all the same, decompress it "
                    + "with gunzip and read the result.");
            }
        }
        // A file cut off in the middle decompresses without a complaint: the trailer holds the true length modulo 2^32.
        if (bytes.Length < 18 || BitConverter.ToUInt32(bytes, bytes.Length - 4) != (uint)length)
            throw new InvalidDataException("the content is shorter than it says.");
        return length <= KeptBytes ? kept.ToArray() : null;
    }

    private static Encoding EncodingOf(byte[] bytes, bool isCompressed, ReadOnlySpan<byte> sample)
    {
        if (sample is [0xef, 0xbb, 0xbf, ..] or [0xff, 0xfe, ..] or [0xfe, 0xff, ..])
            return Encoding.UTF8;   // the reader takes it from the byte order mark
        if (FileContent.Utf16(sample) is { } wide)
            return wide;
        return IsUtf8(bytes, isCompressed) ? Encoding.UTF8 : WesternEuropean;
    }

    private static bool IsUtf8(byte[] bytes, bool isCompressed)
    {
        if (!isCompressed)
            return Utf8.IsValid(bytes);
        using var content = Stream(bytes, isCompressed);
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetDecoder();
        var buffer = new byte[1 << 16];
        var characters = new char[1 << 17];
        try
        {
            for (int count; (count = content.Read(buffer)) > 0;)
                strict.GetChars(buffer, 0, count, characters, 0, flush: false);
            strict.GetChars([], 0, 0, characters, 0, flush: true);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static string NoSuchFile(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        var folder = System.IO.Path.GetDirectoryName(full);
        if (folder is null || !Directory.Exists(folder))
            return $"The file \"{path}\" does not exist, nor does its folder \"{folder}\".";
        try
        {
            var others = Directory.EnumerateFiles(folder).Select(file => System.IO.Path.GetFileName(file)).Take(MostNames);
            var suggestion = NearestName.Suggestion(System.IO.Path.GetFileName(full), others);
            return $"The file \"{path}\" does not exist in the folder \"{folder}\"{suggestion}";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"The file \"{path}\" does not exist in the folder \"{folder}\".";
        }
    }
}
