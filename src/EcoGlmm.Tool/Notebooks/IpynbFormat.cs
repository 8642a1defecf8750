using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EcoGlmm.Tool.Notebooks;

/// <summary>
/// Jupyter's notebook format 4 (https://nbformat.readthedocs.io), written as Jupyter itself writes it: one-space
/// indent, text as arrays of lines, non-ASCII characters kept, so that running a notebook again changes only what
/// its outputs changed. Microsoft.DotNet.Interactive.Documents, which reads the .dib format, would lose raw cells,
/// attachments, execution counts and the minor version of the format.
/// </summary>
internal static partial class IpynbFormat
{
    /// <summary>Reads the text of an .ipynb file; saved outputs are left behind.</summary>
    public static Notebook Parse(string text, string path)
    {
        JsonObject root;
        try
        {
            root = JsonNode.Parse(text) as JsonObject
                ?? throw new ToolException($"\"{path}\" is not a notebook: its JSON is not an object.");
            return Parse(root, path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ToolException($"\"{path}\" is not a readable notebook: {e.Message}");
        }
    }

    private static Notebook Parse(JsonObject root, string path)
    {
        if (root["nbformat"]?.GetValue<int>() is not 4)
        {
            throw new ToolException(
                $"\"{path}\" is not in notebook format 4. Open it in Jupyter or VS Code and save it again.");
        }

        var metadata = root["metadata"]?.DeepClone() as JsonObject ?? [];
        var language = NotebookLanguage(metadata, path);
        var cells = new List<NotebookCell>();
        foreach (var node in root["cells"] as JsonArray ?? [])
        {
            if (node is JsonObject cell)
                cells.Add(ParseCell(cell, language));
        }

        return new Notebook(cells, metadata, root["nbformat_minor"]?.GetValue<int>() ?? 0);
    }

    private static NotebookCell ParseCell(JsonObject cell, string defaultLanguage)
    {
        var metadata = cell["metadata"]?.DeepClone() as JsonObject ?? [];
        var kind = cell["cell_type"]?.GetValue<string>() switch
        {
            "markdown" => CellKind.Markdown,
            "code" => CellKind.Code,
            _ => CellKind.Raw,
        };
        var language = (string?)metadata["polyglot_notebook"]?["kernelName"]
            ?? (string?)metadata["dotnet_interactive"]?["language"]
            ?? defaultLanguage;
        return new NotebookCell(kind, language, ReadText(cell["source"]))
        {
            Id = (string?)cell["id"],
            Metadata = metadata,
            Attachments = cell["attachments"]?.DeepClone(),
        };
    }

    private static string NotebookLanguage(JsonObject metadata, string path)
    {
        var fallback = (string?)metadata["polyglot_notebook"]?["kernelInfo"]?["defaultKernelName"]
            ?? (string?)metadata["dotnet_interactive"]?["defaultKernelName"];
        if (fallback is not null)
            return fallback;
        var kernel = (string?)metadata["kernelspec"]?["name"];
        var language = (string?)metadata["kernelspec"]?["language"] ?? (string?)metadata["language_info"]?["name"];
        return (kernel, language?.ToLowerInvariant()) switch
        {
            (".net-csharp" or "csharp", _) or (_, null or "c#" or "csharp" or "polyglot-notebook") => "csharp",
            (".net-fsharp" or "fsharp", _) or (_, "f#" or "fsharp") => "fsharp",
            _ => throw new ToolException(
                $"\"{path}\" is a notebook for the kernel \"{kernel ?? language}\"; only C# and F# notebooks can be run."),
        };
    }

    private static string ReadText(JsonNode? source)
    {
        var text = source is JsonArray lines
            ? string.Concat(lines.Select(line => line?.GetValue<string>()))
            : source?.GetValue<string>() ?? "";
        return text.Replace("\r\n", "\n");
    }

    /// <summary>The text of the .ipynb file, ending in a line feed.</summary>
    public static string Write(Notebook notebook)
    {
        var metadata = (JsonObject)notebook.Metadata.DeepClone();
        metadata["kernelspec"] ??= new JsonObject
        {
            ["display_name"] = ".NET (C#)",
            ["language"] = "C#",
            ["name"] = ".net-csharp",
        };
        metadata["language_info"] ??= new JsonObject { ["name"] = "polyglot-notebook" };
        metadata["polyglot_notebook"] ??= new JsonObject
        {
            ["kernelInfo"] = new JsonObject
            {
                ["defaultKernelName"] = "csharp",
                ["items"] = new JsonArray(new JsonObject
                {
                    ["aliases"] = new JsonArray(),
                    ["languageName"] = "csharp",
                    ["name"] = "csharp",
                }),
            },
        };
        var cells = new JsonArray();
        foreach (var cell in notebook.Cells)
            cells.Add(WriteCell(cell, cells.Count, withId: notebook.MinorFormat >= 5));
        var root = new JsonObject
        {
            ["cells"] = cells,
            ["metadata"] = metadata,
            ["nbformat"] = 4,
            ["nbformat_minor"] = notebook.MinorFormat,
        };
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions
        {
            Indented = true,
            IndentSize = 1,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            root.WriteTo(writer);
        }

        return Unescape(Encoding.UTF8.GetString(stream.ToArray())) + "\n";
    }

    private static JsonObject WriteCell(NotebookCell cell, int index, bool withId)
    {
        var node = new JsonObject();
        if (cell.Attachments is not null)
            node["attachments"] = cell.Attachments.DeepClone();
        node["cell_type"] = cell.Kind.ToString().ToLowerInvariant();
        if (cell.Kind == CellKind.Code)
            node["execution_count"] = cell.ExecutionCount;
        if (withId)
            node["id"] = cell.Id ?? $"cell-{index + 1}";
        node["metadata"] = cell.Metadata.DeepClone();
        if (cell.Kind == CellKind.Code)
            node["outputs"] = new JsonArray([.. cell.Outputs.Select(o => WriteOutput(o, cell.ExecutionCount))]);
        node["source"] = Lines(cell.Source);
        return node;
    }

    private static JsonObject WriteOutput(CellOutput output, int? executionCount)
    {
        switch (output)
        {
            case StreamOutput stream:
                return new JsonObject
                {
                    ["name"] = stream.Name,
                    ["output_type"] = "stream",
                    ["text"] = Lines(stream.Text),
                };
            case ErrorOutput error:
                return new JsonObject
                {
                    ["ename"] = error.Name,
                    ["evalue"] = error.Message,
                    ["output_type"] = "error",
                    ["traceback"] = new JsonArray([.. error.Trace.Select(line => JsonValue.Create(line))]),
                };
            case DisplayOutput display:
                var data = new JsonObject();
                foreach (var (mimeType, text) in display.Data.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    data[mimeType] = (mimeType.EndsWith("json", StringComparison.Ordinal) ? Json(text) : null) ?? Lines(text);
                var node = new JsonObject { ["data"] = data };
                if (display.IsResult)
                    node["execution_count"] = executionCount;
                node["metadata"] = new JsonObject();
                node["output_type"] = display.IsResult ? "execute_result" : "display_data";
                return node;
            default:
                throw new InvalidOperationException($"Unknown output {output.GetType().Name}.");
        }
    }

    // nbformat holds JSON as JSON, not as lines of text; what is not JSON, whatever it was called, stays text.
    private static JsonNode? Json(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonArray Lines(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[start..end]);
            start = end;
        }

        return lines;
    }

    // Even the relaxed encoder escapes letters beyond the basic plane (emoji), no-break spaces and the like.
    private static string Unescape(string json) => EscapedCharacter().Replace(json, match =>
    {
        if (match.Groups["backslashes"].Length % 2 == 1)
            return match.Value;
        var text = Regex.Unescape(match.Groups["escapes"].Value);
        return text.Any(c => c < ' ' || c is '"' or '\\' or '\u2028' or '\u2029') || !IsWellFormed(text)
            ? match.Value
            : match.Groups["backslashes"].Value + text;
    });

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    [GeneratedRegex(@"(?<backslashes>\\*?)(?<escapes>(?:\\u[0-9A-Fa-f]{4})+)")]
    private static partial Regex EscapedCharacter();
}
