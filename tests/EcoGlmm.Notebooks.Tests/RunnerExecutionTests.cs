using EcoGlmm.Tool.Execution;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Notebooks.Tests;

[Collection(RunnerCollection.Name)]
public sealed class RunnerExecutionTests
{
    private static string Plain(CellOutput output) => Assert.IsType<DisplayOutput>(output).Data["text/plain"];

    [Fact]
    public async Task Variables_types_usings_and_functions_carry_over_to_later_cells()
    {
        using var notebook = new RunnerNotebook(
            "using System.Globalization;\nvar broods = new List<int> { 3, 5 };\nrecord Nest(string Name);",
            "int Total() => broods.Sum();\nbroods.Add(4);",
            "$\"{new Nest(\"Bochet\").Name} {Total()} {CultureInfo.InvariantCulture.Name.Length}\"");
        var (cells, failure) = await notebook.RunAsync();
        Assert.Null(failure);
        Assert.Empty(cells[0].Outputs);
        var result = Assert.IsType<DisplayOutput>(Assert.Single(cells[2].Outputs));
        Assert.True(result.IsResult);
        Assert.Equal("Bochet 12 0", result.Data["text/plain"]);
        Assert.Equal([1, 2, 3], cells.Select(cell => cell.ExecutionCount));
    }

    [Theory]
    [InlineData("new Figure(\"Calls\", new Panel(null, new PointTrace([1, 2], [double.NaN, double.NaN])))")]
    [InlineData("display(new Figure(\"Calls\", new Panel(null, new HistogramTrace([]))));")]
    public async Task An_empty_figure_fails_its_cell(string code)
    {
        using var notebook = new RunnerNotebook("#r \"nuget: EcoGlmm\"", code);
        var (_, failure) = await notebook.RunAsync();
        Assert.Equal("The figure \"Calls\" is empty: it has no value that can be drawn.", failure?.Message);
        Assert.Equal(2, failure?.CellNumber);
    }

