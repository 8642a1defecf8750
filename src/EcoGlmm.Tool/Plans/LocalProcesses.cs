using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace EcoGlmm.Tool.Plans;

/// <summary>Computes a plan by processes of this machine, each of which does one part and ends, so that none takes another along.</summary>
internal static class LocalProcesses
{
    public static int Run(Plan plan, int processes, int attempts, CancellationToken cancellation)
    {
        if (processes < 1) throw new ToolException($"At least one process is needed, not {processes}.");
        var missing = new ConcurrentQueue<(int Part, int Attempt)>(plan.Status().Missing.Select(p => (p, 1)));
        var (total, done) = (missing.Count, 0);
        Console.WriteLine($"{plan.Description}: {total} of {plan.Parts} parts to do.");
        Parallel.For(0, processes, new ParallelOptions { MaxDegreeOfParallelism = processes }, _ =>
        {
            while (!cancellation.IsCancellationRequested && missing.TryDequeue(out var next))
            {
                var (code, errors) = Start(plan.Folder!, next.Part, cancellation);
                if (code == 0)
                {
                    Console.WriteLine($"Part {next.Part} done ({Interlocked.Increment(ref done)} of {total}).");
                    continue;
                }

                if (cancellation.IsCancellationRequested) break;
                // A part that failed has said why; one that was killed has not, and is tried again.
                Console.Error.WriteLine(errors.Length > 0 ? errors
                    : $"Part {next.Part}, attempt {next.Attempt}: its process ended with code {code}.");
                if (code != FolderCommands.Incomplete && next.Attempt < attempts) missing.Enqueue((next.Part, next.Attempt + 1));
            }
        });
        cancellation.ThrowIfCancellationRequested();
        var status = plan.Status();
        if (status.IsComplete)
        {
            Console.WriteLine(plan.Merge().ToString());
            return 0;
        }

        Console.Error.WriteLine(status.ToString());
        return FolderCommands.Incomplete;
    }

    private static (int Code, string Errors) Start(string folder, int part, CancellationToken cancellation)
    {
        var command = PlanArguments.OwnCommand();
        var start = new ProcessStartInfo(command[0]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in command[1..]) start.ArgumentList.Add(argument);
        foreach (var argument in new[] { "part", folder, part.ToString(CultureInfo.InvariantCulture) }) start.ArgumentList.Add(argument);
        start.Environment["DOTNET_TieredPGO"] = "0";
        using var process = Process.Start(start) ?? throw new ToolException($"{command[0]} cannot be started.");
        using var stop = cancellation.Register(() =>
        {
            try
            {
                process.Kill();
            }
            catch (InvalidOperationException)
            {
                // It has ended by itself.
            }
        });
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEnd().Trim();
        _ = output.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
