namespace EcoGlmm.Tool;

/// <summary>Something the user of the command can put right; its message is printed without a stack trace.</summary>
internal sealed class ToolException(string message) : Exception(message);
