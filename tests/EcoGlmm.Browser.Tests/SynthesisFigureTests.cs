namespace EcoGlmm.Browser.Tests;

/// <summary>Forest, funnel and orchard figures and the card of a synthesis, in light and dark.</summary>
[Collection(BrowserCollection.Name)]
public sealed class SynthesisFigureTests(BrowserFixture browser)
{
    private static readonly Lazy<Synthesis> Effects = new(() => MetaAnalysis.Fit("effect ~ latitude + (1 | trial)",
        FieldData.From(new Dictionary<string, object>
    {
        ["trial"] = Enumerable.Range(1, 13).Select(i => $"trial {i:00}").ToArray(),
        ["effect"] = new[] { -0.889311, -1.585389, -1.348073, -1.441551, -0.217547, -0.786116, -1.620898, 0.011952, -0.469418, -1.371345,
            -0.339359, 0.445913, -0.017314 },
        ["variance"] = new[] { 0.325585, 0.194581, 0.415368, 0.020010, 0.051210, 0.006906, 0.223017, 0.003962, 0.056434, 0.073025, 0.012412,
            0.532506, 0.071405 },
        ["latitude"] = new double[] { 44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33 },
        ["zone"] = new[] { "cool", "cool", "cool", "cool", "warm", "cool", "warm", "warm", "warm", "cool", "warm", "warm", "warm" },
    }), "variance"));

    private static readonly Lazy<Synthesis> Counts = new(() =>
    {
        double[][] counts = [[0, 116, 3, 117], [1, 44, 3, 35], [2, 208, 9, 195], [0, 130, 7, 136], [5, 151, 6, 157], [0, 118, 0, 105],
            [1, 97, 19, 103], [0, 66, 7, 64]];
        return MetaAnalysis.OneStage(FieldData.From(new Dictionary<string, object>
        {
            ["study"] = counts.SelectMany((_, i) => new[] { $"s{i + 1}", $"s{i + 1}" }).ToArray(),
            ["treated"] = counts.SelectMany(_ => new[] { 1.0, 0.0 }).ToArray(),
            ["events"] = counts.SelectMany(c => new[] { c[0], c[2] }).ToArray(),
            ["size"] = counts.SelectMany(c => new[] { c[1], c[3] }).ToArray(),
        }), "study", "treated", "events", "size");
    });

    [BrowserTheory]
    [InlineData(900, false)]
    [InlineData(900, true)]
    [InlineData(500, true)]
    public async Task Figures_are_drawn(int width, bool dark)
    {
        string[] cells = [Effects.Value.ForestFigure().ToHtml(), Effects.Value.FunnelFigure().ToHtml(),
            Effects.Value.OrchardFigure("zone").ToHtml(), Counts.Value.ForestFigure().ToHtml(),
            Effects.Value.LeaveOneOut().Plot().ToHtml()];
        await using var page = await browser.Open(BrowserFixture.Notebook(cells, dark), new PageSettings { Width = width, Dark = dark });
        await page.Drawn(5);
        await page.Shoot($"synthesis-{width}-{(dark ? "dark" : "light")}");
        Assert.Empty(page.Errors);
        // regions of p in the funnel; their samples in the legend may be fills too
        Assert.InRange(await page.Count(".js-fill"), 3, 6);
    }

    [BrowserTheory]
    [InlineData(900)]
    public async Task The_card_keeps_its_tables_on_the_page(int width)
    {
        await using var page = await browser.Open(BrowserFixture.Notebook([Counts.Value.ToHtml(), Effects.Value.ToHtml()]),
            new PageSettings { Width = width });
        await page.Shoot($"synthesis-card-{width}");
        Assert.Empty(page.Errors);
        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }
}
