using System.Runtime.CompilerServices;

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

    /// <summary>Bytes that are read at once: they and what is made of them stay in a core's own cache.</summary>
    private const int Step = 1 << 18;

    /// <summary>Bytes of a line that is held in memory.</summary>
    private const int LongestLine = 1 << 28;

    /// <summary>Lines that are read field by field where one of them is not as the others.</summary>
    private const int LinesByField = 16;

    private readonly CsvFile _file;
    private readonly byte _separator;
    private readonly int _longestField;
    private readonly bool _marksQuotes;
    private readonly bool _isReadable;
    private readonly bool _trimsBlanks;

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
        foreach (var (text, scan) in Utf8Lines.Of(_file))
        {
            var from = 0L;
            for (; linesBefore > 0 && from < text.Length; linesBefore--)
                from = text.NextLine(from);
            if (!TryPiece(text, scan, from, columns, isWanted))
                return false;
        }
        return linesBefore == 0;
    }

    private bool TryPiece(Utf8Text text, Utf8Scan scan, long from, CsvColumn[] columns, bool[] isWanted)
    {
        var head = text.LineFrom(Math.Min(from + Head, text.Length));
        if (!TryPart(text, from, head, columns, isWanted))
            return false;
        if (head == text.Length)
            return true;
        var rows = (long[])scan.Lines.Clone();
        var isInParts = head < scan.Starts[1] && !Array.Exists(columns, column => column.IsSequential);
        if (!Utf8Scan.TryCount(text, 0, Math.Min(head, scan.Starts[1]), out var before))
            return false;
        rows[0] -= before;
        Reserve(columns, isWanted, rows.Sum());
        if (!isInParts)
            return TryPart(text, head, text.Length, columns, isWanted);

        var count = rows.Length;
        var parts = new CsvColumn[count][];
        var start = 0L;
        for (var part = 0; part < count; part++)
        {
            var first = start;
            parts[part] = Array.ConvertAll(columns, column => column.Next(first, rows[part]));
            start += rows[part];
        }
        var isPlain = true;
        Cores.For(count, part =>
        {
            if (!TryPart(text, part == 0 ? head : scan.Starts[part], scan.Starts[part + 1], parts[part], isWanted))
                Volatile.Write(ref isPlain, false);
        });
        if (!isPlain)
            return false;
        Cores.For(columns.Length, i =>
        {
            for (var part = 0; isWanted[i] && part < count; part++)
                columns[i].Append(parts[part][i]);
        });
        return true;
    }

    private static void Reserve(CsvColumn[] columns, bool[] isWanted, long rows)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (isWanted[i])
                columns[i].Reserve(rows);
        }
    }

    private bool TryPart(Utf8Text text, long from, long to, CsvColumn[] columns, bool[] isWanted)
    {
        var ends = new FieldEnds(_separator, columns.Length, _longestField);
        var buffer = Array.Empty<byte>();
        for (var step = Step; from < to;)
        {
            var piece = text.Read(from, (int)Math.Min(step, to - from), ref buffer);
            var length = from + piece.Length == to ? piece.Length : piece.LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
            if (length == 0)
            {
                if (step >= LongestLine)
                    return false;
                step *= 2;
                continue;
            }
            if (!TryRows(piece[..length], ends, columns, isWanted))
                return false;
            from += length;
        }
        return true;
    }

    private bool TryRows(ReadOnlySpan<byte> text, FieldEnds ends, CsvColumn[] columns, bool[] isWanted)
    {
        for (var i = 0; i < text.Length;)
        {
            // A line of blanks is none, which shows where there are separators that it lacks.
            if (columns.Length > 1)
            {
                var rows = ends.Next(text, ref i);
                if (rows.Rows > 0)
                {
                    if (!TryBatch(rows, columns, isWanted))
                        return false;
                    continue;
                }
            }
            for (var line = 0; line < LinesByField && i < text.Length; line++)
            {
                if (!TryLine(text, ref i, columns, isWanted))
                    return false;
            }
        }
        return true;
    }

    private bool TryBatch(in FieldBatch rows, CsvColumn[] columns, bool[] isWanted)
    {
        for (var c = 0; c < columns.Length; c++)
        {
            var column = isWanted[c] ? columns[c] : null;
            if (column is null && !rows.HasQuotes)
                continue;
            for (var row = 0; row < rows.Rows; row++)
            {
                row = column?.AddPlain(rows, c, row, _marksQuotes) ?? row;
                if (row == rows.Rows)
                    break;
                var (start, end) = (rows.Start(row, c), rows.End(row, c));
                if (!TryField(rows.Text[..end], ref start, column) || start != end)
                    return false;
            }
        }
        return true;
    }

    // Adds the fields of the line that begins at i, and moves i to the next one.
    private bool TryLine(ReadOnlySpan<byte> text, ref int i, CsvColumn[] columns, bool[] isWanted)
    {
        if (!IsBlankLine(text, ref i))
        {
            for (var c = 0; c < columns.Length; c++)
            {
                if (!TryField(text, ref i, isWanted[c] ? columns[c] : null))
                    return false;
                var isLast = i == text.Length || text[i] != _separator;
                if (isLast != (c == columns.Length - 1))
                    return false;
                i += isLast ? 0 : 1;
            }
        }
        i = Math.Min(i + 1, text.Length);
        return true;
    }

    // Also what is between the two characters of a line's end.
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
        var length = text[i..].IndexOfAny([_separator, (byte)'\n', (byte)'\r', Quote]);
        i = length < 0 ? text.Length : i + length;
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
}
