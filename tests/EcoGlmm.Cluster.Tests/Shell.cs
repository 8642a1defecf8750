using System.Diagnostics;

namespace EcoGlmm.Cluster.Tests;

/// <summary>Starts programs, and waits for what has to come.</summary>
internal static class Shell
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Runs a program to its end.</summary>
    public static (int Code, string Output, string Errors) Run(string program, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Trim(), errors.GetAwaiter().GetResult().Trim());
    }

    /// <summary>Whether a program can be started.</summary>
    public static bool Has(string program) => new[] { "/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/sbin" }
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Waits until something is so; fails with what there is to know where it does not come.</summary>
    public static void Until(Func<bool> isSo, string what, Func<string> else_)
    {
        var clock = Stopwatch.StartNew();
        while (!isSo())
        {
            if (clock.Elapsed > Longest) Assert.Fail($"Waited {clock.Elapsed.TotalSeconds:0} s for this: {what}.\n{else_()}");
            Thread.Sleep(50);
        }
    }

    /// <summary>Ends a process, of the given number, as a power cut would.</summary>
    public static void Kill(int process)
    {
        try
        {
            using var victim = Process.GetProcessById(process);
            victim.Kill();
            victim.WaitForExit(5000);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has ended already.
        }
    }
}
