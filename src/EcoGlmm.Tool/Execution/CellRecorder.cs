using System.Text.Json;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Tool.Execution;

/// <summary>Turns the kernel's events into the outputs of a cell, in the order in which they come.</summary>
internal sealed class CellRecorder(List<CellOutput> outputs)
{
    private readonly Dictionary<string, DisplayOutput> _displays = new(StringComparer.Ordinal);

    public void Take(KernelEvent happened)
    {
        switch (happened.Type)
        {
            case "DisplayedValueProduced":
                Show(happened.Content, isResult: false);
                break;
            case "ReturnValueProduced":
                Show(happened.Content, isResult: true);
                break;
            case "DisplayedValueUpdated" when Id(happened.Content) is { } id && _displays.TryGetValue(id, out var shown):
                shown.Data = Formats(happened.Content);
                break;
            case "StandardOutputValueProduced":
                Write("stdout", happened.Content);
                break;
            case "StandardErrorValueProduced" or "ErrorProduced":
                Write("stderr", happened.Content);
                break;
        }
    }

    private void Show(JsonElement content, bool isResult)
    {
        var formats = Formats(content);
        if (formats.Count == 0) return;
        var output = new DisplayOutput(formats, isResult);
        outputs.Add(output);
        if (Id(content) is { } id) _displays[id] = output;
    }

    private void Write(string stream, JsonElement content)
    {
        var text = string.Concat(Formats(content).Values).ReplaceLineEndings("\n");
        if (text.Length == 0) return;
        if (outputs.LastOrDefault() is StreamOutput last && last.Name == stream)
            last.Text += text;
        else
            outputs.Add(new StreamOutput(stream, text));
    }

    private static string? Id(JsonElement content) => content.TryGetProperty("valueId", out var id) ? id.GetString() : null;

    private static Dictionary<string, string> Formats(JsonElement content)
    {
        var formats = new Dictionary<string, string>(StringComparer.Ordinal);
        if (content.TryGetProperty("formattedValues", out var values) && values.ValueKind == JsonValueKind.Array)
        {
            foreach (var value in values.EnumerateArray())
            {
                if (value.TryGetProperty("suppressDisplay", out var silent) && silent.ValueKind == JsonValueKind.True) continue;
                formats[value.GetProperty("mimeType").GetString()!] = value.GetProperty("value").GetString() ?? "";
            }
        }

        return formats;
    }
}
