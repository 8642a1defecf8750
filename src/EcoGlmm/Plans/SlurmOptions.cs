namespace EcoGlmm;

/// <summary>What a plan asks of a SLURM cluster. What is null is left to the cluster's defaults.</summary>
public sealed record SlurmOptions
{
    /// <summary>
    /// Into how many parts the replicates are divided; at most one for each replicate. A part is what is computed, kept and, when it
    /// failed, computed again as a whole: some minutes each are right.
    /// </summary>
    public int Parts { get; init; } = 100;

    /// <summary>
    /// The cluster's MaxArraySize (<c>scontrol show config</c> tells it; 1001 is SLURM's default): an array has fewer tasks than that,
    /// and a task does several parts, one after the other, where there are more.
    /// </summary>
    public int MaxArraySize { get; init; } = 1001;

    /// <summary>Most tasks that run at the same time; null for as many as the cluster lets.</summary>
    public int? Simultaneous { get; init; }

    /// <summary>Time that a task may take, as SLURM writes it: "30", "4:00:00", "2-00:00".</summary>
    public string? Time { get; init; }

    /// <summary>Memory of a task, as SLURM writes it: "2G".</summary>
    public string? Memory { get; init; }

    /// <summary>Processors of a task, which computes so many replicates at the same time.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>The partition.</summary>
    public string? Partition { get; init; }

    /// <summary>The account that is charged.</summary>
    public string? Account { get; init; }

    /// <summary>Further directives, one each: "--qos=long", "--mail-type=END".</summary>
    public IReadOnlyList<string> Directives { get; init; } = [];

    /// <summary>Lines of the shell before anything else, such as "module load dotnet/10".</summary>
    public IReadOnlyList<string> Setup { get; init; } = [];

    /// <summary>The command of EcoGlmm on the cluster and its first arguments, where it is not simply <c>ecoglmm</c>.</summary>
    public IReadOnlyList<string> Command { get; init; } = ["ecoglmm"];
}
