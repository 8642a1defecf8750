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

    public static async Task<int> Main(string[] args)
    {
        var root = new Command("ecoglmm", "EcoGlmm: generalized linear mixed models for ecologists, from the shell.")
        {
            new HelpOption(), new VersionOption(),
            RunCommand.Create(),
            FitCommand.Create(),
            ReportCommand.Create(),
            ReferenceCommand.Create(),
        };
        foreach (var command in PlannedCommands.All.Append(ScanCommand.Create()).Concat(FolderCommands.All)) root.Add(command);
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
