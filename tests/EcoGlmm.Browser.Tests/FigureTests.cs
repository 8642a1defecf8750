using EcoGlmm.Charts;
using Microsoft.Playwright;

namespace EcoGlmm.Browser.Tests;

[Collection(BrowserCollection.Name)]
public sealed class FigureTests(BrowserFixture browser)
{
    private static string Notebook(params Figure[] figures) => BrowserFixture.Notebook(figures.Select(f => f.ToHtml()));

    [BrowserFact]
    public async Task Every_kind_of_trace_is_drawn()
    {
        await using var page = await browser.Open(Notebook(Samples.EveryKind()), new PageSettings { Width = 1100 });
        await page.Drawn();
        await page.Shoot("every-kind-light");
        Assert.Empty(page.Errors);
        Assert.Equal(0, await page.Count(".ecoglmm-figure img, .ecoglmm-figure > svg"));
        Assert.Equal(60, await page.Count(".subplot.xy .scatterlayer .point"));
        Assert.Equal(1, await page.Count(".subplot.xy .js-fill"));
        Assert.True(await page.Count(".subplot.x2y2 .barlayer .point") > 8);
        Assert.Equal(9, await page.Count(".subplot.x3y3 .scatterlayer .point"));
        Assert.Equal(9, await page.Count(".subplot.x3y3 .xerror"));
        Assert.Equal(4, await page.Count(".subplot.x4y4 .barlayer .point"));
        Assert.Equal(5, await page.Count(".subplot.x5y5 .boxlayer path.box"));
        Assert.Equal(7, await page.Count(".subplot.x6y6 .scatterlayer .point"));
        Assert.Equal(3, await page.Count(".legend .traces"));
        Assert.Contains("observed 1.31", await page.Page.Locator(".infolayer").First.TextContentAsync());
    }

    [BrowserFact]
    public async Task The_residual_figure_is_drawn_with_its_tests()
    {
        await using var page = await browser.Open(Notebook(Samples.Residuals()));
        await page.Drawn();
        await page.Shoot("residuals-light");
        Assert.Empty(page.Errors);
        Assert.Equal(599, await page.Count(".subplot.xy .scatterlayer .point"));
        Assert.Equal(599, await page.Count(".subplot.x2y2 .scatterlayer .point"));
        Assert.Contains("p = 0.0021", await page.Page.Locator(".infolayer").First.TextContentAsync());
    }

    [BrowserFact]
    public async Task A_dark_notebook_gets_light_ink()
    {
        var html = BrowserFixture.Notebook([Samples.Residuals().ToHtml(), Samples.EveryKind().ToHtml()], dark: true);
        await using var page = await browser.Open(html, new PageSettings { Dark = true });
        await page.Drawn(2);
        await page.Shoot("both-dark");
        Assert.Empty(page.Errors);
        Assert.Equal("rgb(212, 212, 212)", await Ink(page));
    }

    [BrowserFact]
    public async Task A_change_of_theme_repaints_the_figure()
    {
        var html = BrowserFixture.Notebook([Samples.Residuals().ToHtml()], bodyAttributes: "class=\"vscode-light\"");
        await using var page = await browser.Open(html);
        await page.Drawn();
        Assert.Equal("rgb(34, 34, 34)", await Ink(page));
        await page.Page.EvaluateAsync("document.body.className = 'vscode-dark'");
        await page.Page.WaitForFunctionAsync(
            "getComputedStyle(document.querySelector('.xtick text')).fill === 'rgb(212, 212, 212)'");
        Assert.Empty(page.Errors);
    }

    [BrowserFact]
    public async Task JupyterLabs_dark_theme_is_recognised()
    {
        var html = BrowserFixture.Notebook([Samples.Residuals().ToHtml()], bodyAttributes: "data-jp-theme-light=\"false\"");
        await using var page = await browser.Open(html);
        await page.Drawn();
        Assert.Equal("rgb(212, 212, 212)", await Ink(page));
    }

    [BrowserFact]
    public async Task Hovering_shows_a_points_text()
    {
        await using var page = await browser.Open(Notebook(Samples.Residuals()));
        await page.Drawn();
        // The star of the outlier in row 91 stands on the upper edge; its lower half takes the mouse.
        var point = page.Page.Locator(".subplot.x2y2 .scatterlayer .point").Nth(90);
        var box = (await point.BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height / 2 + 2);
        var text = page.Page.Locator(".hovertext");
        await text.WaitForAsync();
        Assert.Contains("Row 91", await text.TextContentAsync());
        await page.Shoot("hover");
    }

