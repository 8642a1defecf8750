using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>The tables that a fit's parts show when they are displayed by themselves.</summary>
internal static class ResultTables
{
    private const int ShownRows = 10;

    public static string Text(TableContent table) => TextTable.Draw(table).TrimEnd('\n');

    public static string Html(TableContent table) => new HtmlWriter(card: false).Table(table).ToHtml();

    public static TableContent Of(GroupModes modes) => Modes($"Conditional modes of {modes.Group}",
        [.. modes.Take(ShownRows).Select(m => (modes, m))], modes.Count, manyGroups: false);

    /// <summary>The first modes of each grouping factor.</summary>
    public static TableContent Of(ConditionalModes modes)
    {
        var each = Math.Max(3, ShownRows / Math.Max(1, modes.Count));
        return Modes("Conditional modes of the random effects",
            [.. modes.SelectMany(g => g.Take(each).Select(m => (g, m)))], modes.Sum(g => g.Count), manyGroups: true);
    }

    public static TableContent Of(Predictions predictions)
    {
        var rows = Math.Min(ShownRows, predictions.RowCount);
        var level = NumberFormat.Significant(100 * predictions.Level);
        var notes = new List<string>();
        if (rows < predictions.RowCount) notes.Add($"the first {rows} of {FitWords.Count(predictions.RowCount, "prediction")}");
        if (predictions.UnseenLevelRows > 0)
            notes.Add($"{FitWords.Count(predictions.UnseenLevelRows, "row")} with a grouping level that the model has not seen");
        if (predictions.NewIndividuals.Count > 0)
            notes.Add($"{FitWords.Count(predictions.NewIndividuals.Count, "individual")} that the model has not seen, with means, first and last values from these rows");
        var content = new TableContent("Predictions") { Note = Note(notes) }
            .Number("Row").Number("Estimate").Number("Std. error").Number($"Lower {level} %").Number($"Upper {level} %");
        var columns = Together(predictions.Estimate[..rows], predictions.StandardError[..rows], predictions.Lower[..rows], predictions.Upper[..rows]);
        for (var i = 0; i < rows; i++) content.Row(NumberFormat.Count(i + 1), columns[0][i], columns[1][i], columns[2][i], columns[3][i]);
        return content;
    }

    public static TableContent Of(CovarianceParameterTable parameters)
    {
        var content = new TableContent("Covariance parameters").Text("Term").Text("Parameter").Number("Estimate").Number("Std. error");
        foreach (var p in parameters)
        {
            var effects = p.Effect1 is null ? "" : p.Effect2 is null ? $" {p.Effect1}" : $" {p.Effect1}, {p.Effect2}";
            content.Row(p.Term, p.Name + effects, NumberFormat.Significant(p.Estimate), double.IsNaN(p.StandardError) ? "" : NumberFormat.Significant(p.StandardError));
        }

        return content;
    }

    public static TableContent Of(CategoryPredictions predictions)
    {
        var rows = Math.Min(ShownRows, predictions.RowCount);
        var content = new TableContent("Probabilities of categories")
        {
            Note = rows < predictions.RowCount
                ? $"The first {rows} of {FitWords.Count(predictions.RowCount, "prediction")}." : null,
        };
        content.Number("Row");
        foreach (var category in predictions.Categories) content.Number(category);
        var probabilities = predictions.Probability;
        for (var i = 0; i < rows; i++)
            content.Row([NumberFormat.Count(i + 1), .. probabilities[i].Select(p => NumberFormat.Fixed(p, 3))]);
        return content;
    }

    public static TableContent Of(IntervalTable intervals)
    {
        var level = NumberFormat.Significant(100 * intervals.Level);
        var parts = intervals.Any(i => i.Part != ModelPart.Conditional);
        var content = new TableContent($"Confidence intervals ({level} %)");
        if (parts) content.Text("Part");
        content.Text("Coefficient").Number("Estimate").Number("Lower").Number("Upper");
        var columns = Together([.. intervals.Select(i => i.Estimate)], [.. intervals.Select(i => i.Lower)], [.. intervals.Select(i => i.Upper)]);
        for (var r = 0; r < intervals.Count; r++)
        {
            var numbers = double.IsNaN(intervals[r].Estimate) ? ["dropped", "", ""] : new[] { columns[0][r], columns[1][r], columns[2][r] };
            content.Row(parts ? [FitWords.PartLabel(intervals[r].Part), intervals[r].Name, .. numbers] : [intervals[r].Name, .. numbers]);
        }

        return content;
    }

    /// <summary>The verdict, its numbers and its problems, as a card.</summary>
    public static string Html(Convergence convergence)
    {
        var (status, verdict) = FitWords.Verdict(convergence);
        var html = new HtmlWriter(frame: status == Status.Problem ? status : null).Heading("Convergence", status, verdict)
            .Paragraph(FitWords.VerdictSentence(convergence))
            .Facts(
                ("gradient (per standard error)", NumberFormat.Significant(convergence.GradientNorm, 2)),
                ("log-likelihood still to gain", NumberFormat.Significant(convergence.ExpectedImprovement, 2)),
                ("Hessian positive definite", convergence.IsHessianPositiveDefinite ? "yes" : "no"),
                ("singular", convergence.IsSingular ? "yes" : "no"),
                ("iterations", NumberFormat.Count(convergence.Iterations)),
                ("evaluations", NumberFormat.Count(convergence.Evaluations)));
        foreach (var problem in FitWords.Problems(convergence)) html.Message(status, problem.ToString());
        return html.ToHtml();
    }

    private static TableContent Modes(string caption, (GroupModes Group, ConditionalMode Mode)[] shown, int count, bool manyGroups)
    {
        var content = new TableContent(caption)
        {
            Note = shown.Length < count ? $"{shown.Length} of {NumberFormat.Count(count)} are shown." : null,
        };
        var parts = shown.Any(s => s.Group.Part != ModelPart.Conditional);
        if (parts) content.Text("Part");
        if (manyGroups) content.Text("Group");
        content.Text("Level").Text("Effect").Number("Mode").Number("Std. dev.");
        var mode = NumberFormat.Column([.. shown.Select(s => s.Mode.Mode)]);
        var sd = NumberFormat.Column([.. shown.Select(s => s.Mode.StandardDeviation)]);
        for (var i = 0; i < shown.Length; i++)
        {
            var (group, m) = shown[i];
            content.Row([.. parts ? [FitWords.PartLabel(group.Part)] : Array.Empty<string>(),
                .. manyGroups ? [group.Group] : Array.Empty<string>(), m.Level, m.Term, mode[i], sd[i]]);
        }

        return content;
    }

    /// <summary>Columns of one scale, with the same number of decimals.</summary>
    private static string[][] Together(params double[][] columns)
    {
        var cells = NumberFormat.Column([.. columns.SelectMany(c => c)]);
        return [.. columns.Select((c, k) => cells.AsSpan(k * c.Length, c.Length).ToArray())];
    }

    private static string? Note(List<string> notes) =>
        notes.Count == 0 ? null : char.ToUpperInvariant(notes[0][0]) + string.Join("; ", notes)[1..] + ".";
}
