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

    public static string Shorten(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";
}
