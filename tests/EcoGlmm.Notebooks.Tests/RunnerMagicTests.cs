using EcoGlmm.Tool.Execution;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>The magic command #!glmm in notebooks that run headless.</summary>
[Collection(RunnerCollection.Name)]
public sealed class RunnerMagicTests
{
    private const string Data =
        "#r \"nuget: EcoGlmm\"\nvar owls = Enumerable.Range(0, 60).Select(i => new { calls = (i * 7 % 5) + (i % 6), sex = i % 2 == 0 ? \"f\" : \"m\", nest = \"n\" + i % 6 }).ToArray();";

    private static async Task<(Notebook Notebook, CellFailure? Failure)> RunAsync(params string[] cells)
    {
        using var written = new RunnerNotebook([Data, .. cells]);
        var notebook = Notebook.Read(written.Path);
        return (notebook, await new NotebookRunner(written.Folder).RunAsync(notebook));
    }

    [Fact]
    public async Task It_fits_shows_keeps_and_leaves_the_rest_of_the_cell_alone()
    {
        var (notebook, failure) = await RunAsync(
            "#!glmm --data owls --family nbinom2 --zi \"~ 1\" --as fit \"calls ~ sex + (1|nest)\"\nfit.Family.Name + fit.Options.ZeroInflation");
        Assert.Null(failure);
        var shown = notebook.Cells[1].Outputs.OfType<DisplayOutput>().ToList();
        Assert.Contains("ecoglmm-card", shown[0].Data["text/html"], StringComparison.Ordinal);
        Assert.Equal("nbinom2~ 1", shown[1].Data["text/plain"]);
    }

    [Fact]
    public async Task Help_is_shown()
    {
        var (notebook, failure) = await RunAsync("#!glmm --help");
        Assert.Null(failure);
        Assert.Contains("--family", notebook.Cells[1].Outputs.OfType<DisplayOutput>().Single().Data["text/plain"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!glmm --data owls --famly poisson \"calls ~ sex\"", "no option --famly")]
    [InlineData("#!glmm \"calls ~ sex\" --data", "without its value")]
    [InlineData("#!glmm --data owls calls ~ sex", "Put the formula in quotes")]
    [InlineData("#!glmm --data owls;x \"calls ~ sex\"", "name of a variable")]
    [InlineData("#!glmm --data owls", "needs a formula")]
    [InlineData("#!glmm \"calls ~ sex\"", "needs --data")]
    [InlineData("#!glmm --data owls \"calls ~ seks\"", "sex")]
    public async Task A_mistake_is_said_in_a_sentence(string line, string said)
    {
        var (_, failure) = await RunAsync(line);
        Assert.Equal(2, failure!.CellNumber);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }
}
