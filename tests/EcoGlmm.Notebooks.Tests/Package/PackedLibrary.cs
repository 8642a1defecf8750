using System.Diagnostics;
using System.Text;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>
/// The library packed once, under a version of its own, so that nothing takes what was packed before for it.
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
    public string Feed { get; } = Directory.CreateTempSubdirectory("ecoglmm-feed-").FullName;

    /// <summary>This run's version.</summary>
    public string Version { get; } = $"0.1.0-test.{DateTime.UtcNow.Ticks}";

    public string PackageFile { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var (exitCode, output) = await RunAsync(TutorialFolder.Repository, "pack", "src/EcoGlmm", "-c", Configuration, "--no-build",
            $"-p:MinVerVersionOverride={Version}", "-o", Feed);
        Assert.True(exitCode == 0, output);
        (exitCode, output) = await RunAsync(TutorialFolder.Repository, "pack", "src/EcoGlmm.Plotly", "-c", Configuration, "--no-build",
            $"-p:MinVerVersionOverride={Version}", "-o", Feed);
        Assert.True(exitCode == 0, output);
        PackageFile = Path.Combine(Feed, $"EcoGlmm.{Version}.nupkg");
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Feed, recursive: true);
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (var package in new[] { "ecoglmm", "ecoglmm.plotly" })
        {
            var restored = Path.Combine(packages, package, Version);
            if (Directory.Exists(restored)) Directory.Delete(restored, recursive: true);
        }

        return Task.CompletedTask;
    }

    /// <summary>Runs the dotnet command; the output is both streams together.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(string folder, params string[] arguments) =>
        RunProgramAsync("dotnet", folder, new Dictionary<string, string> { ["DOTNET_NOLOGO"] = "1", ["MSBUILDDISABLENODEREUSE"] = "1" },
            arguments);

    /// <summary>Runs a program; the output is both streams together.</summary>
    public static async Task<(int ExitCode, string Output)> RunProgramAsync(
        string program, string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };

        // What the test runner's own build has set must not reach the builds inside.
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase))
            .ToList())
            start.Environment.Remove(variable);
        foreach (var (name, value) in environment) start.Environment[name] = value;
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
            return (-1, $"{program} {string.Join(' ', arguments)} did not end within {Patience.TotalMinutes} minutes.\n{output}");
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
