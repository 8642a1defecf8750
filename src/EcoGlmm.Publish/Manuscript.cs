using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using EcoGlmm.Publish;
using A = DocumentFormat.OpenXml.Drawing;
using Pic = DocumentFormat.OpenXml.Drawing.Pictures;
using Wp = DocumentFormat.OpenXml.Drawing.Wordprocessing;

namespace EcoGlmm;

/// <summary>
/// A document of headings, paragraphs, tables and figures, in the order in which they are added, for Word or LaTeX. Not for several
/// threads at once.
/// </summary>
/// <example><c>new Manuscript().Heading("Results").Add(fit.Report()).Add(fit.Table()).Add(figure, "Figure
/// 1.").SaveDocx("paper.docx")</c></example>
public sealed class Manuscript
{
    private const double EmuPerMillimetre = 36_000;

    /// <summary>What an A4 page has room for, with margins of 20 mm and a caption.</summary>
    private const double HighestMillimetres = 235;

    private readonly List<Func<MainDocumentPart, IEnumerable<OpenXmlElement>>> _content = [];
    private readonly List<Action<LatexManuscript>> _latex = [];
    private uint _pictures;

    /// <summary>Adds a heading.</summary>
    /// <param name="text">The heading.</param>
    public Manuscript Heading(string text) => Add(_ => [WordText.Line(Required(text), bold: true, size: "26", after: 120, keepNext: true,
        style: "Heading1")], latex => latex.Heading(text));

    /// <summary>Adds a paragraph.</summary>
    /// <param name="text">Its text.</param>
    public Manuscript Paragraph(string text) => Add(_ => [WordText.Line(Required(text), after: 160)],
        latex => latex.Paragraph(text));

    /// <summary>Adds a table, with its caption and notes.</summary>
    /// <param name="table">The table, for example <c>fit.Table()</c>.</param>
    public Manuscript Add(PublicationTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Add(_ => WordText.Of(table), latex => latex.Table(table));
    }

    /// <summary>Adds a table of results, such as marginal means, contrasts, tests or predictions.</summary>
    /// <param name="table">The results.</param>
    /// <param name="caption">What they are.</param>
    public Manuscript Add(IResultTable table, string caption = "") => Add(table.Table(caption));

    /// <summary>Adds the sentences of a report: analysis, results and references.</summary>
    /// <param name="report">The report, <c>fit.Report()</c>.</param>
    public Manuscript Add(ModelReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Heading("Statistical analysis").Paragraph(report.Methods).Heading("Results").Paragraph(report.Results).Heading("References");
        foreach (var reference in report.References)
            Paragraph(reference);
        return this;
    }

    /// <summary>Adds a figure as a picture, with a caption under it.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="caption">Its caption; empty for none.</param>
    /// <param name="widthMillimetres">Its width in millimetres.</param>
    /// <param name="dotsPerInch">Its resolution.</param>
    /// <exception cref="GlmmException">The width or the resolution makes no sense.</exception>
    public Manuscript Add(Figure figure, string caption = "", double widthMillimetres = 150, int dotsPerInch = 300)
    {
        ArgumentNullException.ThrowIfNull(figure);
        using var drawn = new PublishedFigure(figure, widthMillimetres);
        var png = drawn.ToPng(dotsPerInch);
        var pdf = drawn.ToPdf(figure.Title ?? "");
        // A picture that is higher than the page is shrunken to it.
        var height = Math.Min(widthMillimetres * drawn.AspectRatio, HighestMillimetres);
        var width = height / drawn.AspectRatio;
        var words = figure.ToString();
        return Add(document =>
        {
            var part = document.AddImagePart(ImagePartType.Png);
            using (var stream = new MemoryStream(png))
                part.FeedData(stream);
            var picture = new Paragraph(new ParagraphProperties(new KeepNext()), new Run(Picture(document.GetIdOfPart(part),
                width, height, words)));
            return caption.Length > 0 ? [picture, WordText.Line(caption, after: 200, style: "Caption")] : [picture];
        }, latex => latex.Figure(pdf, widthMillimetres, caption));
    }

