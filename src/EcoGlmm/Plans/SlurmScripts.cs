using System.Globalization;
using System.Text;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>
/// The scripts by which a folder is computed on a SLURM cluster. They name no path of this machine, so that the folder can be copied to
/// the cluster's file system.
/// </summary>
internal sealed class SlurmScripts
{
    private readonly SlurmOptions _options;
    private readonly string _what;
    private readonly int _parts;
    private readonly int _tasks;

    /// <exception cref="GlmmException">An option cannot be used.</exception>
    public SlurmScripts(SlurmOptions options, string what, int replicates)
    {
        (_options, _what) = (options, what);
        if (options.Parts < 1) throw new GlmmException($"A plan has at least one part, not {options.Parts}.");
        if (options.MaxArraySize < 2)
            throw new GlmmException($"MaxArraySize is {options.MaxArraySize}, but SLURM's is at least 2: scontrol show config tells it.");
        if (options.Processors < 1) throw new GlmmException($"A task has at least one processor, not {options.Processors}.");
        if (options.Command.Count == 0) throw new GlmmException("The command of EcoGlmm on the cluster is empty: [\"ecoglmm\"] is usual.");
        foreach (var text in new[] { options.Time, options.Memory, options.Partition, options.Account }.Concat(options.Directives))
        {
            if (text is not null && (text.Length == 0 || text.AsSpan().ContainsAny('\n', '\r')))
                throw new GlmmException($"\"{text}\" cannot be an option of a SLURM job.");
        }

        _parts = Math.Min(options.Parts, replicates);
        _tasks = Math.Min(_parts, options.MaxArraySize - 1);
    }

    /// <summary>Parts of the plan.</summary>
    public int Parts => _parts;

    /// <summary>The tasks, counted from 1, that do some parts: part p is done by task 1 + (p − 1) mod tasks.</summary>
    public static string TasksOf(IEnumerable<int> parts, int tasks) =>
        Ranges([.. parts.Select(p => 1 + ((p - 1) % tasks)).Distinct().Order()]);

    /// <summary>"1-3,7,9-12".</summary>
    public static string Ranges(int[] numbers)
    {
        var text = new StringBuilder();
        for (var k = 0; k < numbers.Length; k++)
        {
            var first = k;
            while (k + 1 < numbers.Length && numbers[k + 1] == numbers[k] + 1) k++;
            text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{numbers[first]}");
            if (k > first) text.Append(CultureInfo.InvariantCulture, $"-{numbers[k]}");
        }

        return text.ToString();
    }

    /// <summary>The number of tasks that a folder's scripts divide the parts among; null where it has no scripts.</summary>
    public static int? TasksOf(string folder)
    {
        var settings = Path.Combine(folder, "settings.sh");
        if (!File.Exists(settings)) return null;
        var line = File.ReadLines(settings).FirstOrDefault(l => l.StartsWith("TASKS=", StringComparison.Ordinal));
        return line is not null && int.TryParse(line["TASKS=".Length..], CultureInfo.InvariantCulture, out var tasks) && tasks > 0
            ? tasks : null;
    }

    public void Write(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
        void File(string name, string text) => AtomicFile.WriteText(Path.Combine(folder, name), text.ReplaceLineEndings("\n"));
        File("settings.sh", Settings());
        File("job.sh", Job());
        File("merge.sh", Merge());
        File("submit.sh", Submit());
        File("README.txt", Readme());
    }

    private string Settings() => $$"""
        # What the scripts of this folder have in common.
        PARTS={{_parts}}
        TASKS={{_tasks}}
        {{string.Join("\n", _options.Setup)}}
        ecoglmm() {
            # Another command can be given in the variable ECOGLMM.
            if [ -n "${ECOGLMM:-}" ]; then $ECOGLMM "$@"; else {{string.Join(" ", _options.Command.Select(Quoted))}} "$@"; fi
        }

        """;

