using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Tool.Pages;

/// <summary>Writes an executed notebook as one HTML file that needs no other file.</summary>
internal static partial class NotebookPage
{
    /// <param name="notebook">The executed notebook.</param>
    /// <param name="name">The title when no Markdown cell has a heading.</param>
    /// <param name="folder">The notebook's folder, where pictures are looked for.</param>
    public static string Write(Notebook notebook, string name, string folder)
    {
        var renderer = new MarkdownRenderer(folder);
        var title = notebook.Cells.Where(cell => cell.Kind == CellKind.Markdown)
            .Select(cell => MarkdownRenderer.Title(cell.Source)).FirstOrDefault(text => text is not null) ?? name;
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Append("<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.Append($"<title>{Encode(title)}</title>\n<style>\n{Resource("page.css")}</style>\n");
        if (HasFigures(notebook))
        {
            // Once for all figures of the page, which then load nothing from the network.
            html.Append(ChartOptions.BundledElement()).Append('\n');
        }

        html.Append("</head>\n<body>\n<main>\n");
        foreach (var cell in notebook.Cells)
        {
            switch (cell.Kind)
            {
                case CellKind.Markdown:
                    html.Append($"<section class=\"prose\">\n{renderer.ToHtml(cell.Source)}</section>\n");
                    break;
                case CellKind.Code when !string.IsNullOrWhiteSpace(cell.Source):
                    WriteCode(html, cell, renderer);
                    break;
                case CellKind.Raw:
                    html.Append($"<pre>{Encode(cell.Source)}</pre>\n");
                    break;
            }
        }

        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void WriteCode(StringBuilder html, NotebookCell cell, MarkdownRenderer renderer)
    {
        html.Append("<section class=\"cell\">\n");
        if (cell.Language is "csharp")
            html.Append($"<pre class=\"code\"><code>{CSharpColours.ToHtml(cell.Source)}</code></pre>\n");
        foreach (var output in cell.Outputs)
        {
            switch (output)
            {
                case StreamOutput stream:
                    html.Append($"<pre class=\"{stream.Name}\">{Encode(WithoutColours(stream.Text))}</pre>\n");
                    break;
                case ErrorOutput error:
                    html.Append($"<pre class=\"error\" role=\"alert\">{Encode(string.Join('\n', error.Trace))}</pre>\n");
                    break;
                case DisplayOutput display:
                    html.Append($"<div class=\"output\">{Richest(display.Data, renderer)}</div>\n");
                    break;
            }
        }

        html.Append("</section>\n");
    }

    private static string Richest(IReadOnlyDictionary<string, string> data, MarkdownRenderer renderer)
    {
        if (data.TryGetValue(MimeType.Html, out var html))
            return html;
        if (data.TryGetValue("image/svg+xml", out var svg))
            return svg;
        if (data.TryGetValue("image/png", out var png))
            return $"<img alt=\"\" src=\"data:image/png;base64,{Encode(png.Trim())}\">";
        if (data.TryGetValue("text/markdown", out var markdown))
            return $"<div class=\"prose\">{renderer.ToHtml(markdown)}</div>";
        return $"<pre>{Encode(data.GetValueOrDefault(MimeType.Plain) ?? data.Values.First())}</pre>";
    }

    private static bool HasFigures(Notebook notebook) => notebook.Cells.SelectMany(cell => cell.Outputs)
        .OfType<DisplayOutput>()
        .Any(output => output.Data.TryGetValue(MimeType.Html, out var html)
            && html.Contains("\"ecoglmm-figure\"", StringComparison.Ordinal));

    private static string Resource(string name)
    {
        using var stream = typeof(NotebookPage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string WithoutColours(string text) => TerminalSequence().Replace(text, "");

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    [GeneratedRegex(@"\u001b\[[0-9;?]*[A-Za-z]")]
    private static partial Regex TerminalSequence();
}
