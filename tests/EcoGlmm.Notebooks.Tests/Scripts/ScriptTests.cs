namespace EcoGlmm.Notebooks.Tests;

/// <summary>The scripts of docs/getting-started.md, which take EcoGlmm from the packed folder, run by the real dotnet command.</summary>
[Collection(PackedCollection.Name)]
public sealed class ScriptTests(PackedLibrary packed)
{
    [Fact]
    public async Task The_fsharp_script_prints_its_fit()
    {
        using var folder = new TutorialFolder();
        await WriteAsync(folder, "owls.fsx", DocumentBlocks.Of("getting-started.md").Single(block => block.Language == "fsharp").Text);
        var (exitCode, output) = await packed.RunAsync(folder.Root, "fsi", "owls.fsx");
        Assert.True(exitCode == 0, output);
        AssertShown(output);
    }

    [Fact]
    public async Task The_file_based_app_prints_its_fit()
    {
        using var folder = new TutorialFolder();
        var code = DocumentBlocks.Of("getting-started.md").Single(block => block.Text.StartsWith("#:", StringComparison.Ordinal)).Text;
        await WriteAsync(folder, "owls.cs", code);
        var (exitCode, output) = await packed.RunAsync(folder.Root, "run", "owls.cs");
        Assert.True(exitCode == 0, output);
        AssertShown(output);
    }

    [Fact]
    public async Task The_file_based_app_of_the_charts_page_makes_plotly_net_charts()
    {
        using var folder = new TutorialFolder();
        await WriteAsync(folder, "effect.cs", DocumentBlocks.Of("charts.md").Single(block => block.Text.StartsWith("#:",
            StringComparison.Ordinal)).Text);
        var (exitCode, output) = await packed.RunAsync(folder.Root, "run", "effect.cs");
        Assert.True(exitCode == 0, output);
        Assert.Matches(@"\d+ and \d+ traces", output);
        Assert.Contains("Plotly.newPlot", await File.ReadAllTextAsync(Path.Combine(folder.Root, "effect.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arabidopsis")]
    [InlineData("bacteria")]
    [InlineData("machines")]
    [InlineData("ovary")]
    public async Task The_scripts_of_the_comparison_with_R_write_their_manuscripts(string name)
    {
        using var folder = new TutorialFolder();
        var script = Path.Combine(TutorialFolder.Repository, "benchmarks", "paper", name + ".cs");
        var (exitCode, output) = await packed.RunAsync(folder.Root, "run", "-c", "Release", script);
        Assert.True(exitCode == 0, output);
        using var document = System.IO.Compression.ZipFile.OpenRead(Path.Combine(folder.Root, name + ".docx"));
        Assert.Equal(3, document.Entries.Count(entry => entry.FullName.EndsWith(".png", StringComparison.Ordinal)));
        using var text = new StreamReader(document.GetEntry("word/document.xml")!.Open());
        Assert.InRange((await text.ReadToEndAsync()).Split("<w:tbl>").Length - 1, 2, 8);
    }

    private Task WriteAsync(TutorialFolder folder, string name, string code) =>
        File.WriteAllTextAsync(Path.Combine(folder.Root, name), code.Replace("/path/to/artifacts/packages", packed.Feed)
            .Replace("@0.1.0", $"@{packed.Version}").Replace("\"nuget: EcoGlmm\"", $"\"nuget: EcoGlmm, {packed.Version}\""));

    private static void AssertShown(string output)
    {
        Assert.Contains("FoodTreatmentSatiated", output, StringComparison.Ordinal);
        Assert.Contains("Nest", output, StringComparison.Ordinal);
        Assert.Contains(".html", output, StringComparison.Ordinal);
    }
}
