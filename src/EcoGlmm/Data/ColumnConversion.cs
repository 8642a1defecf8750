using EcoGlmm.Text;

namespace EcoGlmm.Data;

/// <summary>Turns a column of one kind into another.</summary>
internal static class ColumnConversion
{
    /// <summary>The values as numbers, NaN where missing, in a new array.</summary>
    /// <exception cref="GlmmException">The column holds labels that are not numbers.</exception>
    public static double[] Numbers(FieldColumn column)
    {
        switch (column)
        {
            case NumericColumn numeric:
                return (double[])numeric.Values.Clone();
            case LogicalColumn logical:
                return Array.ConvertAll(logical.Values, value => value is { } known ? known ? 1.0 : 0.0 : double.NaN);
            case DateColumn date:
                return Array.ConvertAll(date.Values, value => value is { } known ? DateColumn.Days(known) : double.NaN);
            default:
                var categorical = (CategoricalColumn)column;
                var numbers = new double[categorical.Levels.Length];
                for (var level = 0; level < numbers.Length; level++)
                {
                    var used = Array.IndexOf(categorical.Codes, level);
                    if (used >= 0 && !NumberText.TryParse(categorical.Levels[level], out numbers[level]))
                        throw NotNumbers(categorical, level, used);
                }
                return Array.ConvertAll(categorical.Codes, code => code < 0 ? double.NaN : numbers[code]);
        }
    }

    /// <summary>The value of one row as a number, NaN if missing.</summary>
    /// <exception cref="GlmmException">The row holds a label that is not a number.</exception>
    public static double NumberAt(FieldColumn column, int row)
    {
        switch (column)
        {
            case NumericColumn numeric:
                return numeric.Values[row];
            case LogicalColumn logical:
                return logical.Values[row] is { } known ? known ? 1.0 : 0.0 : double.NaN;
            case DateColumn date:
                return date.Values[row] is { } day ? DateColumn.Days(day) : double.NaN;
            default:
                var categorical = (CategoricalColumn)column;
                var code = categorical.Codes[row];
                if (code < 0)
                    return double.NaN;
                if (!NumberText.TryParse(categorical.Levels[code], out var number))
                    throw NotNumbers(categorical, code, row);
                return number;
        }
    }

    /// <summary>The values as text, null where missing, in a new array.</summary>
    public static string?[] Texts(FieldColumn column)
    {
        var texts = new string?[column.Length];
        for (var row = 0; row < texts.Length; row++)
            texts[row] = column.TextAt(row);
        return texts;
    }

    /// <summary>The column as a factor with its levels in their natural order: numbers by value, texts ordinally.</summary>
    public static CategoricalColumn Factor(FieldColumn column)
    {
        switch (column)
        {
            case NumericColumn numeric:
                var (values, codes) = NumberCoding.Of(numeric.Values);
                return new CategoricalColumn(column.Name, Array.ConvertAll(values, NumberText.Format), codes);
            case LogicalColumn logical:
                return new CategoricalColumn(column.Name, ["FALSE", "TRUE"],
                    Array.ConvertAll(logical.Values, value => value is { } known ? known ? 1 : 0 : -1));
            default:
                return CategoricalColumn.FromTexts(column.Name, Texts(column));
        }
    }

    /// <summary>The column as a factor with exactly these levels, in this order.</summary>
    /// <exception cref="GlmmException">A level is given twice, or a row holds a value that is not among them.</exception>
    public static CategoricalColumn Factor(FieldColumn column, IEnumerable<string> levels, bool isOrdered = false)
    {
        var chosen = levels.ToArray();
        var position = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var level in chosen)
        {
            if (level is null)
                throw GlmmException.InData($"A level given for column \"{column.Name}\" is null; every level needs a text.");
            if (!position.TryAdd(level, position.Count))
                throw GlmmException.InData($"The level \"{level}\" is given twice for column \"{column.Name}\".");
        }
        var source = column as CategoricalColumn ?? Factor(column);
        var codes = new int[source.Length];
        for (var row = 0; row < codes.Length; row++)
        {
            var text = source.TextAt(row);
            if (text is null)
                codes[row] = -1;
            else if (!position.TryGetValue(text, out codes[row]))
            {
                throw GlmmException.InData(
                    $"Column \"{column.Name}\" holds \"{text}\" in row {row + 1}, which is not among the levels given: "
                    + $"{Names.List(chosen)}. Add that level, or leave those rows out with Where.");
            }
        }
        return new CategoricalColumn(column.Name, chosen, codes, explicitLevels: true, isOrdered: isOrdered);
    }

    private static GlmmException NotNumbers(CategoricalColumn column, int level, int row)
    {
        var label = column.Levels[level];
        var advice = NumberText.TryParse(label.Replace(',', '.'), out _)
            ? "If that is a decimal comma, read the file with new CsvOptions { DecimalSeparator = ',' }."
            : $"Read the labels with Texts(\"{column.Name}\"), or correct them first; a factor whose labels are all "
              + $"numbers becomes numeric with AsNumeric(\"{column.Name}\").";
        return GlmmException.InData($"Column \"{column.Name}\" holds labels that are not numbers: row {row + 1} is "
            + $"\"{label}\". {advice}");
    }
}
