namespace EcoGlmm.Data;

/// <summary>
/// Quotes that tell texts from numbers. Most programs quote every value or only those that need it, and quotes then say nothing.
/// A column is declared to be text, however it looks, where all of its values stand in quotes while its name, and values of other
/// columns, do not; and where all values of a file do, by names of which some are quoted and some are not. Where names cannot
/// tell, because they need quotes themselves, a blank behind the last name's closing quote says that quotes were meant. So
/// <see cref="FieldData.WriteCsv"/> marks factors whose labels look like something else.
/// </summary>
internal sealed class CsvQuotes
{
    private readonly char _separator;
    private readonly bool[] _isNameMarked;
    private readonly bool _isMixed;
    private readonly bool _isMeant;
    private readonly bool[] _isQuoted;

    /// <summary>Ends the names of a file whose quotes tell texts: the closing quote of the last name, and a blank.</summary>
    public const string MeantMark = "\" ";

    /// <param name="header">The first record as it stands.</param>
    /// <param name="separator">What separates its fields.</param>
    /// <param name="names">The names in it.</param>
    public CsvQuotes(string header, char separator, string[] names)
    {
        _separator = separator;
        _isQuoted = new bool[names.Length];
        _isNameMarked = new bool[names.Length];
        var isQuoted = Find(header);
        if (isQuoted is null)
            return;
        for (var i = 0; i < names.Length; i++)
            _isNameMarked[i] = isQuoted[i] && !NeedsQuotes(names[i]);
        _isMixed = _isNameMarked.Contains(true) && Array.Exists(isQuoted, quoted => !quoted);
        _isMeant = isQuoted[^1] && header.AsSpan().TrimEnd("\r\n").EndsWith(MeantMark);
    }

    /// <summary>Whether a text can only stand in quotes, to be read back as it is whatever separates the fields.</summary>
    public static bool NeedsQuotes(string text) =>
        text.Length == 0 || text.AsSpan().ContainsAny(",;\t\"\r\n") || char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])
        || text[0] == '\ufeff';

    /// <summary>For each field of a record whether it stands in quotes; null if none does. The array is used again for the next
    /// record.</summary>
    public bool[]? Find(ReadOnlySpan<char> record)
    {
        if (!record.Contains('"'))
            return null;
        var i = 0;
        for (var field = 0; field < _isQuoted.Length; field++)
        {
            while (i < record.Length && record[i] == ' ' && _separator != ' ')
                i++;
            _isQuoted[field] = i < record.Length && record[i] == '"';
            if (_isQuoted[field])
            {
                for (i++; i < record.Length && (record[i] != '"' || (i + 1 < record.Length && record[i + 1] == '"')); i++)
                {
                    if (record[i] == '"')
                        i++;
                }
            }
            while (i < record.Length && record[i] != _separator)
                i++;
            i++;
        }
        return _isQuoted;
    }

    /// <summary>Tells the columns, once all have been read, which of them quotes declare to be text.</summary>
    public void Declare(CsvColumn[] columns)
    {
        var hasBareValues = Array.Exists(columns, column => column.HasBareValues);
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].HasBareValues || !columns[i].HasQuotedFields)
                continue;
            var isBare = !_isNameMarked[i];
            var (isText, isLabel) = _isMeant ? (true, true) : columns.Length == 1 ? (isBare, isBare)
                : hasBareValues ? (isBare, _isMixed && !isBare)
                : (_isMixed, _isMixed);
            columns[i].DeclareText(isText, isLabel);
        }
    }
}
