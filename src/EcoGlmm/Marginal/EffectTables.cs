using EcoGlmm.Inference;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>Tables of marginal means, contrasts, standardised means and tests.</summary>
internal static class EffectTables
{
    private const int ShownRows = 60;

    public static TableContent Of(MarginalMeans means, string caption, IEnumerable<string> notes)
    {
        var degrees = means.Any(m => double.IsFinite(m.DegreesOfFreedom));
        var content = new TableContent(caption) { Note = Note(notes, means.Count) };
        foreach (var variable in means.Variables) content.Text(variable);
        if (means.Variables.Count == 0) content.Text("");
        content.Number(means.Scale == PredictionScale.Link ? "Estimate" : "Mean").Number("Std. error");
        if (degrees) content.Number("df");
        Ends(content, means.Level);
        var shown = means.Take(ShownRows).ToArray();
        var cells = Together([.. shown.Select(m => m.Estimate)], [.. shown.Select(m => m.StandardError)], [.. shown.Select(m => m.Lower)], [.. shown.Select(m => m.Upper)]);
        for (var i = 0; i < shown.Length; i++)
        {
            content.Row([.. means.Variables.Count == 0 ? ["overall"] : means.Variables.Select(v => shown[i].Levels[v]), cells[0][i], cells[1][i],
                .. degrees ? [NumberFormat.Fixed(shown[i].DegreesOfFreedom, 1)] : Array.Empty<string>(), cells[2][i], cells[3][i]]);
        }

        return content;
    }

    public static TableContent Of(MarginalContrasts contrasts)
    {
        var degrees = contrasts.Any(c => double.IsFinite(c.DegreesOfFreedom));
        var by = contrasts.Any(c => c.By != "overall");
        var method = contrasts.Adjustment switch
        {
            Adjustment.None => "p-values and intervals are not adjusted for the number of comparisons",
            Adjustment.Tukey => "p-values and intervals adjusted by Tukey's method",
            Adjustment.Holm => "p-values adjusted by Holm's method, intervals by Bonferroni's",
            _ => "p-values and intervals adjusted by Bonferroni's method",
        };
        var content = new TableContent("Contrasts") { Note = Note([method, "differences on the link scale"], contrasts.Count) };
        if (by) content.Text("Within");
        content.Text("Contrast").Number("Difference").Number("Std. error");
        if (degrees) content.Number("df");
        Ends(content, contrasts.Level);
        if (contrasts.RatioName is { } ratio) content.Number(ratio);
        content.Number(degrees ? "t" : "z").Number("p");
        var shown = contrasts.Take(ShownRows).ToArray();
        var cells = Together([.. shown.Select(c => c.Estimate)], [.. shown.Select(c => c.StandardError)], [.. shown.Select(c => c.Lower)], [.. shown.Select(c => c.Upper)]);
        for (var i = 0; i < shown.Length; i++)
        {
            var c = shown[i];
            content.Row([.. by ? [c.By] : Array.Empty<string>(), c.Name, cells[0][i], cells[1][i],
                .. degrees ? [NumberFormat.Fixed(c.DegreesOfFreedom, 1)] : Array.Empty<string>(), cells[2][i], cells[3][i],
                .. contrasts.RatioName is null ? Array.Empty<string>() : [$"{NumberFormat.Significant(c.Ratio, 3)} ({NumberFormat.Significant(c.RatioLower, 3)} to {NumberFormat.Significant(c.RatioUpper, 3)})"],
                NumberFormat.Fixed(c.Statistic, 2), NumberFormat.PValue(c.PValue)]);
        }

        return content;
    }

    public static TableContent Of(StandardisedMeans means)
    {
        var content = new TableContent($"Standardised means by {means.Variable}") { Note = Note([means.Words], means.Count) }
            .Text(means.Variable).Number("Mean").Number("Std. error");
        Ends(content, means.Level);
        content.Number("Difference to the first").Number("p");
        var cells = Together([.. means.Select(m => m.Estimate)], [.. means.Select(m => m.StandardError)], [.. means.Select(m => m.Lower)], [.. means.Select(m => m.Upper)]);
        for (var i = 0; i < means.Count; i++)
        {
            var effect = i == 0 ? null : means.Effects[i - 1];
            content.Row(means[i].Level, cells[0][i], cells[1][i], cells[2][i], cells[3][i],
                effect is null ? "" : $"{NumberFormat.Significant(effect.Estimate, 3)} ({NumberFormat.Significant(effect.Lower, 3)} to {NumberFormat.Significant(effect.Upper, 3)})",
                effect is null ? "" : NumberFormat.PValue(effect.PValue));
        }

        return content;
    }

    public static TableContent Of(CoefficientTests tests)
    {
        var content = new TableContent("Tests of the fixed effects")
        {
            Note = Note([DegreesWords.Of(tests.Degrees)], tests.Count),
        }.Text("").Number("Estimate").Number("Std. error").Number("df");
        Ends(content, tests.Level);
        content.Number("t").Number("p");
        var cells = Together([.. tests.Select(t => t.Estimate)], [.. tests.Select(t => t.StandardError)], [.. tests.Select(t => t.Lower)], [.. tests.Select(t => t.Upper)]);
        for (var i = 0; i < tests.Count; i++)
        {
            content.Row(tests[i].Name, cells[0][i], cells[1][i], NumberFormat.Fixed(tests[i].DegreesOfFreedom, 1), cells[2][i], cells[3][i],
                NumberFormat.Fixed(tests[i].Statistic, 2), NumberFormat.PValue(tests[i].PValue));
        }

        return content;
    }

    public static TableContent Of(LikelihoodRatioTests tests)
    {
        var notes = tests.Select(t => t.Note).Where(n => n.Length > 0).Distinct();
        var content = new TableContent("Likelihood-ratio tests") { Note = Note(notes, tests.Count) }
            .Text(tests.Header).Number("df").Number("χ²").Number("p").Number("AIC without");
        foreach (var t in tests)
        {
            content.Row(t.Name, NumberFormat.Count(t.Df), NumberFormat.Fixed(t.Statistic, 2), NumberFormat.PValue(t.PValue) + (t.Note.Length > 0 ? " *" : ""),
                NumberFormat.Fixed(t.ReducedAic, 1));
        }

        return content;
    }

    private static void Ends(TableContent content, double level)
    {
        var percent = NumberFormat.Significant(100 * level);
        content.Number($"Lower {percent} %").Number($"Upper {percent} %");
    }

    private static string? Note(IEnumerable<string> notes, int count)
    {
        var all = notes.Concat(count > ShownRows ? [$"the first {ShownRows} of {count}"] : []).ToArray();
        return all.Length == 0 ? null : string.Join(". ", all.Select(n => char.ToUpperInvariant(n[0]) + n[1..])) + ".";
    }

    private static string[][] Together(params double[][] columns)
    {
        var cells = NumberFormat.Column([.. columns.SelectMany(c => c)]);
        return [.. columns.Select((c, k) => cells.AsSpan(k * c.Length, c.Length).ToArray())];
    }
}
