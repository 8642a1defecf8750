using System.CommandLine;

namespace EcoGlmm.Tool.Plans;

/// <summary>Where a computation is done: here and now, or as a plan in a folder for a SLURM cluster or local processes.</summary>
internal sealed class PlanArguments
{
    private readonly Option<string?> _slurm = new("--slurm")
    {
        Description = "Do not compute: write a plan to this new folder, with the scripts for a SLURM cluster.", HelpName = "folder",
    };

    private readonly Option<int> _parts = new("--parts")
    {
        Description = "Parts of the plan; some minutes each are right.", DefaultValueFactory = _ => new SlurmOptions().Parts,
    };

    private readonly Option<string?> _time = new("--time") { Description = "Time of a task, as SLURM writes it: 30, 4:00:00, 2-00:00." };
    private readonly Option<string?> _memory = new("--memory") { Description = "Memory of a task, as SLURM writes it: 2G." };
    private readonly Option<string?> _partition = new("--partition") { Description = "The cluster's partition." };
    private readonly Option<string?> _account = new("--account") { Description = "The account that is charged." };

    private readonly Option<int> _processors = new("--processors")
    {
        Description = "Processors of a task.", DefaultValueFactory = _ => new SlurmOptions().Processors,
    };

    private readonly Option<int> _arraySize = new("--max-array-size")
    {
        Description = "The cluster's MaxArraySize (scontrol show config).", DefaultValueFactory = _ => new SlurmOptions().MaxArraySize,
    };

    private readonly Option<int?> _simultaneous = new("--simultaneous") { Description = "Most tasks that run at the same time." };

    private readonly Option<string[]> _directive = new("--directive")
    {
        Description = "A further directive of the job, as --directive=--qos=long; may be repeated.",
    };

    private readonly Option<string[]> _setup = new("--setup")
    {
        Description = "A line of the shell before anything else, \"module load dotnet\"; may be repeated.",
    };

    private readonly Option<string[]> _command = new("--command")
    {
        Description = "The command of EcoGlmm on the cluster; by default this one.", AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The command with these options.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _slurm, _parts, _time, _memory, _partition, _account, _processors, _arraySize, _simultaneous,
            _directive, _setup, _command })
        {
            command.Add(option);
        }
    }

    /// <summary>Writes the plan where a folder was given, and otherwise computes directly and prints the result.</summary>
    public void Do(ParseResult result, Func<Plan> plan, Func<IRichDisplay> direct)
    {
        if (result.GetValue(_slurm) is not { } folder)
        {
            Console.WriteLine(direct().ToString());
            return;
        }

        var written = plan().ToSlurm(folder, new SlurmOptions
        {
            Parts = result.GetValue(_parts),
            Time = result.GetValue(_time),
            Memory = result.GetValue(_memory),
            Partition = result.GetValue(_partition),
            Account = result.GetValue(_account),
            Processors = result.GetValue(_processors),
            MaxArraySize = result.GetValue(_arraySize),
            Simultaneous = result.GetValue(_simultaneous),
            Directives = result.GetValue(_directive) ?? [],
            Setup = result.GetValue(_setup) ?? [],
            Command = result.GetValue(_command) is { Length: > 0 } command ? command : OwnCommand(),
        });
        Console.WriteLine($"{written.Description}, in {written.Parts} parts: {written.Folder}\nOn the cluster: bash {folder}/submit.sh\n"
            + $"Here: ecoglmm run-plan {folder}");
    }

    /// <summary>What starts this program again: its own executable, or dotnet with its DLL.</summary>
    public static string[] OwnCommand()
    {
        var process = Environment.ProcessPath ?? "ecoglmm";
        return Path.GetFileNameWithoutExtension(process) == "dotnet"
            ? [process, Path.Combine(AppContext.BaseDirectory, typeof(PlanArguments).Assembly.GetName().Name + ".dll")] : [process];
    }
}
