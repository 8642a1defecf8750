using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;

namespace EcoGlmm.Tool.Execution;

/// <summary>
/// Finds Microsoft's notebook kernel, the tool dotnet-interactive: the version that a <c>.config/dotnet-tools.json</c> above
/// the notebook, the current folder or this command pins, which is restored if it has to be; else the one that is installed.
/// </summary>
internal static class KernelTool
{
    private const string Package = "microsoft.dotnet-interactive";

    private const string Advice = "Install it with: dotnet tool install --global Microsoft.dotnet-interactive --version 1.0.712001";

    /// <summary>How the kernel is started: a program and its first arguments.</summary>
    /// <param name="folder">The notebook's folder.</param>
    /// <param name="told">Told when the kernel is fetched, which takes a while.</param>
    /// <exception cref="ToolException">There is no kernel; the message says how to get one.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(string folder, Action<string> told, CancellationToken cancellation)
    {
        foreach (var start in new[] { folder, Directory.GetCurrentDirectory(), AppContext.BaseDirectory })
        {
            if (Manifest(start) is not var (manifest, version)) continue;
            if (EntryPoint(version) is { } restored) return [DotNet, "exec", restored];
            told("Fetching the notebook kernel (dotnet-interactive), once ...");
            var problem = await RestoreAsync(manifest, cancellation).ConfigureAwait(false);
            return EntryPoint(version) is { } fetched
                ? [DotNet, "exec", fetched]
                : throw new ToolException($"The notebook kernel, dotnet-interactive {version}, could not be fetched: {problem}");
        }

        var name = OperatingSystem.IsWindows() ? "dotnet-interactive.exe" : "dotnet-interactive";
        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet", "tools");
        var installed = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append(home)
            .Select(path => Path.Combine(path, name)).FirstOrDefault(File.Exists);
        return installed is null
            ? throw new ToolException($"Notebooks need Microsoft's notebook kernel, dotnet-interactive, which is not on this machine. "
                + $"{Advice}")
            : [installed];
    }

    private static string DotNet => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? Environment.ProcessPath! : "dotnet";

    private static (string Manifest, string Version)? Manifest(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, ".config", "dotnet-tools.json");
            if (!File.Exists(path)) continue;
            try
            {
                using var json = JsonDocument.Parse(File.ReadAllText(path));
                if (json.RootElement.TryGetProperty("tools", out var tools) && tools.TryGetProperty(Package, out var tool)
                    && tool.GetProperty("version").GetString() is { } version)
                    return (path, version);
            }
            catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException
                or KeyNotFoundException)
            {
                throw new ToolException($"\"{path}\" cannot be read as a manifest of tools: {e.Message}");
            }
        }

        return null;
    }

    // A local tool lies in a folder of packages (the user's, even where another is set, if it was restored there before); its
    // own settings name the file to run.
    private static string? EntryPoint(string version) =>
        new[] { Environment.GetEnvironmentVariable("NUGET_PACKAGES"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages") }
            .Where(packages => !string.IsNullOrEmpty(packages)).Select(packages => Path.Combine(packages!, Package, version, "tools"))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "DotnetToolSettings.xml", SearchOption.AllDirectories))
            .Select(settings => Path.Combine(Path.GetDirectoryName(settings)!, XDocument.Load(settings).Descendants("Command").First()
                .Attribute("EntryPoint")!.Value))
            .FirstOrDefault(File.Exists);

    private static async Task<string> RestoreAsync(string manifest, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(DotNet, ["tool", "restore", "--tool-manifest", manifest])
        {
            // A project's folder may have settings of its own that have nothing to do with the kernel.
            WorkingDirectory = Path.GetDirectoryName(Path.GetDirectoryName(manifest))!,
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = await process.StandardError.ReadToEndAsync(cancellation).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        var said = $"{errors}\n{await output.ConfigureAwait(false)}".Split('\n',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return said.FirstOrDefault() ?? $"dotnet tool restore ended with code {process.ExitCode}.";
    }
}
