using EcoGlmm.Text;

namespace EcoGlmm.Inference;

/// <summary>Tables of tests.</summary>
internal static class TestTables
{
    /// <summary>What a note is known by in the table, in a journal's order; each note has a mark of its own.</summary>
    private static readonly string[] Marks = ["*", "†", "‡", "§", "¶"];

    public static TableContent Of(CoefficientTests tests)
    {
        var content = new TableContent("Tests of the fixed effects")
        {
            Note = ResultTable.Note([tests.Words], tests.Count),
        }.Text("").Number("Estimate").Number("Std. error").Number("df");
        ResultTable.Ends(content, tests.Level);
        content.Number("t").Number("p");
        var cells = ResultTable.Together([.. tests.Select(t => t.Estimate)], [.. tests.Select(t => t.StandardError)],
            [.. tests.Select(t => t.Lower)], [.. tests.Select(t => t.Upper)]);
        for (var i = 0; i < tests.Count; i++)
        {
            content.Row(tests[i].Name, cells[0][i], cells[1][i], NumberFormat.Fixed(tests[i].DegreesOfFreedom, 1), cells[2][i], cells[3][i],
                NumberFormat.Fixed(tests[i].Statistic, 2), NumberFormat.PValue(tests[i].PValue));
        }

        return content;
    }

    public static TableContent Of(LikelihoodRatioTests tests)
    {
        string[] notes = [.. tests.Select(t => t.Note).Where(n => n.Length > 0).Distinct()];
        string Mark(string note) => Marks[Array.IndexOf(notes, note) % Marks.Length];
        var content = new TableContent("Likelihood-ratio tests")
        {
            Note = ResultTable.Note(notes.Select(n => $"{Mark(n)} {n.TrimStart('*', ' ')}"), tests.Count),
        }
            .Text(tests.Header).Number("df").Number("χ²").Number("p").Number("AIC without");
        foreach (var t in tests)
        {
            content.Row(t.Name, NumberFormat.Count(t.Df), NumberFormat.Fixed(t.Statistic, 2), NumberFormat.PValue(t.PValue)
                + (t.Note.Length > 0 ? $" {Mark(t.Note)}" : ""),
                NumberFormat.Fixed(t.ReducedAic, 1));
        }

        return content;
    }
}
