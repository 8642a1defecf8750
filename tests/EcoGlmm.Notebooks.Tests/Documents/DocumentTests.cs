using System.Text.RegularExpressions;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>
/// Every block of code in docs/ runs: C# in Microsoft's kernel, page by page; ecoglmm commands here; the scripts and the
/// database in tests of their own.
/// </summary>
[Collection(RunnerCollection.Name)]
public sealed partial class DocumentTests(SharedKernel kernel)
{
    // Commands that other tests of this project, or test.sh, run.
    private static readonly string[] RunElsewhere = ["dotnet pack src/", "dotnet fsi ", "dotnet run owls.cs", "dotnet run effect.cs",
        "dotnet tool install ", "dotnet publish src/EcoGlmm.Native ", "ecoglmm-native/ecoglmm ", "bash test.sh"];

    public static TheoryData<string> Pages => [.. DocumentBlocks.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Its_csharp_runs(string page)
    {
        var cells = DocumentBlocks.Of(page).Where(IsCell).Select(block => block.Text).ToArray();
        if (cells.Length == 0)
            return;
        using var folder = new TutorialFolder();
        using var written = new RunnerNotebook(["#r \"nuget: EcoGlmm\"", .. cells.Select(WithoutOwnSource)]);
        var notebook = Notebook.Read(written.Path);
        var failure = await kernel.RunAsync(notebook, folder.Root, TimeSpan.FromMinutes(6));
        Assert.True(failure is null, $"{page}, block {failure?.CellNumber - 1} of C#: {failure?.Message}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Its_commands_run(string page)
    {
        using var folder = new TutorialFolder();
        foreach (var line in DocumentBlocks.Of(page).Where(block => block.Language == "bash").SelectMany(block => block.Text.Split('\n')))
        {
            if (line.Length == 0 || line.StartsWith('#') || RunElsewhere.Any(line.StartsWith))
                continue;
            var command = ToolCommand().Match(line);
            Assert.True(command.Success, $"{page}: no test runs \"{line}\".");
            var arguments = Word().Matches(command.Groups["arguments"].Value).Select(word => Placed(word.Value.Trim('"'), folder))
                .ToArray();
            var (exitCode, _, errors) = await RunnerNotebook.CommandAsync(arguments);
            Assert.True(exitCode == 0, $"{page}: {line}\n{errors}");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Its_blocks_say_their_language(string page) =>
        Assert.All(DocumentBlocks.Of(page), block => Assert.Contains(block.Language, new[] { "csharp", "fsharp", "bash", "text" }));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Its_links_lead_somewhere(string page)
    {
        foreach (var link in Link().Matches(DocumentBlocks.Text(page)).Select(match => match.Groups["path"].Value))
        {
            var path = Path.Combine(TutorialFolder.Repository, "docs", link.Split('#')[0]);
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{page}: {link} is not there.");
        }
    }

    [Fact]
    public void The_families_page_names_every_family_and_link()
    {
        var page = DocumentBlocks.Text("families.md");
        Assert.All(Families.FamilyNames.All.Select(family => family.Name).Distinct(), name => Assert.Contains($"`{name}`", page,
            StringComparison.Ordinal));
        Assert.All(typeof(Link).GetProperties().Where(property => property.PropertyType == typeof(Link)),
            property => Assert.Contains($"`Link.{property.Name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_reference_has_a_page_for_every_public_type_and_the_kept_pages_are_current()
    {
        using var folder = new TutorialFolder();
        var output = Path.Combine(folder.Root, "reference");
        var (exitCode, _, errors) = await RunnerNotebook.CommandAsync("reference", "--output", output);
        Assert.Equal((0, ""), (exitCode, errors));
        var types = typeof(Glmm).Assembly.GetExportedTypes().Where(type => !type.IsNested).ToList();
        Assert.All(types, type => Assert.True(new FileInfo(Path.Combine(output, type.Name.Split('`')[0] + ".md")).Length > 40));
        var fit = await File.ReadAllTextAsync(Path.Combine(output, "GlmmFit.md"));
        Assert.Contains("### Predict\n\n```text\nPredictions Predict(FieldData newData = null, PredictionScale scale = "
            + "PredictionScale.Response,", fit);
        Assert.Contains("- `newData`: Rows to predict for", fit);
        Assert.Contains("| [Glmm](Glmm.md) | Fits generalized linear mixed models. |", await File.ReadAllTextAsync(Path.Combine(output,
            "README.md")));

        // Remake them with: ecoglmm reference --output docs/reference
        var kept = Path.Combine(TutorialFolder.Repository, "docs", "reference");
        string[] Pages(string where) => [.. Directory.GetFiles(where).Select(page => Path.GetFileName(page)).Order(StringComparer.Ordinal)];
        Assert.Equal(Pages(output), Pages(kept));
        Assert.All(Pages(output), page => Assert.Equal(File.ReadAllText(Path.Combine(output, page)).ReplaceLineEndings(),
            File.ReadAllText(Path.Combine(kept, page)).ReplaceLineEndings()));
    }

    // File-based apps and what needs a database or another package are run by ScriptTests, PostgresTests and RecipeTests.
    private static bool IsCell(DocumentBlock block) => block.Language == "csharp"
        && !block.Text.StartsWith("#:", StringComparison.Ordinal) && !RecipeTests.IsRecipe(block);

    private static string WithoutOwnSource(string code) => Source().Replace(code, "");

    private static string Placed(string argument, TutorialFolder folder)
    {
        if (argument.StartsWith("datasets/", StringComparison.Ordinal) || argument.StartsWith("notebooks/", StringComparison.Ordinal))
        {
            var path = Path.Combine(folder.Root, argument);
            if (!File.Exists(path)) File.Copy(Path.Combine(TutorialFolder.Repository, argument), path);
            return path;
        }

        return argument.EndsWith(".html", StringComparison.Ordinal) || argument.StartsWith("plans/", StringComparison.Ordinal)
            || argument.EndsWith("/reference", StringComparison.Ordinal)
            ? Path.Combine(folder.Root, argument)
            : argument;
    }

    [GeneratedRegex(@"^(dotnet run --project src/EcoGlmm\.Tool -c Release -- |ecoglmm )(?<arguments>.*)$")]
    private static partial Regex ToolCommand();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\]\((?<path>[^)#:]+(#[^)]*)?)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#i \"nuget: ?/path/to/artifacts/packages\"$", RegexOptions.Multiline)]
    private static partial Regex Source();
}
