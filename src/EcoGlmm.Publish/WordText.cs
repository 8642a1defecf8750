using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Wordprocessing;

namespace EcoGlmm.Publish;

/// <summary>Paragraphs and tables of a Word document.</summary>
internal static class WordText
{
    private const string FontSize = "20", NoteSize = "18";

    /// <summary>Thickness of rules in eighths of a point.</summary>
    private const uint Heavy = 12, Light = 6;

    public static Paragraph Line(string text, bool bold = false, bool italic = false, string size = FontSize,
        JustificationValues? align = null, int after = 0,
        bool keepNext = false, string? style = null)
    {
        var properties = new ParagraphProperties();
        if (style is not null)
            properties.ParagraphStyleId = new ParagraphStyleId { Val = style };
        if (keepNext)
            properties.KeepNext = new KeepNext();
        properties.SpacingBetweenLines = new SpacingBetweenLines { Before = "0",
            After = after.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        if (align is { } a)
            properties.Justification = new Justification { Val = a };
        var run = new RunProperties();
        if (bold)
            run.Bold = new Bold();
        if (italic)
            run.Italic = new Italic();
        run.FontSize = new FontSize { Val = size };
        return new Paragraph(properties, new Run(run, new DocumentFormat.OpenXml.Wordprocessing.Text(Clean(text)) { Space =
            SpaceProcessingModeValues.Preserve }));
    }

    /// <summary>Caption, the table with its three rules, notes.</summary>
    public static IEnumerable<OpenXmlElement> Of(PublicationTable table)
    {
        if (table.Caption.Length > 0)
            yield return Line(table.Caption, bold: true, after: 80, keepNext: true, style: "Caption");
        var word = new Table(
            new TableProperties(
                new TableWidth { Width = "0", Type = TableWidthUnitValues.Auto },
                new TableBorders(
                    new TopBorder { Val = BorderValues.Single, Size = Heavy },
                    new BottomBorder { Val = BorderValues.Single, Size = Heavy }),
                new TableLayout { Type = TableLayoutValues.Autofit }),
            new TableGrid(Widths(table)
                .Select(w => new GridColumn { Width = w.ToString(System.Globalization.CultureInfo.InvariantCulture) })));
        var header = new TableRow(new TableRowProperties(new CantSplit(), new TableHeader()));
        foreach (var column in table.Columns)
            header.Append(Cell(column.Header, column, bold: true, underlined: true));
        word.Append(header);
        foreach (var section in table.Sections)
        {
            if (section.Title.Length > 0)
            {
                word.Append(new TableRow(new TableRowProperties(new CantSplit()), new TableCell(
                    new TableCellProperties(new GridSpan { Val = table.Columns.Count }), Line(section.Title, italic: true,
                        keepNext: true))));
            }

            foreach (var cells in section.Rows)
                {
                var row = new TableRow(new TableRowProperties(new CantSplit()));
                row.Append(cells.Select((c, i) => Cell(c, table.Columns[i], bold: false, underlined: false)));
                word.Append(row);
            }
        }

        yield return word;
        foreach (var note in table.Notes)
            yield return Line(note, size: NoteSize, after: 40);
        yield return Line("", after: 120);
    }

    /// <summary>Widths of the columns in twentieths of a point, by their longest cell, narrowed together where the page is too
    /// narrow.</summary>
    private static int[] Widths(PublicationTable table)
    {
        const int letter = 105, margins = 230, page = 9638;
        int[] wanted = [.. table.Columns.Select((c, i) => margins + (letter * table.Sections.SelectMany(s => s.Rows)
            .Select(r => r[i].Length).Append(c.Header.Length).Max()))];
        return wanted.Sum() <= page ? wanted : Array.ConvertAll(wanted, w => w * page / wanted.Sum());
    }

    private static TableCell Cell(string text, PublicationColumn column, bool bold, bool underlined)
    {
        var properties = new TableCellProperties();
        if (underlined)
            properties.TableCellBorders = new TableCellBorders(new BottomBorder { Val = BorderValues.Single, Size = Light });
        return new TableCell(properties, Line(text, bold, align: column.IsNumeric ? JustificationValues.Right : JustificationValues.Left));
    }

    /// <summary>XML has no control characters.</summary>
    private static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
