using System.Text;

namespace EcoGlmm.Reporting;

/// <summary>Text for LaTeX: what would be a command is escaped, and letters that its text fonts lack become mathematics.</summary>
internal static class LatexText
{
    private static readonly Dictionary<char, string> Marks = new()
    {
        ['\\'] = "\\textbackslash{}", ['{'] = "\\{", ['}'] = "\\}", ['$'] = "\\$", ['&'] = "\\&", ['#'] = "\\#", ['_'] = "\\_",
        ['%'] = "\\%", ['~'] = "$\\sim$", ['^'] = "\\textasciicircum{}", ['<'] = "$<$", ['>'] = "$>$", ['|'] = "\\textbar{}",
        ['−'] = "$-$", ['×'] = "$\\times$", ['±'] = "$\\pm$", ['≤'] = "$\\leq$", ['≥'] = "$\\geq$", ['²'] = "$^2$", ['³'] = "$^3$",
        ['√'] = "$\\surd$", ['χ'] = "$\\chi$", ['σ'] = "$\\sigma$", ['τ'] = "$\\tau$", ['θ'] = "$\\theta$", ['φ'] = "$\\phi$",
        ['μ'] = "$\\mu$", ['ρ'] = "$\\rho$", ['λ'] = "$\\lambda$", ['β'] = "$\\beta$", ['α'] = "$\\alpha$", ['Δ'] = "$\\Delta$",
            ['ν'] = "$\\nu$", ['ψ'] = "$\\psi$",
        ['∞'] = "$\\infty$", ['–'] = "--", ['—'] = "---", ['…'] = "\\ldots{}", ['\u00A0'] = "~", ['"'] = "''", ['·'] = "$\\cdot$",
    };

    public static string Of(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (Marks.TryGetValue(c, out var mark))
                result.Append(mark);
            else
                result.Append(char.IsControl(c) ? ' ' : c);
        }

        return result.ToString();
    }
}
