using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using EcoGlmm.Text;

namespace EcoGlmm.Data;

/// <summary>Turns a CSV file into columns whose types are inferred from the whole file.</summary>
internal sealed class CsvTable
{
    /// <summary>Characters in one field; a longer one is a quote that is never closed, or no table at all.</summary>
    private const int LongestField = 1 << 20;

    private readonly CsvFile _file;
    private readonly CsvOptions _options;
    private readonly char _separator;
    private readonly CsvMissing _missing;
    private readonly HashSet<string> _textColumns;
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
    private CsvQuotes? _quotes;

    // Where the parser stands, for complaints.
    private string[] _names = [];
    private int _startLine;
    private int _endLine;
    private int _columnBeingRead;

    private CsvTable(CsvFile file, CsvOptions options)
    {
        _file = file;
        _options = options;
        _missing = new CsvMissing(options.MissingValues);
        _textColumns = [.. options.TextColumns, .. options.OrderedColumns.Keys];
        _separator = options.Separator ?? CsvSeparator.Detect(file, options.DecimalSeparator ?? '.');
    }

    public static FieldData Read(string path, CsvOptions options)
    {
        if (options.DecimalSeparator is not (null or '.' or ','))
            throw GlmmException.InData($"The decimal separator '{options.DecimalSeparator}' is neither a point nor a comma.");
        if (options.Separator is '"' or '\n' or '\r' || (options.Separator is not null && options.Separator == options.DecimalSeparator))
        {
            throw GlmmException.InData($"The character {Describe(options.Separator.Value)} cannot separate the fields: it is "
                + "also the decimal separator, the quote or the end of the line.");
        }
        try
        {
            using var file = CsvFile.Load(path, options.Encoding);
            if (file.TryRead(() => new CsvTable(file, options).Read()) is { } data)
                return data;
            // What is written to while it is read is read at once.
            using var kept = CsvFile.Load(path, options.Encoding, isKept: true);
            return new CsvTable(kept, options).Read();
        }
        catch (IOException failure)
        {
            throw GlmmException.InFile($"The file \"{path}\" cannot be read: {failure.Message}", failure);
        }
    }

    private FieldData Read()
    {
        var columns = ReadPass(before: null);
        if (Array.Exists(columns, column => column.MustBeReadAgain))
            columns = ReadPass(columns);
        _quotes?.Declare(columns);
        while (Array.Exists(columns, column => column.MustBeReadAgain))
            columns = ReadPass(columns);
        var read = new FieldColumn[columns.Length];
        Cores.For(read.Length, i => read[i] = columns[i].ToColumn());
        if (_options.DecimalSeparator is null && _separator != ',')
            read = DecimalCommas.Apply(read, _textColumns);
        for (var i = 0; i < read.Length; i++)
        {
            if (_options.OrderedColumns.TryGetValue(read[i].Name, out var levels))
                read[i] = ColumnConversion.Factor(read[i], levels, isOrdered: true);
        }
        return new FieldData(read);
    }

    // A later pass reads only the columns that ask for it, and leaves the others as they are.
    private CsvColumn[] ReadPass(CsvColumn[]? before)
    {
        _endLine = 0;
        _names = [];
        using var parser = new CsvParser(_file.Open(), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = _separator.ToString(),
            TrimOptions = TrimOptions.Trim,
            WhiteSpaceChars = _separator == ' ' ? [] : [' '],
            IgnoreBlankLines = false,
            BufferSize = 1 << 16,
            BadDataFound = CheckQuotes,
            MaxFieldSize = LongestField,
        });
        if (!ReadRecord(parser))
            throw GlmmException.InData($"The file \"{_file.Path}\" is empty.");
        _names = _options.HasHeader
            ? ReadHeader(parser)
            : [.. Enumerable.Range(1, parser.Count).Select(number => $"V{number}")];
        if (_options.HasHeader)
            _quotes = new CsvQuotes(parser.RawRecord, _separator, _names);
        foreach (var (option, name) in _options.TextColumns.Select(name => ("TextColumns", name)).Concat(
            _options.OrderedColumns.Keys.Select(name => ("OrderedColumns", name))))
        {
            if (!_positions.ContainsKey(name) && !_names.Contains(name))
            {
                throw GlmmException.InData($"{option} names \"{name}\", which is not a column of file \"{_file.Path}\""
                    + $"{NearestName.Suggestion(name, _names)} The columns are {Names.List(_names)}.");
            }
        }

