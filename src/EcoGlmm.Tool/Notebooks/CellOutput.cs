namespace EcoGlmm.Tool.Notebooks;

/// <summary>The formats of a displayed value that this command looks for.</summary>
internal static class MimeType
{
    public const string Html = "text/html", Plain = "text/plain";
}

/// <summary>One output of a code cell, in nbformat's kinds.</summary>
internal abstract class CellOutput;

/// <summary>Console text; consecutive writes to the same stream are one output.</summary>
internal sealed class StreamOutput(string name, string text) : CellOutput
{
    /// <summary>"stdout" or "stderr".</summary>
    public string Name { get; } = name;

    public string Text { get; set; } = text;
}

/// <summary>A value that was shown, in one or more MIME types.</summary>
internal sealed class DisplayOutput(IReadOnlyDictionary<string, string> data, bool isResult) : CellOutput
{
    public IReadOnlyDictionary<string, string> Data { get; set; } = data;

    /// <summary>True for the value of the cell's last expression, false for display(...).</summary>
    public bool IsResult { get; } = isResult;
}

/// <summary>Why the cell failed.</summary>
internal sealed class ErrorOutput(string name, string message, int? line, IReadOnlyList<string> trace) : CellOutput
{
    /// <summary>The exception's type, or CompilationError.</summary>
    public string Name { get; } = name;

    public string Message { get; } = message;

    /// <summary>The line of the cell's text, from 1, when it is known.</summary>
    public int? Line { get; } = line;

    public IReadOnlyList<string> Trace { get; } = trace;
}
