using System.Globalization;
using System.Text;
using System.Text.Json;
using EcoGlmm.Text;

namespace EcoGlmm.Diagnostics;

/// <summary>A check of a model as text, HTML and JSON.</summary>
internal static class ModelCheckText
{
    public static string Plain(ModelCheck check)
    {
        var text = new StringBuilder($"Check of {check.Fit.Formula}, {check.Fit.Family}\n{check.Verdict}\n");
        foreach (var finding in check.Findings)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Mark(finding.Status)} {finding.Name}: {finding.Message}");
            if (finding.Advice.Length > 0)
                text.Append("\n    ").Append(finding.AdviceInList ?? finding.Advice);
        }

        return text.Append('\n').Append(Note(check)).ToString();
    }

    public static string Html(ModelCheck check)
    {
        var html = new HtmlWriter(frame: check.Status == CheckStatus.Problem ? Status.Problem : null);
        html.Heading("Can this model be believed?", Shown(check.Status), check.Status switch
        {
            CheckStatus.Problem => "Not as it is",
            CheckStatus.Caution => "With care",
            _ => "Nothing speaks against it",
        });
        html.Paragraph(check.Verdict).Code(check.Fit.Formula);
        foreach (var finding in check.Findings.Where(f => f.Status is CheckStatus.Problem or CheckStatus.Caution))
            html.Message(Shown(finding.Status), $"{finding.Name}. {finding.Message} {finding.AdviceInList ?? finding.Advice}".TrimEnd());
        if (check.Cure is { } cure)
            html.LabelledCode("Tried, and better", cure.Call);
        var table = new TableContent("What was checked") { Note = Note(check) }.Text("").Text("Finding").Number("p, adjusted")
            .Text("In words");
        foreach (var finding in check.Findings)
        {
            var p = finding.Test?.AdjustedText.Replace("p = ", "").Replace("p < ", "<") ?? "";
            table.Row(Mark(finding.Status), finding.Name, p, finding.Message);
        }

        html.Html("<style>.ecoglmm .ecoglmm-check td{white-space:normal}.ecoglmm.ecoglmm-problem-frame .ecoglmm-check "
            + "table{opacity:1}</style><div class=\"ecoglmm-check\">")
            .Table(table).Html("</div>");
        if (check.Collinearity.Count > 0)
        {
            var vif = new TableContent("Collinearity of the fixed effects")
            {
                Note = "Generalised variance inflation factor to the power 1/df: 1 is none, above 5 much. Terms of an interaction are "
                    + "collinear by construction.",
            }.Text("Term").Number("df").Number("Inflation").Text("");
            foreach (var term in check.Collinearity)
                vif.Row(term.Term, NumberFormat.Count(term.DegreesOfFreedom), NumberFormat.Fixed(term.Inflation, 2), term.IsInInteraction
                    ? "in an interaction" : "");
            html.Details("Collinearity", details => details.Table(vif));
        }

        html.Details("Figures", details =>
        {
            foreach (var figure in check.Figures)
                details.Html("<div style=\"margin:12px 0\">" + figure.ToHtml() + "</div>");
        });
        return html.ToHtml();
    }

    public static string Json(ModelCheck check, bool indented) => JsonSerializer.Serialize(new
    {
        formula = check.Fit.Formula,
        family = check.Fit.Family.ToString(),
        status = Word(check.Status),
        verdict = check.Verdict,
        findings = check.Findings.Select(f => new
        {
            name = f.Name,
            status = Word(f.Status),
            message = f.Message,
            advice = f.Advice,
            test = f.Test?.Name,
            statistic = Finite(f.Test?.Statistic),
            pValue = Finite(f.Test?.PValue),
            adjustedPValue = Finite(f.Test?.AdjustedPValue),
        }),
        cure = check.Cure is { } c ? new { change = c.Change, call = c.Call, deltaAic = Finite(c.DeltaAic), remaining = c.Remaining }
        : null,
        collinearity = check.Collinearity.Select(t => new { term = t.Term, degreesOfFreedom = t.DegreesOfFreedom,
            inflation = Finite(t.Inflation), isInInteraction = t.IsInInteraction }),
        influences = check.Influences.Select(g => new
        {
            group = g.Group,
            isExact = g.IsExact,
            coefficients = g.Coefficients,
            levels = g.Select(l => new { level = l.Level, rows = l.RowCount, cooksDistance = Finite(l.CooksDistance),
                changes = l.Changes.Select(v => Finite(v)) }),
        }),
    }, indented ? Indented : Compact);

    private static readonly JsonSerializerOptions Compact =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;

    private static string Word(CheckStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    private static string Mark(CheckStatus status) => status switch
    {
        CheckStatus.Good => "✓",
        CheckStatus.Caution => "!",
        CheckStatus.Problem => "✕",
        _ => "–",
    };

    private static Status Shown(CheckStatus status) => status switch
    {
        CheckStatus.Problem => Status.Problem,
        CheckStatus.Caution => Status.Caution,
        _ => Status.Ok,
    };

    private static string Note(ModelCheck check)
    {
        var tests = check.Findings.Count(f => f.Test is not null);
        return $"p-values are adjusted for the {tests} tests of this check by Holm's method.";
    }
}