        var isWanted = Array.ConvertAll(_names, _ => true);
        for (var i = 0; i < _names.Length && before is not null; i++)
            isWanted[i] = before[i].MustBeReadAgain;
        var columns = NewColumns(before);
        if (!new PlainCsv(_file, _separator, LongestField, marksQuotes: _quotes is not null)
            .TryAdd(columns, isWanted, _options.HasHeader ? _endLine : 0))
        {
            columns = NewColumns(before);
            if (!_options.HasHeader)
                AddRow(parser, columns, isWanted);
            while (ReadRecord(parser))
                AddRow(parser, columns, isWanted);
        }
        for (var i = 0; i < columns.Length; i++)
        {
            if (isWanted[i])
                columns[i].Complete();
        }
        return columns;
    }

    private CsvColumn[] NewColumns(CsvColumn[]? before)
    {
        var columns = new CsvColumn[_names.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            if (before is not null)
                columns[i] = before[i].MustBeReadAgain ? before[i].Again() : before[i];
            else
            {
                columns[i] = new CsvColumn(_names[i], _missing, _options.DecimalSeparator == ',');
                if (_textColumns.Contains(_names[i]))
                    columns[i] = columns[i].AsText();
            }
        }
        return columns;
    }

    private bool ReadRecord(CsvParser parser)
    {
        while (true)
        {
            _startLine = _endLine + 1;
            try
            {
                if (!parser.Read())
                    return false;
            }
            catch (MaxFieldSizeException endless)
            {
                throw _file.Error(_startLine, $"a field has more than {LongestField:N0} characters, which no value of a table has. "
                    + "A quote is not closed, or this is not a CSV file.", endless);
            }
            _endLine = parser.RawRow;
            _columnBeingRead = 0;
            var isBlank = parser.Count == 1 && parser[0].Length == 0 && string.IsNullOrWhiteSpace(parser.RawRecord);
            if (!isBlank)
                return true;
        }
    }

    private void AddRow(CsvParser parser, CsvColumn[] columns, bool[] isWanted)
    {
        if (parser.Count != columns.Length)
            throw Ragged(parser);
        var isQuoted = _quotes?.Find(parser.RawRecord);
        for (var i = 0; i < columns.Length; i++)
        {
            if (!isWanted[i])
                continue;
            _columnBeingRead = i;
            columns[i].Add(parser[i], isQuoted is not null && isQuoted[i]);
        }
    }

    private string[] ReadHeader(CsvParser parser)
    {
        _positions.Clear();
        var names = new string[parser.Count];
        for (var i = 0; i < names.Length; i++)
        {
            _columnBeingRead = i;
            names[i] = parser[i];
            // Blanks that stand within the quotes were meant.
            if (names[i].Trim() is var trimmed && trimmed != names[i]
                && (trimmed.Length == 0 || !parser.RawRecord.Contains($"\"{names[i].Replace("\"", "\"\"")}\"", StringComparison.Ordinal)))
                names[i] = trimmed;
            if (names[i].Length > 0 && !_positions.TryAdd(names[i], i))
            {
                throw _file.Error(_startLine, $"columns {_positions[names[i]] + 1} and {i + 1} are both called \"{names[i]}\". "
                    + "Rename one of them in the file.");
            }
        }
        if (_positions.Count == 0)
            throw _file.Error(_startLine, "the header names no column at all.");

        // As in R, a column without a name (row names that write.csv has written) is X, the next one X.1.
        var unnamed = 0;
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length > 0)
                continue;
            do
                names[i] = unnamed++ == 0 ? "X" : $"X.{unnamed - 1}";
            while (!_positions.TryAdd(names[i], i));
        }
        return names;
    }

    private GlmmException Ragged(CsvParser parser)
    {
        // An unclosed quote swallows separators: that is then the complaint to make.
        for (var i = 0; i < parser.Count; i++)
        {
            _columnBeingRead = i;
            _ = parser[i];
        }
        var fields = Names.Count(parser.Count, "field");
        var whose = _options.HasHeader ? "the header names" : "the first row has";
        var expected = $"{whose} {Names.Count(_names.Length, "column")} (separated by {Describe(_separator)})";
        var advice = parser.Count < _names.Length
            ? $"The first column without a value is column {parser.Count + 1}, \"{_names[parser.Count]}\". Write NA for "
              + "a missing value."
            : $"The first field too many is number {_names.Length + 1}, \"{parser[_names.Length]}\". A value that "
              + "contains the separator must stand in quotes; a column of row names needs a name in the header, too.";
        return _file.Error(_startLine, $"the row has {fields}, but {expected}. {advice}");
    }

    // CsvHelper calls this for every field with a quote in an unusual place.
    private void CheckQuotes(BadDataFoundArgs found)
    {
        var field = found.Field.TrimStart();
        if (!field.StartsWith('"'))
            return;   // as in 5" dbh: an inch sign, not a quote
        var before = Math.Max(0, found.RawRecord.IndexOf(field, StringComparison.Ordinal));
        var line = _startLine + found.RawRecord.AsSpan(0, before).Count('\n');
        var name = _columnBeingRead < _names.Length ? $" (\"{_names[_columnBeingRead]}\")" : "";
        var beginning = field[1..].ReplaceLineEndings("\n").Split('\n')[0];
        var shown = beginning.Length > 30 ? beginning[..30] + "…" : beginning;
        var isClosed = field.Count(c => c == '"') % 2 == 0;
        throw _file.Error(line, $"the quote before {shown} in column {_columnBeingRead + 1}{name} "
            + (isClosed
                ? "closes before the end of the field. Double a quote within quotes, or remove the quotes."
                : "is never closed. Close it, or double it if it belongs to the value."));
    }

    private static string Describe(char character) => character switch
    {
        '\t' => "a tab",
        '\n' or '\r' => "end of line",
        _ => $"'{character}'",
    };
}
