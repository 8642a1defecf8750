using System.Text.Json;
using System.Text.Json.Nodes;

namespace EcoGlmm.Tool.Notebooks;

/// <summary>The MIME types that this command looks for.</summary>
internal static class MimeType
{
    public const string Html = "text/html", Plain = "text/plain";
}

/// <summary>One output of a code cell, in nbformat's kinds.</summary>
internal abstract class CellOutput
{
    /// <summary>The output as a notebook holds it.</summary>
    public abstract JsonObject ToJson(int? executionCount);

    /// <summary>Text as a notebook holds it: line by line.</summary>
    public static JsonArray Lines(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) + 1;
            if (end == 0) end = text.Length;
            lines.Add(text[start..end]);
            start = end;
        }

        return lines;
    }
}

/// <summary>Console text; consecutive writes to the same stream, "stdout" or "stderr", are one output.</summary>
internal sealed class StreamOutput(string name, string text) : CellOutput
{
    public string Name { get; } = name;

    public string Text { get; set; } = text;

    public override JsonObject ToJson(int? executionCount) => new() { ["name"] = Name, ["output_type"] = "stream", ["text"] = Lines(Text) };
}

/// <summary>A value that was shown, in one or more MIME types: the cell's last expression, or by display(...).</summary>
internal sealed class DisplayOutput(IReadOnlyDictionary<string, string> data, bool isResult) : CellOutput
{
    public IReadOnlyDictionary<string, string> Data { get; set; } = data;

    public bool IsResult { get; } = isResult;

    public override JsonObject ToJson(int? executionCount)
    {
        var node = new JsonObject
        {
            ["data"] = new JsonObject(Data.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key,
                Content(pair.Key, pair.Value)))),
        };
        if (IsResult) node["execution_count"] = executionCount;
        node["metadata"] = new JsonObject();
        node["output_type"] = IsResult ? "execute_result" : "display_data";
        return node;
    }

    // JSON is held as JSON, not as lines of text; what is not JSON, whatever it was called, stays text.
    private static JsonNode? Content(string mimeType, string text)
    {
        try
        {
            return mimeType.EndsWith("json", StringComparison.Ordinal) ? JsonNode.Parse(text) : Lines(text);
        }
        catch (JsonException)
        {
            return Lines(text);
        }
    }
}

/// <summary>Why the cell failed.</summary>
/// <param name="name">The exception's type, or CompilationError.</param>
/// <param name="message">What it says.</param>
/// <param name="line">The line of the cell's text, from 1, when it is known.</param>
/// <param name="trace">What is shown.</param>
internal sealed class ErrorOutput(string name, string message, int? line, IReadOnlyList<string> trace) : CellOutput
{
    public string Name { get; } = name;

    public string Message { get; } = message;

    public int? Line { get; } = line;

    public IReadOnlyList<string> Trace { get; } = trace;

    public override JsonObject ToJson(int? executionCount) => new()
    {
        ["ename"] = Name, ["evalue"] = Message, ["output_type"] = "error",
            ["traceback"] = new JsonArray([.. Trace.Select(one => JsonValue.Create(one))]),
    };
}
