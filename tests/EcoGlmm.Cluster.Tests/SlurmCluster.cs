using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EcoGlmm.Cluster.Tests;

/// <summary>
/// A real SLURM cluster of two nodes, on the loopback of this machine: its own munged, controller and two daemons, in a folder and on ports
/// of its own, so that it meets no other. It needs root and Debian's packages slurm-wlm and munge.
/// </summary>
public sealed class SlurmCluster : IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);
    private readonly string _conf;
    private readonly List<string> _looks = [];
    private readonly Dictionary<string, string> _environment;

    public SlurmCluster()
    {
        Folder = Directory.CreateTempSubdirectory("ecoglmm-slurm-").FullName;
        _conf = Path.Combine(Folder, "slurm.conf");
        _environment = new() { ["SLURM_CONF"] = _conf };
        if (ReasonToSkip is not null) return;
        // Other users, such as munge's, pass through.
        File.SetUnixFileMode(Folder, (UnixFileMode)Convert.ToInt32("755", 8));
        foreach (var name in new[] { "state", "spooln1", "spooln2" }) Directory.CreateDirectory(Path.Combine(Folder, name));
        File.WriteAllBytes(At("munge.key"), System.Security.Cryptography.RandomNumberGenerator.GetBytes(64));
        File.SetUnixFileMode(At("munge.key"), UnixFileMode.UserRead);
        Demand("munged", "--force", $"--key-file={At("munge.key")}", $"--socket={At("munge.sock")}", $"--pid-file={At("munge.pid")}",
            $"--log-file={At("munge.log")}", $"--seed-file={At("munge.seed")}");
        var ports = FreePorts(3);
        File.WriteAllText(_conf, $"""
            ClusterName=ecoglmm
            SlurmctldHost=localhost
            SlurmUser=root
            SlurmdUser=root
            AuthType=auth/munge
            CredType=cred/munge
            AuthInfo=socket={At("munge.sock")},cred_expire=5
            StateSaveLocation={At("state")}
            SlurmdSpoolDir={Folder}/spool%n
            SlurmctldPidFile={At("ctld.pid")}
            SlurmdPidFile={Folder}/%n.pid
            SlurmctldLogFile={At("ctld.log")}
            SlurmdLogFile={Folder}/%n.log
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            ReturnToService=2
            SlurmdTimeout=6
            KillWait=2
            SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=2
            SlurmctldPort={ports[0]}
            NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1 State=UNKNOWN
            NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1 State=UNKNOWN
            PartitionName=debug Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP

            """);
        StartController();
        StartNode("n1");
        StartNode("n2");
        Shell.Until(() => Nodes("idle") == 2, "two idle nodes", State);
    }

    /// <summary>Why there can be no cluster on this machine; null where there can.</summary>
    public static string? ReasonToSkip { get; } = !OperatingSystem.IsLinux() ? "A SLURM cluster on the loopback needs Linux."
        : Environment.UserName != "root" ? "A SLURM cluster on the loopback needs root."
        : !new[] { "slurmctld", "slurmd", "sbatch", "munged" }.All(Shell.Has)
            ? "There is no SLURM on this machine: install Debian's packages slurm-wlm and munge, as test.sh does." : null;

    public string Folder { get; }

    /// <summary>The tool that lies beside these tests, and so is of the same version.</summary>
    public static IReadOnlyList<string> Tool { get; } = ["dotnet", typeof(SlurmCluster).Assembly.Location.Replace("EcoGlmm.Cluster.Tests",
        "EcoGlmm.Tool", StringComparison.Ordinal) is var path && File.Exists(path) ? path
        : Path.Combine(AppContext.BaseDirectory, "EcoGlmm.Tool.dll")];

    /// <summary>What a folder of plans is computed with here.</summary>
    public static SlurmOptions Options(int parts) => new() { Parts = parts, Command = Tool, Time = "10" };

    public void StartController() => Demand("slurmctld");

    public void StartNode(string node) => Demand("slurmd", "-N", node);

    /// <summary>Ends the controller as a power cut would.</summary>
    public void KillController() => Shell.Kill(PidOf("ctld.pid"));

    /// <summary>
    /// Ends a node as a power cut would: its daemon, and everything that runs there, all of a sudden.
    /// </summary>
    public void KillNode(string node)
    {
        Shell.Kill(PidOf($"{node}.pid"));
        var mine = ProcessesOf(node);
        foreach (var process in mine) Shell.Kill(process);
    }

    public int Nodes(string state) => Ask("sinfo", "-h", "-N", "-o", "%T").Split('\n').Count(s => s == state);

    /// <summary>Jobs that wait or run.</summary>
    public string[] Queue() => Ask("squeue", "-h", "-r", "-o", "%i %t %N").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Submits what a plan's folder is missing.</summary>
    public string Submit(Plan plan)
    {
        var (code, output, errors) = Shell.Run("bash", [Path.Combine(plan.Folder!, "submit.sh")], _environment);
        Assert.True(code == 0, $"{output}\n{errors}\n{State()}");
        return output;
    }

    /// <summary>
    /// Waits for the queue to be empty, and does meanwhile what those who run a cluster do: where SLURM itself could not start a job, as
    /// on a full disk or a machine that is too busy, it takes the node out of service and holds the job until somebody has looked.
    /// </summary>
    public void UntilEmpty(Plan plan)
    {
        var looked = Stopwatch.StartNew();
        Shell.Until(() =>
        {
            if (looked.Elapsed > BetweenLooks)
            {
                BringBack();
                looked.Restart();
            }

            return Queue().Length == 0;
        }, $"an empty queue for {plan.Folder}", () => Logs(plan));
    }

    private void BringBack()
    {
        foreach (var line in Lines(Ask("sinfo", "-h", "-N", "-o", "%N %T")))
        {
            if (line.Split(' ') is not [var node, var state] || !(state.StartsWith("drain", StringComparison.Ordinal)
                || state.StartsWith("down", StringComparison.Ordinal))) continue;
            _looks.Add($"{node} was {state}: {Ask("sinfo", "-h", "-R")}");
            Ask("scontrol", "update", $"NodeName={node}", "State=RESUME");
        }

        foreach (var line in Lines(Ask("squeue", "-h", "-r", "-t", "PENDING", "-o", "%i %r")))
        {
            if (!line.Contains("held", StringComparison.OrdinalIgnoreCase)) continue;
            _looks.Add(line);
            Ask("scontrol", "release", line.Split(' ')[0]);
        }
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public string Logs(Plan plan) => string.Join("\n", Directory.GetFiles(Path.Combine(plan.Folder!, "logs"))
        .Select(f => $"{Path.GetFileName(f)}:\n{File.ReadAllText(f)}")) + "\n" + State();

    public void Dispose()
    {
        if (ReasonToSkip is null)
        {
            Shell.Run("scancel", ["-u", "root"], _environment);
            Shell.Run("scontrol", ["shutdown"], _environment);
            foreach (var pid in new[] { "ctld.pid", "n1.pid", "n2.pid", "munge.pid" })
            {
                if (File.Exists(At(pid))) Shell.Kill(PidOf(pid));
            }
        }

        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (IOException)
        {
            // A daemon wrote a last line meanwhile.
        }
    }

    private string State() => Ask("sinfo", "-N", "-l") + "\n" + Ask("sinfo", "-R") + "\n" + Ask("squeue", "-o", "%i %t %N %r") + "\n"
        + string.Join("\n", _looks) + "\n" + string.Join("\n", File.ReadLines(At("ctld.log")).TakeLast(20));

    private string At(string name) => Path.Combine(Folder, name);

    private string Ask(string program, params string[] arguments) => Shell.Run(program, arguments, _environment).Output;

    private void Demand(string program, params string[] arguments)
    {
        var (code, output, errors) = Shell.Run(program, arguments, _environment);
        Assert.True(code == 0, $"{program} ended with code {code}: {output} {errors}");
    }

    private int PidOf(string file)
    {
        Shell.Until(() => File.Exists(At(file)) && File.ReadAllText(At(file)).Trim().Length > 0, file, () => "no such file");
        return int.Parse(File.ReadAllText(At(file)), CultureInfo.InvariantCulture);
    }

    /// <summary>The processes of a node: scripts run from its spool, what they started, and the step daemons that started them.</summary>
    private List<int> ProcessesOf(string node)
    {
        var all = new Dictionary<int, int>();
        var scripts = new HashSet<int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)) continue;
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                all[pid] = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(At($"spool{node}"), StringComparison.Ordinal))
                    scripts.Add(pid);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        var result = scripts.Select(s => all[s]).Where(parent => parent > 1).Concat(scripts).ToList();
        for (var k = 0; k < result.Count; k++)
        {
            var parent = result[k];
            result.AddRange(all.Where(p => scripts.Contains(parent) && p.Value == parent && !result.Contains(p.Key)).Select(p => p.Key));
        }

        return result;
    }

    /// <summary>
    /// Ports below those that the system hands out for outgoing connections: one of these could take the controller's while it is
    /// restarted.
    /// </summary>
    private static int[] FreePorts(int count)
    {
        var ports = new List<int>();
        while (ports.Count < count)
        {
            var port = Random.Shared.Next(20_000, 30_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                if (!ports.Contains(port)) ports.Add(port);
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }

        return [.. ports];
    }
}

/// <summary>A test that needs a SLURM cluster: skipped, with the reason, where there can be none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SlurmFactAttribute : FactAttribute
{
    public SlurmFactAttribute() => Skip = SlurmCluster.ReasonToSkip;
}
