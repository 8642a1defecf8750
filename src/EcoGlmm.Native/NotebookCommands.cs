using System.CommandLine;

namespace EcoGlmm.Tool;

/// <summary>What the native command says to those who look for what needs .NET itself.</summary>
internal static class NotebookCommands
{
    public static NamedCommand[] All => [new("run", Run)];

    private static Command Run()
    {
        var command = new Command("run", "Says how to run notebooks: this native command cannot.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((Action<ParseResult>)(_ => throw new ToolException("A native ecoglmm cannot run notebooks, which need .NET: "
            + "dotnet tool install --global EcoGlmm.Tool brings an ecoglmm that can.")));
        return command;
    }
}
