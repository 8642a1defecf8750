using System.CommandLine;

namespace EcoGlmm.Tool.Plans;

/// <summary><c>ecoglmm part</c>, <c>status</c>, <c>merge</c> and <c>run-plan</c>: what is done with the folder of a plan.</summary>
internal static class FolderCommands
{
    /// <summary>The exit code where parts failed or are missing.</summary>
    public const int Incomplete = 1;

    private const int UsualAttempts = 3;

    public static NamedCommand[] All =>
        [new("part", Part), new("status", Status), new("merge", Merge), new("run-plan", RunPlan)];

    private static Argument<string> Folder() => new("folder") { Description = "The plan's folder." };

    private static Option<int> Attempts() => new("--attempts")
    {
        Description = "How often a part that fails is tried.", DefaultValueFactory = _ => UsualAttempts,
    };

    private static Command Part()
    {
        var folder = Folder();
        var parts = new Argument<int[]>("parts") { Description = "The parts, from 1.", Arity = ArgumentArity.OneOrMore };
        var threads = new Option<int>("--threads") { Description = "Replicates that are computed at the same time.",
            DefaultValueFactory = _ => 1 };
        var attempts = Attempts();
        var command = new Command("part", "Computes parts of a plan, those that have a result already left out.")
        {
            folder, parts, threads, attempts,
        };
        command.SetAction((result, cancellation) => Run(() =>
        {
            var plan = Plan.Open(result.GetValue(folder)!);
            var failed = 0;
            foreach (var part in result.GetValue(parts)!)
            {
                if (!Try(plan, part, result.GetValue(threads), result.GetValue(attempts), cancellation)) failed++;
            }

            return failed == 0 ? 0 : Incomplete;
        }));
        return command;
    }

    /// <summary>Computes a part, and tries again where something outside it failed, as a file system may for a while.</summary>
    private static bool Try(Plan plan, int part, int threads, int attempts, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Console.WriteLine(plan.RunPart(part, threads, cancellation) ? $"Part {part}: done." : $"Part {part}: was done already.");
                return true;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Console.Error.WriteLine($"Part {part}, attempt {attempt}: {e.Message}");
                if (attempt >= attempts || e is GlmmException { InnerException: null }) return false;
                cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(attempt));
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private static Command Status()
    {
        var folder = Folder();
        var tasks = new Option<bool>("--tasks") { Description = "Print only the tasks of the SLURM array that have parts to do." };
        var command = new Command("status", "How far a plan is: parts done, missing, failed and why, and what to do.") { folder, tasks };
        command.SetAction((result, _) => Run(() =>
        {
            var plan = Plan.Open(result.GetValue(folder)!);
            if (result.GetValue(tasks))
            {
                Console.WriteLine(plan.MissingTasks());
                return 0;
            }

            Console.WriteLine(plan.Status().ToString());
            return 0;
        }));
        return command;
    }

    private static Command Merge()
    {
        var folder = Folder();
        var command = new Command("merge", "Puts the parts of a plan together and prints the result; names the parts that are missing.")
        {
            folder,
        };
        command.SetAction((result, _) => Run(() =>
        {
            var plan = Plan.Open(result.GetValue(folder)!);
            try
            {
                Console.WriteLine(plan.Merge().ToString());
                Console.WriteLine($"Written to {Path.Combine(plan.Folder!, "result.*")}.");
                return 0;
            }
            catch (GlmmException e)
            {
                Console.Error.WriteLine(e.Message);
                return Incomplete;
            }
        }));
        return command;
    }

    private static Command RunPlan()
    {
        var folder = Folder();
        var processes = new Option<int>("--processes", "-p")
        {
            Description = "Processes at the same time.", DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var attempts = Attempts();
        var command = new Command("run-plan", "Computes what is missing of a plan by processes of this machine, and puts it together.")
        {
            folder, processes, attempts,
        };
        command.SetAction((result, cancellation) => Run(() => LocalProcesses.Run(Plan.Open(result.GetValue(folder)!),
            result.GetValue(processes), result.GetValue(attempts), cancellation)));
        return command;
    }

    private static async Task<int> Run(Func<int> action)
    {
        var code = 0;
        var other = await FitCommand.Run(async () => code = await Task.Run(action).ConfigureAwait(false)).ConfigureAwait(false);
        return other != 0 ? other : code;
    }
}
