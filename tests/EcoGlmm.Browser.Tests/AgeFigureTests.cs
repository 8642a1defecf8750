namespace EcoGlmm.Browser.Tests;

/// <summary>The figures and the card of an analysis of ageing, on wide and narrow pages.</summary>
[Collection(BrowserCollection.Name)]
public sealed class AgeFigureTests(BrowserFixture browser)
{
    private static readonly Lazy<AgeAnalysis> Analysis = new(() => SelectiveDisappearance.Analyze("performance ~ age + "
        + "offset(log(effort)) + (1 | id)",
        FieldStudy.Simulate(new FieldStudyDesign
        {
            Years = 20, LastCohort = 10, RecruitsPerYear = 25, Family = Family.Poisson(), Intercept = 1, QualitySd = 0.6,
                SurvivalQuality = 1, Detection = 0.8, EffortVariation = 0.4,
        }, 2).Records, "age", "id", Family.Poisson()));

    [BrowserTheory]
    [InlineData(1000, false)]
    [InlineData(1000, true)]
    [InlineData(500, false)]
    [InlineData(500, true)]
    public async Task Trajectories_decomposition_and_slopes_are_drawn(int width, bool dark)
    {
        string[] cells = [Analysis.Value.Plot().ToHtml(), Analysis.Value.PlotSlopes().ToHtml()];
        await using var page = await browser.Open(BrowserFixture.Notebook(cells, dark), new PageSettings { Width = width, Dark = dark });
        await page.Drawn(2);
        await page.Shoot($"ageing-{width}-{(dark ? "dark" : "light")}");
        Assert.Empty(page.Errors);
        // The band of the slope within individuals and the gap.
        Assert.Equal(2, await page.Count(".cartesianlayer .js-fill"));
        Assert.Equal(Analysis.Value.Count(a => a.IsUsable), await page.Count(".xerror"));
        Assert.Equal(1, await page.Page.GetByText("selective disappearance", new() { Exact = false })
            .Filter(new() { HasText = "Gap at age" }).Locator("visible=true").CountAsync());
        // The whole legend lies within its figure.
        var (figure, legend) = (await page.Page.Locator(".main-svg").First.BoundingBoxAsync(),
            await page.Page.Locator(".legend").First.BoundingBoxAsync());
        Assert.True(legend!.Y + legend.Height <= figure!.Y + figure.Height + 1, $"The legend ends at {legend.Y + legend.Height}, the "
            + $"figure at {figure.Y + figure.Height}.");
    }

    [BrowserTheory]
    [InlineData(900)]
    [InlineData(500)]
    public async Task The_card_keeps_its_tables_on_the_page(int width)
    {
        await using var page = await browser.Open(BrowserFixture.Notebook([Analysis.Value.ToHtml()]), new PageSettings { Width = width });
        await page.Drawn(1);
        await page.Shoot($"ageing-card-{width}");
        Assert.Empty(page.Errors);
        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        if (width == 900)
            Assert.Equal(0, await page.Page.EvaluateAsync<int>("[...document.querySelectorAll('.ecoglmm-scroll')].filter(e => "
                + "e.scrollWidth > e.clientWidth + 1).length"));
    }
}
