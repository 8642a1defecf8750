using System.CommandLine;

namespace EcoGlmm.Tool;

/// <summary><c>ecoglmm report</c>: fits one model to a CSV file and writes the whole analysis as a page.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var model = new ModelArguments();
        var output = new Option<string>("--output", "-o") { Description = "The page to write.", HelpName = "file",
            DefaultValueFactory = _ => "report.html" };
        var command = model.AddTo(new Command("report", "Fits a mixed model and writes the whole analysis as one page: card, checks, "
            + "effects, tables."));
        command.Add(output);
        command.SetAction((result, cancellation) => FitCommand.Run(async () =>
        {
            // The page must be readable on a field laptop, without a network.
            ChartOptions.PlotlySource ??= ChartOptions.Bundled;
            var fit = await model.FitAsync(result, cancellation).ConfigureAwait(false);
            var path = result.GetValue(output)!;
            var analysis = fit.Analysis();
            analysis.SaveHtml(path);
            Console.WriteLine($"{analysis.Check.Verdict}\nWrote {path}.");
        }));
        return command;
    }
}
