using System.Text.Json;
using System.Text.Json.Nodes;

namespace EcoGlmm.Tool.Notebooks;

internal enum CellKind
{
    Code,
    Markdown,
    Raw,
}

/// <summary>A cell; its outputs are those of the last execution.</summary>
/// <param name="json">The cell as its notebook holds it.</param>
/// <param name="defaultLanguage">The notebook's language.</param>
internal sealed class NotebookCell(JsonObject json, string defaultLanguage)
{
    public JsonObject Json { get; } = json;

    public CellKind Kind { get; } = (string?)json["cell_type"] switch { "markdown" => CellKind.Markdown, "code" => CellKind.Code, _ =>
        CellKind.Raw };

    /// <summary>The kernel that the cell asks for: the notebook's unless its metadata say otherwise.</summary>
    public string Language { get; } = (string?)json["metadata"]?["polyglot_notebook"]?["kernelName"]
        ?? (string?)json["metadata"]?["dotnet_interactive"]?["language"] ?? defaultLanguage;

    /// <summary>The cell's text with \n line ends.</summary>
    public string Source { get; } = (json["source"] is JsonArray lines
        ? string.Concat(lines.Select(line => (string?)line))
        : (string?)json["source"] ?? "").Replace("\r\n", "\n", StringComparison.Ordinal);

    public int? ExecutionCount { get; set; }

    public List<CellOutput> Outputs { get; } = [];

    /// <summary>Jupyter's tag for a cell that is meant to fail.</summary>
    public bool MayFail => Json["metadata"]?["tags"] is JsonArray tags
        && tags.Any(tag => tag?.GetValueKind() == JsonValueKind.String && (string?)tag == "raises-exception");

    /// <summary>Puts what came of the cell into the notebook.</summary>
    public void Save()
    {
        Json["source"] = CellOutput.Lines(Source);
        if (Kind != CellKind.Code) return;
        Json["execution_count"] = ExecutionCount;
        Json["outputs"] = new JsonArray([.. Outputs.Select(output => output.ToJson(ExecutionCount))]);
    }
}
