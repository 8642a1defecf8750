namespace EcoGlmm.Browser.Tests;

/// <summary>Maps of fields, meshes and ordinations.</summary>
[Collection(BrowserCollection.Name)]
public sealed class MapFigureTests(BrowserFixture browser)
{
    private static readonly Lazy<GlmmFit> Meuse = new(() => Glmm.Fit("log(zinc) ~ sqrt(dist) + spde(0 + x + y | 1)", Data("meuse")));

    [BrowserTheory]
    [InlineData(false, 1000)]
    [InlineData(true, 1000)]
    [InlineData(false, 500)]
    public async Task A_field_is_a_heat_map_with_a_bar_of_colours(bool dark, int width)
    {
        var raster = Meuse.Value.Raster("x", "y", new Dictionary<string, object> { ["dist"] = 0.2 }, cells: 40);
        string[] cells =
        [
            Meuse.Value.PlotMap(cells: 60).ToHtml(),
            Meuse.Value.PlotMap(raster, "x", "y", PredictionScale.Link).ToHtml(),
            Mesh.From(Data("meuse"), "x", "y").Plot().ToHtml(),
        ];
        await using var page = await browser.Open(BrowserFixture.Notebook(cells, dark), new PageSettings { Dark = dark, Width = width });
        await page.Drawn(3);
        await page.Shoot($"maps-{width}-{(dark ? "dark" : "light")}");
        Assert.Empty(page.Errors);
        Assert.Equal(4, await page.Count(".hm"));
        Assert.Equal(4, await page.Count(".cbfills"));
    }

    private static FieldData Data(string name) => FieldData.ReadCsv(Path.Combine(BrowserFixture.Root, "datasets", name + ".csv"));
}
