using System.Text.Json.Nodes;
using EcoGlmm.Tool.Execution;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>Notebooks in Microsoft's kernel, run headless.</summary>
[Collection(RunnerCollection.Name)]
public sealed class RunnerExecutionTests(SharedKernel kernel)
{
    private static string Plain(CellOutput output) => Assert.IsType<DisplayOutput>(output).Data["text/plain"];

    [Fact]
    public async Task Variables_types_usings_and_functions_carry_over_to_later_cells()
    {
        using var notebook = new RunnerNotebook(
            "using System.Globalization;\nvar broods = new List<int> { 3, 5 };\nrecord Nest(string Name);",
            "int Total() => broods.Sum();\nbroods.Add(4);",
            "$\"{new Nest(\"Bochet\").Name} {Total()} {CultureInfo.InvariantCulture.Name.Length}\"");
        var (cells, failure) = await notebook.RunAsync(kernel);
        Assert.Null(failure);
        Assert.Empty(cells[0].Outputs);
        var result = Assert.IsType<DisplayOutput>(Assert.Single(cells[2].Outputs));
        Assert.True(result.IsResult);
        Assert.Equal("Bochet 12 0", result.Data["text/plain"]);
        Assert.Equal("text/plain", Assert.Single(result.Data.Keys));
        Assert.Equal([1, 2, 3], cells.Select(cell => cell.ExecutionCount));
    }

    [Fact]
    public async Task Console_displays_and_the_last_value_keep_their_order()
    {
        using var notebook = new RunnerNotebook(
            """
            Console.WriteLine("one two");
            display(HTML("<b>three</b>"));
            Console.Error.WriteLine("four");
            "five".Display();
            Console.WriteLine("six");
            await Task.Delay(1);
            7
            """);
        var (cells, failure) = await notebook.RunAsync(kernel);
        Assert.Null(failure);
        var outputs = cells[0].Outputs;
        Assert.Equal(6, outputs.Count);
        Assert.Equal("one two\n", Assert.IsType<StreamOutput>(outputs[0]).Text);
        Assert.Equal("<b>three</b>", Assert.IsType<DisplayOutput>(outputs[1]).Data["text/html"]);
        Assert.Equal("stderr", Assert.IsType<StreamOutput>(outputs[2]).Name);
        Assert.Equal("five", Plain(outputs[3]));
        Assert.Equal("six\n", Assert.IsType<StreamOutput>(outputs[4]).Text);
        Assert.Equal("7", Plain(outputs[5]));
    }

    [Fact]
    public async Task EcoGlmm_is_the_library_the_tool_was_built_with_and_its_namespace_is_imported()
    {
        using var notebook = new RunnerNotebook(
            "#r \"nuget: EcoGlmm, 0.1.0\"\nclass Card : IRichDisplay\n{\n    public string ToHtml() => \"<i>card</i>\";\n"
            + "    public override string ToString() => \"card\";\n}\nnew Card()",
            "typeof(IRichDisplay).Assembly.Location",
            "new List<Card> { new Card() }");
        var (cells, failure) = await notebook.RunAsync(kernel);
        Assert.Null(failure);
        var card = Assert.IsType<DisplayOutput>(Assert.Single(cells[0].Outputs));
        Assert.Equal("<i>card</i>", card.Data["text/html"]);
        Assert.Equal("card", card.Data["text/plain"]);
        Assert.Equal(typeof(IRichDisplay).Assembly.Location, Plain(cells[1].Outputs[0]));
        Assert.Contains("<i>card</i>", Assert.IsType<DisplayOutput>(cells[2].Outputs[0]).Data["text/html"]);
    }

