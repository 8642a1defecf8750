using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;
using DocumentFormat.OpenXml.Wordprocessing;
using SkiaSharp;

namespace EcoGlmm.Publish.Tests;

public sealed class PublishTests : IDisposable
{
    private static readonly Lazy<GlmmFit> Fit = new(() => Glmm.Fit("y ~ x + (1 | site)", Enumerable.Range(0, 60)
        .Select(i => new { y = 1 + (i * 7 % 11 * 0.3) + (i % 5), x = i % 7, site = "s" + (i % 5) }).ToArray()));

    private readonly string _folder = Directory.CreateTempSubdirectory("ecoglmm-publish").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    [Theory]
    [InlineData(85)]
    [InlineData(170)]
    public void APdfHasItsWidthOnPaperAndItsFonts(double millimetres)
    {
        Fit.Value.PlotEffect("x").SavePdf(At("f.pdf"), millimetres);
        var pdf = Encoding.Latin1.GetString(File.ReadAllBytes(At("f.pdf")));
        Assert.StartsWith("%PDF", pdf);
        var box = Regex.Match(pdf, @"/MediaBox\s*\[0 0 (?<w>[\d.]+) (?<h>[\d.]+)\]");
        // Skia's pages are whole points, a third of a millimetre.
        Assert.Equal(millimetres / 25.4 * 72, double.Parse(box.Groups["w"].Value, CultureInfo.InvariantCulture), 0.5);
        Assert.Contains("LiberationSans", pdf);
        Assert.Contains("/FontFile2", pdf);
        // Letters can be searched and copied.
        Assert.Contains("/ToUnicode", pdf);
        Assert.InRange(pdf.Length, 5_000, LargestPdf);
    }

    /// <summary>Bytes: the two fonts, whole, take 430,000, their letters that a figure has a tenth of it.</summary>
    private const int LargestPdf = 60_000;

    [Fact]
    public void APngHasItsResolutionAndSomethingInIt()
    {
        Fit.Value.PlotEffect("x").SavePng(At("f.png"), widthMillimetres: 100, dotsPerInch: 254);
        using var bitmap = SKBitmap.Decode(At("f.png"));
        Assert.Equal(1000, bitmap.Width);
        Assert.Equal(SKColors.White, bitmap.GetPixel(bitmap.Width - 1, 0));
        var ink = Enumerable.Range(0, bitmap.Height).Sum(y => Enumerable.Range(0, bitmap.Width)
            .Count(x => bitmap.GetPixel(x, y).Red < 100));
        Assert.InRange(ink, 1000, bitmap.Width * bitmap.Height / 2);
    }

    [Fact]
    public void EveryLetterOfFiguresIsInTheFont()
    {
        using var font = SKTypeface.FromStream(typeof(PublishExtensions).Assembly
            .GetManifestResourceStream("EcoGlmm.Publish.Fonts.LiberationSans-Regular.ttf")!);
        using var drawn = new SKFont(font);
        Assert.DoesNotContain("−×±≤≥²³√χσμθφρλβαΔ–—…≈·", c => drawn.GetGlyph(c) == 0);
    }

    [Fact]
    public void AManuscriptForLatexHasItsTablesAndItsFiguresBesideIt()
    {
        new Manuscript().Heading("50 % of R&D").Paragraph("y_1 rose").Add(Fit.Value.Table())
            .Add(Fit.Value.ConfidenceIntervals(), "Intervals").Add(Fit.Value.PlotEffect("x"), "The effect of x.", widthMillimetres: 85)
            .Add(Fit.Value.PlotCoefficients(), "Figure 2. Coefficients.").SaveLatex(At("paper.tex"));
        var tex = File.ReadAllText(At("paper.tex"));
        Assert.Contains("\\section*{50 \\% of R\\&D}", tex);
        Assert.Contains("y\\_1 rose", tex);
        Assert.Equal(2, Regex.Count(tex, @"\\begin\{tabular\}"));
        Assert.Contains("\\caption{Intervals}", tex);
        Assert.Contains("width=85mm,height=0.85\\textheight,keepaspectratio]{paper-figure1.pdf}", tex);
        Assert.Contains("\\caption{The effect of x.}", tex);
        Assert.DoesNotContain("\\caption{Figure 2", tex);
        // Each environment that begins ends, in order.
        var open = new Stack<string>();
        foreach (Match mark in Regex.Matches(tex, @"\\(?<what>begin|end)\{(?<name>\w+)\}"))
        {
            if (mark.Groups["what"].Value == "begin")
                open.Push(mark.Groups["name"].Value);
            else
                Assert.Equal(open.Pop(), mark.Groups["name"].Value);
        }

        Assert.Empty(open);
        foreach (var figure in new[] { "paper-figure1.pdf", "paper-figure2.pdf" })
            Assert.StartsWith("%PDF", Encoding.Latin1.GetString(File.ReadAllBytes(At(figure))));
    }

    [Fact]
    public void AManuscriptIsValidAndHoldsTableFigureAndReport()
    {
        var table = Fit.Value.Table();
        new Manuscript().Heading("Results").Add(Fit.Value.Report()).Add(table).Add(Fit.Value.PlotEffect("x"), "Figure 1.")
            .SaveDocx(At("m.docx"));
        using var document = WordprocessingDocument.Open(At("m.docx"), false);
        Assert.Empty(new OpenXmlValidator().Validate(document).Select(e => $"{e.Path?.XPath}: {e.Description}"));
        var body = document.MainDocumentPart!.Document!.Body!;
        var word = Assert.Single(body.Elements<Table>());
        string[][] rows = [.. word.Elements<TableRow>().Select(r => r.Elements<TableCell>().Select(c => c.InnerText).ToArray())];
        Assert.Equal(table.Columns.Select(c => c.Header), rows[0]);
        foreach (var row in table.Sections.SelectMany(s => s.Rows))
            Assert.Contains(rows, r => r.SequenceEqual(row));
        Assert.Single(document.MainDocumentPart.ImageParts);
        Assert.Contains("linear mixed model", body.InnerText);
    }

    [Fact]
    public void AFileThatCannotBeWrittenLeavesTheOldOne()
    {
        var path = At("folder");
        Directory.CreateDirectory(path);
        Assert.Contains("cannot be written", Assert.Throws<GlmmException>(() => Fit.Value.SaveDocx(path)).Message);
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Contains("mm wide", Assert.Throws<GlmmException>(() => Fit.Value.PlotEffect("x").SavePdf(At("f.pdf"), 3)).Message);
        Assert.Contains("dots an inch", Assert.Throws<GlmmException>(() => Fit.Value.PlotEffect("x").SavePng(At("f.png"),
            dotsPerInch: 5)).Message);
    }
}
