using Microsoft.Playwright;

namespace EcoGlmm.Site;

/// <summary>Takes pictures of displays that are HTML, in a headless browser that is started when the first one is taken.</summary>
internal sealed class Camera : IAsyncDisposable
{
    private const int Width = 760;

    private static readonly string[] Usual =
    [
        "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task ShootAsync(string html, string file)
    {
        if (_browser is null)
        {
            var program = new[] { Environment.GetEnvironmentVariable("CHROMIUM") }.Concat(Usual).FirstOrDefault(File.Exists)
                ?? throw new InvalidOperationException("Pictures of cards and tables need Chromium: set CHROMIUM to its path.");
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox", "--disable-gpu"] });
        }

        var page = await _browser.NewPageAsync(new() { ViewportSize = new() { Width = Width, Height = 600 } });
        await page.SetContentAsync("<!DOCTYPE html><meta charset=\"utf-8\"><body style=\"margin:0;background:#fff;color:#222;"
            + $"font-family:system-ui,sans-serif\"><div id=\"shot\" style=\"padding:8px\">{html}</div></body>");
        // A table is shown whole.
        var hidden = await page.EvaluateAsync<int>(
            "Math.max(0, ...[...document.querySelectorAll('.ecoglmm-cue')].map(e => e.scrollWidth - e.clientWidth))");
        if (hidden > 0) await page.SetViewportSizeAsync(Width + hidden, 600);
        await page.Locator("#shot").ScreenshotAsync(new() { Path = file });
        await page.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
