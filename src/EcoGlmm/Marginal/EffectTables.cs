using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>Tables of marginal means, contrasts and standardised means.</summary>
internal static class EffectTables
{
    public static TableContent Of(MarginalMeans means, string caption, IEnumerable<string> notes)
    {
        var degrees = means.Any(m => double.IsFinite(m.DegreesOfFreedom));
        var content = new TableContent(caption) { Note = ResultTable.Note(notes, means.Count) };
        foreach (var variable in means.Variables) content.Text(variable);
        if (means.Variables.Count == 0) content.Text("");
        content.Number(means.Scale == PredictionScale.Link ? "Estimate" : "Mean").Number("Std. error");
        if (degrees) content.Number("df");
        ResultTable.Ends(content, means.Level);
        var shown = means.Take(ResultTable.ShownRows).ToArray();
        var cells = ResultTable.Together([.. shown.Select(m => m.Estimate)], [.. shown.Select(m => m.StandardError)],
            [.. shown.Select(m => m.Lower)], [.. shown.Select(m => m.Upper)]);
        for (var i = 0; i < shown.Length; i++)
        {
            content.Row([.. means.Variables.Count == 0 ? [MarginalContrasts.Overall] : means.Variables.Select(v => shown[i].Levels[v]),
                cells[0][i], cells[1][i],
                .. degrees ? [NumberFormat.Fixed(shown[i].DegreesOfFreedom, 1)] : Array.Empty<string>(), cells[2][i], cells[3][i]]);
        }

        return content;
    }

    public static TableContent Of(MarginalContrasts contrasts)
    {
        var degrees = contrasts.Any(c => double.IsFinite(c.DegreesOfFreedom));
        var by = contrasts.Any(c => c.By != MarginalContrasts.Overall);
        var ratios = contrasts.RatioName is not null && contrasts.Any(c => double.IsFinite(c.Ratio));
        string[] notes = [ContrastAdjustment.Of(contrasts.Adjustment).Words, "on the link scale",
            .. contrasts.NullValue == 0 ? Array.Empty<string>() : [$"tested against {NumberFormat.Significant(contrasts.NullValue, 3)}"]];
        var content = new TableContent(contrasts.Caption) { Note = ResultTable.Note(notes, contrasts.Count) };
        if (by) content.Text("Within");
        content.Text(contrasts.AreDifferences ? "Contrast" : "").Number(contrasts.What).Number("Std. error");
        if (degrees) content.Number("df");
        ResultTable.Ends(content, contrasts.Level);
        if (ratios) content.Number(contrasts.RatioName!);
        content.Number(degrees ? "t" : "z").Number("p");
        var shown = contrasts.Take(ResultTable.ShownRows).ToArray();
        var cells = ResultTable.Together([.. shown.Select(c => c.Estimate)], [.. shown.Select(c => c.StandardError)],
            [.. shown.Select(c => c.Lower)], [.. shown.Select(c => c.Upper)]);
        var quotients = Ratios([.. shown.Select(c => c.Ratio)], [.. shown.Select(c => c.RatioLower)], [.. shown.Select(c => c.RatioUpper)]);
        for (var i = 0; i < shown.Length; i++)
        {
            var c = shown[i];
            content.Row([.. by ? [c.By] : Array.Empty<string>(), c.Name, cells[0][i], cells[1][i],
                .. degrees ? [NumberFormat.Fixed(c.DegreesOfFreedom, 1)] : Array.Empty<string>(), cells[2][i], cells[3][i],
                .. !ratios ? Array.Empty<string>() : double.IsNaN(c.Ratio) ? [""]
                    : [$"{quotients[0][i]} ({quotients[1][i]} to {quotients[2][i]})"],
                NumberFormat.Fixed(c.Statistic, 2), NumberFormat.PValue(c.PValue)]);
        }

        return content;
    }

    /// <summary>Ratios with their intervals, each number of three digits; but all with a power of ten where one needs it.</summary>
    private static string[][] Ratios(params double[][] columns)
    {
        var own = Array.ConvertAll(columns, column => Array.ConvertAll(column, v => NumberFormat.Significant(v, 3)));
        return Array.Exists(own, column => Array.Exists(column, text => text.Contains('e'))) ? NumberFormat.Scientific(3, columns) : own;
    }

    public static TableContent Of(StandardisedMeans means)
    {
        var content = new TableContent($"Standardised means by {means.Variable}") { Note = ResultTable.Note(
            means.Caution is { } caution ? [means.Words, caution] : [means.Words], means.Count) }
            .Text(means.Variable).Number("Mean").Number("Std. error");
        ResultTable.Ends(content, means.Level);
        content.Number("Difference to the first").Number("p");
        var cells = ResultTable.Together([.. means.Select(m => m.Estimate)], [.. means.Select(m => m.StandardError)],
            [.. means.Select(m => m.Lower)], [.. means.Select(m => m.Upper)]);
        for (var i = 0; i < means.Count; i++)
        {
            var effect = i == 0 ? null : means.Effects[i - 1];
            content.Row(means[i].Level, cells[0][i], cells[1][i], cells[2][i], cells[3][i],
                effect is null ? "" : $"{NumberFormat.Significant(effect.Estimate, 3)} ({NumberFormat.Significant(effect.Lower, 3)} to "
                    + $"{NumberFormat.Significant(effect.Upper, 3)})",
                effect is null ? "" : NumberFormat.PValue(effect.PValue));
        }

        return content;
    }
}
