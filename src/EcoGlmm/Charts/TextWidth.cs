namespace EcoGlmm.Charts;

/// <summary>Estimated widths of text in a sans-serif font, for leaving enough room and for breaking lines.</summary>
internal static class TextWidth
{
    public static double Of(string text, double fontSize)
    {
        var em = 0.0;
        foreach (var c in text)
            em += c switch
            {
                'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '|' or '\'' or '!' => 0.32,
                'f' or 't' or 'r' or ' ' or '(' or ')' or '-' => 0.4,
                'm' or 'w' or 'M' or 'W' => 0.92,
                >= 'A' and <= 'Z' => 0.7,
                > '\u2E7F' => 1.0,
                _ => 0.6,
            };
        return em * fontSize;
    }

    /// <summary>
    /// The text broken at spaces into lines that fit; a single word may be wider. "p = 0.02" stays on one line.
    /// </summary>
    public static IReadOnlyList<string> Wrap(string? text, double width, double fontSize)
    {
        var lines = new List<string>();
        if (string.IsNullOrWhiteSpace(text))
            return lines;
        foreach (var paragraph in text.Replace(" = ", "\u00A0=\u00A0").Replace(" < ", "\u00A0<\u00A0").Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var longer = line.Length == 0 ? word : line + " " + word;
                if (line.Length > 0 && Of(longer, fontSize) > width)
                {
                    lines.Add(line);
                    longer = word;
                }

                line = longer;
            }

            if (line.Length > 0)
                lines.Add(line);
        }

        return lines.ConvertAll(line => line.Replace('\u00A0', ' '));
    }

    /// <summary>
    /// A name on as many lines as it needs, three at most, broken between words, after the marks that join names in R, and where a
    /// capital begins a level's name, never within a word; what is still too long ends in an ellipsis.
    /// </summary>
    public static string WrapName(string name, double width, double fontSize)
    {
        if (Of(name, fontSize) <= width)
            return name;
        // First at what joins words, and within a word's joint only where it is too long by itself.
        var parts = PartsOf(name, isJoint: i => Joints.Contains(name[i - 1])).SelectMany(part => Of(part.Trim(), fontSize) <= width ? [part]
            : PartsOf(part, isJoint: i => char.IsUpper(part[i]) && char.IsLower(part[i - 1])));
        var lines = new List<string> { "" };
        foreach (var part in parts)
        {
            if (lines[^1].Length > 0 && Of((lines[^1] + part).TrimEnd(), fontSize) > width)
                lines.Add("");
            lines[^1] += part;
        }

        var shown = lines.Take(MostNameLines).Select(line => line.Trim()).ToArray();
        if (lines.Count > MostNameLines)
            shown[^1] += "…";
        return string.Join('\n', shown.Select(line => ShortenTo(line, width, fontSize)));
    }

    /// <summary>A text cut to a width, with an ellipsis.</summary>
    private static string ShortenTo(string text, double width, double fontSize)
    {
        if (Of(text, fontSize) <= width)
            return text;
        var length = text.Length - 1;
        while (length > 1 && Of(text[..length] + "…", fontSize) > width)
            length--;
        return text[..length].TrimEnd('…') + "…";
    }

    private const string Joints = " :/_-.,|×";

    private static IEnumerable<string> PartsOf(string name, Func<int, bool> isJoint)
    {
        var from = 0;
        for (var i = 1; i < name.Length; i++)
        {
            if (isJoint(i))
            {
                yield return name[from..i];
                from = i;
            }
        }

        yield return name[from..];
    }

    private const int MostNameLines = 3;

    public static string Shorten(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";
}
