namespace EcoGlmm.Text;

/// <summary>Lists of names within a sentence.</summary>
internal static class Names
{
    private const int Shown = 12;

    /// <summary><c>"a", "b", "c" and 4 more</c>; "none" for an empty list.</summary>
    public static string List(IReadOnlyCollection<string> names)
    {
        if (names.Count == 0)
            return "none";
        var listed = string.Join(", ", names.Take(Shown).Select(name => $"\"{name}\""));
        return names.Count > Shown ? $"{listed} and {names.Count - Shown} more" : listed;
    }

    /// <summary>Text that begins a sentence or a heading: its first letter large.</summary>
    public static string Capitalised(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary><c>1 row</c>, <c>2 rows</c>.</summary>
    public static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
