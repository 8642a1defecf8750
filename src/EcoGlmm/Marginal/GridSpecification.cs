namespace EcoGlmm.Marginal;

/// <summary>Which variables of the grid are kept: "A", "A * B", "A * B | C".</summary>
/// <param name="Compared">Variables whose levels are compared.</param>
/// <param name="By">Variables within whose levels they are.</param>
internal sealed record GridSpecification(IReadOnlyList<string> Compared, IReadOnlyList<string> By)
{
    /// <exception cref="GlmmException">Nothing stands where a variable should.</exception>
    public static GridSpecification Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var sides = Split(text, '|');
        if (sides.Count > 2) throw new GlmmException($"\"{text}\" has more than one bar. Write \"A * B | C\".");
        return new GridSpecification(Variables(sides[0]), sides.Count > 1 ? Variables(sides[1]) : []);

        List<string> Variables(string side)
        {
            var names = Split(side, '*', '+', ':').ConvertAll(name => name.Trim().Trim('`', '~').Trim());
            if (names is ["1"]) return [];
            return names.Exists(name => name.Length == 0)
                ? throw new GlmmException($"\"{text}\" does not name variables of the model. Write \"A\", \"A * B\" or \"A | B\" (means of "
                    + $"A within levels of B); \"1\" for the overall mean.")
                : [.. names.Distinct()];
        }
    }

    /// <summary>Parts of a text between marks that are not within parentheses.</summary>
    private static List<string> Split(string text, params char[] marks)
    {
        var parts = new List<string>();
        var (depth, start) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            if (text[i] == ')') depth--;
            if (depth != 0 || !marks.Contains(text[i])) continue;
            parts.Add(text[start..i]);
            start = i + 1;
        }

        parts.Add(text[start..]);
        return parts;
    }
}
