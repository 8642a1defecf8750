using System.Text;

namespace EcoGlmm.Data;

/// <summary>Writes a table as CSV that reads back as the same table.</summary>
internal static class CsvWriting
{
    private const string MissingValue = "NA";
    private const string EndOfLine = "\r\n";

    private static readonly CsvMissing Missing = new([MissingValue, ""]);

    /// <exception cref="EncoderFallbackException">A text is not valid Unicode.</exception>
    public static void Write(FieldData data, Stream stream, bool defuseFormulas)
    {
        var columns = data.Columns.Select(column => defuseFormulas ? Defused(column) : column).ToArray();
        var (quotedNames, quotedValues, isMeant) = Marks(columns);
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        using var writer = new StreamWriter(stream, encoding, 1 << 16, leaveOpen: true);
        for (var i = 0; i < columns.Length; i++)
            WriteField(writer, i, columns[i].Name, quotedNames[i]);
        if (isMeant)
            writer.Write(CsvQuotes.MeantMark.AsSpan(1));
        writer.Write(EndOfLine);
        for (var row = 0; row < data.RowCount; row++)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                var text = columns[i].TextAt(row);
                WriteField(writer, i, text ?? MissingValue, text is not null && quotedValues[i]);
            }
            writer.Write(EndOfLine);
        }
    }

    private static void WriteField(StreamWriter writer, int position, string text, bool quote)
    {
        if (position > 0)
            writer.Write(',');
        if (!quote && !CsvQuotes.NeedsQuotes(text))
        {
            writer.Write(text);
            return;
        }
        writer.Write('"');
        writer.Write(text.Replace("\"", "\"\"", StringComparison.Ordinal));
        writer.Write('"');
    }

    // Which names and which columns' values stand in quotes, so that the factors that look like something else come back as
    // factors, and whether the names end with the mark that quotes were meant: see CsvQuotes.
    private static (bool[] Names, bool[] Values, bool IsMeant) Marks(FieldColumn[] columns)
    {
        var values = Array.ConvertAll(columns, column => column is CategoricalColumn factor && !ReadsAsText(factor));
        var names = new bool[columns.Length];
        if (!values.Contains(true) || columns.Length == 1)
            return (names, values, false);
        var isPlain = Array.ConvertAll(columns, column => !CsvQuotes.NeedsQuotes(column.Name));
        bool isTold;
        if (columns.Where((column, i) => !values[i] && HasBareValue(column)).Any())
        {
            // Quoted values tell a text; that NA among them is a label, a quoted name beside one that is not.
            var isLabelled = columns.Select((column, i) => values[i] && HasMissingLabel(column)).ToArray();
            names = [.. isPlain.Select((plain, i) => plain && isLabelled[i])];
            var isMixed = isPlain.Where((plain, i) => plain && !isLabelled[i]).Any();
            isTold = !isLabelled.Where((labelled, i) => labelled && !(isPlain[i] && isMixed)).Any();
        }
        else
        {
            // All values stand in quotes: names of which the first is bare and others are not tell that this was meant.
            var bare = Array.IndexOf(isPlain, true);
            names = [.. isPlain.Select((plain, i) => plain && i != bare)];
            isTold = names.Contains(true);
        }
        if (isTold)
            return (names, values, false);
        names[^1] = true;
        return (names, values, true);
    }

    private static bool HasMissingLabel(FieldColumn column) => column is CategoricalColumn factor && Array.Exists(factor.Levels,
        level => Missing.Contains(level));

    private static bool HasBareValue(FieldColumn column)
    {
        for (var row = 0; row < column.Length; row++)
        {
            if (column.TextAt(row) is { } text && !CsvQuotes.NeedsQuotes(text))
                return true;
        }
        return false;
    }

    private static bool ReadsAsText(CategoricalColumn factor)
    {
        var labels = factor.Codes.Where(code => code >= 0).Distinct().Select(code => factor.Levels[code]).ToArray();
        if (Array.Exists(labels, Missing.Contains))
            return false;
        var read = Filled(new CsvColumn(factor.Name, Missing), labels);
        if (read.MustBeReadAgain)
            read = Filled(read.Again(), labels);
        return read.MustBeReadAgain || read.ToColumn() is CategoricalColumn;
    }

    private static CsvColumn Filled(CsvColumn column, string[] labels)
    {
        foreach (var label in labels)
            column.Add(label, isQuoted: false);
        column.Complete();
        return column;
    }

    private static FieldColumn Defused(FieldColumn column)
    {
        var named = column.Rename(Defused(column.Name));
        return named is CategoricalColumn factor
            ? new CategoricalColumn(factor.Name, Array.ConvertAll(factor.Levels, Defused), factor.Codes, factor.ExplicitLevels)
            : named;
    }

    private static string Defused(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n', ..] ? "'" + text : text;
}