    [BrowserFact]
    public async Task Two_figures_load_plotly_once()
    {
        await using var page = await browser.Open(Notebook(Samples.Residuals(), Samples.EveryKind()));
        await page.Drawn(2);
        Assert.Equal(1, page.PlotlyRequests);
        Assert.Empty(page.Errors);
    }

    [BrowserFact]
    public async Task Panels_wrap_on_a_narrow_page_and_follow_its_width()
    {
        await using var page = await browser.Open(Notebook(Samples.Residuals()), new PageSettings { Width = 420 });
        await page.Drawn();
        await page.Shoot("residuals-narrow");
        var (first, second) = await Plots();
        Assert.True(second.Y > first.Y + first.Height, "The second panel should lie under the first.");
        await page.Page.SetViewportSizeAsync(1000, 700);
        await page.Page.WaitForFunctionAsync("document.querySelector('.main-svg').getBoundingClientRect().width > 900");
        await page.Page.WaitForTimeoutAsync(200);
        (first, second) = await Plots();
        Assert.Equal(first.Y, second.Y, 1.0);
        Assert.True(second.X > first.X + first.Width);
        Assert.Empty(page.Errors);

        async Task<(Box First, Box Second)> Plots() => (
            new Box((await page.Page.Locator(".nsewdrag[data-subplot=xy]").BoundingBoxAsync())!),
            new Box((await page.Page.Locator(".nsewdrag[data-subplot=x2y2]").BoundingBoxAsync())!));
    }

    [BrowserFact]
    public async Task Without_plotly_the_still_picture_stays_and_takes_the_theme()
    {
        var html = BrowserFixture.Notebook([Samples.Residuals().ToHtml(), Samples.EveryKind().ToHtml()], dark: true);
        await using var page = await browser.Open(html, new PageSettings { BlockPlotly = true });
        await page.Page.WaitForSelectorAsync("[data-drawn=still] svg");
        await page.Shoot("still-dark");
        Assert.Equal(2, await page.Count(".ecoglmm-figure > svg"));
        Assert.Equal("rgb(212, 212, 212)", await page.Page.EvaluateAsync<string>(
            "getComputedStyle(document.querySelector('.ecoglmm-figure svg text')).fill"));
    }

    [BrowserFact]
    public async Task Without_scripts_an_image_stays()
    {
        await using var page = await browser.Open(
            Notebook(Samples.Residuals(), Samples.EveryKind()), new PageSettings { Scripts = false });
        await page.Shoot("no-scripts");
        Assert.Equal(2, await page.Count(".ecoglmm-figure img"));
        var box = (await page.Page.Locator("img").First.BoundingBoxAsync())!;
        Assert.True(box.Width > 800 && box.Height > 300, "The image should have its size.");
    }

    [BrowserFact]
    public async Task A_module_loader_on_the_page_does_not_catch_plotly()
    {
        const string Loader = """
            <script>
            window.define = function () { window.caught = true; };
            window.define.amd = { jQuery: true };
            </script>
            """;
        var html = BrowserFixture.Notebook([Samples.Residuals().ToHtml()], head: Loader);
        await using var page = await browser.Open(html);
        await page.Drawn();
        Assert.True(await page.Page.EvaluateAsync<bool>("window.caught === undefined && window.define.amd.jQuery === true"));
        Assert.Empty(page.Errors);
    }

