using Microsoft.Win32.SafeHandles;

namespace EcoGlmm.Data;

/// <summary>Text in UTF-8 that is in memory, or on the disk and read from there piece by piece.</summary>
internal sealed class Utf8Text
{
    private const int LineStep = 1 << 12;

    private readonly ReadOnlyMemory<byte> _content;
    private readonly SafeFileHandle? _file;
    private readonly long _start;

    public Utf8Text(ReadOnlyMemory<byte> content)
    {
        _content = content;
        Length = content.Length;
    }

    /// <param name="file">The file that holds it.</param>
    /// <param name="start">Where in the file it begins.</param>
    /// <param name="length">Its bytes.</param>
    public Utf8Text(SafeFileHandle file, long start, long length)
    {
        _file = file;
        _start = start;
        Length = length;
    }

    public long Length { get; }

    /// <summary>Some of the bytes, which stand until the buffer is used again.</summary>
    /// <exception cref="EndOfStreamException">The file has become shorter.</exception>
    public ReadOnlySpan<byte> Read(long from, int count, ref byte[] buffer)
    {
        if (_file is null)
            return _content.Span.Slice((int)from, count);
        if (buffer.Length < count)
            buffer = GC.AllocateUninitializedArray<byte>(count);
        for (var read = 0; read < count;)
        {
            var more = RandomAccess.Read(_file, buffer.AsSpan(read, count - read), _start + from + read);
            if (more == 0)
                throw new EndOfStreamException("The file has become shorter while it was read.");
            read += more;
        }
        return buffer.AsSpan(0, count);
    }

    /// <summary>Where the first line begins that begins at or after a place.</summary>
    public long LineFrom(long from)
    {
        if (from <= 0 || from >= Length)
            return Math.Clamp(from, 0, Length);
        // A line feed that stood alone would be a blank line, which nothing minds.
        var buffer = Array.Empty<byte>();
        for (var at = from - 1; at < Length;)
        {
            var piece = Read(at, (int)Math.Min(LineStep, Length - at), ref buffer);
            var end = piece.IndexOfAny((byte)'\n', (byte)'\r');
            if (end >= 0)
                return at + end + 1;
            at += piece.Length;
        }
        return Length;
    }

    /// <summary>Where the line begins that follows the one at a place; a carriage return and a line feed are one end.</summary>
    public long NextLine(long from)
    {
        var next = from < Length ? LineFrom(from + 1) : Length;
        var buffer = Array.Empty<byte>();
        return next > from && next < Length && Read(next - 1, 2, ref buffer) is [(byte)'\r', (byte)'\n'] ? next + 1 : next;
    }
}