    [Fact]
    public async Task Console_displays_and_the_last_value_keep_their_order()
    {
        using var notebook = new RunnerNotebook(
            """
            Console.Write("one ");
            Console.WriteLine("two");
            display(HTML("<b>three</b>"));
            Console.Error.WriteLine("four");
            "five".Display();
            Console.WriteLine("six");
            await Task.Delay(1);
            7
            """);
        var (cells, failure) = await notebook.RunAsync();
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
            "typeof(IRichDisplay).Assembly");
        var (cells, failure) = await notebook.RunAsync();
        Assert.Null(failure);
        var card = Assert.IsType<DisplayOutput>(Assert.Single(cells[0].Outputs));
        Assert.Equal("<i>card</i>", card.Data["text/html"]);
        Assert.Equal("card", card.Data["text/plain"]);
        Assert.Equal(typeof(IRichDisplay).Assembly.ToString(), Plain(cells[1].Outputs[0]));
    }

    [Fact]
    public async Task Without_the_directive_the_library_is_not_there()
    {
        using var notebook = new RunnerNotebook("typeof(IRichDisplay)");
        var (_, failure) = await notebook.RunAsync();
        Assert.Contains("CS0246", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_assembly_is_referenced_by_a_path_relative_to_the_notebook()
    {
        using var notebook = new RunnerNotebook("#r \"lib/xunit.assert.dll\"\ntypeof(Xunit.Assert).Name", "#r \"none.dll\"");
        Directory.CreateDirectory(notebook.InFolder("lib"));
        File.Copy(typeof(Assert).Assembly.Location, notebook.InFolder("lib/xunit.assert.dll"));
        var (cells, failure) = await notebook.RunAsync();
        Assert.Equal("Assert", Plain(cells[0].Outputs[0]));
        Assert.Equal((2, 1), (failure!.CellNumber, failure.Line));
        Assert.Contains("none.dll", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_notebooks_folder_is_the_current_folder_while_it_runs()
    {
        using var notebook = new RunnerNotebook("File.ReadAllText(\"owls.csv\")");
        File.WriteAllText(notebook.InFolder("owls.csv"), "Nest\nBochet");
        var before = Directory.GetCurrentDirectory();
        var (cells, failure) = await notebook.RunAsync();
        Assert.Null(failure);
        Assert.Equal("Nest\nBochet", Plain(cells[0].Outputs[0]));
        Assert.Equal(before, Directory.GetCurrentDirectory());
    }

    [Fact]
    public async Task Magics_switch_language_and_keep_line_numbers()
    {
        using var notebook = new RunnerNotebook("var x = 1;\n#!markdown\n**bold**\n#!html\n<hr>\n#!c#\nx + missing");
        var (cells, failure) = await notebook.RunAsync();
        Assert.Equal("**bold**", Assert.IsType<DisplayOutput>(cells[0].Outputs[0]).Data["text/markdown"]);
        Assert.Equal("<hr>", Assert.IsType<DisplayOutput>(cells[0].Outputs[1]).Data["text/html"]);
        Assert.Equal(7, failure!.Line);
        Assert.Contains("missing", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!pirate", "#!pirate is not known")]
    [InlineData("#!fsharp\nlet x = 1", "only C#, Markdown and HTML")]
    [InlineData("#r nuget: EcoGlmm", "is not understood")]
    [InlineData("#r \"nuget:\"", "names nothing")]
    [InlineData("#r \"nuget: A b, c d\"", "is not a package")]
    public async Task A_directive_that_cannot_be_obeyed_is_an_error_with_its_line(string directive, string message)
    {
        using var notebook = new RunnerNotebook("Console.WriteLine(1);\n\n" + directive);
        var (cells, failure) = await notebook.RunAsync();
        Assert.Equal((1, 3), (failure!.CellNumber, failure.Line));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Equal("DirectiveError", Assert.IsType<ErrorOutput>(Assert.Single(cells[0].Outputs)).Name);
    }

    [Fact]
    public async Task An_exception_ends_the_run_with_its_line_and_the_cells_after_it_stay_empty()
    {
        using var notebook = new RunnerNotebook(
            "1",
            "Console.WriteLine(\"before\");\nvoid Fly()\n{\n    throw new InvalidOperationException(\"no wings\");\n}\n\nFly();",
            "2");
        var (cells, failure) = await notebook.RunAsync();
        Assert.Equal(new CellFailure(2, 4, "no wings"), failure);
        Assert.Equal("before\n", Assert.IsType<StreamOutput>(cells[1].Outputs[0]).Text);
        var error = Assert.IsType<ErrorOutput>(cells[1].Outputs[1]);
        Assert.Equal("InvalidOperationException", error.Name);
        Assert.Contains("cell 2, line 4", error.Trace[^1], StringComparison.Ordinal);
        Assert.Empty(cells[2].Outputs);
        Assert.Null(cells[2].ExecutionCount);
    }

    [Fact]
    public async Task A_cell_tagged_raises_exception_does_not_end_the_run()
    {
        using var notebook = new RunnerNotebook();
        var failing = RunnerNotebook.Code("var kept = 1;\nthrow new Exception(\"expected\");");
        failing["metadata"] = new System.Text.Json.Nodes.JsonObject
        {
            ["tags"] = new System.Text.Json.Nodes.JsonArray("raises-exception"),
        };
        notebook.Write([failing, RunnerNotebook.Code("kept + 1")]);
        var (cells, failure) = await notebook.RunAsync();
        Assert.Null(failure);
        Assert.IsType<ErrorOutput>(cells[0].Outputs[0]);
        Assert.Equal("2", Plain(cells[1].Outputs[0]));
    }

    [Fact]
    public async Task A_cell_that_takes_too_long_is_left_behind()
    {
        using var notebook = new RunnerNotebook(
            "1", "Console.WriteLine(\"start\");\nawait Task.Delay(WAIT);\nConsole.WriteLine(\"late\");");
        var cellsText = File.ReadAllText(notebook.Path);
        // The first run, without a limit and without the wait, spares the second the compiler's own start.
        File.WriteAllText(notebook.Path, cellsText.Replace("WAIT", "1", StringComparison.Ordinal));
        await notebook.RunAsync();
        File.WriteAllText(notebook.Path, cellsText.Replace("WAIT", "20000", StringComparison.Ordinal));
        var (cells, failure) = await notebook.RunAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(2, failure!.CellNumber);
        Assert.Contains("within 3 seconds", failure.Message, StringComparison.Ordinal);
        Assert.Equal("start\n", Assert.IsType<StreamOutput>(cells[1].Outputs[0]).Text);
        Assert.Equal("Timeout", Assert.IsType<ErrorOutput>(cells[1].Outputs[1]).Name);
    }

    [Theory]
    [InlineData("string s = null;\ns", "<null>")]
    [InlineData("Console.Write(\"\")", null)]
    [InlineData("int.Parse(\"2\");", null)]
    [InlineData("new[] { 1, 2 }", "[ 1, 2 ]")]
    [InlineData("Enumerable.Range(0, int.MaxValue).Select(i => i % 2)", "[ 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, … (more) ]")]
    public async Task The_last_expression_is_shown_when_it_has_a_value(string code, string? shown)
    {
        using var notebook = new RunnerNotebook(code);
        var (cells, failure) = await notebook.RunAsync();
        Assert.Null(failure);
        if (shown is null)
            Assert.DoesNotContain(cells[0].Outputs, output => output is DisplayOutput);
        else
            Assert.Equal(shown, Plain(Assert.Single(cells[0].Outputs)));
    }

    [Fact]
    public async Task Records_in_a_collection_become_a_table_with_encoded_cells()
    {
        using var notebook = new RunnerNotebook(
            "record Bird(string Name, double Mass);\nnew[] { new Bird(\"<script>\", 1.5), new Bird(\"tit\", 2) }");
        var (cells, _) = await notebook.RunAsync();
        var html = Assert.IsType<DisplayOutput>(Assert.Single(cells[0].Outputs)).Data["text/html"];
        Assert.Contains("<th>Name</th><th>Mass</th>", html, StringComparison.Ordinal);
        Assert.Contains("<td>&lt;script&gt;</td><td>1.5</td>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_display_can_be_updated()
    {
        using var notebook = new RunnerNotebook("var shown = display(\"working\");\nConsole.Write(1);\nshown.Update(\"done\");");
        var (cells, _) = await notebook.RunAsync();
        Assert.Equal(2, cells[0].Outputs.Count);
        Assert.Equal("done", Plain(cells[0].Outputs[0]));
    }
}