    [BrowserFact]
    public async Task Names_from_data_are_only_text()
    {
        await using var page = await browser.Open(Notebook(Samples.Hostile()));
        await page.Drawn();
        await page.Shoot("hostile");
        var point = (await page.Page.Locator(".scatterlayer .point").First.BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(point.X + point.Width / 2, point.Y + point.Height / 2);
        var hover = page.Page.Locator(".hovertext");
        await hover.WaitForAsync();
        Assert.Contains("<img src=x onerror=", await hover.TextContentAsync());
        Assert.Contains("$x^2$ %{y} & <b>", await hover.TextContentAsync());
        Assert.True(await page.Page.EvaluateAsync<bool>("window.hacked === undefined"));
        Assert.Empty(page.Errors);
    }

    [BrowserFact]
    public async Task A_saved_page_with_the_bundled_plotly_needs_no_network()
    {
        var path = Path.Combine(Path.GetTempPath(), $"ecoglmm-test-{Guid.NewGuid():N}.html");
        try
        {
            ChartOptions.PlotlySource = ChartOptions.Bundled;
            Samples.Residuals().SaveHtml(path);
        }
        finally
        {
            ChartOptions.PlotlySource = null;
        }

        var html = await File.ReadAllTextAsync(path);
        File.Delete(path);
        await using var page = await browser.Open(html, new PageSettings { BlockPlotly = true, Dark = true });
        await page.Drawn();
        await page.Shoot("saved-dark");
        Assert.Equal(0, page.PlotlyRequests);
        Assert.Empty(page.Errors);
    }

    [BrowserFact]
    public async Task Without_a_network_one_figure_carries_plotly_for_all_wherever_it_stands()
    {
        var offline = PlotlySource.Of(ChartOptions.Bundled);
        string[] fragments =
        [
            .. new[] { Samples.Residuals(), Samples.EveryKind(), Samples.Hostile() }.Select(figure => FigureHtml.Fragment(figure, offline)),
        ];
        Assert.Equal(1, fragments.Count(f => f.Contains(offline.Packed!, StringComparison.Ordinal)));
        Array.Reverse(fragments);
        await using var page = await browser.Open(BrowserFixture.Notebook(fragments), new PageSettings { BlockPlotly = true });
        await page.Drawn(3);
        Assert.Equal(0, page.PlotlyRequests);
        Assert.Empty(page.Errors);
    }

    [BrowserFact]
    public async Task A_figure_drawn_without_a_network_takes_the_networks_copy_where_there_is_one()
    {
        var away = PlotlySource.Of(null, isConnected: false);
        var carried = FigureHtml.Fragment(Samples.EveryKind(), away);
        Assert.Contains("\"carried\":true", carried, StringComparison.Ordinal);

        // The figure that carries the copy is not on this page.
        var html = FigureHtml.Fragment(new Figure("Alone", new Panel(null, new PointTrace([1, 2], [3, 4]))), away);
        Assert.DoesNotContain(away.Packed!, html, StringComparison.Ordinal);
        await using var page = await browser.Open(BrowserFixture.Notebook([html]));
        await page.Drawn();
        Assert.Equal(1, page.PlotlyRequests);
    }

    [BrowserFact]
    public async Task Many_resizes_in_a_row_leave_the_figure_at_the_last_width()
    {
        await using var page = await browser.Open(Notebook(Samples.Residuals()), new PageSettings { Width = 1000 });
        await page.Drawn();
        foreach (var width in new[] { 500, 1050, 380, 900, 640, 1000, 420, 980 })
        {
            await page.Page.SetViewportSizeAsync(width, 700);
            await page.Page.WaitForTimeoutAsync(25);
        }

        await page.Page.WaitForFunctionAsync("""
            (() => {
                const place = document.querySelector('.ecoglmm-figure').clientWidth;
                return Math.abs(document.querySelector('.main-svg').getBoundingClientRect().width - place) < 1;
            })()
            """);
        Assert.Equal(599, await page.Count(".subplot.xy .scatterlayer .point"));
        Assert.Equal(1, await page.Count(".plotly .main-svg:first-of-type"));
        Assert.Empty(page.Errors);
    }

    [BrowserFact]
    public async Task A_figure_in_a_hidden_part_is_drawn_when_that_opens()
    {
        var html = BrowserFixture.Notebook([$"<details id=\"fold\"><summary>Residuals</summary>{Samples.Residuals().ToHtml()}</details>"]);
        await using var page = await browser.Open(html);
        await page.Page.EvaluateAsync("document.getElementById('fold').open = true");
        await page.Drawn();
        Assert.True((await page.Page.Locator(".main-svg").First.BoundingBoxAsync())!.Width > 900);
        Assert.Empty(page.Errors);
    }

    private static Task<string> Ink(ChartPage page) => page.Page.EvaluateAsync<string>(
        "getComputedStyle(document.querySelector('.xtick text')).fill");

    private readonly record struct Box(double X, double Y, double Width, double Height)
    {
        public Box(LocatorBoundingBoxResult b)
            : this(b.X, b.Y, b.Width, b.Height)
        {
        }
    }
}
