using System.Text.Json;

namespace EcoGlmm.Browser.Tests;

/// <summary>A display on a photograph of the page.</summary>
/// <param name="Name">Of its picture.</param>
/// <param name="Left">Pixels from the left.</param>
/// <param name="Top">Pixels from the top.</param>
/// <param name="Width">Its width.</param>
/// <param name="Height">Its height.</param>
internal sealed record DisplayOnSheet(string Name, int Left, int Top, int Width, int Height);

/// <summary>Compares photographs with the pictures that were kept, in a page of its own, whose process has nothing else to draw.</summary>
internal sealed class Darkroom : IAsyncDisposable
{
    // A block is as wide as a letter: what moves by a pixel is the same picture, a line of text that moved is not.
    private const int Block = 8;
    private const double LargestDifference = 40;
    private const double LargestShare = 0.01;

    private const string Script = """
        async ([sheet, displays, block, tolerance]) => {
          const load = async source => {
            const image = new Image(); image.src = source; await image.decode(); return image; };
          const draw = (image, width, height) => {
            const canvas = document.createElement('canvas'); canvas.width = width; canvas.height = height;
            const pen = canvas.getContext('2d', { willReadFrequently: true }); pen.drawImage(image, 0, 0);
            return { canvas, pixels: () => pen.getImageData(0, 0, width, height).data }; };
          const means = (pixels, width, height) => {
            const columns = Math.ceil(width / block), rows = Math.ceil(height / block);
            const sums = new Float64Array(4 * columns * rows), counts = new Float64Array(columns * rows);
            for (let y = 0, at = 0; y < height; y++)
              for (let x = 0; x < width; x++, at += 4) {
                const to = Math.floor(y / block) * columns + Math.floor(x / block);
                counts[to]++;
                for (let k = 0; k < 3; k++) sums[4 * to + k] += pixels[at + k]; }
            return sums.map((sum, i) => sum / counts[i >> 2]); };
          const photograph = await load(sheet), results = [];
          for (const { kept, left, top, width, height } of displays) {
            const drawn = await createImageBitmap(photograph, left, top, width, height), result = {};
            if (kept) {
              const image = await load(kept);
              const [p, q] = [image, drawn].map(i => means(draw(i, image.width, image.height).pixels(), image.width, image.height));
              let others = 0;
              for (let i = 0; i < p.length; i += 4)
                if (Math.max(...[0, 1, 2].map(k => Math.abs(p[i + k] - q[i + k]))) > tolerance) others++;
              Object.assign(result, { width: image.width - width, height: image.height - height, share: 4 * others / p.length }); }
            const shown = () => draw(drawn, width, height).canvas;
            if (!kept) result.small = shown().toDataURL('image/webp', 0.5);
            else if (result.width !== 0 || Math.abs(result.height) > block || result.share > SHARE)
              result.whole = shown().toDataURL('image/png');
            results.push(result); }
          return results;
        }
        """;

    private readonly ChartPage _page;

    private Darkroom(ChartPage page) => _page = page;

    /// <summary>The folder of the pictures.</summary>
    private static string Folder { get; } = Path.Combine(BrowserFixture.Root, "tests", "EcoGlmm.Browser.Tests", "Pictures");

    private static bool Writes => Environment.GetEnvironmentVariable("ECOGLMM_PICTURES") == "write";

    public static async Task<Darkroom> Open(BrowserFixture browser) => new(await browser.Open("<!DOCTYPE html><html></html>"));

    /// <summary>What is not as it was kept, in sentences; or keeps the pictures, where that is asked for.</summary>
    public async Task<IReadOnlyList<string>> Compare(byte[] sheet, IReadOnlyList<DisplayOnSheet> displays)
    {
        var results = await _page.Page.EvaluateAsync<JsonElement>(
            Script.Replace("SHARE", LargestShare.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal),
            new object[]
            {
                "data:image/png;base64," + Convert.ToBase64String(sheet),
                displays.Select(d => new { kept = Kept(d), left = d.Left, top = d.Top, width = d.Width, height = d.Height }).ToArray(),
                Block, LargestDifference,
            });
        return [.. displays.Zip(results.EnumerateArray(), Judge).OfType<string>()];
    }

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    private static string File(DisplayOnSheet display) => Path.Combine(Folder, display.Name + ".webp");

    private static string? Kept(DisplayOnSheet display) => !Writes && System.IO.File.Exists(File(display))
        ? "data:image/webp;base64," + Convert.ToBase64String(System.IO.File.ReadAllBytes(File(display))) : null;

    private static string? Judge(DisplayOnSheet display, JsonElement result)
    {
        if (result.TryGetProperty("small", out var small))
        {
            if (!Writes) return $"{display.Name}: there is no picture of it";
            Directory.CreateDirectory(Folder);
            Save(File(display), small);
            return null;
        }

        if (!result.TryGetProperty("whole", out var whole))
            return null;
        Save(BrowserFixture.Screenshot(display.Name), whole);
        return $"{display.Name}: {100 * result.GetProperty("share").GetDouble():0.0} % of its blocks differ, its width by "
            + $"{result.GetProperty("width")} px and its height by {result.GetProperty("height")} px; now "
            + $"artifacts/screenshots/{display.Name}.png, kept {Path.GetRelativePath(BrowserFixture.Root, File(display))}";
    }

    private static void Save(string path, JsonElement source)
    {
        var text = source.GetString()!;
        System.IO.File.WriteAllBytes(path, Convert.FromBase64String(text[(text.IndexOf(',', StringComparison.Ordinal) + 1)..]));
    }
}
