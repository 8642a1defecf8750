using EcoGlmm.Tests.Sharing;

namespace EcoGlmm.Tests.Plans;

/// <summary>What can happen to the folder of a plan: each thing is told in a sentence, nothing is lost and nothing counts twice.</summary>
public sealed class PlanFolderTests : IDisposable
{
    private readonly PlanFixture _files = new();

    public void Dispose() => _files.Dispose();

    private static string Direct { get; } = Bits.Of(PlanFixture.Poisson.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: 12));

    private Plan New(int parts = 4) => Plan.Bootstrap(PlanFixture.Poisson, 12).ToFolder(_files.New(), parts);

    private static string ResultOf(Plan plan, int part) =>
        Path.Combine(plan.Folder!, "results", "0000", $"part-{part:000000}.bin");

    [Fact]
    public void MissingPartsAreNamedAndOnlyTheyAreComputed()
    {
        var plan = New();
        plan.RunPart(2);
        plan.RunPart(3);
        var before = File.GetLastWriteTimeUtc(ResultOf(plan, 2));
        var missing = Assert.Throws<GlmmException>(plan.Result).Message;
        Assert.Contains("2 parts of 4 are missing: 1,4", missing);
        var status = Plan.Open(plan.Folder!).Status();
        Assert.Equal([1, 4], status.Missing);
        Assert.Equal(2, status.Done);
        Assert.False(plan.RunPart(2));
        plan.Run();
        Assert.Equal(before, File.GetLastWriteTimeUtc(ResultOf(plan, 2)));
        Assert.Equal(Direct, Bits.Of(plan.Result<IntervalTable>()));
    }

    [Theory]
    [InlineData("cut", "cut off or damaged")]
    [InlineData("empty", "not a result of EcoGlmm")]
    [InlineData("flipped", "cut off or damaged")]
    [InlineData("text", "not a result of EcoGlmm")]
    [InlineData("other part", "another part")]
    [InlineData("other plan", "another plan")]
    public void ResultsThatAreNotWhatTheyShouldBeAreComputedAgain(string how, string expected)
    {
        var plan = New().Run();
        var path = ResultOf(plan, 2);
        var bytes = File.ReadAllBytes(path);
        switch (how)
        {
            case "cut":
                File.WriteAllBytes(path, bytes[..^9]);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "flipped":
                bytes[bytes.Length / 2] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
            case "text":
                File.WriteAllText(path, "this is not a result");
                break;
            case "other part":
                File.Copy(ResultOf(plan, 3), path, overwrite: true);
                break;
            default:
                File.Copy(ResultOf(New().Run(), 2), path, overwrite: true);
                break;
        }

        var status = plan.Status();
        Assert.Equal([2], status.Missing);
        Assert.Contains(expected, Assert.Single(status.Failures).Message);
        Assert.Contains(expected, Assert.Throws<GlmmException>(plan.Result).Message);
        Assert.True(plan.RunPart(2));
        Assert.True(plan.Status().IsComplete);
        Assert.Equal(Direct, Bits.Of(plan.Result()));
    }

    [Theory]
    [InlineData("data.bin")]
    [InlineData("model.json")]
    [InlineData("start.bin")]
    public void FilesChangedAfterwardsAreRefused(string name)
    {
        var plan = New();
        plan.RunPart(1);
        var file = Path.Combine(plan.Folder!, name);
        var bytes = File.ReadAllBytes(file);
        bytes[^2] ^= 1;
        File.WriteAllBytes(file, bytes);
        var refused = Assert.Throws<GlmmException>(() => Plan.Open(plan.Folder!).RunPart(2)).Message;
        Assert.Contains($"{name} is not the file that the plan was made with", refused);
        Assert.Equal(refused, Assert.Single(plan.Status().Failures).Message);
        File.Delete(file);
        Assert.Contains("cannot be read", Assert.Throws<GlmmException>(() => Plan.Open(plan.Folder!).RunPart(2)).Message);
    }

    [Fact]
    public void AnotherVersionComputesNoPartButReadsTheResult()
    {
        var plan = New();
        var file = Path.Combine(plan.Folder!, "plan.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace(PlanVersion(file), "9.9.9", StringComparison.Ordinal));
        var other = Plan.Open(plan.Folder!);
        Assert.Contains("made by EcoGlmm 9.9.9", Assert.Throws<GlmmException>(() => other.RunPart(1)).Message);
        Assert.Contains("9.9.9", other.Status().ToString());
    }

    [Fact]
    public void APlanThatIsDamagedOrNotThereSaysSo()
    {
        var plan = New();
        Assert.Contains("holds a plan already", Assert.Throws<GlmmException>(() =>
            Plan.Bootstrap(PlanFixture.Poisson, 3).ToFolder(plan.Folder!)).Message);
        var file = Path.Combine(plan.Folder!, "plan.json");
        File.WriteAllText(file, File.ReadAllText(file)[..200]);
        Assert.Contains("is damaged", Assert.Throws<GlmmException>(() => Plan.Open(plan.Folder!)).Message);
        File.Delete(file);
        Assert.Contains("holds no plan", Assert.Throws<GlmmException>(() => Plan.Open(plan.Folder!)).Message);
        Assert.Contains("There is no folder", Assert.Throws<GlmmException>(() => Plan.Open(_files.New())).Message);
        Assert.Contains("ToFolder", Assert.Throws<GlmmException>(() => Plan.Bootstrap(PlanFixture.Poisson, 3).Status()).Message);
    }

    [Fact]
    public void ResultsOfAnotherTypeAreNotAskedFor()
    {
        var plan = New().Run();
        Assert.Contains("Result<IntervalTable>()", Assert.Throws<GlmmException>(() => plan.Result<PowerAnalysis>()).Message);
        Assert.IsType<IntervalTable>(plan.Result<IResultTable>());
        Assert.Contains("parts 1 to 4, but no part 5", Assert.Throws<GlmmException>(() => plan.RunPart(5)).Message);
    }

    [Fact]
    public async Task TwoThatComputeTheSamePartWriteTheSame()
    {
        var plan = New(2);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(k => Task.Run(() => Plan.Open(plan.Folder!).RunPart(1 + (k % 2)))));
        Assert.Equal(Direct, Bits.Of(plan.Result()));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(plan.Folder!, "results"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void APartThatIsStoppedSaysSoAndIsMissing()
    {
        var plan = New();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => plan.RunPart(1, cancellationToken: stop.Token));
        Assert.Contains("stopped before its end", Assert.Single(plan.Status().Failures).Message);
        Assert.True(plan.RunPart(1));
        Assert.Empty(plan.Status().Failures);
    }

    [Fact]
    public void AKilledProcessIsNamed()
    {
        var plan = New();
        var begun = Path.Combine(plan.Folder!, "begun", "0000");
        Directory.CreateDirectory(begun);
        // No process has this number.
        File.WriteAllText(Path.Combine(begun, "part-000003.txt"), $"{DateTime.UtcNow:O}\t{Environment.MachineName}\t{int.MaxValue}\t\n\n");
        File.WriteAllText(Path.Combine(begun, "part-000004.txt"), $"{DateTime.UtcNow:O}\tanother-machine\t17\t\n\n");
        var status = plan.Status();
        Assert.Contains("was killed", Assert.Single(status.Failures).Message);
        Assert.Equal(3, status.Failures[0].Part);
        Assert.Equal([4], status.Running);
        Assert.Equal("missing missing failed running", string.Join(' ', status.ToFieldData().Texts("State")));
        Assert.Contains("another-machine", status.ToFieldData().Texts("Message")[3]);
        Assert.Contains("Missing: 1-4.", status.ToHtml());
    }

    [Fact]
    public void ScriptsRespectTheSizeOfArraysAndNameWhatIsAskedFor()
    {
        var plan = Plan.Bootstrap(PlanFixture.Poisson, 30).ToSlurm(_files.New(), new SlurmOptions
        {
            Parts = 25, MaxArraySize = 11, Simultaneous = 3, Time = "30", Memory = "1G", Partition = "short", Account = "owls",
            Processors = 2, Directives = ["--qos=long"], Setup = ["module load dotnet"], Command = ["/opt/my tools/ecoglmm"],
        });
        string Text(string name) => File.ReadAllText(Path.Combine(plan.Folder!, name));
        Assert.Equal("1-10", plan.MissingTasks());
        foreach (var part in new[] { 3, 13, 23, 7, 17, 9 }) plan.RunPart(part);
        Assert.Equal("1-2,4-6,8-10", plan.MissingTasks());
        foreach (var line in new[] { "--time=30", "--mem=1G", "--partition=short", "--account=owls", "--cpus-per-task=2", "--qos=long",
            "--requeue" })
        {
            Assert.Contains($"#SBATCH {line}\n", Text("job.sh"));
        }

        Assert.Contains("module load dotnet\n", Text("settings.sh"));
        Assert.Contains("'/opt/my tools/ecoglmm' \"$@\"", Text("settings.sh"));
        Assert.Contains("--array=\"$tasks%3\"", Text("submit.sh"));
        Assert.Contains("afterany:", Text("submit.sh"));
        Assert.Contains("30 bootstrap fits of n ~ x + (1 | g), in 25 parts", Text("README.txt"));
        Assert.Throws<GlmmException>(() => Plan.Bootstrap(PlanFixture.Poisson, 3).ToSlurm(_files.New(),
            new SlurmOptions { Time = "1\n2" }));
        Assert.Throws<GlmmException>(() => New().MissingTasks());
    }

    [Fact]
    public void WhatAPlanCannotCarryIsSaidBeforeAnythingIsWritten()
    {
        var folder = _files.New();
        var unconverged = Glmm.Fit("n ~ x + (1 | g)", PlanFixture.Data, Family.Poisson(),
            new GlmmOptions { Control = new GlmmControl { MaxIterations = 1 } });
        if (!unconverged.Convergence.IsConverged)
            Assert.Contains("did not converge", Assert.Throws<GlmmException>(() => Plan.Bootstrap(unconverged, 10)).Message);
        Assert.Throws<GlmmException>(() => Plan.Bootstrap(PlanFixture.Poisson, 0));
        Assert.Throws<GlmmException>(() => Plan.Power(PlanFixture.Poisson, "x", power: new PowerOptions { ResumeFile = "x" }));
        Assert.Throws<GlmmException>(() => Plan.Power(PlanFixture.Poisson, "nothing"));
        Assert.False(Directory.Exists(folder));
    }

    private static string PlanVersion(string file) =>
        System.Text.Json.JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("version").GetString()!;
}
