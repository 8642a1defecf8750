using System.CommandLine;
using EcoGlmm.Text;
using EcoGlmm.Tool.Execution;
using EcoGlmm.Tool.Notebooks;
using EcoGlmm.Tool.Pages;

namespace EcoGlmm.Tool;

/// <summary><c>ecoglmm run</c>: executes a notebook and writes what came of it.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var notebook = new Argument<string>("notebook") { Description = "The notebook to run, .ipynb or .dib." };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Write the executed notebook to this .ipynb file.",
        };
        var inPlace = new Option<bool>("--in-place") { Description = "Write the outputs into the notebook itself." };
        var html = new Option<string?>("--html") { Description = "Write a self-contained web page to this file." };
        var timeout = new Option<double?>("--timeout")
        {
            Description = "The most seconds that one cell may take.",
            HelpName = "seconds",
        };
        timeout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is not (null or > 0))
                result.AddError("--timeout takes a number of seconds above zero.");
        });
        var command = new Command(
            "run",
            "Runs a notebook from top to bottom in Microsoft's kernel of .NET notebooks, in its own folder. #r \"nuget: EcoGlmm\" is the "
            + "EcoGlmm that this command was built with. Without --output, --in-place or --html the outputs are printed.")
        {
            notebook, output, inPlace, html, timeout,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(inPlace) && result.GetValue(output) is not null)
                result.AddError("Give either --output or --in-place, not both.");
        });
        command.SetAction((result, cancellation) => RunAsync(
            Path.GetFullPath(result.GetValue(notebook)!),
            result.GetValue(inPlace) ? result.GetValue(notebook) : result.GetValue(output),
            result.GetValue(html),
            result.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        string path, string? output, string? html, TimeSpan? timeout, CancellationToken cancellation)
    {
        if (output is not null && !Path.GetExtension(output).Equals(".ipynb", StringComparison.OrdinalIgnoreCase))
            throw new ToolException($"The executed notebook is written as .ipynb; \"{output}\" is not one.");
        var folder = Path.GetDirectoryName(path)!;
        var name = Path.GetFileName(path);
        var outputPath = output is null ? null : Path.GetFullPath(output);
        var htmlPath = html is null ? null : Path.GetFullPath(html);
        var terminal = Console.Error;
        Action<int, int>? progress = Console.IsErrorRedirected
            ? null
            : (cell, count) => terminal.Write($"\r{name}: cell {cell} of {count} ");
        if (!Directory.Exists(folder))
            throw new ToolException($"The notebook \"{path}\" cannot be read: there is no folder \"{folder}\".");
        var program = await KernelTool.FindAsync(folder, terminal.WriteLine, cancellation).ConfigureAwait(false);

        // The kernel starts while the notebook is read.
        await using var kernel = KernelProcess.Start(program, "csharp", folder);
        var notebook = Notebook.Read(path);
        var exitCode = 0;
        try
        {
            var failure = await new NotebookRunner(kernel, timeout, progress).RunAsync(notebook, cancellation).ConfigureAwait(false);
            if (progress is not null)
                terminal.WriteLine();
            if (failure is not null)
            {
                var line = failure.Line is null ? "" : $", line {failure.Line}";
                terminal.WriteLine($"{name}: cell {failure.CellNumber}{line}: {failure.Message}");
                exitCode = 1;
            }
        }
        catch (OperationCanceledException)
        {
            terminal.WriteLine($"{name}: cancelled.");
            exitCode = Program.Cancelled;
        }

        if (outputPath is not null)
            Save(outputPath, output!, notebook.ToJson());
        if (htmlPath is not null)
            Save(htmlPath, html!, NotebookPage.Write(notebook, name, folder));
        if (outputPath is null && htmlPath is null)
            Print(notebook);
        return exitCode;
    }

    private static void Save(string path, string shownAs, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.WriteText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"\"{shownAs}\" cannot be written: {e.Message}");
        }

        Console.WriteLine($"Wrote {shownAs}");
    }

    private static void Print(Notebook notebook)
    {
        foreach (var output in notebook.Cells.SelectMany(cell => cell.Outputs))
        {
            switch (output)
            {
                case StreamOutput stream:
                    Console.Write(stream.Text);
                    break;
                case DisplayOutput display:
                    Console.WriteLine(display.Data.GetValueOrDefault(MimeType.Plain) ?? display.Data.Values.First());
                    break;
            }
        }
    }
}
