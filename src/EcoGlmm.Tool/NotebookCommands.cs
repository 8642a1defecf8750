namespace EcoGlmm.Tool;

/// <summary>The commands that need .NET itself: a kernel for notebooks, or the types of an assembly.</summary>
internal static class NotebookCommands
{
    public static NamedCommand[] All => [new("run", RunCommand.Create), new("reference", ReferenceCommand.Create)];
}
