using EcoGlmm.Text;

namespace EcoGlmm.Decomposition;

/// <summary>An analysis as a card of HTML.</summary>
internal static class AgeCard
{
    public static string Draw(AgeAnalysis analysis)
    {
        var (status, verdict) = analysis.Warnings.Count == 0 ? (Status.Ok, "No warnings")
            : (Status.Caution, NumberFormat.Count(analysis.Warnings.Count, "caution"));
        var html = new HtmlWriter().Heading($"Ageing and selective disappearance: {AgeWords.ResponseName(analysis)}", status, verdict)
            .Paragraph(analysis.Conclusion)
            .Facts(Facts(analysis));
        foreach (var warning in analysis.Warnings) html.Message(Status.Caution, warning);
        if (analysis.Curves is not null) html.Html(AgeFigures.Both(analysis).ToHtml());
        if (analysis.Find(AgeMethod.SmoothCentring) is { IsUsable: true }) html.Html(AgeSmoothFigure.Draw(analysis).ToHtml());
        html.Html("<style>.ecoglmm .ecoglmm-age tbody th,.ecoglmm .ecoglmm-age "
            + "td:not(.ecoglmm-number){white-space:normal;min-width:9em}</style><div class=\"ecoglmm-age\">");
        html.Table(AgeTables.Methods(analysis));
        foreach (var approach in analysis.Where(a => a.Unavailable is not null)) html.Note($"{approach.Name}: {approach.Unavailable}");
        if (AgeTables.Extras(analysis) is { } extras) html.Table(extras);
        if (AgeTables.Change(analysis) is { } change) html.Table(change);
        html.Html("</div>");
        html.Details("What each method takes for granted", inner =>
        {
            foreach (var a in analysis) inner.Paragraph($"{a.Name}. {a.Assumption}").Note(a.Source);
        });
        html.Details("The models", inner =>
        {
            foreach (var a in analysis) inner.LabelledCode(a.Name, a.Formula);
        });
        return html.Note($"{analysis.Family}; fitted by maximum likelihood, intervals by the normal approximation.").ToHtml();
    }

    public static IEnumerable<(string Label, string Value)> Facts(AgeAnalysis analysis)
    {
        var s = analysis.Sampling;
        yield return ("records", NumberFormat.Count(s.Records));
        yield return ("individuals", NumberFormat.Count(s.Individuals));
        yield return ("seen at two ages or more", NumberFormat.Count(s.FollowedIndividuals));
        yield return ("records each (mean, median)", $"{NumberFormat.Significant(s.MeanRecords, 2)}, "
            + $"{NumberFormat.Significant(s.MedianRecords, 2)}");
        yield return ($"{analysis.Age} at last record (mean ± SD)", $"{NumberFormat.Significant(s.MeanLastAge, 3)} ± "
            + $"{NumberFormat.Significant(s.LastAgeSd, 2)}");
        yield return ($"variance of {analysis.Age} within individuals", $"{NumberFormat.Fixed(100 * s.WithinShare, 0)} %");
        if (!double.IsNaN(s.MissedShare)) yield return ("missed in between", $"{NumberFormat.Fixed(100 * s.MissedShare, 0)} %");
    }
}

/// <summary>An analysis as plain text.</summary>
internal static class AgeText
{
    public static string Draw(AgeAnalysis analysis)
    {
        var text = new System.Text.StringBuilder($"Ageing and selective disappearance: {analysis.Response} by {analysis.Age} of "
            + $"{analysis.By}, {analysis.Family}\n\n");
        text.Append(analysis.Conclusion).Append("\n\n");
        text.AppendJoin("; ", AgeCard.Facts(analysis).Select(f => $"{f.Label} {f.Value}")).Append("\n\n");
        foreach (var warning in analysis.Warnings) text.Append("! ").Append(warning).Append('\n');
        if (analysis.Warnings.Count > 0) text.Append('\n');
        TableContent?[] tables = [AgeTables.Methods(analysis), AgeTables.Extras(analysis), AgeTables.Change(analysis)];
        text.AppendJoin('\n', tables.OfType<TableContent>().Select(table => TextTable.Draw(table)));
        foreach (var approach in analysis.Where(a => a.Unavailable is not null))
            text.Append('\n').Append(approach.Name).Append(": ").Append(approach.Unavailable);
        return text.ToString().TrimEnd();
    }
}
