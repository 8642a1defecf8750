using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EcoGlmm.Data;

/// <summary>
/// Reads records of one line each, of as many fields as there are columns, from the bytes of a file and on all cores: what most files
/// are. It complains of nothing: whatever is otherwise is left to the reader that knows how to say what is wrong.
/// </summary>
internal sealed class PlainCsv
{
    private const byte Quote = (byte)'"';

    /// <summary>Bytes from which the types of columns are guessed before the rest is read in parts.</summary>
    private const int Head = 1 << 16;

    private const int SmallestPart = 1 << 20;

    private readonly CsvFile _file;
    private readonly byte _separator;
    private readonly int _longestField;
    private readonly bool _marksQuotes;
    private readonly bool _isReadable;
    private readonly bool _trimsBlanks;
    private readonly bool _mayEndNumber;
    private readonly Vector128<byte> _separators;

    /// <param name="file">The file.</param>
    /// <param name="separator">What separates its fields.</param>
    /// <param name="longestField">Bytes of a field.</param>
    /// <param name="marksQuotes">Whether columns are told which fields stand in quotes.</param>
    public PlainCsv(CsvFile file, char separator, int longestField, bool marksQuotes)
    {
        _file = file;
        _isReadable = char.IsAscii(separator);
        _separator = (byte)separator;
        _longestField = longestField;
        _marksQuotes = marksQuotes;
        _trimsBlanks = separator != ' ';
        _mayEndNumber = !char.IsAsciiDigit(separator) && separator is not ('.' or '-');
        _separators = Vector128.Create(_separator);
    }

    /// <summary>Adds the records to the columns that are wanted.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="isWanted">Which of them are filled.</param>
    /// <param name="linesBefore">Lines that have been read by other means, quotes in them included.</param>
    /// <returns>False where one is not plain; the columns are then of no use.</returns>
    public bool TryAdd(CsvColumn[] columns, bool[] isWanted, int linesBefore)
    {
        if (!_isReadable)
            return false;
        foreach (var piece in Utf8Lines.Of(_file))
        {
            var text = piece;
            for (; linesBefore > 0 && text.Length > 0; linesBefore--)
                text = text[Utf8Lines.NextLine(text.Span, 0)..];
            if (!TryPiece(text, columns, isWanted))
                return false;
        }
        return linesBefore == 0;
    }

    private bool TryPiece(ReadOnlyMemory<byte> text, CsvColumn[] columns, bool[] isWanted)
    {
        var isSequential = Array.Exists(columns, column => column.IsSequential) || text.Length < Head + SmallestPart;
        var head = isSequential ? text.Length : Utf8Lines.NextLine(text.Span, Head);
        if (!TryRows(text.Span[..head], columns, isWanted))
            return false;
        if (head == text.Length)
            return true;

        var count = Math.Clamp((text.Length - head) / SmallestPart, 1, Environment.ProcessorCount);
        var starts = new int[count + 1];
        for (var part = 0; part <= count; part++)
        {
            var from = head + (int)((text.Length - head) * (long)part / count);
            starts[part] = part == 0 || part == count ? from : Math.Max(starts[part - 1], Utf8Lines.NextLine(text.Span, from));
        }
        var parts = new CsvColumn[count][];
        for (var part = 0; part < count; part++)
            parts[part] = Array.ConvertAll(columns, column => column.Next());
        var isPlain = true;
        Parallel.For(0, count, (part, state) =>
        {
            if (TryRows(text.Span[starts[part]..starts[part + 1]], parts[part], isWanted))
                return;
            Volatile.Write(ref isPlain, false);
            state.Stop();
        });
        if (!isPlain)
            return false;
        Parallel.For(0, columns.Length, i =>
        {
            for (var part = 0; isWanted[i] && part < count; part++)
                columns[i].Append(parts[part][i]);
        });
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryRows(ReadOnlySpan<byte> text, CsvColumn[] columns, bool[] isWanted)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (IsBlankLine(text, ref i))
                continue;
            for (var c = 0; c < columns.Length; c++)
            {
                var column = isWanted[c] ? columns[c] : null;
                var number = column is not null && _mayEndNumber ? column.TryPlainNumber(text[i..], _separator) : 0;
                i += number;
                if (number == 0 && !TryField(text, ref i, column))
                    return false;
                var isLast = i == text.Length || text[i] != _separator;
                if (isLast != (c == columns.Length - 1))
                    return false;
                i += isLast ? 0 : 1;
            }
        }
        return true;
    }

    // Also what is between the two characters of a line's end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsBlankLine(ReadOnlySpan<byte> text, ref int i)
    {
        var end = i;
        while (_trimsBlanks && end < text.Length && text[end] == ' ')
            end++;
        if (end < text.Length && text[end] is not ((byte)'\n' or (byte)'\r'))
            return false;
        i = end;
        return true;
    }

    // Adds the field that begins at i, and moves i to the separator or the end of the line behind it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryField(ReadOnlySpan<byte> text, ref int i, CsvColumn? column)
    {
        var start = i;
        while (_trimsBlanks && i < text.Length && text[i] == ' ')
            i++;
        if (i < text.Length && text[i] == Quote)
            return TryQuoted(text, ref i, column);
        i = FieldEnd(text, i);
        if ((i < text.Length && text[i] == Quote) || i - start > _longestField)
            return false;
        var field = text[start..i];
        column?.Add(_trimsBlanks ? field.Trim((byte)' ') : field);
        return true;
    }

    private bool TryQuoted(ReadOnlySpan<byte> text, ref int i, CsvColumn? column)
    {
        var start = i + 1;
        var hasQuotes = false;
        for (i = start; ; i += 2)
        {
            var length = text[i..].IndexOfAny(Quote, (byte)'\n', (byte)'\r');
            i += length;
            if (length < 0 || text[i] != Quote)
                return false;
            if (i + 1 == text.Length || text[i + 1] != Quote)
                break;
            hasQuotes = true;
        }
        var field = text[start..i];
        i++;
        while (_trimsBlanks && i < text.Length && text[i] == ' ')
            i++;
        if ((i < text.Length && text[i] != _separator && text[i] is not ((byte)'\n' or (byte)'\r')) || field.Length > _longestField)
            return false;
        column?.Add(hasQuotes ? Unescaped(field) : field, _marksQuotes);
        return true;
    }

    private static byte[] Unescaped(ReadOnlySpan<byte> field)
    {
        var text = new byte[field.Length];
        var length = 0;
        for (var i = 0; i < field.Length; i++)
        {
            text[length++] = field[i];
            i += field[i] == Quote ? 1 : 0;
        }
        return text[..length];
    }

    // The next separator, end of a line or quote.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FieldEnd(ReadOnlySpan<byte> text, int i)
    {
        for (; i + Vector128<byte>.Count <= text.Length; i += Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)i);
            var ends = Vector128.Equals(bytes, _separators) | Vector128.Equals(bytes, Vector128.Create((byte)'\n'))
                | Vector128.Equals(bytes, Vector128.Create((byte)'\r')) | Vector128.Equals(bytes, Vector128.Create(Quote));
            if (ends != Vector128<byte>.Zero)
                return i + BitOperations.TrailingZeroCount(ends.ExtractMostSignificantBits());
        }
        while (i < text.Length && text[i] != _separator && text[i] is not ((byte)'\n' or (byte)'\r' or Quote))
            i++;
        return i;
    }
}
