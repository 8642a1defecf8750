using System.Text.RegularExpressions;

namespace EcoGlmm.Tool.Notebooks;

/// <summary>
/// Polyglot Notebooks' text format: cells one after the other, each begun by a line that names its kernel, with an
/// optional #!meta block first.
/// </summary>
internal static partial class DibFormat
{
    public static Notebook Parse(string text)
    {
        var cells = new List<NotebookCell>();
        var language = "csharp";
        var lines = new List<string>();
        foreach (var line in text.Replace("\r\n", "\n").Split('\n'))
        {
            var match = KernelLine().Match(line);
            if (!match.Success)
            {
                lines.Add(line);
                continue;
            }

            Add();
            language = match.Groups[1].Value;
        }

        Add();
        return new Notebook(cells, [], minorFormat: 5);

        void Add()
        {
            var source = string.Join('\n', lines).Trim('\n');
            lines.Clear();
            if (language == "meta" || string.IsNullOrWhiteSpace(source))
                return;
            var kind = language == "markdown" ? CellKind.Markdown : CellKind.Code;
            cells.Add(new NotebookCell(kind, language == "c#" ? "csharp" : language, source));
        }
    }

    [GeneratedRegex(@"^#!(meta|markdown|csharp|c#|html|fsharp|f#|pwsh|powershell|javascript|js|sql|kql|mermaid|value)\s*$")]
    private static partial Regex KernelLine();
}
