using Microsoft.DotNet.Interactive.Documents;

namespace EcoGlmm.Tool.Notebooks;

/// <summary>Polyglot Notebooks' text format: cells one after the other, each begun by a line that names its kernel.</summary>
internal static class DibFormat
{
    private static readonly KernelInfoCollection Kernels =
    [
        new KernelInfo("csharp", languageName: "C#", aliases: ["c#", "cs"]), new KernelInfo("fsharp", languageName: "F#", aliases: ["f#", "fs"]),
        new KernelInfo("pwsh", languageName: "PowerShell", aliases: ["powershell"]), new KernelInfo("javascript", languageName: "JavaScript", aliases: ["js"]),
        new KernelInfo("html"), new KernelInfo("sql"), new KernelInfo("kql"), new KernelInfo("mermaid"), new KernelInfo("http"), new KernelInfo("value"),
    ];

    public static Notebook Parse(string text)
    {
        var document = CodeSubmission.Parse(text.ReplaceLineEndings("\n"), Kernels);
        var cells = document.Elements.Where(element => !string.IsNullOrWhiteSpace(element.Contents)).Select(element => new NotebookCell(
            element.KernelName == "markdown" ? CellKind.Markdown : CellKind.Code, element.KernelName ?? "csharp", element.Contents));
        return new Notebook([.. cells], [], minorFormat: 5);
    }
}
