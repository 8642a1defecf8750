namespace EcoGlmm.Browser.Tests;

/// <summary>
/// Every display at three widths and in two themes beside the picture that was looked at and kept. After a change that is meant,
/// ECOGLMM_PICTURES=write writes the pictures anew: look at each of them before it is committed.
/// </summary>
[Collection(BrowserCollection.Name)]
public sealed class PictureTests(BrowserFixture browser)
{
    /// <summary>Pixels of a photograph's height, which shows several displays at once; a higher display has one of its own.</summary>
    private const int SheetHeight = 3000;

    // Whole pixels from the page's corner, as the browser's own pictures of elements have: left, top, right, bottom.
    private const string Boxes = """
        [...document.querySelectorAll('.cell')].map(cell => {
          const box = cell.getBoundingClientRect(), rounding = 1e-3;
          return [Math.floor(box.left + rounding), Math.floor(box.top + scrollY + rounding),
            Math.ceil(box.right - rounding), Math.ceil(box.bottom + scrollY - rounding)]; })
        """;

    // Made once for all widths.
    private static readonly Lazy<string[]> Shown = new(() => [.. Displays.All.Select(one => one.Make().ToHtml())]);

    [BrowserTheory]
    [InlineData(400)]
    [InlineData(800)]
    [InlineData(1600)]
    public async Task Every_display_looks_as_it_did_when_it_was_looked_at(int width)
    {
        // One font for all machines.
        var html = BrowserFixture.Notebook(Shown.Value,
            head: "<style>* { font-family: 'DejaVu Sans' !important; transition: none !important }</style>");
        await using var page = await browser.Open(html, new PageSettings { Width = width, Height = SheetHeight });
        await using var darkroom = await Darkroom.Open(browser);
        var faults = new List<string>();
        foreach (var dark in new[] { false, true })
        {
            await page.TakeTheme(dark);
            faults.AddRange(await Compare(page, darkroom, width, dark ? "dark" : "light"));
        }

        Assert.Empty(page.Errors);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>Photographs the page sheet by sheet, and has each compared while the next is taken.</summary>
    private static async Task<IEnumerable<string>> Compare(ChartPage page, Darkroom darkroom, int width, string theme)
    {
        var boxes = await page.Page.EvaluateAsync<int[][]>(Boxes);
        Assert.Equal(Displays.All.Count, boxes.Length);
        var faults = new List<Task<IReadOnlyList<string>>>();
        for (int from = 0, to; from < boxes.Length; from = to)
        {
            var top = boxes[from][1];
            for (to = from + 1; to < boxes.Length && boxes[to][3] - top <= SheetHeight;)
                to++;
            await page.Page.SetViewportSizeAsync(width, Math.Max(SheetHeight, boxes[to - 1][3] - top));
            var scrolled = await page.Page.EvaluateAsync<int>("top => { scrollTo(0, top); return Math.round(scrollY); }", top);
            var sheet = await page.Page.ScreenshotAsync();
            faults.Add(darkroom.Compare(sheet, [.. Enumerable.Range(from, to - from).Select(i => new DisplayOnSheet(
                $"{Displays.All[i].Name}-{width}-{theme}", boxes[i][0], boxes[i][1] - scrolled, boxes[i][2] - boxes[i][0],
                boxes[i][3] - boxes[i][1]))]));
        }

        return (await Task.WhenAll(faults)).SelectMany(f => f);
    }
}
