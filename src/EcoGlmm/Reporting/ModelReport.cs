using System.Net;

namespace EcoGlmm;

/// <summary>
/// The sentences of a manuscript about a model: what was fitted and how it was checked, and what came out. Written to be edited,
/// not to be printed as they are: they hold what a reviewer asks for. Immutable, and safe to share among threads.
/// </summary>
/// <param name="Methods">For the section on statistical analysis.</param>
/// <param name="Results">For the results: every estimate with its interval.</param>
/// <param name="References">The works cited.</param>
public sealed record ModelReport(string Methods, string Results, IReadOnlyList<string> References) : IRichDisplay
{
    /// <summary>The report in Markdown.</summary>
    public string ToMarkdown() =>
        $"### Statistical analysis\n\n{Methods}\n\n### Results\n\n{Results}\n\n### "
        + $"References\n\n{string.Join("\n", References.Select(r => $"- {r}"))}\n";

    /// <inheritdoc/>
    public override string ToString() =>
        $"Statistical analysis\n{Methods}\n\nResults\n{Results}\n\nReferences\n{string.Join("\n", References)}\n";

    /// <inheritdoc/>
    public string ToHtml()
    {
        static string Section(string title, string text) => $"<h4>{title}</h4><p "
            + $"style=\"max-width:70em\">{WebUtility.HtmlEncode(text)}</p>";
        var references = string.Concat(References.Select(r => $"<li>{WebUtility.HtmlEncode(r)}</li>"));
        return $"<div class=\"ecoglmm-report\">{Section("Statistical analysis", Methods)}{Section("Results", Results)}"
            + $"<h4>References</h4><ul>{references}</ul></div>";
    }
}
