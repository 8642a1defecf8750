using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>The native command, compiled ahead of time as docs/installation.md says, beside the one that runs in .NET.</summary>
[Collection(RunnerCollection.Name)]
public sealed class NativeCommandTests : IDisposable
{
    private static readonly Lazy<Task<string>> Published = new(PublishAsync);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ecoglmm-native-");

    [Theory]
    [InlineData("sleepstudy.csv", "Reaction ~ Days + (Days | Subject)", "--reml")]
    [InlineData("owls.csv", "SiblingNegotiation ~ FoodTreatment + offset(log(BroodSize)) + (1 | Nest)", "-f", "nbinom2", "--zi", "~ 1")]
    public async Task A_fit_has_the_same_bits_as_in_dotnet(string data, string formula, params string[] options)
    {
        string[] arguments = ["fit", Dataset(data), formula, .. options, "--json"];
        var (exitCode, output, errors) = await RunAsync(arguments);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Equal((await RunnerNotebook.CommandAsync(arguments)).Output, output);
    }

    [Fact]
    public async Task A_plan_is_computed_by_its_own_processes_and_has_the_same_result_as_the_direct_call()
    {
        string[] bootstrap = ["bootstrap", Dataset("cbpp.csv"), "cbind(incidence, size - incidence) ~ period + (1 | herd)",
            "--family", "binomial", "--factor", "period", "--count", "20"];
        var plan = Path.Combine(_folder.FullName, "plan");
        Assert.Equal(0, (await RunAsync([.. bootstrap, "--slurm", plan, "--parts", "3"])).ExitCode);
        var (exitCode, output, errors) = await RunAsync("run-plan", plan, "--processes", "2");
        Assert.Equal((0, ""), (exitCode, errors));
        var (_, direct, _) = await RunnerNotebook.CommandAsync(bootstrap);
        Assert.NotEmpty(direct);
        Assert.EndsWith(direct, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_has_its_figures_without_a_network()
    {
        var page = Path.Combine(_folder.FullName, "sleep.html");
        var (exitCode, _, errors) = await RunAsync("report", Dataset("sleepstudy.csv"), "Reaction ~ Days + (1 | Subject)", "-o", page);
        Assert.Equal((0, ""), (exitCode, errors));
        var html = await File.ReadAllTextAsync(page);
        Assert.Contains("ecoglmm-figure", html, StringComparison.Ordinal);
        Assert.Contains(".carry(", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dotnet tool install --global EcoGlmm.Tool", "run", "notes.ipynb", "--in-place")]
    [InlineData("absent.csv", "fit", "absent.csv", "y ~ x")]
    public async Task What_cannot_be_done_is_a_sentence(string said, params string[] arguments)
    {
        var (exitCode, output, errors) = await RunAsync(arguments);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Dataset(string name) => Path.Combine(TutorialFolder.Repository, "datasets", name);

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        await StartAsync(await Published.Value, arguments);

    private static async Task<string> PublishAsync()
    {
        var project = Path.Combine(TutorialFolder.Repository, "src", "EcoGlmm.Native");
        var folder = Path.Combine(TutorialFolder.Repository, "artifacts", "native");
        var (exitCode, output, errors) = await StartAsync("dotnet", "publish", project, "-c", "Release", "-r",
            RuntimeInformation.RuntimeIdentifier, "-o", folder, "--nologo");
        Assert.True(exitCode == 0, output + errors);
        return Path.Combine(folder, OperatingSystem.IsWindows() ? "ecoglmm.exe" : "ecoglmm");
    }

    private static async Task<(int ExitCode, string Output, string Errors)> StartAsync(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
