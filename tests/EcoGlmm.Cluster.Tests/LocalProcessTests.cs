using System.Diagnostics;

namespace EcoGlmm.Cluster.Tests;

/// <summary>Plans by processes of this machine, which are killed in the middle.</summary>
[Collection(nameof(PlannedModel))]
public sealed class LocalProcessTests
{
    [Fact]
    public void WhatIsKilledGoesOnWhereItWas()
    {
        var folder = Directory.CreateTempSubdirectory("ecoglmm-local-").FullName;
        try
        {
            var plan = PlannedModel.Plan.ToFolder(Path.Combine(folder, "plan"), 5);
            using (var run = Start("run-plan", plan.Folder!, "--processes", "2"))
            {
                // One part alone is killed: it is tried again. Then the whole run, and every part of it.
                Shell.Kill(BegunParts.Wait(plan, null, () => plan.Status().ToString()).Process);
                Shell.Until(() => plan.Status().Done > 0, "a part", () => plan.Status().ToString());
                run.Kill(entireProcessTree: true);
                run.WaitForExit();
            }

            var before = PlannedModel.ResultTimes(plan);
            var killed = plan.Status();
            Assert.Equal(5 - before.Count, killed.Missing.Count);
            Assert.All(killed.Failures, f => Assert.Contains("killed", f.Message));
            using (var again = Start("run-plan", plan.Folder!, "--processes", "2"))
            {
                again.WaitForExit();
                Assert.Equal(0, again.ExitCode);
            }

            PlannedModel.AssertComplete(plan, () => plan.Status().ToString());
            Assert.All(before, b => Assert.Equal(b.Value, PlannedModel.ResultTimes(plan)[b.Key]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void AScanGoesOnWhereItWasKilled()
    {
        var folder = Directory.CreateTempSubdirectory("ecoglmm-scan-").FullName;
        try
        {
            var people = Genotypes.Simulate(new PopulationDesign { Individuals = 500, Markers = 6000, Chromosomes = 4 }, seed: 2);
            var (data, prefix) = (Path.Combine(folder, "data.csv"), Path.Combine(folder, "people"));
            people.Data.WriteCsv(data);
            people.Genotypes.WritePlink(prefix);
            using var markers = Genotypes.Open(prefix + ".bed");
            var direct = Glmm.Scan("trait ~ sex", FieldData.ReadCsv(data), markers, new ScanOptions { Individual = "id" });
            string[] scan = ["scan", data, "trait ~ sex", "--genotypes", prefix + ".bed", "--individual", "id"];
            Assert.Equal(0, Tool([.. scan, "--slurm", Path.Combine(folder, "plan"), "--parts", "5"]).Code);
            var plan = Plan.Open(Path.Combine(folder, "plan"));
            using (var run = Start("run-plan", plan.Folder!, "--processes", "2"))
            {
                Shell.Kill(BegunParts.Wait(plan, null, () => plan.Status().ToString()).Process);
                Shell.Until(() => plan.Status().Done > 0, "a part", () => plan.Status().ToString());
                run.Kill(entireProcessTree: true);
                run.WaitForExit();
            }

            var before = PlannedModel.ResultTimes(plan);
            Assert.Equal(5 - before.Count, plan.Status().Missing.Count);
            using (var again = Start("run-plan", plan.Folder!, "--processes", "2"))
            {
                again.WaitForExit();
                Assert.Equal(0, again.ExitCode);
            }

            Assert.All(before, b => Assert.Equal(b.Value, PlannedModel.ResultTimes(plan)[b.Key]));
            Assert.Equal(direct.AsEnumerable(), plan.Result<AssociationScan>());
            Assert.Equal(direct.ToString(), plan.Result().ToString());
            Assert.Equal(Tool(scan).Output, Tool("merge", plan.Folder!).Output.Split("\nWritten to")[0]);
            Assert.Equal(direct.AsEnumerable(), AssociationScan.ReadCsv(Path.Combine(plan.Folder!, "result.csv")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void CommandsSayWhatIsTheMatterAndEndWithACode()
    {
        var folder = Directory.CreateTempSubdirectory("ecoglmm-commands-").FullName;
        try
        {
            var data = Path.Combine(folder, "data.csv");
            FieldData.From(Enumerable.Range(0, 60).Select(i => new { y = Math.Sin(i), x = i % 7, g = $"g{i % 6}" })).WriteCsv(data);
            var plan = Path.Combine(folder, "plan");
            string[] bootstrap = ["bootstrap", data, "y ~ x + (1 | g)", "--count", "12"];
            Assert.Equal(0, Tool([.. bootstrap, "--slurm", plan, "--parts", "3"]).Code);
            Assert.Contains("holds a plan already", Tool([.. bootstrap, "--slurm", plan]).Errors);
            Assert.Equal("1-3", Tool("status", plan, "--tasks").Output);
            Assert.Equal(0, Tool("part", plan, "2").Code);
            Assert.Equal("Part 2: was done already.", Tool("part", plan, "2").Output);
            var missing = Tool("merge", plan);
            Assert.Equal(1, missing.Code);
            Assert.Contains("2 parts of 3 are missing: 1,3", missing.Errors);
            var wrong = Tool("part", plan, "9");
            Assert.Equal(1, wrong.Code);
            Assert.Contains("no part 9", wrong.Errors);
            Assert.Equal(0, Tool("part", plan, "1", "2", "3").Code);
            Assert.Equal(Tool(bootstrap).Output, Tool("merge", plan).Output.Split("\nWritten to")[0]);
            Assert.Contains("There is no folder", Tool("status", plan + "-none").Errors);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (int Code, string Output, string Errors) Tool(params string[] arguments) =>
        Shell.Run(SlurmCluster.Tool[0], [.. SlurmCluster.Tool.Skip(1), .. arguments]);

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(SlurmCluster.Tool[0],
        [.. SlurmCluster.Tool.Skip(1), .. arguments]) { RedirectStandardOutput = false })!;
}

/// <summary>Processes and cluster share the processors: one test after the other.</summary>
[CollectionDefinition(nameof(PlannedModel), DisableParallelization = true)]
public sealed class PlannedModelCollection;
