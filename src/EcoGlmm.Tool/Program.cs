using System.CommandLine;
using System.CommandLine.Help;
using EcoGlmm.Tool.Plans;

namespace EcoGlmm.Tool;

/// <summary>The <c>ecoglmm</c> command.</summary>
internal static class Program
{
    /// <summary>The exit code when Ctrl+C ended the run.</summary>
    public const int Cancelled = 130;

    private const int BadUsage = 2;

    /// <summary>The commands by their names, in the order of the help.</summary>
    internal static NamedCommand[] Commands =>
    [
        .. NotebookCommands.All, new("fit", FitCommand.Create), new("report", ReportCommand.Create), .. PlannedCommands.All,
        new("scan", ScanCommand.Create), .. FolderCommands.All,
    ];

    /// <summary>
    /// What parses the command line. A command that is named is the only one to be built: a short run has no time for the others.
    /// </summary>
    internal static Command Root(string[] args)
    {
        var root = new Command("ecoglmm", "EcoGlmm: generalized linear mixed models for ecologists, from the shell.")
        {
            new HelpOption(), new VersionOption(),
        };
        var commands = Commands;
        var named = args.Length == 0 ? null : Array.Find(commands, command => command.Name == args[0]);
        foreach (var command in named is null ? commands : [named]) root.Add(command.Create());
        return root;
    }

    public static async Task<int> Main(string[] args)
    {
        var root = Root(args);
        var result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
                await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            var asked = result.CommandResult.Command;
            var name = asked == root ? root.Name : $"{root.Name} {asked.Name}";
            await Console.Error.WriteLineAsync($"Try: {name} --help").ConfigureAwait(false);
            return BadUsage;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
            }).ConfigureAwait(false);
        }
        catch (ToolException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return BadUsage;
        }
    }
}
