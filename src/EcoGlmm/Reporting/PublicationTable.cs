using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using EcoGlmm.Reporting;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A column of a <see cref="PublicationTable"/>.</summary>
/// <param name="Header">The heading.</param>
/// <param name="IsNumeric">Whether its cells are numbers, which stand on the right.</param>
public sealed record PublicationColumn(string Header, bool IsNumeric);

/// <summary>Rows of a <see cref="PublicationTable"/> that belong together.</summary>
/// <param name="Title">The line above the rows, such as "Random effects"; empty for none.</param>
/// <param name="Rows">The rows, each with a cell for every column.</param>
public sealed record PublicationSection(string Title, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>
/// A table as a manuscript has it: a caption, headings, sections of rows between three rules, notes. It is written as Markdown,
/// LaTeX, HTML that can be pasted into a word processor, or plain text; EcoGlmm.Publish writes Word documents.
/// Immutable, and safe to share among threads.
/// </summary>
public sealed partial class PublicationTable : IRichDisplay
{
    /// <param name="caption">What the table shows; empty for none.</param>
    /// <param name="columns">The columns; the first names the rows.</param>
    /// <param name="sections">The rows.</param>
    /// <param name="notes">Sentences under the table.</param>
    /// <exception cref="GlmmException">A row has not as many cells as there are columns.</exception>
    public PublicationTable(string caption, IReadOnlyList<PublicationColumn> columns, IReadOnlyList<PublicationSection> sections,
        IReadOnlyList<string> notes)
    {
        ArgumentNullException.ThrowIfNull(caption);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(sections);
        ArgumentNullException.ThrowIfNull(notes);
        if (sections.SelectMany(s => s.Rows).FirstOrDefault(r => r.Count != columns.Count) is { } row)
            throw new GlmmException($"A row of the table has {row.Count} cells, but there are {columns.Count} columns.");
        Caption = caption;
        Columns = [.. columns];
        Sections = [.. sections.Select(s => new PublicationSection(s.Title, [.. s.Rows.Select(r => (IReadOnlyList<string>)[.. r])]))];
        Notes = [.. notes];
    }

    /// <summary>What the table shows; empty for none.</summary>
    public string Caption { get; }

    /// <summary>The columns; the first names the rows.</summary>
    public IReadOnlyList<PublicationColumn> Columns { get; }

    /// <summary>The rows, in sections.</summary>
    public IReadOnlyList<PublicationSection> Sections { get; }

    /// <summary>Sentences under the table.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The table in Markdown (pipe tables, as GitHub, Pandoc and Quarto read them).</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        if (Caption.Length > 0)
            text.Append("**").Append(MarkdownText(Caption)).Append("**\n\n");
        Line(Columns.Select(c => MarkdownText(c.Header)));
        Line(Columns.Select(c => c.IsNumeric ? "---:" : ":---"));
        foreach (var section in Sections)
        {
            if (section.Title.Length > 0)
                Line(Columns.Select((_, i) => i == 0 ? $"*{MarkdownText(section.Title)}*" : ""));
            foreach (var row in section.Rows)
                Line(row.Select(MarkdownText));
        }

        foreach (var note in Notes)
            text.Append('\n').Append(MarkdownText(note)).Append('\n');
        return text.ToString();

        void Line(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }

    /// <summary>The table in LaTeX: a table environment with the rules of the package booktabs, notes below. LaTeX numbers tables, so
    /// that a caption's own "Table 1." is left out.</summary>
    /// <param name="label">The label to refer to it by, for example "tab:owls"; null for none.</param>
    public string ToLatex(string? label = null)
    {
        var text = new StringBuilder("\\begin{table}\n\\centering\n");
        if (Caption.Length > 0)
            text.Append("\\caption{").Append(LatexText.Of(OwnNumber().Replace(Caption, ""))).Append("}\n");
        if (label is not null)
            text.Append("\\label{").Append(label).Append("}\n");
        text.Append("\\begin{tabular}{").Append(string.Concat(Columns.Select(c => c.IsNumeric ? 'r' : 'l'))).Append("}\n\\toprule\n");
        Line(Columns.Select(c => c.Header));
        text.Append("\\midrule\n");
        for (var s = 0; s < Sections.Count; s++)
        {
            if (s > 0)
                text.Append("\\addlinespace\n");
            if (Sections[s].Title.Length > 0)
                text.Append("\\multicolumn{").Append(Columns.Count).Append("}{l}{\\emph{").Append(LatexText.Of(Sections[s].Title))
                .Append("}} \\\\\n");
            foreach (var row in Sections[s].Rows)
                Line(row);
        }

        text.Append("\\bottomrule\n\\end{tabular}\n");
        foreach (var note in Notes)
            text.Append("\n\\smallskip\\footnotesize ").Append(LatexText.Of(note)).Append('\n');
        return text.Append("\\end{table}\n").ToString();

        void Line(IEnumerable<string> cells) => text.AppendJoin(" & ", cells.Select(LatexText.Of)).Append(" \\\\\n");
    }

    /// <summary>The table in HTML with the three rules of a journal; it can be pasted into a word processor.</summary>
    public string ToHtml()
    {
        const string rule = "1.5px solid currentColor", thin = "1px solid currentColor";
        var html = new StringBuilder(HtmlWriter.ScrollCue + "<div class=\"ecoglmm-publication ecoglmm-cue\" "
            + "style=\"overflow-x:auto;max-width:100%\"><table "
            + $"style=\"border-collapse:collapse;color:inherit;background:transparent;font:13px/1.45 system-ui,'Segoe "
            + $"UI',Arial,sans-serif;border-top:{rule};border-bottom:{rule};width:auto;margin:4px 0\">");
        if (Caption.Length > 0)
            html.Append("<caption style=\"caption-side:top;text-align:left;color:inherit;font-weight:600;padding:4px 0\">")
            .Append(Encode(Caption)).Append("</caption>");
        html.Append("<thead><tr>");
        foreach (var column in Columns)
            html.Append($"<th scope=\"col\" style=\"{Cell(column)};border-bottom:{thin};font-weight:600\">").Append(Encode(column.Header))
            .Append("</th>");
        html.Append("</tr></thead>");
        foreach (var section in Sections)
        {
            html.Append("<tbody>");
            if (section.Title.Length > 0)
            {
                html.Append($"<tr><th colspan=\"{Columns.Count}\" scope=\"rowgroup\" style=\"text-align:left;padding:8px 10px 2px "
                    + $"2px;border:0;background:transparent;color:inherit;font-weight:400;font-style:italic\">")
                    .Append(Encode(section.Title)).Append("</th></tr>");
            }

            foreach (var row in section.Rows)
            {
                html.Append("<tr>");
                for (var i = 0; i < row.Count; i++)
                {
                    var tag = i == 0 ? "th scope=\"row\"" : "td";
                    html.Append($"<{tag} style=\"{Cell(Columns[i])};font-weight:400\">").Append(Encode(row[i])).Append(i == 0
                        ? "</th>" : "</td>");
                }

                html.Append("</tr>");
            }

            html.Append("</tbody>");
        }

        html.Append("</table>");
        foreach (var note in Notes)
            html.Append("<p style=\"font:12px/1.45 system-ui,'Segoe UI',Arial,sans-serif;margin:2px 0;opacity:.85;max-width:60em\">")
            .Append(Encode(note)).Append("</p>");
        return html.Append("</div>").ToString();

        static string Cell(PublicationColumn column) =>
            $"text-align:{(column.IsNumeric ? "right" : "left")};padding:2px "
            + $"{(column.IsNumeric ? "2px 2px 14px" : "14px 2px 2px")};border:0;background:transparent;color:inherit;"
            + "white-space:nowrap;font-variant-numeric:tabular-nums";
    }

    /// <summary>The table in plain text.</summary>
    public override string ToString()
    {
        var rows = Sections.SelectMany(s => s.Rows).ToList();
        int[] widths = [.. Columns.Select((c, i) => rows.Select(r => r[i].Length).Append(c.Header.Length).Max())];
        var text = new StringBuilder();
        if (Caption.Length > 0)
            text.Append(Caption).Append('\n');
        Line([.. Columns.Select(c => c.Header)]);
        foreach (var section in Sections)
        {
            if (section.Title.Length > 0)
                text.Append(section.Title).Append('\n');
            foreach (var row in section.Rows)
                Line(row);
        }

        foreach (var note in Notes)
            text.Append(note).Append('\n');
        return text.ToString();

        void Line(IReadOnlyList<string> cells) => text.Append(string.Join("  ", cells.Select((c, i) =>
            Columns[i].IsNumeric ? c.PadLeft(widths[i]) : c.PadRight(widths[i]))).TrimEnd()).Append('\n');
    }

    [GeneratedRegex(@"^Table\s+\d+\s*[.:]\s*")]
    private static partial Regex OwnNumber();

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Text that Markdown would read as marks, tables or HTML is escaped.</summary>
    private static string MarkdownText(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '<' or '>')
            {
                result.Append(c == '<' ? "&lt;" : "&gt;");
                continue;
            }

            if (c is '|' or '*' or '_' or '`' or '\\' or '[' or ']' or '$' or '#' or '~')
                result.Append('\\');
            result.Append(char.IsControl(c) ? ' ' : c);
        }

        return result.ToString();
    }
}
