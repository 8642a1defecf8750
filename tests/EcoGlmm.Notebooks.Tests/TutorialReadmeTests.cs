using System.Text.RegularExpressions;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>What README.md tells its readers to type works.</summary>
[Collection(RunnerCollection.Name)]
public sealed partial class TutorialReadmeTests(SharedKernel kernel)
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(TutorialFolder.Repository, "README.md"));

    [Fact]
    public async Task The_example_shows_a_card_and_a_residual_panel()
    {
        using var folder = new TutorialFolder();
        var example = CodeBlock().Match(Readme);
        Assert.True(example.Success);
        using var written = new RunnerNotebook(example.Groups["code"].Value);
        var notebook = Notebook.Read(written.Path);
        Assert.Null(await kernel.RunAsync(notebook, folder.Root));
        var shown = string.Concat(notebook.Cells.SelectMany(cell => cell.Outputs).OfType<DisplayOutput>()
            .Select(output => output.Data[MimeType.Html]));
        Assert.Contains("ecoglmm-card", shown, StringComparison.Ordinal);
        Assert.Contains("ecoglmm-figure", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_shell_example_prints_a_summary()
    {
        var line = ShellFit().Match(Readme);
        Assert.True(line.Success);
        var arguments = Word().Matches(line.Groups["arguments"].Value).Select(word => word.Value.Trim('"')).ToArray();
        arguments[1] = Path.Combine(TutorialFolder.Repository, arguments[1]);
        var (exitCode, output, errors) = await RunnerNotebook.CommandAsync(arguments);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("FoodTreatmentSatiated", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_pictures_are_there_and_small()
    {
        var pictures = Picture().Matches(Readme).Select(match => match.Groups["path"].Value).ToList();
        Assert.NotEmpty(pictures);
        Assert.All(pictures, path =>
            Assert.InRange(new FileInfo(Path.Combine(TutorialFolder.Repository, path)).Length, 1, 300_000));
    }

    [Fact]
    public void It_names_every_family()
    {
        var families = typeof(Family).GetMethods()
            .Where(method => method.IsStatic && method.ReturnType == typeof(Family) && method.Name != nameof(Family.Parse));
        Assert.All(families, method => Assert.Contains($"`{method.Name}`", Readme, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"```csharp\r?\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("-- (?<arguments>fit .*)")]
    private static partial Regex ShellFit();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"!\[[^\]]*\]\((?<path>[^)]+)\)")]
    private static partial Regex Picture();
}
