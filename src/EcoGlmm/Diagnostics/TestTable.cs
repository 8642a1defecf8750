using System.Net;
using System.Text;

namespace EcoGlmm.Diagnostics;

/// <summary>Tests as a table of HTML, one a row; those that are significant, after adjustment, in bold type.</summary>
internal static class TestTable
{
    /// <summary>How tests made together are adjusted, in the heading of the column.</summary>
    private const string AdjustedHeading = "Adjusted";

    public static string Html(IReadOnlyList<TestResult> tests)
    {
        var adjusted = tests.Any(t => t.AdjustedPValue is not null);
        var html = new StringBuilder()
            .Append("<div style=\"overflow-x:auto\"><table "
                + "style=\"border-collapse:collapse;font-family:system-ui,sans-serif;font-size:13px;color:inherit\">")
            .Append("<thead><tr>").Append(Header("Test", "left")).Append(Header("Statistic", "right"))
            .Append(Header("p-value", "right;white-space:nowrap"));
        if (adjusted)
            html.Append(Header(AdjustedHeading, "right"));
        html.Append(Header("What it says", "left")).Append("</tr></thead><tbody>");
        foreach (var test in tests)
        {
            var weight = test.IsSignificant ? ";font-weight:600" : "";
            html.Append("<tr>").Append(Cell(test.Name, "left" + weight)).Append(Cell(TestResult.FormatStatistic(test.Statistic), "right"))
                .Append(Cell(Bare(test.PValueText), "right;white-space:nowrap" + (adjusted ? "" : weight)));
            if (adjusted)
                html.Append(Cell(test.AdjustedPValue is null ? "" : Bare(test.AdjustedText), "right;white-space:nowrap" + weight));
            html.Append(Cell(test.Message, "left")).Append("</tr>");
        }

        return html.Append("</tbody></table></div>").ToString();

        static string Bare(string p) => p.StartsWith("p ", StringComparison.Ordinal) ? p[2..].TrimStart('=', ' ')
            .Replace("not available", "–") : p;
        static string Header(string text, string align) =>
            $"<th style=\"text-align:{align};padding:4px 12px 4px 0;border-bottom:1px solid #8888\">{text}</th>";
        static string Cell(string text, string align) =>
            $"<td style=\"text-align:{align};padding:4px 12px 4px "
            + $"0;vertical-align:top;background:none\">{WebUtility.HtmlEncode(text)}</td>";
    }
}
