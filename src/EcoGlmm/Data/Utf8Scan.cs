using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace EcoGlmm.Data;

/// <summary>A first look through a text, on all cores: whether it is UTF-8, and how many lines it has that are not empty.</summary>
internal sealed class Utf8Scan
{
    private const int Step = 1 << 18;

    private const int SmallestPart = 1 << 20;

    private Utf8Scan(bool isValid, long[] starts, long[] lines)
    {
        IsValid = isValid;
        Starts = starts;
        Lines = lines;
    }

    public bool IsValid { get; }

    /// <summary>Where parts for one core each begin, all at the beginning of a line, and behind them the end.</summary>
    public long[] Starts { get; }

    /// <summary>The lines of each part that are not empty; lines of blanks alone count.</summary>
    public long[] Lines { get; }

    public static Utf8Scan Of(Utf8Text text)
    {
        var parts = (int)Math.Clamp(text.Length / SmallestPart, 1, Environment.ProcessorCount);
        var starts = new long[parts + 1];
        for (var part = 1; part <= parts; part++)
            starts[part] = Math.Max(starts[part - 1], text.LineFrom((long)((Int128)text.Length * part / parts)));
        var lines = new long[parts];
        var isValid = 1;
        Cores.For(parts, part =>
        {
            if (!TryCount(text, starts[part], starts[part + 1], out lines[part]))
                Volatile.Write(ref isValid, 0);
        });
        return new Utf8Scan(isValid == 1, starts, lines);
    }

    /// <summary>The lines between two places, the first the beginning of a line.</summary>
    /// <returns>False where they are not UTF-8.</returns>
    public static bool TryCount(Utf8Text text, long from, long to, out long lines)
    {
        lines = 0;
        var buffer = Array.Empty<byte>();
        var isAtStart = true;
        while (from < to)
        {
            var piece = text.Read(from, (int)Math.Min(Step, to - from), ref buffer);
            if (from + piece.Length < to)
                piece = piece[..WholeCharacters(piece)];
            if (!Utf8.IsValid(piece))
                return false;
            lines += CountEnds(piece, ref isAtStart);
            from += piece.Length;
        }
        lines += isAtStart ? 0 : 1;
        return true;
    }

    // Up to three bytes at the end may belong to a character that goes on behind it.
    private static int WholeCharacters(ReadOnlySpan<byte> piece)
    {
        for (var back = 1; back <= Math.Min(4, piece.Length - 1); back++)
        {
            if ((piece[^back] & 0xc0) != 0x80)
                return piece[^back] < 0x80 ? piece.Length : piece.Length - back;
        }
        return piece.Length;
    }

    // Ends of lines that no other end precedes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long CountEnds(ReadOnlySpan<byte> piece, ref bool isAtStart)
    {
        var count = 0L;
        var before = isAtStart ? 1UL : 0;
        var i = 0;
        for (; i + ByteMask.Width <= piece.Length; i += ByteMask.Width)
        {
            var ends = ByteMask.Of(piece, i).LineEnds();
            count += BitOperations.PopCount(ends & ~((ends << 1) | before));
            before = ends >> (ByteMask.Width - 1);
        }
        for (; i < piece.Length; i++)
        {
            var isEnd = piece[i] is (byte)'\n' or (byte)'\r' ? 1UL : 0;
            count += (long)(isEnd & ~before);
            before = isEnd;
        }
        isAtStart = before == 1;
        return count;
    }
}
