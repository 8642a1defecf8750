using System.Text;
using System.Text.Json;
using EcoGlmm.Tool;

namespace EcoGlmm.Notebooks.Tests;

[Collection(RunnerCollection.Name)]
public sealed class RunnerFitTests
{
    private static readonly string[] Model = ["y ~ x + (1 | g)", "--family", "poisson"];

    [Fact]
    public async Task A_fit_is_printed_as_a_summary_or_as_json()
    {
        using var folder = new RunnerNotebook();
        var data = WriteCounts(folder);
        var (exitCode, summary, errors) = await RunnerNotebook.CommandAsync(["fit", data, .. Model]);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("(Intercept)", summary, StringComparison.Ordinal);
        (exitCode, var json, _) = await RunnerNotebook.CommandAsync(["fit", data, .. Model, "--json"]);
        Assert.Equal(0, exitCode);
        using var document = JsonDocument.Parse(json);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
    }

    [Theory]
    [InlineData("y ~ missing + (1 | g)", "poisson", "missing")]
    [InlineData("y ~ x + (1 | g", "poisson", "y ~ x + (1 | g")]
    [InlineData("y ~ x + (1 | g)", "fish", "fish")]
    public async Task What_is_wrong_is_said_with_exit_code_2(string formula, string family, string named)
    {
        using var folder = new RunnerNotebook();
        var (exitCode, output, errors) = await RunnerNotebook.CommandAsync(
            "fit", WriteCounts(folder), formula, "--family", family);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains(named, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_is_named_is_built_alone_and_the_help_lists_all()
    {
        var (exitCode, help, _) = await RunnerNotebook.CommandAsync("--help");
        Assert.Equal(0, exitCode);
        Assert.Equal(13, Program.Commands.Length);
        foreach (var command in Program.Commands)
        {
            Assert.Equal(command.Name, Assert.Single(Program.Root([command.Name, "--help"]).Subcommands).Name);
            Assert.Contains($"\n  {command.Name} ", help, StringComparison.Ordinal);
        }

        var (_, _, errors) = await RunnerNotebook.CommandAsync("fitt");
        Assert.Contains("Try: ecoglmm --help", errors, StringComparison.Ordinal);
    }

    private static string WriteCounts(RunnerNotebook folder)
    {
        var text = new StringBuilder("y,x,g\n");
        for (var i = 0; i < 60; i++)
            text.Append($"{(i * 7 % 5) + (i % 6)},{i % 10},nest{i % 6}\n");
        var path = folder.InFolder("counts.csv");
        File.WriteAllText(path, text.ToString());
        return path;
    }
}