    [Fact]
    public async Task The_notebooks_folder_is_the_current_folder_and_files_are_found_from_it()
    {
        using var notebook = new RunnerNotebook(
            "System.IO.File.ReadAllText(\"owls.csv\")", "#r \"lib/xunit.assert.dll\"\ntypeof(Xunit.Assert).Name", "#r \"none.dll\"");
        await File.WriteAllTextAsync(notebook.InFolder("owls.csv"), "Nest");
        Directory.CreateDirectory(notebook.InFolder("lib"));
        File.Copy(typeof(Assert).Assembly.Location, notebook.InFolder("lib/xunit.assert.dll"));
        var (cells, failure) = await notebook.RunAloneAsync();
        Assert.Equal("Nest", Plain(cells[0].Outputs[0]));
        Assert.Equal("Assert", Plain(cells[1].Outputs[0]));
        Assert.Equal((3, 1), (failure!.CellNumber, failure.Line));
        Assert.Contains("none.dll", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Languages_meet_in_a_notebook()
    {
        using var notebook = new RunnerNotebook("#r \"nuget: EcoGlmm\"\nvar x = 1;", "#!fsharp\nlet names = [ \"owl\" ]\nprintfn \"%s\" "
            + "names.Head", "#!html\n<hr>");
        var (cells, failure) = await notebook.RunAsync(kernel);
        Assert.Null(failure);
        Assert.Equal("owl\n", Assert.IsType<StreamOutput>(cells[1].Outputs[0]).Text);
        Assert.Equal("<hr>", Assert.IsType<DisplayOutput>(cells[2].Outputs[0]).Data["text/html"].Trim());
    }

    [Fact]
    public async Task A_fsharp_notebook_uses_the_library_and_shows_its_card()
    {
        using var notebook = new RunnerNotebook();
        notebook.Write(
            [
                RunnerNotebook.Code("#r \"nuget: EcoGlmm\"\nlet owls = [| for i in 0 .. 59 -> {| calls = i * 7 % 5 + i % 6; nest = sprintf "
                    + "\"n%d\" (i % 6) |} |]"),
                RunnerNotebook.Code("let fit = Glmm.Fit(\"calls ~ 1 + (1 | nest)\", FieldData.From owls, Family.Poisson())\nfit"),
            ],
            new JsonObject { ["kernelspec"] = new JsonObject { ["display_name"] = ".NET (F#)", ["language"] = "F#",
                ["name"] = ".net-fsharp" } });
        var (cells, failure) = await notebook.RunAsync(kernel);
        Assert.Null(failure);
        Assert.Contains("ecoglmm-card", Assert.IsType<DisplayOutput>(cells[1].Outputs[^1]).Data["text/html"]);
    }

    [Fact]
    public async Task An_exception_ends_the_run_and_the_cells_after_it_stay_empty()
    {
        using var notebook = new RunnerNotebook(
            "1",
            "Console.WriteLine(\"before\");\nvoid Fly()\n{\n    throw new InvalidOperationException(\"no wings\");\n}\n\nFly();",
            "2");
        var (cells, failure) = await notebook.RunAsync(kernel);
        Assert.Equal(new CellFailure(2, null, "no wings"), failure);
        Assert.Equal("before\n", Assert.IsType<StreamOutput>(cells[1].Outputs[0]).Text);
        var error = Assert.IsType<ErrorOutput>(cells[1].Outputs[1]);
        Assert.Equal("InvalidOperationException", error.Name);
        Assert.Equal(["InvalidOperationException: no wings", "  in cell 2"], error.Trace);
        Assert.Empty(cells[2].Outputs);
        Assert.Null(cells[2].ExecutionCount);
    }

    [Fact]
    public async Task A_compiler_error_is_told_with_its_line()
    {
        using var notebook = new RunnerNotebook("#r \"nuget: EcoGlmm\"\n\nint x = 1;\nx.Fly();");
        var (cells, failure) = await notebook.RunAsync(kernel);
        Assert.Equal((1, 4), (failure!.CellNumber, failure.Line));
        Assert.Contains("Fly", failure.Message, StringComparison.Ordinal);
        Assert.Equal("CompilationError", Assert.IsType<ErrorOutput>(Assert.Single(cells[0].Outputs)).Name);
    }

    [Fact]
    public async Task What_the_library_cannot_use_is_one_sentence_with_its_caret()
    {
        using var notebook = new RunnerNotebook("#r \"nuget: EcoGlmm\"",
            "Glmm.Fit(\"calls ~ sex + )\", FieldData.From(new[] { new { calls = 1, sex = \"f\" } }))");
        var (cells, failure) = await notebook.RunAsync(kernel);
        Assert.Contains("\n", failure!.Message, StringComparison.Ordinal);
        Assert.Contains("^", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", failure.Message, StringComparison.Ordinal);
        Assert.Single(cells[1].Outputs);
    }

    [Fact]
    public async Task A_cell_tagged_raises_exception_does_not_end_the_run()
    {
        using var notebook = new RunnerNotebook();
        var failing = RunnerNotebook.Code("throw new Exception(\"expected\");");
        failing["metadata"] = new JsonObject { ["tags"] = new JsonArray("raises-exception") };
        notebook.Write([failing, RunnerNotebook.Code("1 + 1")]);
        var (cells, failure) = await notebook.RunAsync(kernel);
        Assert.Null(failure);
        Assert.IsType<ErrorOutput>(cells[0].Outputs[0]);
        Assert.Equal("2", Plain(cells[1].Outputs[0]));
    }

    [Fact]
    public async Task A_cell_that_takes_too_long_is_left_behind()
    {
        using var notebook = new RunnerNotebook("1", "Console.WriteLine(\"start\");\nawait "
            + "Task.Delay(60000);\nConsole.WriteLine(\"late\");");
        var (cells, failure) = await notebook.RunAloneAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(2, failure!.CellNumber);
        Assert.Contains("within 20 seconds", failure.Message, StringComparison.Ordinal);
        Assert.Equal("start\n", Assert.IsType<StreamOutput>(cells[1].Outputs[0]).Text);
        Assert.Equal("Timeout", Assert.IsType<ErrorOutput>(cells[1].Outputs[^1]).Name);
    }

    [Fact]
    public async Task A_kernel_that_dies_is_an_error_in_a_sentence_and_what_came_before_is_kept()
    {
        using var notebook = new RunnerNotebook("Console.WriteLine(\"kept\");", "Environment.Exit(3);", "1");
        var (cells, failure) = await notebook.RunAloneAsync();
        Assert.Equal(new CellFailure(2, null, "The notebook kernel ended unexpectedly (exit code 3)."),
            failure! with { Message = failure.Message.Split(": ")[0].TrimEnd('.') + "." });
        Assert.IsType<StreamOutput>(cells[0].Outputs[0]);
        Assert.Equal("KernelEnded", Assert.IsType<ErrorOutput>(cells[1].Outputs[^1]).Name);
        Assert.Empty(cells[2].Outputs);
    }

    [Fact]
    public async Task Cancelling_ends_the_run_and_marks_the_cell()
    {
        using var written = new RunnerNotebook("1", "await Task.Delay(60000);");
        var notebook = Notebook.Read(written.Path);
        await using var own = await SharedKernel.StartAsync(written.Folder);
        using var cancel = new CancellationTokenSource();
        var runner = new NotebookRunner(own, progress: (cell, _) =>
        {
            if (cell == 2) cancel.CancelAfter(TimeSpan.FromSeconds(1));
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runner.RunAsync(notebook, cancel.Token));
        Assert.Equal("1", Plain(notebook.Cells[0].Outputs[0]));
        Assert.Equal("Interrupted", Assert.IsType<ErrorOutput>(notebook.Cells[1].Outputs[^1]).Name);
    }

    [Fact]
    public async Task A_display_may_stand_before_the_package_and_after_it()
    {
        using var notebook = new RunnerNotebook(
            "display(\"before\");\nnew[] { 1, 2 }.Display();",
            "#r \"nuget: EcoGlmm\"\ndisplay(\"with\");",
            "var data = FieldData.From(new Dictionary<string, object> { [\"y\"] = new[] { 1.0, 2, 4 } "
            + "});\ndisplay(data);\ndata.ToDataFrame().Display();\ndisplay(\"after\");",
            "display(Glmm.Fit(\"y ~ 1\", data));");
        var (cells, failure) = await notebook.RunAloneAsync();
        Assert.Null(failure);
        Assert.Equal([2, 1, 3, 1], cells.Select(cell => cell.Outputs.Count));
        Assert.Equal("before", Plain(cells[0].Outputs[0]));
        Assert.Equal("after", Plain(cells[2].Outputs[2]));
        Assert.Contains("Intercept", Assert.IsType<DisplayOutput>(cells[3].Outputs[0]).Data["text/html"]);
    }

    [Fact]
    public async Task A_display_can_be_updated()
    {
        using var notebook = new RunnerNotebook(
            "var shown = Microsoft.DotNet.Interactive.KernelInvocationContextExtensions.Display("
            + "Microsoft.DotNet.Interactive.KernelInvocationContext.Current, "
            + "\"working\");\nConsole.WriteLine(1);\nshown.Update(\"done\");");
        var (cells, _) = await notebook.RunAsync(kernel);
        Assert.Equal(2, cells[0].Outputs.Count);
        Assert.Equal("done", Plain(cells[0].Outputs[0]));
    }

    [Fact]
    public async Task The_magic_command_works_as_in_any_notebook()
    {
        using var notebook = new RunnerNotebook(
            "#r \"nuget: EcoGlmm\"\nvar owls = Enumerable.Range(0, 60).Select(i => new { calls = (i * 7 % 5) + (i % 6), sex = i % 2 == 0 ? "
            + "\"f\" : \"m\", nest = \"n\" + i % 6 }).ToArray();",
            "#!glmm --data owls --family nbinom2 --zi \"~ 1\" --as fit \"calls ~ sex + (1|nest)\"\nfit.Family.Name + "
            + "fit.Options.ZeroInflation");
        var (cells, failure) = await notebook.RunAsync(kernel);
        Assert.Null(failure);
        var shown = cells[1].Outputs.OfType<DisplayOutput>().ToList();
        Assert.Contains("ecoglmm-card", shown[0].Data["text/html"], StringComparison.Ordinal);
        Assert.Equal("nbinom2~ 1", shown[1].Data["text/plain"]);
    }
}
