using System.Text;

namespace EcoGlmm.Data;

/// <summary>The content of a text file as UTF-8, in pieces that end where lines do.</summary>
internal static class Utf8Lines
{
    private const int PieceLength = 1 << 25;

    /// <summary>Characters of a line that is held in memory.</summary>
    private const int LongestLine = 1 << 24;

    /// <summary>The pieces, each of which stands only until the next is asked for. Where a line is too long the last piece is cut off
    /// in it.</summary>
    public static IEnumerable<(Utf8Text Text, Utf8Scan Scan)> Of(CsvFile file)
    {
        if (file.TryUtf8(out var content, out var scan))
        {
            yield return (content, scan);
            yield break;
        }
        using var reader = file.Open();
        var encoder = Encoding.UTF8.GetEncoder();
        var characters = new char[1 << 16];
        var buffer = new byte[PieceLength + LongestLine];
        var used = 0;
        for (int count; (count = reader.Read(characters, 0, characters.Length)) > 0;)
        {
            used += encoder.GetBytes(characters.AsSpan(0, count), buffer.AsSpan(used), flush: false);
            if (used < PieceLength)
                continue;
            var end = LineEnd(buffer.AsSpan(0, used));
            if (end == 0 && used < buffer.Length - (3 * characters.Length))
                continue;
            yield return Piece(buffer.AsMemory(0, end == 0 ? used : end));
            if (end == 0)
                yield break;
            buffer.AsSpan(end, used - end).CopyTo(buffer);
            used -= end;
        }
        used += encoder.GetBytes([], buffer.AsSpan(used), flush: true);
        yield return Piece(buffer.AsMemory(0, used));
    }

    private static (Utf8Text Text, Utf8Scan Scan) Piece(ReadOnlyMemory<byte> content)
    {
        var text = new Utf8Text(content);
        return (text, Utf8Scan.Of(text));
    }

    // Behind the last line feed, or the last carriage return that none can follow.
    private static int LineEnd(ReadOnlySpan<byte> text)
    {
        var feed = text.LastIndexOf((byte)'\n');
        return feed >= 0 ? feed + 1 : text[..^1].LastIndexOf((byte)'\r') + 1;
    }
}
