using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EcoGlmm.Charts;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Notebooks.Tests;

[Collection(RunnerCollection.Name)]
public sealed class RunnerCommandTests
{
    [Fact]
    public async Task The_executed_notebook_is_valid_nbformat_and_keeps_ids_metadata_and_letters()
    {
        using var notebook = new RunnerNotebook();
        var code = RunnerNotebook.Code("Console.WriteLine(\"é 🦉 \\\\u00e9\");\nnew[] { \"<b>\" }");
        code["id"] = "owl";
        code["metadata"] = new JsonObject { ["collapsed"] = true };
        notebook.Write([RunnerNotebook.Markdown("# Eulen"), code], new JsonObject
        {
            ["kernelspec"] = new JsonObject { ["display_name"] = ".NET (C#)", ["language"] = "C#", ["name"] = ".net-csharp" },
            ["mine"] = 1.50,
        });
        var output = notebook.InFolder("out/executed.ipynb");
        var (exitCode, _, _) = await RunnerNotebook.CommandAsync("run", notebook.Path, "--output", output);
        Assert.Equal(0, exitCode);

        var root = RunnerNotebook.ReadJson(output);
        Assert.Equal(4, root.GetProperty("nbformat").GetInt32());
        Assert.Equal(1.5, root.GetProperty("metadata").GetProperty("mine").GetDouble());
        Assert.Equal(".net-csharp", root.GetProperty("metadata").GetProperty("kernelspec").GetProperty("name").GetString());
        var (text, cell) = (root.GetProperty("cells")[0], root.GetProperty("cells")[1]);
        Assert.Equal(["cell_type", "id", "metadata", "source"], text.EnumerateObject().Select(p => p.Name));
        Assert.Equal("owl", cell.GetProperty("id").GetString());
        Assert.True(cell.GetProperty("metadata").GetProperty("collapsed").GetBoolean());
        Assert.Equal(1, cell.GetProperty("execution_count").GetInt32());
        Assert.Equal("Console.WriteLine(\"é 🦉 \\\\u00e9\");\n", cell.GetProperty("source")[0].GetString());
        var stream = cell.GetProperty("outputs")[0];
        Assert.Equal("stream", stream.GetProperty("output_type").GetString());
        Assert.Equal("é 🦉 \\u00e9\n", stream.GetProperty("text")[0].GetString());
        var result = cell.GetProperty("outputs")[1];
        Assert.Equal("execute_result", result.GetProperty("output_type").GetString());
        Assert.Equal(1, result.GetProperty("execution_count").GetInt32());
        Assert.Equal("[ <b> ]", result.GetProperty("data").GetProperty("text/plain")[0].GetString());
        Assert.Contains("&lt;b&gt;", result.GetProperty("data").GetProperty("text/html").ToString(), StringComparison.Ordinal);

        var raw = await File.ReadAllTextAsync(output, Encoding.UTF8);
        Assert.Contains("\n   \"cell_type\": \"markdown\",\n", raw, StringComparison.Ordinal);
        Assert.Contains("é 🦉", raw, StringComparison.Ordinal);
        Assert.EndsWith("}\n", raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Running_in_place_twice_changes_nothing_the_second_time()
    {
        using var notebook = new RunnerNotebook("display(1);\nConsole.WriteLine(2);\nnew[] { 3 }");
        await RunnerNotebook.CommandAsync("run", notebook.Path, "--in-place");
        var first = await File.ReadAllTextAsync(notebook.Path);
        await RunnerNotebook.CommandAsync("run", notebook.Path, "--in-place");
        Assert.Contains("display_data", first, StringComparison.Ordinal);
        Assert.Equal(first, await File.ReadAllTextAsync(notebook.Path));
    }

    [Fact]
    public async Task On_a_full_disk_the_notebook_stays_as_it_was()
    {
        using var disk = EcoGlmm.Robustness.Tests.Disk.SmallDisk.Mount(64);
        if (disk is null)
            return;   // no small disk to be had on this machine
        using var notebook = new RunnerNotebook("for (var i = 0; i < 3000; i++) Console.WriteLine(new string('x', 60));");
        var path = Path.Combine(disk.Folder, "work.ipynb");
        File.Copy(notebook.Path, path);
        var (exitCode, _, errors) = await RunnerNotebook.CommandAsync("run", path, "--in-place");
        Assert.Equal(2, exitCode);
        Assert.Contains("cannot be written", errors, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(notebook.Path), await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(disk.Folder));
    }

    [Fact]
    public async Task A_failing_cell_gives_exit_code_1_its_number_and_the_notebook_so_far()
    {
        using var notebook = new RunnerNotebook();
        notebook.Write(
            [RunnerNotebook.Code("1"), RunnerNotebook.Markdown("text"), RunnerNotebook.Code("int x = 1;\nx.Fly();"),
                RunnerNotebook.Code("3")]);
        var output = notebook.InFolder("partial.ipynb");
        var (exitCode, _, errors) = await RunnerNotebook.CommandAsync("run", notebook.Path, "-o", output);
        Assert.Equal(1, exitCode);
        Assert.Contains("cell 2, line 2: ", errors, StringComparison.Ordinal);
        Assert.Contains("Fly", errors, StringComparison.Ordinal);
        var cells = RunnerNotebook.ReadJson(output).GetProperty("cells");
        var error = cells[2].GetProperty("outputs")[0];
        Assert.Equal("error", error.GetProperty("output_type").GetString());
        Assert.NotEmpty(error.GetProperty("ename").GetString()!);
        Assert.Equal(JsonValueKind.Array, error.GetProperty("traceback").ValueKind);
        Assert.Equal(JsonValueKind.Null, cells[3].GetProperty("execution_count").ValueKind);
    }

    [Fact]
    public async Task The_page_encodes_code_text_and_markdown_and_keeps_html_outputs()
    {
        using var notebook = new RunnerNotebook();
        notebook.Write(
        [
            RunnerNotebook.Markdown("# Owls & *mice*\n\n<script>alert(1)</script> [bad](javascript:alert(2)) [good](https://example.org)"),
            RunnerNotebook.Code("var tag = \"<script>alert(3)</script>\";\nConsole.WriteLine(tag);\ndisplay(HTML(\"<b "
                + "id='kept'>x</b>\"));\ntag"),
        ]);
        var page = notebook.InFolder("page.html");
        var (exitCode, _, _) = await RunnerNotebook.CommandAsync("run", notebook.Path, "--html", page);
        Assert.Equal(0, exitCode);
        var html = await File.ReadAllTextAsync(page);
        Assert.Contains("<title>Owls &amp; mice</title>", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(3)", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", html, StringComparison.Ordinal);
        Assert.Contains("<b id='kept'>x</b>", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.org\"", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_with_figures_carries_plotly_once_and_without_them_not_at_all()
    {
        using var notebook = new RunnerNotebook(
            "display(HTML(\"<div class=\\\"ecoglmm-figure\\\"></div>\"));\ndisplay(HTML(\"<div class=\\\"ecoglmm-figure\\\"></div>\"));");
        var page = notebook.InFolder("page.html");
        await RunnerNotebook.CommandAsync("run", notebook.Path, "--html", page);
        Assert.Equal(2, (await File.ReadAllTextAsync(page)).Split(".carry(\"").Length);
        notebook.Write([RunnerNotebook.Code("1")]);
        await RunnerNotebook.CommandAsync("run", notebook.Path, "--html", page);
        Assert.DoesNotContain("plotly", await File.ReadAllTextAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public void The_plotly_of_pages_is_the_one_that_charts_ask_for()
    {
        var hash = System.Security.Cryptography.SHA384.HashData(Encoding.UTF8.GetBytes(PlotlySource.BundledScript()));
        Assert.Equal(PlotlySource.Of(null).Integrity, "sha384-" + Convert.ToBase64String(hash));
    }

    [Fact]
    public async Task Without_a_file_to_write_the_outputs_are_printed()
    {
        using var notebook = new RunnerNotebook("Console.WriteLine(\"stream\");\n21 * 2");
        var (exitCode, output, _) = await RunnerNotebook.CommandAsync("run", notebook.Path);
        Assert.Equal(0, exitCode);
        Assert.Equal($"stream\n42{Environment.NewLine}", output);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "none.ipynb")]
    [InlineData("run", "none.txt")]
    [InlineData("run", "a.ipynb", "--timeout", "0")]
    [InlineData("run", "a.ipynb", "--in-place", "--output", "b.ipynb")]
    [InlineData("run", "a.ipynb", "--output", "b.txt")]
    [InlineData("fly")]
    public async Task Bad_usage_gives_exit_code_2_and_a_reason(params string[] arguments)
    {
        var (exitCode, _, errors) = await RunnerNotebook.CommandAsync(arguments);
        Assert.Equal(2, exitCode);
        Assert.NotEmpty(errors);
    }

    [Theory]
    [InlineData("{", "not a readable notebook")]
    [InlineData("{\"nbformat\": 3}", "not in notebook format 4")]
    [InlineData("{\"nbformat\": 4, \"metadata\": {\"kernelspec\": {\"name\": \"python3\", \"language\": \"python\"}}, \"cells\": []}",
        "python3")]
    public async Task A_file_that_is_no_csharp_notebook_is_refused_with_a_sentence(string content, string reason)
    {
        using var notebook = new RunnerNotebook();
        await File.WriteAllTextAsync(notebook.Path, content);
        var (exitCode, _, errors) = await RunnerNotebook.CommandAsync("run", notebook.Path);
        Assert.Equal(2, exitCode);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dib_notebook_runs_and_is_written_as_ipynb()
    {
        using var notebook = new RunnerNotebook();
        var dib = notebook.InFolder("notes.dib");
        await File.WriteAllTextAsync(
            dib, "#!meta\n\n{\"kernelInfo\":{}}\n\n#!markdown\n\n# Title\n\n#!csharp\n\nvar x = 20;\n\n#!c#\n\nx + 1\n");
        var output = notebook.InFolder("notes-run.ipynb");
        var (exitCode, _, errors) = await RunnerNotebook.CommandAsync("run", dib, "--output", output);
        Assert.Equal((0, ""), (exitCode, errors));
        var written = Notebook.Read(output);
        Assert.Equal([CellKind.Markdown, CellKind.Code, CellKind.Code], written.Cells.Select(cell => cell.Kind));
        var cells = RunnerNotebook.ReadJson(output).GetProperty("cells");
        Assert.Equal("21", cells[2].GetProperty("outputs")[0].GetProperty("data").GetProperty("text/plain")[0].GetString());
    }

    [Fact]
    public async Task A_killed_command_takes_its_kernel_with_it()
    {
        using var notebook = new RunnerNotebook(
            "System.IO.File.WriteAllText(\"kernel.txt\", Environment.ProcessId.ToString());\nSystem.Threading.Thread.Sleep(600000);");
        var told = notebook.InFolder("kernel.txt");
        using var command = Process.Start(new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "EcoGlmm.Tool.dll"), "run", notebook.Path]) { RedirectStandardError = true })!;
        while (!File.Exists(told) || (await File.ReadAllTextAsync(told)).Length == 0)
        {
            Assert.False(command.HasExited, "The command ended before its notebook.");
            await Task.Delay(100);
        }

        using var kernel = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(told), CultureInfo.InvariantCulture));
        command.Kill(entireProcessTree: false);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await kernel.WaitForExitAsync(patience.Token);
    }
}
