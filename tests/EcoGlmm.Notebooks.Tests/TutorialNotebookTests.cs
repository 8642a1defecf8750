using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>Every notebook in notebooks/: it runs, and what it says was saved with it.</summary>
[Collection(RunnerCollection.Name)]
public sealed partial class TutorialNotebookTests(SharedKernel kernel)
{
    private const long LargestFile = 3_000_000;

    public static TheoryData<string> Names => [.. Directory
        .GetFiles(Path.Combine(TutorialFolder.Repository, "notebooks"), "*.ipynb").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_runs_and_shows_in_each_cell_what_was_saved(string name)
    {
        using var folder = new TutorialFolder();
        var path = Path.Combine(folder.Notebooks, name);
        File.Copy(Saved(name), path);
        var notebook = Notebook.Read(path);
        Assert.Null(await kernel.RunAsync(notebook, folder.Notebooks, TimeSpan.FromMinutes(2)));
        var shown = notebook.Cells.Where(cell => cell.Kind == CellKind.Code).Select(cell => cell.Outputs.OfType<DisplayOutput>()
            .Select(output => string.Join(", ", output.Data.Keys.Order())));
        Assert.Equal(shown, CodeCells(name).Select(cell => Displays(cell)
            .Select(data => string.Join(", ", data.EnumerateObject().Select(format => format.Name).Order()))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cells_were_saved_in_order_with_their_outputs(string name)
    {
        Assert.InRange(new FileInfo(Saved(name)).Length, 1, LargestFile);
        var cells = CodeCells(name).ToList();
        Assert.Equal(Enumerable.Range(1, cells.Count), cells.Select(cell => cell.GetProperty("execution_count").GetInt32()));
        Assert.DoesNotContain(cells.SelectMany(cell => cell.GetProperty("outputs").EnumerateArray()),
            output => output.GetProperty("output_type").GetString() == "error");

        // A cell that ends without a semicolon or a brace shows its value.
        var showing = cells.Where(cell => Text(cell.GetProperty("source")).TrimEnd()[^1] is not (';' or '}')).ToList();
        Assert.NotEmpty(showing);
        Assert.All(showing, cell => Assert.NotEmpty(Displays(cell)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_figures_hold_points_and_have_ids_of_their_own(string name)
    {
        var pages = CodeCells(name).SelectMany(Displays).Where(data => data.TryGetProperty("text/html", out _))
            .Select(data => Text(data.GetProperty("text/html")));
        var figures = pages.SelectMany(html => ShowCall().Matches(html).Select(call => (html, call))).ToList();
        Assert.NotEmpty(figures);
        foreach (var (html, call) in figures)
        {
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(html[(call.Index + call.Length)..]));
            using var figure = JsonDocument.ParseValue(ref json);
            var traces = figure.RootElement.GetProperty("data").EnumerateArray().ToList();
            Assert.NotEmpty(traces);
            Assert.All(traces, trace => Assert.True(Length(trace, "x") > 0 || Length(trace, "y") > 0));
        }

        var ids = figures.Select(figure => figure.call.Groups["id"].Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Editors_open_it_with_the_csharp_kernel(string name)
    {
        var root = RunnerNotebook.ReadJson(Saved(name));
        Assert.Equal(4, root.GetProperty("nbformat").GetInt32());
        var metadata = root.GetProperty("metadata");
        var kernel = metadata.GetProperty("kernelspec");
        Assert.Equal(".net-csharp", kernel.GetProperty("name").GetString());
        Assert.Equal("C#", kernel.GetProperty("language").GetString());
        Assert.Equal("csharp", metadata.GetProperty("polyglot_notebook").GetProperty("kernelInfo")
            .GetProperty("defaultKernelName").GetString());
        Assert.StartsWith("#r \"nuget: EcoGlmm\"", Text(CodeCells(name).First().GetProperty("source")), StringComparison.Ordinal);
    }

    private static string Saved(string name) => Path.Combine(TutorialFolder.Repository, "notebooks", name);

    private static IEnumerable<JsonElement> CodeCells(string name) => RunnerNotebook.ReadJson(Saved(name)).GetProperty("cells")
        .EnumerateArray().Where(cell => cell.GetProperty("cell_type").GetString() == "code");

    private static IEnumerable<JsonElement> Displays(JsonElement cell) => cell.GetProperty("outputs").EnumerateArray()
        .Where(output => output.TryGetProperty("data", out _)).Select(output => output.GetProperty("data"));

    // The format keeps text as a list of lines.
    private static string Text(JsonElement lines) => lines.ValueKind == JsonValueKind.String
        ? lines.GetString()!
        : string.Concat(lines.EnumerateArray().Select(line => line.GetString()));

    internal static string Text(System.Text.Json.Nodes.JsonNode lines) => Text(JsonSerializer.SerializeToElement(lines));

    private static int Length(JsonElement trace, string axis) =>
        trace.TryGetProperty(axis, out var values) && values.ValueKind == JsonValueKind.Array ? values.GetArrayLength() : 0;

    [GeneratedRegex("""\.show\("(?<id>[^"]+)",""")]
    private static partial Regex ShowCall();
}
