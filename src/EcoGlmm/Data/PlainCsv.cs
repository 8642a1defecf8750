namespace EcoGlmm.Data;

/// <summary>
/// Reads records without quotes, each of as many fields as there are columns, without a text for each field: what most files are.
/// It complains of nothing: whatever is otherwise is left to the reader that knows how to say what is wrong.
/// </summary>
internal sealed class PlainCsv(TextReader reader, char separator, int longestField)
{
    private const int InitialBuffer = 1 << 16;

    /// <summary>Characters of a line that is held in memory.</summary>
    private const int LongestLine = 1 << 24;

    private readonly bool _trimsBlanks = separator != ' ';
    private char[] _buffer = new char[InitialBuffer];
    private int _start;
    private int _end;
    private bool _isAfterReturn;

    /// <summary>Passes over lines that have been read by other means, quotes in them included.</summary>
    public bool Skip(int lines)
    {
        for (var i = 0; i < lines; i++)
        {
            if (!TryLine(out _))
                return false;
        }
        return true;
    }

    /// <summary>Adds the records that are left to the columns that are wanted.</summary>
    /// <returns>False where one is not plain; the columns are then of no use.</returns>
    public bool TryAdd(CsvColumn[] columns, bool[] isWanted)
    {
        while (TryLine(out var line))
        {
            if (line.Length > LongestLine || line.Contains('"'))
                return false;
            if (IsBlank(line))
                continue;
            for (var i = 0; i < columns.Length; i++)
            {
                var length = line.IndexOf(separator);
                if (length < 0 != (i == columns.Length - 1))
                    return false;
                var field = length < 0 ? line : line[..length];
                if (field.Length > longestField)
                    return false;
                if (isWanted[i])
                    columns[i].Add(_trimsBlanks ? field.Trim(' ') : field);
                line = line[(length + 1)..];
            }
        }
        return true;
    }

    private bool IsBlank(ReadOnlySpan<char> line) => _trimsBlanks ? !line.ContainsAnyExcept(' ') : line.IsEmpty;

    // The next line without its end, which is \n, \r or \r\n; a last one that is empty is none. A line that is too
    // long comes in pieces, the first of which is too long as well.
    private bool TryLine(out ReadOnlySpan<char> line)
    {
        for (var searched = 0; ;)
        {
            if (_isAfterReturn && _start < _end)
            {
                _start += _buffer[_start] == '\n' ? 1 : 0;
                _isAfterReturn = false;
            }
            var length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOfAny('\n', '\r');
            if (length >= 0)
            {
                line = _buffer.AsSpan(_start, searched + length);
                _start += searched + length + 1;
                _isAfterReturn = _buffer[_start - 1] == '\r';
                return true;
            }
            searched = _end - _start;
            if (searched > LongestLine || !Fill())
            {
                line = _buffer.AsSpan(_start, searched);
                _start = _end;
                return searched > 0;
            }
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        var count = reader.Read(_buffer, _end, _buffer.Length - _end);
        _end += count;
        return count > 0;
    }
}
