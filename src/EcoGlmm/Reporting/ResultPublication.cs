using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Reporting;

/// <summary>A table of results, such as marginal means or tests, as a manuscript has it.</summary>
internal static class ResultPublication
{
    private const string PValue = "PValue";

    /// <summary>Significant digits of numbers that are no p-values.</summary>
    private const int Digits = 3;

    public static PublicationTable Of(IResultTable table, string caption, ModelTableOptions options)
    {
        var numbers = new StyledNumbers(options.Numbers);
        var columns = table.ToFieldData().Columns.Where(c => c.MissingCount < c.Length).ToArray();
        var cells = Array.ConvertAll(columns, c => Cells(c, numbers, options));
        return new PublicationTable(caption, [.. columns.Select(c => new PublicationColumn(Header(c.Name, options), c is NumericColumn))],
            [new PublicationSection("", [.. Enumerable.Range(0, columns.FirstOrDefault()?.Length ?? 0)
                .Select(row => (IReadOnlyList<string>)[.. cells.Select(c => c[row])])])], []);
    }

    private static string[] Cells(FieldColumn column, StyledNumbers numbers, ModelTableOptions options)
    {
        if (column is not NumericColumn { Values: var values })
            return [.. Enumerable.Range(0, column.Length).Select(row => ModelRows.Label(options, column.TextAt(row) ?? ""))];
        if (column.Name.EndsWith(PValue, StringComparison.Ordinal))
            return [.. values.Select(numbers.PValue)];
        return [.. NumberFormat.Column(values, Digits).Select((text, row) => double.IsNaN(values[row]) ? "" : numbers.Restyle(text))];
    }

    /// <summary>The user's name of a column, or its words: "StandardError" is "Standard error", "PValue" p.</summary>
    private static string Header(string name, ModelTableOptions options)
    {
        if (options.Labels.TryGetValue(name, out var label))
            return label;
        if (name == PValue)
            return "p";
        var words = string.Concat(name.Select((c, i) =>
            i > 0 && char.IsUpper(c) && char.IsLower(name[i - 1]) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));
        return Names.Capitalised(words);
    }
}
