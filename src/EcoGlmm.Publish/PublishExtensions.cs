using EcoGlmm.Publish;

namespace EcoGlmm;

/// <summary>Figures and tables as files for a journal.</summary>
public static class PublishExtensions
{
    /// <summary>Writes a figure as a PDF of one page, its fonts embedded.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="path">The file, which is replaced if it exists; a failure leaves the old one.</param>
    /// <param name="widthMillimetres">Width in millimetres: about 85 for a column, 170 for a page.</param>
    /// <exception cref="GlmmException">The width makes no sense, or the file cannot be written.</exception>
    public static void SavePdf(this Figure figure, string path, double widthMillimetres = 170)
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var drawn = new PublishedFigure(figure, widthMillimetres);
        WholeFile.Write(path, drawn.ToPdf(figure.Title ?? ""));
    }

    /// <summary>Writes a figure as a PNG on white.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="path">The file, which is replaced if it exists; a failure leaves the old one.</param>
    /// <param name="widthMillimetres">Width in millimetres: about 85 for a column, 170 for a page.</param>
    /// <param name="dotsPerInch">Resolution.</param>
    /// <exception cref="GlmmException">The width or the resolution makes no sense, or the file cannot be written.</exception>
    public static void SavePng(this Figure figure, string path, double widthMillimetres = 170, int dotsPerInch = 300)
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var drawn = new PublishedFigure(figure, widthMillimetres);
        WholeFile.Write(path, drawn.ToPng(dotsPerInch));
    }

    /// <summary>Writes a table as a Word document.</summary>
    /// <param name="table">The table.</param>
    /// <param name="path">The file, which is replaced if it exists; a failure leaves the old one.</param>
    /// <exception cref="GlmmException">The file cannot be written.</exception>
    public static void SaveDocx(this PublicationTable table, string path) => new Manuscript().Add(table).SaveDocx(path);

    /// <summary>Writes the table of a model as a Word document.</summary>
    /// <param name="fit">The model.</param>
    /// <param name="path">The file, which is replaced if it exists; a failure leaves the old one.</param>
    /// <param name="options">Columns, labels, number style; the usual ones when null.</param>
    /// <exception cref="GlmmException">The file cannot be written.</exception>
    public static void SaveDocx(this GlmmFit fit, string path, ModelTableOptions? options = null) => fit.Table(options).SaveDocx(path);

    /// <summary>Writes a report as a Word document.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file, which is replaced if it exists; a failure leaves the old one.</param>
    /// <exception cref="GlmmException">The file cannot be written.</exception>
    public static void SaveDocx(this ModelReport report, string path) => new Manuscript().Add(report).SaveDocx(path);
}
