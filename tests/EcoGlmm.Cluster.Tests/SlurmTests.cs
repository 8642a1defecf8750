using System.Globalization;
using EcoGlmm.Robustness.Tests.Disk;

namespace EcoGlmm.Cluster.Tests;

/// <summary>
/// Plans on a real SLURM cluster of two nodes, with what happens to clusters: nothing is lost, nothing counts twice, and the result has
/// the bits of the direct call.
/// </summary>
[Collection(nameof(PlannedModel))]
public sealed class SlurmTests(SlurmCluster cluster) : IClassFixture<SlurmCluster>
{
    [SlurmFact]
    public void ANodeDiesInTheMiddle()
    {
        var plan = New(8);
        cluster.Submit(plan);
        BegunParts.Wait(plan, "n2", () => cluster.Logs(plan));
        cluster.KillNode("n2");
        Shell.Until(() => cluster.Queue().All(j => !j.EndsWith("R n2", StringComparison.Ordinal)), "the cluster to see it",
            () => cluster.Logs(plan));
        cluster.StartNode("n2");
        cluster.UntilEmpty(plan);
        if (plan.Status().Missing.Count > 0)
        {
            // SLURM saw the task fail before it saw the node die: the merge job has named it.
            cluster.Submit(plan);
            cluster.UntilEmpty(plan);
        }

        PlannedModel.AssertComplete(plan, () => cluster.Logs(plan));
    }

    [SlurmFact]
    public void APartIsKilledAndTheControllerIsRestarted()
    {
        var plan = New(6);
        cluster.Submit(plan);
        var (part, process) = BegunParts.Wait(plan, null, () => cluster.Logs(plan));
        Shell.Kill(process);
        cluster.UntilEmpty(plan);
        var status = plan.Status();
        Assert.True(status.Missing.SequenceEqual([part]), status + cluster.Logs(plan));
        Assert.Contains($"missing: {part}.", File.ReadAllText(Path.Combine(plan.Folder!, "logs", "merge.log")));
        var times = PlannedModel.ResultTimes(plan);
        Assert.Contains($"(tasks {part.ToString(CultureInfo.InvariantCulture)})", cluster.Submit(plan));
        cluster.KillController();
        Thread.Sleep(500);
        cluster.StartController();
        cluster.UntilEmpty(plan);
        if (!plan.Status().IsMerged)
        {
            // What the controller had not written down yet when it was killed, it does not know.
            cluster.Submit(plan);
            cluster.UntilEmpty(plan);
        }

        PlannedModel.AssertComplete(plan, () => cluster.Logs(plan));
        Assert.All(times, t => Assert.Equal(t.Value, PlannedModel.ResultTimes(plan)[t.Key]));
    }

    [SlurmFact]
    public void TheDiskIsFull()
    {
        using var disk = SmallDisk.Mount(1024) ?? throw new InvalidOperationException("There is no small disk to be had.");
        var plan = PlannedModel.Plan.ToSlurm(Path.Combine(disk.Folder, "plan"), SlurmCluster.Options(4));
        plan.RunPart(2);
        var filler = Path.Combine(disk.Folder, "filler");
        Fill(filler);
        var full = Assert.Throws<GlmmException>(() => plan.RunPart(3)).Message;
        Assert.Contains("was computed, but its result cannot be written", full);
        cluster.Submit(plan);
        cluster.UntilEmpty(plan);
        Assert.Equal([1, 3, 4], plan.Status().Missing);
        File.Delete(filler);
        Assert.Contains("(tasks 1,3-4)", cluster.Submit(plan));
        cluster.UntilEmpty(plan);
        PlannedModel.AssertComplete(plan, () => cluster.Logs(plan));
    }

    private Plan New(int parts) => PlannedModel.Plan.ToSlurm(Path.Combine(cluster.Folder, $"plan-{Guid.NewGuid():N}"),
        SlurmCluster.Options(parts));

    /// <summary>Takes all the room that there is.</summary>
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { 65536, 4096, 512, 1 })
        {
            try
            {
                while (true) file.Write(new byte[size]);
            }
            catch (IOException)
            {
                // No room for so much more.
            }
        }
    }
}