    private string Job() => $$"""
        #!/bin/bash
        #SBATCH --job-name=ecoglmm
        #SBATCH --output=logs/task-%a.log
        #SBATCH --open-mode=append
        #SBATCH --requeue
        #SBATCH --ntasks=1
        #SBATCH --cpus-per-task={{_options.Processors}}
        {{Directives(true)}}
        # One task of the array: its parts one after the other, those that are done already left out.
        cd "${SLURM_SUBMIT_DIR:?submit.sh submits this script}" || exit 1
        . ./settings.sh
        export DOTNET_TieredPGO=0 DOTNET_gcServer=0
        ecoglmm part . $(seq "$SLURM_ARRAY_TASK_ID" "$TASKS" "$PARTS") --threads {{_options.Processors}}

        """;

    private string Merge() => $"""
        #!/bin/bash
        #SBATCH --job-name=ecoglmm-merge
        #SBATCH --output=logs/merge.log
        #SBATCH --open-mode=append
        #SBATCH --requeue
        #SBATCH --ntasks=1
        #SBATCH --cpus-per-task=1
        {Directives(false)}
        # After the array, however its tasks ended: puts the parts together, or names those that are missing.
        cd "{"${SLURM_SUBMIT_DIR:?submit.sh submits this script}"}" || exit 1
        . ./settings.sh
        ecoglmm merge .

        """;

    private string Submit() => $$"""
        #!/bin/bash
        # Submits the parts that have no result yet, and the job that puts all together: the first time all parts, later what is missing.
        set -euo pipefail
        cd "$(dirname "${BASH_SOURCE[0]}")"
        . ./settings.sh
        tasks=$(ecoglmm status . --tasks)
        if [ -z "$tasks" ]; then
            echo "No part is missing."
            ecoglmm merge .
            exit
        fi
        array=$(sbatch --parsable --array="$tasks{{(_options.Simultaneous is { } most ? $"%{most}" : "")}}" job.sh)
        array=${array%%;*}
        merge=$(sbatch --parsable --dependency="afterany:$array" merge.sh)
        echo "Submitted array job $array (tasks $tasks) and job ${merge%%;*}, which puts the parts together."
        echo "Progress: ecoglmm status $(printf %q "$PWD")"

        """;

    private string Readme() => $"""
        {_what}, in {NumberFormat.Count(_parts, "part")}.

        On a SLURM cluster:        bash submit.sh
        How far it is:             ecoglmm status .
        What failed, again:        bash submit.sh     (does only what is missing)
        On this machine alone:     ecoglmm run-plan . --processes 4
        Put together by hand:      ecoglmm merge .

        plan.json      what is computed
        model*.json    the model: formula, family, options, start values
        data*.bin      the data, to the bit (columns as they were read)
        start*.bin     the estimates that parts start from; relatedness*.bin, mesh*.bin what the model is given
        genotypes*     of a scan: the calls (.bed) and the names of markers and individuals; relationships*.bin the sums of all markers
        settings.sh    the command of EcoGlmm on the cluster; change it there, or in the variable ECOGLMM
        results/       the result of each part
        failures/      why a part failed, in a sentence
        logs/          what the jobs printed
        result.*       the merged result, once all parts are done

        The folder can be copied or moved as a whole. None of plan.json and the files named above settings.sh may change: parts
        refuse what is not the plan's. In a notebook, Plan.Open("…").Result() gives what the direct call would have given, to the bit.

        """;

    private string Directives(bool isArray)
    {
        var lines = new List<string>();
        void Add(string name, string? value)
        {
            if (value is not null) lines.Add($"#SBATCH --{name}={value}");
        }

        if (isArray) Add("time", _options.Time);
        Add("mem", _options.Memory);
        Add("partition", _options.Partition);
        Add("account", _options.Account);
        lines.AddRange(_options.Directives.Select(d => $"#SBATCH {d}"));
        return string.Join("\n", lines);
    }

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "_-./=:+,@".Contains(c, StringComparison.Ordinal)) ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
