namespace EcoGlmm.Browser.Tests;

/// <summary>Charts of effects and of random effects, drawn from fits to the data sets.</summary>
[Collection(BrowserCollection.Name)]
public sealed class EffectFigureTests(BrowserFixture browser)
{
    private static readonly Lazy<GlmmFit> Owls = new(() => Glmm.Fit(
        "SiblingNegotiation ~ FoodTreatment * SexParent + ArrivalTime + offset(log(BroodSize)) + (1 | Nest)", Data("owls"),
        Family.NegativeBinomial2()));

    private static readonly Lazy<GlmmFit> Sleep = new(() => Glmm.Fit("Reaction ~ Days + (Days | Subject)", Data("sleepstudy")));

    [BrowserTheory]
    [InlineData(false, 1000)]
    [InlineData(true, 1000)]
    [InlineData(false, 500)]
    public async Task Effects_are_drawn_as_curves_and_points(bool dark, int width)
    {
        string[] cells =
        [
            Owls.Value.PlotEffect("ArrivalTime", by: "FoodTreatment").ToHtml(),
            Owls.Value.PlotEffect("FoodTreatment", by: "SexParent", randomEffects: RandomEffectsUse.Averaged).ToHtml(),
            Sleep.Value.PlotEffect("Days").ToHtml(),
        ];
        await using var page = await browser.Open(BrowserFixture.Notebook(cells, dark), new PageSettings { Dark = dark, Width = width });
        await page.Drawn(3);
        await page.Shoot($"effects-{width}-{(dark ? "dark" : "light")}");
        Assert.Empty(page.Errors);
        Assert.Equal(3, await page.Count(".js-fill"));
        Assert.Equal(4, await page.Count(".yerror"));
    }

    [BrowserTheory]
    [InlineData(false, 1000)]
    [InlineData(true, 1000)]
    [InlineData(false, 500)]
    public async Task Caterpillars_show_modes_and_own_estimates(bool dark, int width)
    {
        string[] cells = [Owls.Value.PlotRandomEffects("Nest").ToHtml(), Sleep.Value.PlotRandomEffects("Subject").ToHtml()];
        await using var page = await browser.Open(BrowserFixture.Notebook(cells, dark), new PageSettings { Dark = dark, Width = width });
        await page.Drawn(2);
        await page.Shoot($"caterpillar-{width}-{(dark ? "dark" : "light")}");
        Assert.Empty(page.Errors);
        Assert.Equal(27 + 18 + 18, await page.Count(".xerror"));
    }

    private static FieldData Data(string name) => FieldData.ReadCsv(Path.Combine(BrowserFixture.Root, "datasets", name + ".csv"));
}
