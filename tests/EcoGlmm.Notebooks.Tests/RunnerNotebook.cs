using System.Text.Json;
using System.Text.Json.Nodes;
using EcoGlmm.Tool.Execution;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>Running a notebook redirects the console and changes the current folder: these tests run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunnerCollection
{
    public const string Name = "Notebook runner";
}

/// <summary>A small notebook in a folder of its own, that the runner can be let loose on.</summary>
internal sealed class RunnerNotebook : IDisposable
{
    public RunnerNotebook(params string[] codeCells)
    {
        Folder = Directory.CreateTempSubdirectory("ecoglmm-runner-").FullName;
        Path = System.IO.Path.Combine(Folder, "notes.ipynb");
        Write([.. codeCells.Select(Code)]);
    }

    public string Folder { get; }

    public string Path { get; }

    public static JsonObject Code(string source) => new()
    {
        ["cell_type"] = "code",
        ["execution_count"] = null,
        ["id"] = "id-" + Math.Abs(source.GetHashCode(StringComparison.Ordinal)),
        ["metadata"] = new JsonObject(),
        ["outputs"] = new JsonArray(),
        ["source"] = source,
    };

    public static JsonObject Markdown(string source) => new()
    {
        ["cell_type"] = "markdown",
        ["id"] = "text",
        ["metadata"] = new JsonObject(),
        ["source"] = source,
    };

    public void Write(IEnumerable<JsonObject> cells, JsonObject? metadata = null)
    {
        var root = new JsonObject
        {
            ["cells"] = new JsonArray([.. cells]),
            ["metadata"] = metadata ?? [],
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        };
        File.WriteAllText(Path, root.ToJsonString());
    }

    public string InFolder(string name) => System.IO.Path.Combine(Folder, name);

    /// <summary>Executes the cells and returns their outputs and the failure, if there was one.</summary>
    public async Task<(IReadOnlyList<NotebookCell> Cells, CellFailure? Failure)> RunAsync(TimeSpan? timeout = null)
    {
        var notebook = Notebook.Read(Path);
        var failure = await new NotebookRunner(Folder, timeout).RunAsync(notebook);
        return (notebook.Cells, failure);
    }

    /// <summary>Runs the command in this process and returns its exit code and what it wrote to the error stream.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> CommandAsync(params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var outputText = new StringWriter();
        using var errorText = new StringWriter();
        Console.SetOut(outputText);
        Console.SetError(errorText);
        try
        {
            return (await EcoGlmm.Tool.Program.Main(arguments), outputText.ToString(), errorText.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    public static JsonElement ReadJson(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.Clone();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
