using System.Text.Json;

namespace EcoGlmm.Browser.Tests;

/// <summary>
/// Every display at three widths and in two themes beside the picture that was looked at and kept. After a change that is meant,
/// ECOGLMM_PICTURES=write writes the pictures anew: look at each of them before it is committed.
/// </summary>
[Collection(BrowserCollection.Name)]
public sealed class PictureTests(BrowserFixture browser)
{
    // A block is as wide as a letter: what moves by a pixel is the same picture, a line of text that moved is not.
    private const int Block = 8;
    private const double LargestDifference = 40;
    private const double LargestShare = 0.01;

    private const string Compare = """
        async ([kept, drawn, block]) => {
          const load = source => new Promise((done, failed) => {
            const image = new Image(); image.onload = () => done(image); image.onerror = failed; image.src = source; });
          const [a, b] = [await load(kept), await load(drawn)];
          const blocks = image => {
            const canvas = document.createElement('canvas');
            canvas.width = Math.ceil(a.width / block); canvas.height = Math.ceil(a.height / block);
            const pen = canvas.getContext('2d'); pen.imageSmoothingQuality = 'high';
            pen.drawImage(image, 0, 0, image.width / block, image.height / block);
            return pen.getImageData(0, 0, canvas.width, canvas.height).data; };
          const [p, q] = [blocks(a), blocks(b)];
          let largest = [], n = p.length / 4;
          for (let i = 0; i < n; i++) largest.push(Math.max(...[0, 1, 2].map(k => Math.abs(p[4 * i + k] - q[4 * i + k]))));
          return { width: a.width - b.width, height: a.height - b.height, differences: largest };
        }
        """;

    private const string Shrink = """
        async source => {
          const image = new Image(); image.src = source; await image.decode();
          const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
          canvas.getContext('2d').drawImage(image, 0, 0);
          return canvas.toDataURL('image/webp', 0.5);
        }
        """;

    // Made once for all widths and themes.
    private static readonly Lazy<string[]> Shown = new(() => [.. Displays.All.Select(one => one.Make().ToHtml())]);

    private static string Folder => Path.Combine(BrowserFixture.Root, "tests", "EcoGlmm.Browser.Tests", "Pictures");

    private static bool Writes => Environment.GetEnvironmentVariable("ECOGLMM_PICTURES") == "write";

    [BrowserTheory]
    [InlineData(400, false)]
    [InlineData(400, true)]
    [InlineData(800, false)]
    [InlineData(800, true)]
    [InlineData(1600, false)]
    [InlineData(1600, true)]
    public async Task Every_display_looks_as_it_did_when_it_was_looked_at(int width, bool dark)
    {
        var html = BrowserFixture.Notebook(Shown.Value, dark,
            // One font for all machines.
            head: "<style>* { font-family: 'DejaVu Sans' !important; transition: none !important }</style>");
        await using var page = await browser.Open(html, new PageSettings { Width = width, Dark = dark });
        await page.Drawn(await page.Count("[data-drawn=plotly]"));
        Assert.Empty(page.Errors);
        var cells = page.Page.Locator(".cell");
        Assert.Equal(Displays.All.Count, await cells.CountAsync());
        var faults = new List<string>();
        for (var i = 0; i < Displays.All.Count; i++)
        {
            var name = $"{Displays.All[i].Name}-{width}-{(dark ? "dark" : "light")}";
            var cell = cells.Nth(i);
            await cell.ScrollIntoViewIfNeededAsync();
            await page.Page.WaitForFunctionAsync("i => { const all = document.querySelectorAll('.cell')[i].querySelectorAll("
                + "'.ecoglmm-figure'); return [...all].every(f => f.closest('details:not([open])') || f.querySelector('.main-svg')); }", i);
            var drawn = "data:image/png;base64," + Convert.ToBase64String(await cell.ScreenshotAsync());
            var kept = Path.Combine(Folder, name + ".webp");
            if (Writes)
            {
                Directory.CreateDirectory(Folder);
                var small = await page.Page.EvaluateAsync<string>(Shrink, drawn);
                await File.WriteAllBytesAsync(kept, Convert.FromBase64String(small[(small.IndexOf(',', StringComparison.Ordinal) + 1)..]));
                continue;
            }

            if (!File.Exists(kept))
            {
                faults.Add($"{name}: there is no picture of it");
                continue;
            }

            var difference = await page.Page.EvaluateAsync<JsonElement>(Compare, new object[]
            {
                "data:image/webp;base64," + Convert.ToBase64String(await File.ReadAllBytesAsync(kept)), drawn, Block,
            });
            var blocks = difference.GetProperty("differences").EnumerateArray().Select(d => d.GetDouble()).ToArray();
            var share = blocks.Count(d => d > LargestDifference) / (double)blocks.Length;
            if (difference.GetProperty("width").GetInt32() == 0 && Math.Abs(difference.GetProperty("height").GetInt32()) <= Block
                && share <= LargestShare)
                continue;
            await File.WriteAllBytesAsync(BrowserFixture.Screenshot(name), Convert.FromBase64String(drawn[(drawn.IndexOf(',',
                StringComparison.Ordinal) + 1)..]));
            faults.Add($"{name}: {100 * share:0.0} % of its blocks differ, its height by {difference.GetProperty("height")} px; "
                + $"now artifacts/screenshots/{name}.png, kept {Path.GetRelativePath(BrowserFixture.Root, kept)}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
