using System.Text.Json.Nodes;

namespace EcoGlmm.Tool.Notebooks;

internal enum CellKind
{
    Code,
    Markdown,
    Raw,
}

/// <summary>A cell with the metadata it came with; its outputs are those of the last execution.</summary>
internal sealed class NotebookCell(CellKind kind, string language, string source)
{
    public CellKind Kind { get; } = kind;

    /// <summary>The kernel the cell asks for: "csharp" unless its metadata says otherwise.</summary>
    public string Language { get; } = language;

    /// <summary>The cell's text with \n line ends.</summary>
    public string Source { get; } = source;

    public string? Id { get; set; }

    public JsonObject Metadata { get; init; } = [];

    /// <summary>Files attached to a Markdown cell, kept as they are.</summary>
    public JsonNode? Attachments { get; init; }

    public int? ExecutionCount { get; set; }

    public List<CellOutput> Outputs { get; } = [];

    /// <summary>Jupyter's tag for a cell that is meant to fail.</summary>
    public bool MayFail => Metadata["tags"] is JsonArray tags
        && tags.Any(tag => tag?.GetValueKind() == System.Text.Json.JsonValueKind.String
            && tag.GetValue<string>() == "raises-exception");
}

/// <summary>A notebook in memory, whichever file format it came from.</summary>
internal sealed class Notebook(IReadOnlyList<NotebookCell> cells, JsonObject metadata, int minorFormat)
{
    public IReadOnlyList<NotebookCell> Cells { get; } = cells;

    public JsonObject Metadata { get; } = metadata;

    /// <summary>The y of nbformat 4.y; cells have ids from 4.5 on.</summary>
    public int MinorFormat { get; } = minorFormat;

    /// <summary>Reads a notebook; the extension decides the format.</summary>
    /// <exception cref="ToolException">The file is missing, or is not a C# notebook.</exception>
    public static Notebook Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"The notebook \"{path}\" cannot be read: {e.Message}");
        }

        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".ipynb" => IpynbFormat.Parse(text, path),
            ".dib" => DibFormat.Parse(text),
            _ => throw new ToolException($"\"{path}\" is not a notebook: expected a file ending in .ipynb or .dib."),
        };
    }
}
