using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using EcoGlmm.Text;

namespace EcoGlmm.Data;

/// <summary>Turns a CSV file into columns whose types are inferred from the whole file.</summary>
internal sealed class CsvTable
{
    private readonly CsvFile _file;
    private readonly CsvOptions _options;
    private readonly char _separator;

    // Where the parser stands, for complaints.
    private string[] _names = [];
    private int _startLine;
    private int _endLine;
    private int _columnBeingRead;

    private CsvTable(CsvFile file, CsvOptions options)
    {
        _file = file;
        _options = options;
        _separator = options.Separator ?? CsvSeparator.Detect(file, options.DecimalSeparator ?? '.');
    }

    public static FieldData Read(string path, CsvOptions options)
    {
        if (options.DecimalSeparator is not (null or '.' or ','))
            throw new GlmmException($"The decimal separator '{options.DecimalSeparator}' is neither a point nor a comma.");
        if (options.Separator is '"' or '\n' or '\r' || (options.Separator is not null && options.Separator == options.DecimalSeparator))
        {
            throw new GlmmException($"The character {Describe(options.Separator.Value)} cannot separate the fields: it is "
                + "also the decimal separator, the quote or the end of the line.");
        }
        return new CsvTable(CsvFile.Load(path, options.Encoding), options).Read();
    }

    private FieldData Read()
    {
        var columns = ReadPass(firstPass: null);
        if (Array.Exists(columns, column => column.MustBeReadAsText))
        {
            var secondPass = ReadPass(columns);
            for (var i = 0; i < columns.Length; i++)
                columns[i] = columns[i].MustBeReadAsText ? secondPass[i] : columns[i];
        }
        var read = Array.ConvertAll(columns, column => column.ToColumn());
        return new FieldData(_options.DecimalSeparator is null && _separator != ','
            ? DecimalCommas.Apply(read, _options.TextColumns)
            : read);
    }

    // The second pass, where there is one, reads only the columns that the first found to be text after all.
    private CsvColumn[] ReadPass(CsvColumn[]? firstPass)
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
        });
        if (!ReadRecord(parser))
            throw new GlmmException($"The file \"{_file.Path}\" is empty.");
        _names = _options.HasHeader
            ? ReadHeader(parser)
            : [.. Enumerable.Range(1, parser.Count).Select(number => $"V{number}")];
        foreach (var name in _options.TextColumns)
        {
            if (!_names.Contains(name))
            {
                throw new GlmmException($"TextColumns names \"{name}\", which is not a column of file \"{_file.Path}\""
                    + $"{NearestName.Suggestion(name, _names)} The columns are {Names.List(_names)}.");
            }
        }

        var columns = Array.ConvertAll(_names, name =>
            new CsvColumn(name, _options, firstPass is not null || _options.TextColumns.Contains(name)));
        var wanted = Enumerable.Range(0, columns.Length).Where(i => firstPass is null || firstPass[i].MustBeReadAsText).ToArray();
        if (!_options.HasHeader)
            AddRow(parser, columns, wanted);
        while (ReadRecord(parser))
            AddRow(parser, columns, wanted);
        return columns;
    }

    private bool ReadRecord(CsvParser parser)
    {
        while (true)
        {
            _startLine = _endLine + 1;
            if (!parser.Read())
                return false;
            _endLine = parser.RawRow;
            _columnBeingRead = 0;
            var isBlank = parser.Count == 1 && parser[0].Length == 0 && string.IsNullOrWhiteSpace(parser.RawRecord);
            if (!isBlank)
                return true;
        }
    }

    private void AddRow(CsvParser parser, CsvColumn[] columns, int[] wanted)
    {
        if (parser.Count != columns.Length)
            throw Ragged(parser);
        foreach (var i in wanted)
        {
            _columnBeingRead = i;
            columns[i].Add(parser[i]);
        }
    }

    private string[] ReadHeader(CsvParser parser)
    {
        var names = new string[parser.Count];
        for (var i = 0; i < names.Length; i++)
        {
            _columnBeingRead = i;
            names[i] = parser[i].Trim();
            var earlier = names[i].Length == 0 ? -1 : Array.IndexOf(names, names[i], 0, i);
            if (earlier >= 0)
            {
                throw _file.Error(_startLine, $"columns {earlier + 1} and {i + 1} are both called \"{names[i]}\". "
                    + "Rename one of them in the file.");
            }
        }
        if (names.All(name => name.Length == 0))
            throw _file.Error(_startLine, "the header names no column at all.");

        // As in R, a column without a name (row names that write.csv has written) is X, the next one X.1.
        var unnamed = 0;
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length > 0)
                continue;
            string name;
            do
                name = unnamed++ == 0 ? "X" : $"X.{unnamed - 1}";
            while (names.Contains(name));
            names[i] = name;
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
