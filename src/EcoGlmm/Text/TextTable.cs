using System.Text;

namespace EcoGlmm.Text;

/// <summary>Draws a table with characters, columns two blanks apart.</summary>
internal static class TextTable
{
    public static string Draw(TableContent table, string indent = "")
    {
        var text = new StringBuilder();
        if (table.Caption is not null)
            text.Append(indent).Append(table.Caption).Append(":\n");
        var widths = table.Columns.Select((c, i) =>
            table.Rows.Select(r => Flat(r[i]).Length).Append(Flat(c.Header).Length).Max()).ToArray();
        Line(table.Columns.Select(c => c.Header).ToArray());
        foreach (var row in table.Rows)
            Line(row);
        if (table.Note is not null)
            text.Append(indent).Append(table.Note).Append('\n');
        return text.ToString();

        void Line(IReadOnlyList<string> cells)
        {
            var line = new StringBuilder(indent);
            for (var i = 0; i < cells.Count; i++)
            {
                if (i > 0)
                    line.Append("  ");
                var cell = Flat(cells[i]);
                line.Append(table.Columns[i].IsNumeric ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            }

            text.Append(line.ToString().TrimEnd()).Append('\n');
        }
    }

    /// <summary>A name from data may hold line ends and tabs; in a table they would tear the row apart.</summary>
    private static string Flat(string cell) =>
        cell.Any(char.IsControl) ? new string([.. cell.Select(c => char.IsControl(c) ? ' ' : c)]) : cell;
}
