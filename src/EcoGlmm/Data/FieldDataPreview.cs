using System.Globalization;
using System.Net;
using System.Text;
using EcoGlmm.Text;

namespace EcoGlmm.Data;

/// <summary>Shows the beginning of a table, as text and as HTML.</summary>
internal static class FieldDataPreview
{
    private const int ShownRows = 10;
    private const int ShownColumns = 20;
    private const int ShownCharacters = 40;

    public static string ToText(FieldData data)
    {
        var columns = data.Columns.Take(ShownColumns).ToArray();
        var rows = Math.Min(ShownRows, data.RowCount);
        var text = new StringBuilder(Size(data)).Append('\n');
        var cells = Array.ConvertAll(columns, column => (string[])
            [Shorten(column.Name), TypeOf(column), MissingIn(column), .. Enumerable.Range(0, rows).Select(row => Cell(column, row))]);
        for (var line = 0; line < rows + 3; line++)
        {
            // The line of missing values is left out if there are none anywhere.
            if (line == 2 && Array.TrueForAll(cells, column => column[line].Length == 0))
                continue;
            var parts = cells.Select((column, i) =>
            {
                var width = column.Max(cell => cell.Length);
                return columns[i] is NumericColumn ? column[line].PadLeft(width) : column[line].PadRight(width);
            });
            text.Append(string.Join("  ", parts).TrimEnd()).Append('\n');
        }
        foreach (var remark in Remarks(data))
            text.Append(remark).Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    public static string ToHtml(FieldData data)
    {
        var columns = data.Columns.Take(ShownColumns).ToArray();
        var html = new StringBuilder();
        html.Append(HtmlWriter.ScrollCue)
            .Append("<div class=\"ecoglmm-data ecoglmm-cue\" tabindex=\"0\" role=\"region\" aria-label=\"Data\" ")
            .Append("style=\"overflow-x:auto;color:inherit;font-size:0.9em\">");
        html.Append("<table style=\"border-collapse:collapse;background:transparent;color:inherit;")
            .Append("font-variant-numeric:tabular-nums\"><caption style=\"caption-side:top;text-align:left;color:inherit;")
            .Append("font-weight:600;padding:0 0 0.4em 0\">").Append(Size(data)).Append("</caption><thead><tr>");
        foreach (var column in columns)
        {
            html.Append("<th scope=\"col\" style=\"").Append(CellStyle(column))
                .Append(";border-bottom:1px solid currentColor;vertical-align:bottom;font-weight:600\">")
                .Append(Encode(Shorten(column.Name)))
                .Append("<div style=\"font-weight:400;opacity:0.7;font-size:0.85em\">").Append(TypeOf(column));
            if (MissingIn(column) is { Length: > 0 } missing)
                html.Append("<br>").Append(missing);
            html.Append("</div></th>");
        }
        html.Append("</tr></thead><tbody>");
        for (var row = 0; row < Math.Min(ShownRows, data.RowCount); row++)
        {
            html.Append("<tr>");
            foreach (var column in columns)
            {
                html.Append("<td style=\"").Append(CellStyle(column)).Append(column.IsMissing(row) ? ";opacity:0.5\">" : "\">")
                    .Append(Encode(Cell(column, row))).Append("</td>");
            }
            html.Append("</tr>");
        }
        html.Append("</tbody></table>");
        foreach (var remark in Remarks(data))
            html.Append("<div style=\"opacity:0.7;margin-top:0.4em\">").Append(Encode(remark)).Append("</div>");
        return html.Append("</div>").ToString();
    }

    private static string Size(FieldData data) =>
        $"{Names.Count(data.RowCount, "row")}, {Names.Count(data.ColumnNames.Count, "column")}";

    private static IEnumerable<string> Remarks(FieldData data)
    {
        if (data.RowCount > ShownRows)
            yield return $"and {Names.Count(data.RowCount - ShownRows, "more row")}";
        if (data.Columns.Count > ShownColumns)
            yield return $"and the columns {Names.List([.. data.ColumnNames.Skip(ShownColumns)])}";
        foreach (var remark in ColumnRemarks.Of(data.Columns))
            yield return remark;
    }

    private static string TypeOf(FieldColumn column) => column is CategoricalColumn factor
        ? $"{factor.Kind}, {Names.Count(factor.Levels.Length, "level")}"
        : column is NumericColumn { IsSinglePrecision: true } ? "numeric, single precision" : column.Kind;

    private static string MissingIn(FieldColumn column) => column.MissingCount is > 0 and var count ? $"{count} missing" : "";

    private static string Cell(FieldColumn column, int row)
    {
        if (column.IsMissing(row))
            return "NA";
        if (column is not NumericColumn numeric)
            return Shorten(column.TextAt(row)!);
        var rounded = numeric.Values[row].ToString("G7", CultureInfo.InvariantCulture);
        return NumberText.Format(double.Parse(rounded, CultureInfo.InvariantCulture));
    }

    private static string Shorten(string text)
    {
        var oneLine = text.ReplaceLineEndings(" ");
        return oneLine.Length <= ShownCharacters ? oneLine : oneLine[..(ShownCharacters - 1)] + "…";
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string CellStyle(FieldColumn column) =>
        "padding:0.15em 0.8em 0.15em 0;text-align:" + (column is NumericColumn ? "right" : "left");
}
