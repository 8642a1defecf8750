using EcoGlmm.Charts;

namespace EcoGlmm;

public sealed partial class Figure
{
    /// <summary>The figure in words: its titles, axes and annotations.</summary>
    public override string ToString() => FigureText.Describe(this);

    /// <summary>
    /// A fragment of HTML: a still picture, which scripts, where they run, replace by the interactive figure.
    /// </summary>
    /// <exception cref="GlmmException"><see cref="ChartOptions.PlotlySource"/> names a file that cannot be read.</exception>
    public string ToHtml() => FigureHtml.Fragment(this, PlotlySource.Current);

    /// <summary>Plotly JSON: an object with <c>data</c>, <c>layout</c> and <c>config</c>, for any of Plotly's libraries.</summary>
    /// <param name="indented">Whether to break and indent lines for reading.</param>
    public string ToJson(bool indented = false) => PlotlyJson.Figure(this, indented);

    /// <summary>A still picture, 900 pixels wide, without a background.</summary>
    public string ToSvg() => SvgFigure.Draw(this, plate: false);

    /// <summary>A still picture for print, without a background: laid out for its width, so that text has the same size in a column and on
    /// a page.</summary>
    /// <param name="widthMillimetres">Width in millimetres: about 85 for a journal's column, 170 for its page.</param>
    /// <exception cref="GlmmException">The width is not a positive number.</exception>
    public string ToSvg(double widthMillimetres) => widthMillimetres > 0 && double.IsFinite(widthMillimetres)
        ? SvgFigure.DrawForPrint(this, widthMillimetres)
        : throw new GlmmException($"The width of a figure is a number of millimetres, for example 85, not {widthMillimetres}.");

    /// <summary>Writes <see cref="ToJson"/> to a file.</summary>
    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <exception cref="GlmmException">The file cannot be written.</exception>
    public void SaveJson(string path) => PageFile.Save(path, ToJson(indented: true));

    /// <summary>Writes <see cref="ToSvg()"/> to a file, for papers and slides.</summary>
    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <exception cref="GlmmException">The file cannot be written.</exception>
    public void SaveSvg(string path) => PageFile.Save(path, ToSvg());

    /// <summary>Writes <see cref="ToSvg(double)"/> to a file.</summary>
    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <param name="widthMillimetres">Width in millimetres.</param>
    /// <exception cref="GlmmException">The file cannot be written, or the width is not a positive number.</exception>
    public void SaveSvg(string path, double widthMillimetres) => PageFile.Save(path, ToSvg(widthMillimetres));

    /// <summary>
    /// Writes a page that stands alone. It takes plotly.js from the network, or carries it, as
    /// <see cref="ChartOptions.PlotlySource"/> says.
    /// </summary>
    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <exception cref="GlmmException">The file cannot be written, or the local copy of plotly.js cannot be read.</exception>
    public void SaveHtml(string path) => PageFile.Save(path, FigureHtml.Page(this, PlotlySource.Current));
}
