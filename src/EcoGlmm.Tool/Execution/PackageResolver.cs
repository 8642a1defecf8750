using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EcoGlmm.Tool.Execution;

/// <summary>The files that a set of packages brings for this machine.</summary>
internal sealed record ResolvedPackages(IReadOnlyList<string> Assemblies, IReadOnlyList<string> NativeLibraries);

/// <summary>
/// Resolves NuGet packages by restoring a generated project, one folder for each set of packages, in the user's
/// cache. The notebook's own NuGet.config, if a folder above it has one, decides where packages come from.
/// </summary>
/// <param name="notebookFolder">Where the search for NuGet.config starts and relative sources begin.</param>
/// <param name="cacheFolder">Where generated projects are kept; null for the user's cache.</param>
internal sealed partial class PackageResolver(string notebookFolder, string? cacheFolder = null)
{
    private static readonly string Framework = $"net{Environment.Version.Major}.0";

    /// <exception cref="CellException">A package cannot be had; the message is NuGet's.</exception>
    public async Task<ResolvedPackages> ResolveAsync(
        IReadOnlyCollection<PackageRequest> packages,
        IReadOnlyCollection<string> sources,
        CancellationToken cancellation)
    {
        var project = ProjectText(packages, sources);
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(project)))[..16];
        var folder = Path.Combine(cacheFolder ?? UserCache(), key);
        var assets = Path.Combine(folder, "obj", "project.assets.json");
        var done = Path.Combine(folder, "restored");
        var versionsFixed = packages.All(package => package.Version is not null && !package.Version.Contains('*'));
        if (versionsFixed && File.Exists(done) && ReadAssets(assets) is { } known)
            return known;
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "packages.csproj");
        await File.WriteAllTextAsync(path, project, cancellation).ConfigureAwait(false);
        await RestoreAsync(path, packages.Last(), cancellation).ConfigureAwait(false);
        await File.WriteAllTextAsync(done, "", cancellation).ConfigureAwait(false);
        return ReadAssets(assets)
            ?? throw new CellException("A restored package is missing from NuGet's package folder.", packages.Last().Line);
    }

    private string ProjectText(IEnumerable<PackageRequest> packages, IEnumerable<string> sources)
    {
        var references = string.Concat(packages.Select(package => $"""
                <PackageReference Include="{Escape(package.Name)}" Version="{Escape(package.Version ?? "*")}" />

            """));
        var config = FindConfig() is { } file ? $"    <RestoreConfigFile>{Escape(file)}</RestoreConfigFile>\n" : "";
        var extra = string.Join(';', sources.Select(source => Escape(
            Uri.IsWellFormedUriString(source, UriKind.Absolute) ? source : Path.GetFullPath(source, notebookFolder))));
        return $"""
            <Project>
              <PropertyGroup>
                <ImportDirectoryBuildProps>false</ImportDirectoryBuildProps>
                <ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets>
                <ImportDirectoryPackagesProps>false</ImportDirectoryPackagesProps>
              </PropertyGroup>
              <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
              <PropertyGroup>
                <TargetFramework>{Framework}</TargetFramework>
                <RuntimeIdentifier>{RuntimeInformation.RuntimeIdentifier}</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <UseAppHost>false</UseAppHost>
                <NuGetAudit>false</NuGetAudit>
                <RestoreAdditionalProjectSources>{extra}</RestoreAdditionalProjectSources>
            {config}  </PropertyGroup>
              <ItemGroup>
            {references}  </ItemGroup>
              <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
            </Project>

            """;
    }

    private string? FindConfig()
    {
        for (var folder = new DirectoryInfo(notebookFolder); folder is not null; folder = folder.Parent)
        {
            foreach (var name in (string[])["NuGet.config", "nuget.config", "NuGet.Config"])
            {
                var path = Path.Combine(folder.FullName, name);
                if (File.Exists(path))
                    return path;
            }
        }

        return null;
    }

    private static async Task RestoreAsync(string project, PackageRequest last, CancellationToken cancellation)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "restore", project, "--verbosity", "quiet", "-nologo", "-nodeReuse:false" },
            WorkingDirectory = Path.GetDirectoryName(project),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CellException(
                $"#r \"nuget: {last.Name}\" needs the .NET SDK: the command dotnet could not be started ({e.Message}).",
                last.Line);
        }

        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation).ConfigureAwait(false);
            output += await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            if (process.ExitCode != 0)
                throw new CellException($"The package {last.Name} could not be restored. {Reason(output)}", last.Line);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    // MSBuild's lines read "project.csproj : error NU1101: sentence [project.csproj]"; the user wants the sentence.
    private static string Reason(string output)
    {
        var sentences = ErrorLine().Matches(output)
            .Select(match => match.Groups["what"].Value.Trim()).Distinct().ToList();
        return sentences.Count > 0 ? string.Join('\n', sentences) : output.Trim();
    }

    // NuGet's project.assets.json: for the target of this framework and machine, each package's files. Null when a
    // package is no longer in its folder, since NuGet's packages may have been cleared after the restore.
    private static ResolvedPackages? ReadAssets(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        var folders = json.RootElement.GetProperty("packageFolders").EnumerateObject().Select(f => f.Name).ToList();
        var libraries = json.RootElement.GetProperty("libraries");
        var targets = json.RootElement.GetProperty("targets").EnumerateObject().ToList();
        var target = targets.FirstOrDefault(t => t.Name.Contains('/'), targets[0]).Value;
        var assemblies = new List<string>();
        var native = new List<string>();
        foreach (var package in target.EnumerateObject())
        {
            if (!libraries.GetProperty(package.Name).TryGetProperty("path", out var relative))
                continue;
            var root = folders.Select(folder => Path.Combine(folder, relative.GetString()!))
                .FirstOrDefault(Directory.Exists);
            if (root is null)
                return null;
            assemblies.AddRange(Files(package.Value, "runtime", root)
                .Where(file => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)));
            native.AddRange(Files(package.Value, "native", root));
        }

        return new ResolvedPackages(assemblies, native);
    }

    private static IEnumerable<string> Files(JsonElement package, string kind, string root) =>
        package.TryGetProperty(kind, out var files)
            ? files.EnumerateObject().Select(file => Path.Combine(root, file.Name)).Where(File.Exists)
            : [];

    private static string UserCache()
    {
        var data = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return Path.Combine(data.Length > 0 ? data : Path.GetTempPath(), "ecoglmm", "packages");
    }

    private static string Escape(string text) => SecurityElement.Escape(text);

    [GeneratedRegex(@"error\s+(?:[A-Z]+\d+)?\s*:\s*(?<what>[^\r\n]*?)(?:\s*\[[^\]\r\n]*\])?\s*$", RegexOptions.Multiline)]
    private static partial Regex ErrorLine();
}
