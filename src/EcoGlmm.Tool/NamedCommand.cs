using System.CommandLine;

namespace EcoGlmm.Tool;

/// <summary>A command that is built only where it is wanted.</summary>
internal sealed record NamedCommand(string Name, Func<Command> Create);
