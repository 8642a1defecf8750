using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EcoGlmm.Data;

/// <summary>Finds where the fields of rows end, sixty-four bytes at a time.</summary>
internal sealed class FieldEnds
{
    private const int Places = 1 << 13;

    private readonly byte _separator;
    private readonly int _columns;
    private readonly int _longestRow;
    private readonly int _mostRows;
    private readonly int[] _ends;
    private readonly int[] _lineEnds = new int[FieldBatch.MostRows + ByteMask.Width];
    private readonly int[] _rowStarts = new int[FieldBatch.MostRows];
    private readonly byte[] _last = new byte[ByteMask.Width];

    /// <param name="separator">What separates fields.</param>
    /// <param name="columns">Fields of a row.</param>
    /// <param name="longestRow">Bytes of a row.</param>
    public FieldEnds(byte separator, int columns, int longestRow)
    {
        _separator = separator;
        _columns = columns;
        _longestRow = longestRow;
        _mostRows = Math.Clamp(Places / columns, 1, FieldBatch.MostRows);
        _ends = new int[Math.Max(Places, columns) + (2 * ByteMask.Width)];
    }

    /// <summary>
    /// The rows from a place on that have as many fields as there are columns, up to the first that has not; quotes are taken to hide
    /// separators, however odd they are.
    /// </summary>
    /// <param name="text">Whole lines.</param>
    /// <param name="at">Where to begin, the beginning of a line; and then where the first row begins that is not among those
    /// found.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public FieldBatch Next(ReadOnlySpan<byte> text, ref int at)
    {
        var (count, lines, hasQuotes) = (0, 0, false);
        var (inQuotes, isBehindEnd) = (0UL, 1UL);
        ref var ends = ref MemoryMarshal.GetArrayDataReference(_ends);
        ref var lineEnds = ref MemoryMarshal.GetArrayDataReference(_lineEnds);
        for (var i = at; i < text.Length && lines < _mostRows && count + ByteMask.Width <= _ends.Length; i += ByteMask.Width)
        {
            var bytes = i + ByteMask.Width <= text.Length ? ByteMask.Of(text, i) : Last(text[i..]);
            var lineMask = bytes.LineEnds();
            var mask = bytes.Equal(_separator);
            var quotes = bytes.Equal((byte)'"');
            // Of several ends in a row the first ends the line: the others are of blank lines, or of the same end.
            var firstEnds = lineMask & ~((lineMask << 1) | isBehindEnd);
            isBehindEnd = lineMask >> (ByteMask.Width - 1);
            if ((quotes | inQuotes) != 0)
            {
                hasQuotes = true;
                var hidden = ParityBefore(quotes) ^ inQuotes;
                inQuotes = (ulong)((long)hidden >> (ByteMask.Width - 1));
                (mask, firstEnds) = (mask & ~hidden, firstEnds & ~hidden);
            }
            mask |= firstEnds;
            for (; firstEnds != 0; firstEnds &= firstEnds - 1)
                Unsafe.Add(ref lineEnds, lines++) = i + BitOperations.TrailingZeroCount(firstEnds);
            for (; mask != 0; mask &= mask - 1)
                Unsafe.Add(ref ends, count++) = i + BitOperations.TrailingZeroCount(mask);
        }
        var rows = WholeRows(text, Math.Min(Math.Min(lines, _mostRows), count / _columns), ref at);
        return new()
        {
            Text = text, Ends = _ends.AsSpan(0, rows * _columns), RowStarts = _rowStarts.AsSpan(0, rows), Columns = _columns,
            HasQuotes = hasQuotes,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int WholeRows(ReadOnlySpan<byte> text, int lines, ref int at)
    {
        var row = 0;
        for (; row < lines; row++)
        {
            while (at < text.Length && text[at] is (byte)'\n' or (byte)'\r')
                at++;
            var end = _lineEnds[row];
            if (_ends[(row * _columns) + _columns - 1] != end || end - at > _longestRow)
                break;
            _rowStarts[row] = at;
            at = end;
        }
        return row;
    }

    // What is behind the end is the end of the line.
    private ByteMask Last(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_last);
        _last.AsSpan(text.Length).Fill((byte)'\n');
        return ByteMask.Of(_last, 0);
    }

    // Bit i is 1 where an odd number of bits up to and with i are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ParityBefore(ulong bits)
    {
        for (var shift = 1; shift < ByteMask.Width; shift <<= 1)
            bits ^= bits << shift;
        return bits;
    }
}
