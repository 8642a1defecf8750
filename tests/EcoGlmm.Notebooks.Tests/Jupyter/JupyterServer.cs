using System.Text.Json.Nodes;
using EcoGlmm.Tool.Execution;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>Jupyter with Microsoft's kernels for C# and F#, and the packed package on a feed of its own.</summary>
public sealed class JupyterServer : IAsyncLifetime
{
    private readonly string _specifications = Directory.CreateTempSubdirectory("ecoglmm-jupyter-").FullName;

    internal static string? ReasonToSkip => System.Environment.GetEnvironmentVariable("CI") is { Length: > 0 } || Program is not null
        ? null
        : "jupyter-nbconvert is not on the PATH.";

    private static string? Program => (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "jupyter-nbconvert")).FirstOrDefault(File.Exists);

    internal PackedLibrary Packed { get; } = new();

    public async Task InitializeAsync()
    {
        if (ReasonToSkip is not null) return;
        await Packed.InitializeAsync();
        var kernel = await KernelTool.FindAsync(TutorialFolder.Repository, _ => { }, CancellationToken.None);
        foreach (var (name, language) in new[] { ("csharp", "C#"), ("fsharp", "F#") })
        {
            var folder = Directory.CreateDirectory(Path.Combine(_specifications, "kernels", ".net-" + name)).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "kernel.json"), new JsonObject
            {
                ["argv"] = new JsonArray([.. kernel.Append("jupyter").Append("--default-kernel").Append(name).Append("{connection_file}")
                    .Select(word => JsonValue.Create(word))]),
                ["display_name"] = $".NET ({language})", ["language"] = language,
            }.ToJsonString());
        }
    }

    public async Task DisposeAsync()
    {
        if (ReasonToSkip is not null) return;
        await Packed.DisposeAsync();
        Directory.Delete(_specifications, recursive: true);
    }

    /// <summary>Runs cells in Jupyter; at the third progress of cell <paramref name="interrupted"/> its stop button is pressed.</summary>
    internal async Task<JsonObject> InterruptAsync(int interrupted, params string[] cells)
    {
        using var folder = new TutorialFolder();
        var given = Path.Combine(folder.Notebooks, "cells.json");
        var asked = cells.Select((code, i) => (JsonNode)new JsonObject
        {
            ["code"] = code.Replace("#r \"nuget: EcoGlmm\"", $"#i \"nuget: {Packed.Feed}\"\n#r \"nuget: EcoGlmm, {Packed.Version}\"",
                StringComparison.Ordinal),
            ["interrupt"] = i == interrupted, ["limit"] = 300,
        });
        await File.WriteAllTextAsync(given, new JsonArray([.. asked]).ToJsonString());
        // Debian's Python has Debian's Jupyter; another one may stand before it on the PATH.
        var python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        var (_, output) = await PackedLibrary.RunProgramAsync(python, folder.Notebooks, Environment(),
            Path.Combine(TutorialFolder.Repository, "tests", "EcoGlmm.Notebooks.Tests", "Jupyter", "interrupt.py"), ".net-csharp", given);
        const string Mark = "RESULT ";
        var line = output.Split('\n').FirstOrDefault(one => one.StartsWith(Mark, StringComparison.Ordinal));
        Assert.True(line is not null, output);
        return JsonNode.Parse(line[Mark.Length..])!.AsObject();
    }

    private Dictionary<string, string> Environment() =>
        new() { ["JUPYTER_PATH"] = _specifications, ["DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT"] = "1" };

    /// <summary>Executes a notebook as <c>jupyter nbconvert --execute</c> does, its first cell taking the package from the feed.</summary>
    internal async Task<JsonObject> ExecuteAsync(string folder, JsonObject notebook)
    {
        var first = notebook["cells"]!.AsArray().First(cell => (string)cell!["cell_type"]! == "code")!;
        first["source"] = TutorialNotebookTests.Text(first["source"]!).Replace("#r \"nuget: EcoGlmm\"",
            $"#i \"nuget: {Packed.Feed}\"\n#r \"nuget: EcoGlmm, {Packed.Version}\"", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "given.ipynb"), notebook.ToJsonString());
        var (exitCode, output) = await PackedLibrary.RunProgramAsync(Program ?? "jupyter-nbconvert", folder,
            Environment(), "--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=600",
            "--ExecutePreprocessor.startup_timeout=600", "--output", "executed.ipynb", "given.ipynb");
        Assert.True(exitCode == 0, output);
        return JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "executed.ipynb")))!.AsObject();
    }
}

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class JupyterCollection : ICollectionFixture<JupyterServer>
{
    public const string Name = "Jupyter";
}
