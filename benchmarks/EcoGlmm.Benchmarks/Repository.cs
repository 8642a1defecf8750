using System.Diagnostics;

namespace EcoGlmm.Benchmarks;

/// <summary>Where the repository is: the nearest folder above the program that holds the solution.</summary>
internal static class Repository
{
    public static string Folder { get; } = Find();

    /// <summary>A folder for what the benchmarks write.</summary>
    public static string Artifacts => Directory.CreateDirectory(Path.Combine(Folder, "artifacts")).FullName;

    /// <summary>Runs this program with other arguments, in a process of its own, and returns what it printed.</summary>
    public static string RunSelf(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(Repository).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EcoGlmm.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The benchmarks run from within the repository.");
    }
}
