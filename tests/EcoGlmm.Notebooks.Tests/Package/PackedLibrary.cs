using System.Diagnostics;
using System.Text;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>
/// The library packed once, and a folder for scripts that take it from there. Packages are restored into a folder of their
/// own, so that what was packed before under the same version is not taken for this one.
/// </summary>
public sealed class PackedLibrary : IAsyncLifetime
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    /// <summary>Where the packages lie.</summary>
    public string Feed { get; } = Path.Combine(TutorialFolder.Repository, "artifacts", "packages");

    private string Cache { get; } = Path.Combine(TutorialFolder.Repository, "artifacts", "test-packages");

    public string PackageFile { get; private set; } = "";

    public async Task InitializeAsync()
    {
        foreach (var stale in Directory.Exists(Feed) ? Directory.GetFiles(Feed, "EcoGlmm.*nupkg") : [])
            File.Delete(stale);
        if (Directory.Exists(Path.Combine(Cache, "ecoglmm")))
            Directory.Delete(Path.Combine(Cache, "ecoglmm"), recursive: true);
        var (exitCode, output) = await RunAsync(TutorialFolder.Repository, "pack", "src/EcoGlmm", "-c", Configuration, "--no-build", "-o", Feed);
        Assert.True(exitCode == 0, output);
        PackageFile = Directory.GetFiles(Feed, "EcoGlmm.*.nupkg").Single();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Runs the dotnet command; the output is both streams together.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        start.Environment["NUGET_PACKAGES"] = Cache;
        start.Environment["DOTNET_NOLOGO"] = "1";

        // What the test runner's own build has set must not reach the builds inside.
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(variable);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = new StringBuilder();
        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"dotnet {string.Join(' ', arguments)} did not end within {Patience.TotalMinutes} minutes.\n{output}");
        }

        return (process.ExitCode, output.ToString());

        void Add(string? line)
        {
            if (line is null) return;
            lock (output) output.AppendLine(line);
        }
    }
}

[CollectionDefinition(Name)]
public sealed class PackedCollection : ICollectionFixture<PackedLibrary>
{
    public const string Name = "packed";
}
