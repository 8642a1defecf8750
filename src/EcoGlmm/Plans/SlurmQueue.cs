using System.Diagnostics;

namespace EcoGlmm.Plans;

/// <summary>What a SLURM cluster says of its tasks that run, where it can be asked.</summary>
internal static class SlurmQueue
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>The tasks of arrays that run now, "17_3"; null where the cluster does not answer.</summary>
    public static HashSet<string>? Running()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("squeue", ["-h", "-r", "-t", "R,CG,S", "-o", "%i"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            });
            if (process is null) return null;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Longest))
            {
                process.Kill();
                return null;
            }

            _ = errors.GetAwaiter().GetResult();
            return process.ExitCode == 0
                ? [.. output.GetAwaiter().GetResult().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
                : null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            return null;
        }
    }
}
