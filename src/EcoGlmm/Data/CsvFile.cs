using System.IO.Compression;
using System.Text;
using EcoGlmm.Text;

namespace EcoGlmm.Data;

/// <summary>The characters of a text file, compressed by gzip or not, which may be read several times.</summary>
internal sealed class CsvFile : IDisposable
{
    /// <summary>Longer files that are not compressed stay on the disk and are read from there piece by piece.</summary>
    private const int ShortFile = 1 << 21;

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
    private readonly FileStream? _file;
    private readonly long _length;
    private readonly DateTime _written;
    private readonly Encoding _encoding;
    private readonly Utf8Text _text;
    private readonly Utf8Scan? _scan;

    private CsvFile(string path, byte[] bytes, bool isCompressed, FileStream? file, Encoding? encoding)
    {
        Path = path;
        _bytes = bytes;
        _isCompressed = isCompressed;
        _file = file;
        _length = file?.Length ?? bytes.Length;
        _written = file is null ? default : File.GetLastWriteTimeUtc(file.SafeFileHandle);
        var sample = new byte[Math.Min(4096, _length)];
        using (var beginning = Stream())
            sample = sample[..beginning.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false)];
        FileContent.Check(path, sample, encoding);
        var start = sample is [0xef, 0xbb, 0xbf, ..] ? 3 : 0;
        _text = file is null ? new Utf8Text(bytes.AsMemory(start)) : new Utf8Text(file.SafeFileHandle, start, _length - start);
        if (!isCompressed && encoding is null or UTF8Encoding
            && sample is not ([0xff, 0xfe, ..] or [0xfe, 0xff, ..] or [0, 0, 0xfe, 0xff, ..]) && FileContent.Utf16(sample) is null)
            _scan = Utf8Scan.Of(_text);
        _encoding = encoding ?? EncodingOf(sample);
    }

    public string Path { get; }

    private bool HasChanged => _file is not null
        && (RandomAccess.GetLength(_file.SafeFileHandle) != _length || File.GetLastWriteTimeUtc(_file.SafeFileHandle) != _written);

    /// <param name="path">The file.</param>
    /// <param name="encoding">Its encoding; null finds it out.</param>
    /// <param name="isKept">Whether it is held in memory, however long it is.</param>
    public static CsvFile Load(string path, Encoding? encoding, bool isKept = false)
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
            return Opened(path, encoding, isKept);
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

    /// <summary>The whole content, without a mark of the byte order, where it is UTF-8 and need not be decompressed.</summary>
    public bool TryUtf8(out Utf8Text text, out Utf8Scan scan)
    {
        (text, scan) = (_text, _scan!);
        return _scan is { IsValid: true };
    }

    /// <summary>What is read from it; null where the file was written to meanwhile.</summary>
    public FieldData? TryRead(Func<FieldData> read)
    {
        try
        {
            var data = read();
            return HasChanged ? null : data;
        }
        catch (Exception) when (HasChanged)
        {
            return null;
        }
    }

    public StreamReader Open() => new(Stream(), _encoding, detectEncodingFromByteOrderMarks: true, 1 << 16);

    public void Dispose() => _file?.Dispose();

    /// <summary>The complaint about a place in the file.</summary>
    public GlmmException Error(int line, string complaint, Exception? cause = null) =>
        new($"File \"{Path}\", line {line}: {complaint}", cause);

    private static CsvFile Opened(string path, Encoding? encoding, bool isKept)
    {
        // Unlike File.ReadAllBytes, this also reads a file that a spreadsheet has open.
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var isLeftOpen = false;
        try
        {
            if (!isKept && file.CanSeek && file.Length > ShortFile && !IsCompressed(file))
            {
                var open = new CsvFile(path, [], isCompressed: false, file, encoding);
                isLeftOpen = true;
                return open;
            }
            var bytes = ReadAll(file);
            // The content decides, not the name: a browser may have decompressed "owls.csv.gz" already.
            var isCompressed = bytes is [0x1f, 0x8b, ..];
            if (isCompressed && Decompressed(path, bytes) is { } content)
                (bytes, isCompressed) = (content, false);
            return new CsvFile(path, bytes, isCompressed, file: null, encoding);
        }
        catch (EndOfStreamException) when (!isKept)
        {
            return Opened(path, encoding, isKept: true);
        }
        finally
        {
            if (!isLeftOpen)
                file.Dispose();
        }
    }

    private static bool IsCompressed(FileStream file)
    {
        var beginning = new byte[2];
        return RandomAccess.Read(file.SafeFileHandle, beginning, 0) == 2 && beginning is [0x1f, 0x8b];
    }

    private Stream Stream() => _file is null ? Stream(_bytes, _isCompressed) : new FileBytes(_file.SafeFileHandle, _length);

    private static Stream Stream(byte[] bytes, bool isCompressed)
    {
        var content = new MemoryStream(bytes, writable: false);
        return isCompressed ? new GZipStream(content, CompressionMode.Decompress) : content;
    }

    private static byte[] ReadAll(FileStream file)
    {
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

    private Encoding EncodingOf(ReadOnlySpan<byte> sample)
    {
        if (sample is [0xef, 0xbb, 0xbf, ..] or [0xff, 0xfe, ..] or [0xfe, 0xff, ..])
            return Encoding.UTF8;   // the reader takes it from the byte order mark
        if (FileContent.Utf16(sample) is { } wide)
            return wide;
        return _scan?.IsValid ?? IsUtf8() ? Encoding.UTF8 : WesternEuropean;
    }

    private bool IsUtf8()
    {
        using var content = Stream();
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