    /// <summary>Writes the document.</summary>
    /// <param name="path">The file, which is replaced if it exists; a failure leaves the old one.</param>
    /// <exception cref="GlmmException">The file cannot be written.</exception>
    public void SaveDocx(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = new MemoryStream();
        using (var document = WordprocessingDocument.Create(stream, WordprocessingDocumentType.Document))
        {
            var main = document.AddMainDocumentPart();
            main.Document = new Document(new Body());
            main.AddNewPart<StyleDefinitionsPart>().Styles = Styles();
            foreach (var content in _content)
                main.Document.Body!.Append(content(main));
            main.Document.Body!.Append(new SectionProperties(
                new PageSize { Width = 11906, Height = 16838 }, new PageMargin { Top = 1134, Bottom = 1134, Left = 1134, Right = 1134 }));
            main.Document.Save();
        }

        WholeFile.Write(path, stream.ToArray());
    }

    /// <summary>
    /// Writes the document for LaTeX (any engine, with the packages booktabs, geometry and graphicx), its figures as PDF files beside it:
    /// paper.tex has paper-figure1.pdf. A caption that begins with "Figure " keeps its own number; others get LaTeX's.
    /// </summary>
    /// <param name="path">The file, which is replaced if it exists; a failure leaves the old one.</param>
    /// <exception cref="GlmmException">A file cannot be written.</exception>
    public void SaveLatex(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var document = new LatexManuscript(path);
        foreach (var write in _latex)
            write(document);
        document.Save();
    }

    private static string Required(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text;
    }

    private Manuscript Add(Func<MainDocumentPart, IEnumerable<OpenXmlElement>> content, Action<LatexManuscript> latex)
    {
        _content.Add(content);
        _latex.Add(latex);
        return this;
    }

    private static Styles Styles() => new(
        new DocDefaults(new RunPropertiesDefault(new RunPropertiesBaseStyle(
            new RunFonts { Ascii = "Times New Roman", HighAnsi = "Times New Roman", ComplexScript = "Times New Roman" },
            new FontSize { Val = "22" }))),
        new Style(new StyleName { Val = "Normal" }) { Type = StyleValues.Paragraph, StyleId = "Normal", Default = true },
        new Style(new StyleName { Val = "heading 1" }, new BasedOn { Val = "Normal" }) { Type = StyleValues.Paragraph,
            StyleId = "Heading1" },
        new Style(new StyleName { Val = "caption" }, new BasedOn { Val = "Normal" }) { Type = StyleValues.Paragraph, StyleId = "Caption" });

    private Drawing Picture(string part, double width, double height, string words)
    {
        var (cx, cy) = ((long)(width * EmuPerMillimetre), (long)(height * EmuPerMillimetre));
        var id = ++_pictures;
        var name = $"Figure {id}";
        return new Drawing(new Wp.Inline(
            new Wp.Extent { Cx = cx, Cy = cy },
            new Wp.EffectExtent { LeftEdge = 0, TopEdge = 0, RightEdge = 0, BottomEdge = 0 },
            new Wp.DocProperties { Id = id, Name = name, Description = words },
            new Wp.NonVisualGraphicFrameDrawingProperties(new A.GraphicFrameLocks { NoChangeAspect = true }),
            new A.Graphic(new A.GraphicData(new Pic.Picture(
                new Pic.NonVisualPictureProperties(new Pic.NonVisualDrawingProperties { Id = id, Name = name },
                    new Pic.NonVisualPictureDrawingProperties()),
                new Pic.BlipFill(new A.Blip { Embed = part }, new A.Stretch(new A.FillRectangle())),
                new Pic.ShapeProperties(
                    new A.Transform2D(new A.Offset { X = 0, Y = 0 }, new A.Extents { Cx = cx, Cy = cy }),
                    new A.PresetGeometry(new A.AdjustValueList()) { Preset = A.ShapeTypeValues.Rectangle })))
            { Uri = "http://schemas.openxmlformats.org/drawingml/2006/picture" }))
        { DistanceFromTop = 0, DistanceFromBottom = 0, DistanceFromLeft = 0, DistanceFromRight = 0 });
    }
}
