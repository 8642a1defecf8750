using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace EcoGlmm.Text;

/// <summary>Draws a table as HTML: a caption, headings with their scope, numbers aligned on the right.</summary>
internal static partial class HtmlTable
{
    public static string Draw(TableContent table)
    {
        var html = new StringBuilder("<table>");
        if (table.Caption is not null)
            html.Append("<caption>").Append(Encode(table.Caption)).Append("</caption>");
        html.Append("<thead><tr>");
        foreach (var column in table.Columns)
            html.Append("<th scope=\"col\"").Append(Class(column)).Append('>').Append(Header(column.Header)).Append("</th>");
        html.Append("</tr></thead><tbody>");
        var nameColumn = NameColumn(table);
        foreach (var row in table.Rows)
        {
            html.Append("<tr>");
            for (var i = 0; i < row.Count; i++)
            {
                var column = table.Columns[i];
                var names = i == nameColumn;
                html.Append(names ? "<th scope=\"row\">" : $"<td{Class(column)}>").Append(names ? Name(row[i]) : Encode(row[i]))
                    .Append(names ? "</th>" : "</td>");
            }

            html.Append("</tr>");
        }

        html.Append("</tbody></table>");
        if (table.Note is not null)
            html.Append("<p class=\"ecoglmm-note\">").Append(Encode(table.Note)).Append("</p>");
        return html.ToString();
    }

    /// <summary>The column that names the rows: the first, or the second where the first holds marks; none if it is of numbers.</summary>
    private static int NameColumn(TableContent table)
    {
        var marks = table.Columns.Count > 1 && table.Rows.Count > 0 && table.Rows.All(row => !row[0].Any(char.IsLetterOrDigit));
        var column = marks ? 1 : 0;
        return table.Columns[column].IsNumeric ? -1 : column;
    }

    /// <summary>A heading, which is not broken between a number and its percent sign.</summary>
    private static string Header(string text) => Encode(text.Replace(" %", "\u00a0%", StringComparison.Ordinal));

    /// <summary>A row's name, which may be broken after the marks that join names in R, not within a word.</summary>
    private static string Name(string text) => Joint().Replace(Encode(text), "$0<wbr>");

    [GeneratedRegex(@"[:_/.](?=\p{L})|(?<=\p{Ll})(?=\p{Lu})")]
    private static partial Regex Joint();

    private static string Class(TableColumn column) => column.IsNumeric ? " class=\"ecoglmm-number\"" : "";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
