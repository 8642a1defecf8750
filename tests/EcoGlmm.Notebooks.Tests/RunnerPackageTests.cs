using System.IO.Compression;
using EcoGlmm.Tool.Execution;
using EcoGlmm.Tool.Notebooks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>Packages come from a feed in the notebook's folder that its NuGet.config names: no network is needed.</summary>
[Collection(RunnerCollection.Name)]
public sealed class RunnerPackageTests
{
    private const string Config = """
        <configuration>
          <config><add key="globalPackagesFolder" value="packages" /></config>
          <packageSources><clear /><add key="none" value="empty" /></packageSources>
        </configuration>
        """;

    [Fact]
    public async Task A_package_and_what_it_depends_on_are_restored_referenced_and_remembered()
    {
        using var notebook = new RunnerNotebook(
            "#i \"nuget: feed\"\n#r \"nuget: Test.Songs, 1.2.0\"\nusing Test.Songs;\nSong.Of(3)");
        PrepareFeed(notebook);
        var (output, failure) = await RunAsync(notebook);
        Assert.Null(failure);
        Assert.Equal("hoo hoo hoo", output);

        // The second run must not ask the feed again.
        Directory.Delete(notebook.InFolder("feed"), recursive: true);
        (output, failure) = await RunAsync(notebook);
        Assert.Null(failure);
        Assert.Equal("hoo hoo hoo", output);
    }

    [Fact]
    public async Task A_package_that_is_not_to_be_had_is_named_in_one_sentence_without_paths()
    {
        using var notebook = new RunnerNotebook("1", "\n#r \"nuget: Test.Missing, 1.0.0\"");
        PrepareFeed(notebook);
        var (_, failure) = await RunAsync(notebook);
        Assert.Equal((2, 2), (failure!.CellNumber, failure.Line));
        Assert.Contains("Unable to find package Test.Missing", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(notebook.Folder, failure.Message, StringComparison.Ordinal);
    }

    private static async Task<(string? Output, CellFailure? Failure)> RunAsync(RunnerNotebook notebook)
    {
        var parsed = Notebook.Read(notebook.Path);
        var failure = await new NotebookRunner(notebook.Folder, packageCache: notebook.InFolder("cache")).RunAsync(parsed);
        var shown = parsed.Cells[^1].Outputs.OfType<DisplayOutput>().SingleOrDefault();
        return (shown?.Data["text/plain"], failure);
    }

    private static void PrepareFeed(RunnerNotebook notebook)
    {
        Directory.CreateDirectory(notebook.InFolder("empty"));
        var feed = Directory.CreateDirectory(notebook.InFolder("feed")).FullName;
        File.WriteAllText(notebook.InFolder("NuGet.config"), Config);
        var notes = Compile("Test.Notes", "namespace Test.Notes; public static class Note { public static string Text => \"hoo\"; }");
        var songs = Compile(
            "Test.Songs",
            "namespace Test.Songs; public static class Song { public static string Of(int n) => "
            + "string.Join(\" \", System.Linq.Enumerable.Repeat(Test.Notes.Note.Text, n)); }",
            MetadataReference.CreateFromImage(notes));
        Pack(feed, "Test.Notes", "1.0.0", notes, "");
        Pack(feed, "Test.Songs", "1.2.0", songs, "<dependency id=\"Test.Notes\" version=\"1.0.0\" />");
    }

    private static byte[] Compile(string name, string source, params MetadataReference[] references)
    {
        var framework = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "System.Private.CoreLib.dll" or "System.Runtime.dll" or "System.Linq.dll")
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            name, [CSharpSyntaxTree.ParseText(source)], [.. framework, .. references],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return stream.ToArray();
    }

    private static void Pack(string feed, string name, string version, byte[] assembly, string dependencies)
    {
        using var archive = ZipFile.Open(Path.Combine(feed, $"{name}.{version}.nupkg"), ZipArchiveMode.Create);
        using (var writer = new StreamWriter(archive.CreateEntry($"{name}.nuspec").Open()))
        {
            writer.Write($"""
                <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
                  <metadata>
                    <id>{name}</id><version>{version}</version><authors>test</authors><description>test</description>
                    <dependencies><group targetFramework="net8.0">{dependencies}</group></dependencies>
                  </metadata>
                </package>
                """);
        }

        using var file = archive.CreateEntry($"lib/net8.0/{name}.dll").Open();
        file.Write(assembly);
    }
}
