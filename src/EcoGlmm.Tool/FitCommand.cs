using System.CommandLine;

namespace EcoGlmm.Tool;

/// <summary><c>ecoglmm fit</c>: fits one model to a CSV file and prints its summary.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var model = new ModelArguments();
        var json = new Option<bool>("--json") { Description = "Print everything as JSON instead of the summary." };
        var command = model.AddTo(new Command("fit", "Fits a mixed model to a CSV file and prints its summary."));
        command.Add(json);
        command.SetAction((result, cancellation) => Run(async () =>
        {
            var fit = await model.FitAsync(result, cancellation).ConfigureAwait(false);
            Console.WriteLine(result.GetValue(json) ? fit.ToJson() : fit.ToString());
        }));
        return command;
    }

    /// <summary>Runs what a command does: a sentence for what cannot be done, an exit code of its own for what was stopped.</summary>
    public static async Task<int> Run(Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
            return 0;
        }
        catch (GlmmException e)
        {
            throw new ToolException(e.Message);
        }
        catch (OperationCanceledException)
        {
            return Program.Cancelled;
        }
    }
}
