using System.IO.Compression;
using System.Xml.Linq;
using EcoGlmm.Charts;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>What dotnet pack gives.</summary>
[Collection(PackedCollection.Name)]
public sealed class PackageTests(PackedLibrary packed)
{
    [Theory]
    [InlineData("lib/net10.0/EcoGlmm.dll")]
    [InlineData("lib/net10.0/EcoGlmm.xml")]
    [InlineData("interactive-extensions/dotnet/EcoGlmm.Interactive.dll")]
    [InlineData("README.md")]
    [InlineData("LICENSE")]
    [InlineData("plotly-LICENSE.txt")]
    [InlineData("icon.png")]
    public void It_holds(string entry)
    {
        using var archive = ZipFile.OpenRead(packed.PackageFile);
        Assert.True(archive.GetEntry(entry) is { Length: > 100 }, $"{entry} is not in {Path.GetFileName(packed.PackageFile)}.");
    }

    [Fact]
    public void It_holds_one_notebook_extension_and_nothing_beside_it()
    {
        using var archive = ZipFile.OpenRead(packed.PackageFile);
        Assert.Equal(["interactive-extensions/dotnet/EcoGlmm.Interactive.dll"],
            archive.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("interactive-extensions/",
                StringComparison.Ordinal)));
    }

    [Fact]
    public void It_describes_itself_and_depends_on_no_notebook()
    {
        using var archive = ZipFile.OpenRead(packed.PackageFile);
        using var content = archive.GetEntry("EcoGlmm.nuspec")!.Open();
        var metadata = XDocument.Load(content).Root!.Elements().First();
        string Value(string name) => metadata.Elements().First(element => element.Name.LocalName == name).Value;
        Assert.Equal(("EcoGlmm", "MIT", "README.md", "icon.png"), (Value("id"), Value("license"), Value("readme"), Value("icon")));
        Assert.NotEmpty(Value("description"));
        var dependencies = metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
            .Select(element => (string)element.Attribute("id")!);
        Assert.Equal(["CsvHelper", "MathNet.Numerics", "Microsoft.Data.Analysis", "NetTopologySuite"], dependencies.Order());
    }

    [Fact]
    public void Its_symbols_are_packed_beside_it()
    {
        using var archive = ZipFile.OpenRead(Path.ChangeExtension(packed.PackageFile, ".snupkg"));
        Assert.NotNull(archive.GetEntry("lib/net10.0/EcoGlmm.pdb"));
    }

    [Fact]
    public async Task Packing_takes_plotly_from_npm_by_the_lock_file()
    {
        var folder = Path.Combine(TutorialFolder.Repository, "src", "EcoGlmm", "Charts", "Plotly");
        var bundle = Path.Combine(folder, "plotly.min.js.gz");
        var before = await File.ReadAllBytesAsync(bundle);
        var (exitCode, output) = await packed.RunAsync(
            TutorialFolder.Repository, "msbuild", "src/EcoGlmm/EcoGlmm.csproj", "-t:BundlePlotly", "-p:_IsPacking=true", "-v:quiet");
        Assert.True(exitCode == 0, output);
        var installed = await File.ReadAllTextAsync(Path.Combine(folder, "node_modules", "plotly.js-dist-min", "package.json"));
        Assert.Contains($"\"version\": \"{PlotlySource.Version}\"", installed, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(bundle));
    }
}
