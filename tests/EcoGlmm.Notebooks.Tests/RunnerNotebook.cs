using System.Text.Json;
using System.Text.Json.Nodes;
using EcoGlmm.Tool.Execution;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>Running a command redirects the console: these tests run alone. They share a kernel, which takes seconds to start.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunnerCollection : ICollectionFixture<SharedKernel>
{
    public const string Name = "Notebook runner";
}

/// <summary>A kernel that several notebooks run in, one after the other.</summary>
public sealed class SharedKernel : IAsyncLifetime
{
    internal KernelProcess Process { get; private set; } = null!;

    public async Task InitializeAsync() => Process = await StartAsync(TutorialFolder.Repository);

    internal static async Task<KernelProcess> StartAsync(string folder) =>
        KernelProcess.Start(await KernelTool.FindAsync(TutorialFolder.Repository, _ => { }, CancellationToken.None), "csharp", folder);

    /// <summary>Runs a notebook with another current folder.</summary>
    internal async Task<CellFailure?> RunAsync(Notebook notebook, string folder, TimeSpan? timeout = null)
    {
        await MoveToAsync(folder);
        try
        {
            return await new NotebookRunner(Process, timeout).RunAsync(notebook);
        }
        finally
        {
            // The folder may be gone before the next notebook comes.
            await MoveToAsync(TutorialFolder.Repository);
        }
    }

    private async Task MoveToAsync(string folder) =>
        Assert.Null(await Process.RunAsync($"System.IO.Directory.SetCurrentDirectory(@\"{folder}\");", "csharp", _ => { },
            CancellationToken.None));

    public async Task DisposeAsync() => await Process.DisposeAsync();
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
    public async Task<(IReadOnlyList<NotebookCell> Cells, CellFailure? Failure)> RunAsync(SharedKernel kernel)
    {
        var notebook = Notebook.Read(Path);
        return (notebook.Cells, await kernel.RunAsync(notebook, Folder));
    }

    /// <summary>As <see cref="RunAsync(SharedKernel)"/>, in a kernel of its own.</summary>
    public async Task<(IReadOnlyList<NotebookCell> Cells, CellFailure? Failure)> RunAloneAsync(TimeSpan? timeout = null)
    {
        var notebook = Notebook.Read(Path);
        await using var kernel = await SharedKernel.StartAsync(Folder);
        return (notebook.Cells, await new NotebookRunner(kernel, timeout).RunAsync(notebook));
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
