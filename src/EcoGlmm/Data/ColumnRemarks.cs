using System.Text;

namespace EcoGlmm.Data;

/// <summary>What an analyst should know of columns before a model is made of them.</summary>
internal static class ColumnRemarks
{
    private const int ShownSlips = 3;

    /// <summary>Columns that were kept as text although they look like numbers, and labels that are probably slips of one
    /// another.</summary>
    public static IEnumerable<string> Of(IEnumerable<FieldColumn> columns)
    {
        foreach (var factor in columns.OfType<CategoricalColumn>())
        {
            if (factor.KeptAsText is { } reason)
                yield return $"{factor.Name} was kept as text: {reason}. AsNumeric(\"{factor.Name}\") makes numbers of it.";
            var slips = Slips(factor.Levels);
            if (slips.Count > 0)
            {
                var more = slips.Count > ShownSlips ? $" and {slips.Count - ShownSlips} more" : "";
                yield return $"{factor.Name} has levels that differ only in blanks, capitals or the form of characters, and are "
                    + "probably one: "
                    + string.Join("; ", slips.Take(ShownSlips).Select(same => string.Join(" and ", same.Select(level => $"\"{level}\""))))
                    + more + ".";
            }
        }
    }

    private static List<string[]> Slips(string[] levels) =>
        [.. levels.GroupBy(Folded, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => same.ToArray())];

    // Compatibility composition makes one of characters that look alike (Unicode Standard Annex 15).
    private static string Folded(string level)
    {
        var text = new StringBuilder();
        foreach (var word in Normalised(level).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            text.Append(text.Length > 0 ? " " : "").Append(word.ToLowerInvariant());
        return text.ToString();
    }

    private static string Normalised(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return text;   // half of a character has no form
        }
    }
}
