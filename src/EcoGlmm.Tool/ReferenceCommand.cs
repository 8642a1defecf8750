using System.CommandLine;
using EcoGlmm.Text;
using EcoGlmm.Tool.Reference;

namespace EcoGlmm.Tool;

/// <summary><c>ecoglmm reference</c>: writes the reference of the library as Markdown.</summary>
internal static class ReferenceCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--output", "-o")
        {
            Description = "The folder to write to; files of the same names are replaced.",
            DefaultValueFactory = _ => "artifacts/reference",
        };
        var command = new Command("reference", "Writes the reference of every public type of EcoGlmm as Markdown, one file each.")
        {
            output,
        };
        command.SetAction(result => Write(result.GetValue(output)!));
        return command;
    }

    private static int Write(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var pages = ReferencePages.Of(typeof(Glmm).Assembly);
            foreach (var (file, text) in pages)
                AtomicFile.WriteText(Path.Combine(folder, file), text);
            Console.WriteLine($"Wrote {pages.Count} pages to {folder}");
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"The reference cannot be written to \"{folder}\": {e.Message}");
        }
    }
}
