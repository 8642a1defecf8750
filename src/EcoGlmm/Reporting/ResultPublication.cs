using System.Globalization;
using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Reporting;

/// <summary>
/// A table of results, such as marginal means or tests, as a manuscript has it: both ends of an interval in one column beside what it is
/// of, the words of journals, and no column that says the same of every row.
/// </summary>
internal static class ResultPublication
{
    private const string PValue = "PValue", LowerEnd = "Lower", UpperEnd = "Upper", StandardError = "StandardError";

    /// <summary>Significant digits of numbers that are no p-values.</summary>
    private const int Digits = 3;

    /// <summary>Shares of which some are smaller than this beside others are written with three decimals.</summary>
    private const double SmallShare = 1e-3;

    private static readonly Dictionary<string, string> Words = new()
    {
        [PValue] = "p", [StandardError] = "SE", ["DegreesOfFreedom"] = "df", ["ParameterCount"] = "Parameters", ["Aic"] = "AIC",
        ["Aicc"] = "AICc", ["Bic"] = "BIC", ["DeltaAic"] = "ΔAIC", ["LogLikelihood"] = "Log-likelihood",
        ["By"] = "Within", ["RatioStandardError"] = "SE of ratio",
    };

    /// <summary>Numbers that are compared by their differences, of one decimal.</summary>
    private static readonly HashSet<string> Likelihoods = ["Aic", "Aicc", "Bic", "DeltaAic", "LogLikelihood"];

    public static PublicationTable Of(IResultTable table, string caption, ModelTableOptions options)
    {
        var numbers = new StyledNumbers(options.Numbers);
        var all = table.ToFieldData().Columns.Where(c => !IsEmpty(c)).ToList();
        var columns = new List<(PublicationColumn Column, string[] Cells)>();
        foreach (var column in Ordered(all))
        {
            if (column.Name.EndsWith(LowerEnd, StringComparison.Ordinal) && Other(all, column) is { } upper)
                columns.Add((new PublicationColumn(LevelOf(table), true), Intervals((NumericColumn)column, upper, numbers, options)));
            else if (!(column.Name.EndsWith(UpperEnd, StringComparison.Ordinal) && HasLower(all, column)))
                columns.Add((new PublicationColumn(Header(column.Name, options), column is NumericColumn),
                    Cells(column, numbers, options)));
        }

        var rows = columns.Count == 0 ? 0 : columns[0].Cells.Length;
        return new PublicationTable(caption, [.. columns.Select(c => c.Column)], [new PublicationSection("", [.. Enumerable.Range(0, rows)
            .Select(row => (IReadOnlyList<string>)[.. columns.Select(c => c.Cells[row])])])], []);
    }

    /// <summary>Nothing in it, or nothing that would be missed: no finite number, "overall" or true in every row.</summary>
    private static bool IsEmpty(FieldColumn column) => column switch
    {
        NumericColumn numbers => !Array.Exists(numbers.Values, double.IsFinite),
        _ => column.MissingCount == column.Length || (Enumerable.Range(0, column.Length).Select(column.TextAt).Distinct().ToArray()
            is [var only] && (only == MarginalContrasts.Overall || only == "TRUE")),
    };

    /// <summary>The columns, an interval behind what it is of and its standard error.</summary>
    private static IEnumerable<FieldColumn> Ordered(List<FieldColumn> all)
    {
        var moved = new Dictionary<FieldColumn, FieldColumn>();
        foreach (var lower in all.Where(c => c.Name.EndsWith(LowerEnd, StringComparison.Ordinal) && Other(all, c) is not null))
        {
            var of = lower.Name[..^LowerEnd.Length];
            var before = all.FindIndex(c => of.Length > 0 ? c.Name == of : c.Name is "Estimate" or "Mean");
            if (before < 0)
                continue;
            if (of.Length == 0 && before + 1 < all.Count && all[before + 1].Name == StandardError)
                before++;
            moved[all[before]] = lower;
        }

        foreach (var column in all.Where(c => !moved.ContainsValue(c)))
        {
            yield return column;
            if (moved.TryGetValue(column, out var lower))
                yield return lower;
        }
    }

    private static NumericColumn? Other(List<FieldColumn> all, FieldColumn lower) => lower is not NumericColumn ? null
        : all.Find(c => c.Name == lower.Name[..^LowerEnd.Length] + UpperEnd) as NumericColumn;

    private static bool HasLower(List<FieldColumn> all, FieldColumn upper) =>
        all.Exists(c => c is NumericColumn && c.Name == upper.Name[..^UpperEnd.Length] + LowerEnd);

    private static string LevelOf(IResultTable table) =>
        table is IIntervalTable { Level: > 0 and < 1 and var level } ? $"{NumberFormat.Significant(100 * level)} % CI" : "CI";

    private static string[] Intervals(NumericColumn lower, NumericColumn upper, StyledNumbers numbers, ModelTableOptions options)
    {
        var ends = NumberFormat.Column([.. lower.Values, .. upper.Values], Digits);
        return [.. Enumerable.Range(0, lower.Length).Select(row => double.IsNaN(lower.Values[row]) ? ""
            : numbers.Restyle(ends[row]) + options.Numbers.IntervalSeparator + numbers.Restyle(ends[lower.Length + row]))];
    }

    private static string[] Cells(FieldColumn column, StyledNumbers numbers, ModelTableOptions options)
    {
        if (column is not NumericColumn { Values: var values })
            return [.. Enumerable.Range(0, column.Length).Select(row => ModelRows.Label(options, column.TextAt(row) ?? ""))];
        if (column.Name.EndsWith(PValue, StringComparison.Ordinal))
            return [.. values.Select(numbers.PValue)];
        if (Likelihoods.Contains(column.Name))
            return [.. values.Select(v => numbers.Fixed(v, 1))];
        if (Array.TrueForAll(values, v => v is >= 0 and <= 1) && Array.Exists(values, v => v < SmallShare)
            && Array.Exists(values, v => v > SmallShare))
            return [.. values.Select(v => v < SmallShare ? "<" + numbers.Fixed(SmallShare, 3) : numbers.Fixed(v, 3))];
        return [.. NumberFormat.Column(values, Digits).Select((text, row) => double.IsNaN(values[row]) ? "" : numbers.Restyle(text))];
    }

    /// <summary>The user's name of a column, or its words: "RatioName" is "Ratio name", "PValue" p.</summary>
    private static string Header(string name, ModelTableOptions options)
    {
        if (options.Labels.TryGetValue(name, out var label))
            return label;
        if (Words.TryGetValue(name, out var known))
            return known;
        var words = string.Concat(name.Select((c, i) =>
            i > 0 && char.IsUpper(c) && char.IsLower(name[i - 1]) ? $" {char.ToLower(c, CultureInfo.InvariantCulture)}" : c.ToString()));
        return Names.Capitalised(words);
    }
}
