using System.Text;

namespace EcoGlmm.Charts;

/// <summary>
/// Text as Plotly takes it. Plotly reads a few HTML tags, hands text between dollar signs to MathJax and fills
/// <c>%{…}</c> in hover templates; text from data must mean none of these.
/// </summary>
internal static class PlotlyText
{
    public static string Encode(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        foreach (var c in text)
            result.Append(c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '$' => "&#36;",
                '%' => "&#37;",
                '\n' => "<br>",
                _ => null,
            } ?? c.ToString());
        return result.ToString();
    }

    public static string Bold(string encoded) => $"<b>{encoded}</b>";
}
