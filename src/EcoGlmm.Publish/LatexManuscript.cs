using System.Text;
using EcoGlmm.Reporting;

namespace EcoGlmm.Publish;

/// <summary>Writes a manuscript as a LaTeX document, its figures as PDF files beside it.</summary>
/// <param name="path">The file of the document.</param>
internal sealed class LatexManuscript(string path)
{
    private const string Begin =
        """
        \documentclass[11pt,a4paper]{article}
        \usepackage[utf8]{inputenc}
        \usepackage[T1]{fontenc}
        \usepackage[margin=20mm]{geometry}
        \usepackage{booktabs}
        \usepackage{graphicx}
        \begin{document}


        """;

    private readonly StringBuilder _text = new(Begin.ReplaceLineEndings("\n"));
    private int _figures;

    public void Heading(string text) => _text.Append("\\section*{").Append(LatexText.Of(text)).Append("}\n\n");

    public void Paragraph(string text) => _text.Append(LatexText.Of(text)).Append("\n\n");

    /// <summary>A table, shrunken to the width of the page where it is wider.</summary>
    public void Table(PublicationTable table) => _text.Append(table.ToLatex().Replace("\\begin{table}", "\\begin{table}[htbp]")
        .Replace("\\begin{tabular}", "\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n\\begin{tabular}")
        .Replace("\\end{tabular}", "\\end{tabular}}")).Append('\n');

    /// <summary>Writes a figure beside the document, and its place into it.</summary>
    public void Figure(byte[] pdf, double widthMillimetres, string caption)
    {
        var name = FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(path)}-figure{++_figures}.pdf");
        WholeFile.Write(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name), pdf);
        _text.Append("\\begin{figure}[htbp]\n\\centering\n\\includegraphics[width=")
            .Append(FormattableString.Invariant($"{widthMillimetres:0.#}mm,height=0.85\\textheight,keepaspectratio]{{{name}}}\n"));
        // A caption that numbers itself has LaTeX's number twice.
        if (caption.Length > 0)
            _text.Append(caption.StartsWith("Figure ", StringComparison.Ordinal) ? "\\par\\smallskip " : "\\caption{")
                .Append(LatexText.Of(caption)).Append(caption.StartsWith("Figure ", StringComparison.Ordinal) ? "\n" : "}\n");
        _text.Append("\\end{figure}\n\n");
    }

    public void Save() => WholeFile.Write(path, Encoding.UTF8.GetBytes(_text.Append("\\end{document}\n").ToString()));
}
