using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.DotNet.Interactive.Documents;
using Microsoft.DotNet.Interactive.Documents.Jupyter;

namespace EcoGlmm.Tool.Notebooks;

/// <summary>
/// A notebook as its file holds it: the JSON of Jupyter's format 4 (https://nbformat.readthedocs.io), in which a run changes
/// outputs and execution counts and nothing else. It is written as Jupyter itself writes it, so that running it again changes
/// only what its outputs changed.
/// </summary>
internal sealed partial class Notebook
{
    private const int Format = 4, FirstMinorFormatWithIds = 5;

    private static readonly JsonSerializerOptions AsJupyter = new()
    {
        WriteIndented = true, IndentSize = 1, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly KernelInfoCollection Kernels =
    [
        new KernelInfo("csharp", languageName: "C#", aliases: ["c#", "cs"]), new KernelInfo("fsharp", languageName: "F#",
            aliases: ["f#", "fs"]),
        new KernelInfo("pwsh", languageName: "PowerShell", aliases: ["powershell"]), new KernelInfo("javascript",
            languageName: "JavaScript", aliases: ["js"]),
        new KernelInfo("html"), new KernelInfo("sql"), new KernelInfo("kql"), new KernelInfo("mermaid"), new KernelInfo("http"),
        new KernelInfo("value"),
    ];

    private readonly JsonObject _root;

    private Notebook(JsonObject root, string path)
    {
        if (root["nbformat"]?.GetValue<int>() is not Format)
            throw new ToolException($"\"{path}\" is not in notebook format 4. Open it in Jupyter or VS Code and save it again.");
        _root = root;
        var language = LanguageOf(root["metadata"], path);
        Cells = [.. (root["cells"] as JsonArray ?? []).OfType<JsonObject>().Select(cell => new NotebookCell(cell, language))];
        if (root["nbformat_minor"]?.GetValue<int>() < FirstMinorFormatWithIds)
            return;
        foreach (var (i, cell) in Cells.Index())
            cell.Json["id"] ??= $"cell-{i + 1}";
    }

    public IReadOnlyList<NotebookCell> Cells { get; }

    /// <summary>Reads a notebook; the extension decides the format.</summary>
    /// <exception cref="ToolException">The file is missing, or is not a notebook of C# or F#.</exception>
    public static Notebook Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            return new Notebook(Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".ipynb" => JsonNode.Parse(text) as JsonObject ?? throw new ToolException($"\"{path}\" is not a notebook: its JSON is not "
                    + $"an object."),
                ".dib" => JsonNode.Parse(CodeSubmission.Parse(text.ReplaceLineEndings("\n"), Kernels).ToJupyterJson("csharp"))!.AsObject(),
                _ => throw new ToolException($"\"{path}\" is not a notebook: expected a file ending in .ipynb or .dib."),
            }, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"The notebook \"{path}\" cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ToolException($"\"{path}\" is not a readable notebook: {e.Message}");
        }
    }

    /// <summary>The text of the .ipynb file with the outputs of the cells, ending in a line feed.</summary>
    public string ToJson()
    {
        foreach (var cell in Cells)
            cell.Save();
        return Escaped().Replace(_root.ToJsonString(AsJupyter), match => Regex.Unescape(match.Value)) + "\n";
    }

    private static string LanguageOf(JsonNode? metadata, string path)
    {
        var named = (string?)metadata?["polyglot_notebook"]?["kernelInfo"]?["defaultKernelName"]
            ?? (string?)metadata?["dotnet_interactive"]?["defaultKernelName"];
        var kernel = (string?)metadata?["kernelspec"]?["name"];
        var language = (string?)metadata?["kernelspec"]?["language"] ?? (string?)metadata?["language_info"]?["name"];
        return named ?? (kernel, language?.ToLowerInvariant()) switch
        {
            (".net-csharp" or "csharp", _) or (_, null or "c#" or "csharp" or "polyglot-notebook") => "csharp",
            (".net-fsharp" or "fsharp", _) or (_, "f#" or "fsharp") => "fsharp",
            _ => throw new ToolException($"\"{path}\" is a notebook for the kernel \"{kernel ?? language}\"; only C# and F# notebooks can "
                + $"be run."),
        };
    }

    // Even the relaxed encoder escapes letters beyond the basic plane (emoji) and unusual blanks, which Jupyter writes as they are.
    [GeneratedRegex(@"(?<=(?<!\\)(?:\\\\)*)(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
        + @"|\\u(?!00[01]|2028|2029|[dD][89a-fA-F])[0-9a-fA-F]{4})")]
    private static partial Regex Escaped();
}
