namespace EcoGlmm.Data;

/// <summary>Recognises numbers with decimal commas in columns that were read as texts.</summary>
internal static class DecimalCommas
{
    /// <summary>
    /// Makes numbers of the columns that hold nothing but numbers with decimal commas. Leaves all as they are if a column
    /// has decimal points, because commas must then mean something else, or if every comma stands before three digits: those
    /// may be thousands.
    /// </summary>
    public static FieldColumn[] Apply(FieldColumn[] columns, HashSet<string> texts)
    {
        var hasPoints = columns.OfType<NumericColumn>().Any(column => column.HasDecimals());
        if (hasPoints)
            return columns;
        var candidates = columns.OfType<CategoricalColumn>()
            .Where(column => !texts.Contains(column.Name) && column.Levels.Length > 0 && Array.TrueForAll(column.Levels, IsNumber))
            .ToList();
        var areDecimals = candidates.SelectMany(column => column.Levels)
            .Any(level => level.Contains(',') && level.Length - level.IndexOf(',') != 4);
        return areDecimals
            ? Array.ConvertAll(columns, column => candidates.Contains(column) ? Numbers((CategoricalColumn)column) : column)
            : columns;
    }

    private static bool IsNumber(string level) =>
        !level.Contains('.') && level.Count(c => c == ',') <= 1 && NumberText.TryParse(level.Replace(',', '.'), out _);

    private static FieldColumn Numbers(CategoricalColumn column)
    {
        var labels = new NumberLabels();
        var values = Array.ConvertAll(column.Levels, level =>
        {
            var text = level.Replace(',', '.');
            NumberText.TryParse(text, out var value);
            labels.Add(text.AsSpan().Trim(), value);
            return value;
        });
        labels.Complete(values);
        return labels.Loss is { } loss
            ? new CategoricalColumn(column.Name, column.Levels, column.Codes, keptAsText: loss)
            : new NumericColumn(column.Name, Array.ConvertAll(column.Codes, code => code < 0 ? double.NaN : values[code]));
    }
}
