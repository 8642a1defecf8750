using System.Text.Json.Nodes;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>The tutorials, and a notebook in F#, as Jupyter runs them: every output is looked at.</summary>
[Collection(JupyterCollection.Name)]
public sealed class JupyterTests(JupyterServer jupyter)
{
    [JupyterTheory]
    [MemberData(nameof(TutorialNotebookTests.Names), MemberType = typeof(TutorialNotebookTests))]
    public async Task A_tutorial_shows_what_was_saved_and_makes_no_noise(string name)
    {
        using var folder = new TutorialFolder();
        var saved = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(TutorialFolder.Repository, "notebooks", name)))!.AsObject();
        var expected = Marks(saved);
        var executed = await jupyter.ExecuteAsync(folder.Notebooks, saved.DeepClone().AsObject());
        AssertQuiet(executed);
        // The first cell says that the package is there; from then on each cell shows what the saved one does.
        Assert.Equal(expected.Skip(1), Marks(executed).Skip(1));
        Assert.Contains(expected, cell => cell.Cards > 0 || cell.Figures > 0);
    }

    [JupyterFact]
    public async Task A_fsharp_notebook_shows_its_card_and_panel()
    {
        using var folder = new TutorialFolder();
        JsonObject Code(string source) => RunnerNotebook.Code(source);
        var executed = await jupyter.ExecuteAsync(folder.Notebooks, new JsonObject
        {
            ["cells"] = new JsonArray(
                Code("#r \"nuget: EcoGlmm\""),
                Code("let owls = FieldData.ReadCsv \"../datasets/owls.csv\"\nlet fit = Glmm.Fit(\"SiblingNegotiation ~ FoodTreatment + (1 "
                    + "| Nest)\", owls, Family.NegativeBinomial2())\nfit"),
                Code("fit.SimulatedResiduals(100)")),
            ["metadata"] = new JsonObject { ["kernelspec"] = new JsonObject { ["display_name"] = ".NET (F#)", ["language"] = "F#",
                ["name"] = ".net-fsharp" } },
            ["nbformat"] = 4, ["nbformat_minor"] = 5,
        });
        AssertQuiet(executed);
        var marks = Marks(executed);
        Assert.True(marks[1].Cards > 0);
        Assert.True(marks[2].Figures > 0);
    }

    [JupyterFact]
    public async Task The_stop_button_ends_the_cell_and_keeps_the_kernel_with_its_variables()
    {
        var result = await jupyter.InterruptAsync(interrupted: 2, "#r \"nuget: EcoGlmm\"",
            "var owls = Enumerable.Range(0, 60).Select(i => new { calls = (i * 7 % 5) + (i % 6), nest = \"n\" + i % 6 }).ToArray();\n"
            + "var fit = Glmm.Fit(\"calls ~ 1 + (1 | nest)\", owls, Family.Poisson());",
            "fit.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: 1_000_000)",
            "fit.ObservationCount");
        var cells = result["cells"]!.AsArray();
        Assert.All(cells, cell => Assert.True((bool)cell!["ended"]!, result.ToJsonString()));
        Assert.Contains("cancelled", (string)cells[2]!["outputs"]![0]!["text"]!, StringComparison.Ordinal);
        Assert.Contains("60", (string)cells[3]!["outputs"]![0]!["text"]!, StringComparison.Ordinal);
        Assert.True((bool)result["alive"]!);
    }

    private static List<(int Cards, int Figures, int Results)> Marks(JsonObject notebook) => [.. Outputs(notebook).Select(outputs =>
    {
        var html = string.Concat(outputs.Select(output => output["data"]?["text/html"] is { } text ? TutorialNotebookTests.Text(text)
            : ""));
        return (html.Split(" ecoglmm-card\"").Length - 1, html.Split("class=\"ecoglmm-figure\"").Length - 1, outputs.Count(output =>
            (string)output["output_type"]! == "execute_result"));
    })];

    private static void AssertQuiet(JsonObject notebook)
    {
        foreach (var output in Outputs(notebook).SelectMany(one => one))
        {
            Assert.NotEqual("error", (string)output["output_type"]!);
            Assert.NotEqual("stderr", (string?)output["name"]);
            Assert.DoesNotContain("warning CS", output.ToJsonString(), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<List<JsonNode>> Outputs(JsonObject notebook) => notebook["cells"]!.AsArray()
        .Where(cell => (string)cell!["cell_type"]! == "code").Select(cell => cell!["outputs"]!.AsArray().Select(output => output!)
            .ToList());
}
