namespace EcoGlmm.Browser.Tests;

/// <summary>The library's own residual figures and checks, of a model that is wrong in several ways.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ResidualFigureTests(BrowserFixture browser)
{
    private const string Owls = "SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)";

    private static readonly Lazy<GlmmFit> Poisson = new(() => Glmm.Fit(Owls, Data("owls"), Family.Poisson()));
    private static readonly Lazy<SimulatedResiduals> Residuals = new(() => Poisson.Value.SimulatedResiduals());

    private static FieldData Data(string name) => FieldData.ReadCsv(Path.Combine(BrowserFixture.Root, "datasets", name + ".csv"));

    private static string Notebook(bool dark, params string[] fragments) => BrowserFixture.Notebook(fragments, dark);

    [BrowserFact]
    public async Task The_panel_is_drawn_and_a_point_tells_its_row()
    {
        foreach (var dark in new[] { false, true })
        {
            await using var page = await browser.Open(Notebook(dark, Residuals.Value.ToHtml()), new PageSettings { Dark = dark,
                Width = 1100 });
            await page.Drawn();
            await page.Shoot(dark ? "panel-dark" : "panel-light");
            Assert.Empty(page.Errors);
            var points = page.Page.Locator(".subplot.x2y2 .scatterlayer .point");
            Assert.Equal(599, await points.CountAsync());
            var box = (await points.Nth(200).BoundingBoxAsync())!;
            await page.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height / 2);
            var text = page.Page.Locator(".hovertext").First;
            await text.WaitForAsync();
            var hover = await text.TextContentAsync();
            Assert.Matches("Row [0-9]+, Nest .*Observed .*Predicted .*Residual .*Simulated .* to ", hover);
            Assert.Contains("overdispersed", await page.Page.Locator(".infolayer").First.TextContentAsync());
            if (!dark) await page.Shoot("panel-hover");
        }
    }

    [BrowserFact]
    public async Task Every_predictor_has_its_panel()
    {
        foreach (var dark in new[] { false, true })
        {
            await using var page = await browser.Open(
                Notebook(dark, Residuals.Value.PlotAll().ToHtml(), Residuals.Value.Plot("ArrivalTime", by: "FoodTreatment").ToHtml()),
                new PageSettings { Dark = dark, Width = 1100 });
            await page.Drawn(2);
            await page.Shoot(dark ? "predictors-dark" : "predictors-light");
            Assert.Empty(page.Errors);
            Assert.True(await page.Count(".boxlayer path.box") >= 4);
        }
    }

    [BrowserFact]
    public async Task Every_test_has_its_chart()
    {
        var residuals = Residuals.Value;
        var random = new Random(5);
        double[] x = [.. Enumerable.Range(0, 300).Select(_ => 100 * random.NextDouble())],
            y = [.. x.Select(_ => 100 * random.NextDouble())];
        var field = FieldData.From(Enumerable.Range(0, 300)
            .Select(i => new { count = Math.Max(0, Math.Round(6 + (4 * Math.Sin(x[i] / 20)) + (3 * random.NextDouble()))), x = x[i],
                day = i }).ToArray());
        var space = Glmm.Fit("count ~ 1", field, Family.Poisson()).SimulatedResiduals();
        TestResult[] tests =
        [
            residuals.TestDispersion(), residuals.TestDispersion(type: DispersionTestType.PearsonChiSquared), residuals.TestOutliers(),
            residuals.TestOutliers(type: OutlierTestType.Binomial), residuals.TestZeroInflation(), space.TestTemporalAutocorrelation("day"),
            space.TestSpatialAutocorrelation(x, y),
        ];
        foreach (var dark in new[] { false, true })
        {
            await using var page = await browser.Open(Notebook(dark, [.. tests.Select(t => t.ToHtml())]), new PageSettings { Dark = dark,
                Width = 1000 });
            await page.Drawn(tests.Length);
            await page.Shoot(dark ? "tests-dark" : "tests-light");
            Assert.Empty(page.Errors);
        }
    }

    [BrowserFact]
    public async Task The_check_folds_its_evidence_out()
    {
        var html = Poisson.Value.Check(new CheckOptions { Count = 100 }).ToHtml();
        foreach (var dark in new[] { false, true })
        {
            await using var page = await browser.Open(Notebook(dark, html), new PageSettings { Dark = dark, Width = 1100 });
            await page.Shoot(dark ? "check-dark" : "check-light");
            Assert.Contains("Not as it is", await page.Page.Locator(".ecoglmm h3").First.TextContentAsync());
            await page.Page.Locator("summary").Last.ClickAsync();
            await page.Drawn(4);
            await page.Shoot(dark ? "check-open-dark" : "check-open-light");
            Assert.Empty(page.Errors);
        }
    }
}
