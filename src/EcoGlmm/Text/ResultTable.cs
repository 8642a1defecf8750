namespace EcoGlmm.Text;

/// <summary>What the tables of results have in common.</summary>
internal static class ResultTable
{
    /// <summary>So many rows of a long table are shown.</summary>
    public const int ShownRows = 60;

    public static string Text(TableContent table) => TextTable.Draw(table).TrimEnd('\n');

    public static string Html(TableContent table) => new HtmlWriter(card: false).Table(table).ToHtml();

    /// <summary>Columns of one scale, with the same number of decimals.</summary>
    public static string[][] Together(params double[][] columns)
    {
        var cells = NumberFormat.Column([.. columns.SelectMany(c => c)]);
        return [.. columns.Select((c, k) => cells.AsSpan(k * c.Length, c.Length).ToArray())];
    }

    /// <summary>The columns of an interval's ends.</summary>
    public static void Ends(TableContent content, double level)
    {
        var percent = NumberFormat.Significant(100 * level);
        content.Number($"Lower {percent} %").Number($"Upper {percent} %");
    }

    /// <summary>Notes as sentences, and one on the rows that are not shown.</summary>
    public static string? Note(IEnumerable<string> notes, int count)
    {
        var all = notes.Concat(count > ShownRows ? [$"the first {ShownRows} of {count}"] : []).ToArray();
        return all.Length == 0 ? null : string.Join(". ", all.Select(Names.Capitalised)) + ".";
    }
}
