using Microsoft.Playwright;

namespace EcoGlmm.Browser.Tests;

/// <summary>One headless Chromium for all tests, and pages whose network is ours.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>Milliseconds that a page may take: a machine that builds at the same time is slow to start a browser.</summary>
    public const float Patience = 120_000;

    private const string Origin = "http://charts.test/";
    private readonly PlotlyServer _server = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    public async Task InitializeAsync()
    {
        if (Chromium.ReasonToSkip is not null)
            return;
        Assert.True(Chromium.Path is not null, "CI is set, so Chromium has to be there: apt-get install chromium-headless-shell.");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium.Path,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                "--disable-component-update", "--no-first-run", "--hide-scrollbars",
                // A page may ask the loopback for plotly.js.
                "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        _server.Dispose();
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens a page made of the fragments, as a notebook would show them.</summary>
    public async Task<ChartPage> Open(string html, PageSettings? settings = null)
    {
        settings ??= new PageSettings();
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = settings.Width, Height = settings.Height },
            ColorScheme = settings.Dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = settings.Scripts,
        });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        var opened = new ChartPage(page);
        page.Console += (_, message) => opened.Console.Add((message.Type, message.Text));
        page.PageError += (_, error) => opened.Console.Add(("error", error));
        await context.RouteAsync("**/*", route => Answer(route, html, settings, opened));
        await page.GotoAsync(Origin);
        return opened;
    }

    /// <summary>Fragments in a page with the colours of a notebook.</summary>
    public static string Notebook(IEnumerable<string> fragments, bool dark = false, string bodyAttributes = "", string head = "") =>
        $$"""
        <!DOCTYPE html><html><head><meta charset="utf-8"><title>Notebook</title><style>
        body { margin: 16px; font-family: system-ui, sans-serif; color: {{Theme(dark).Ink}}; background: {{Theme(dark).Paper}}; }
        .cell { margin: 0 0 16px 0; }
        </style>{{head}}</head>
        <body {{bodyAttributes}}>{{string.Concat(fragments.Select(f => $"<div class=\"cell\">{f}</div>"))}}</body></html>
        """;

    /// <summary>The colours of a notebook.</summary>
    public static (string Ink, string Paper) Theme(bool dark) =>
        dark ? ("rgb(212, 212, 212)", "rgb(30, 30, 30)") : ("rgb(34, 34, 34)", "rgb(255, 255, 255)");

    public static string Screenshot(string name)
    {
        var folder = Path.Combine(Root, "artifacts", "screenshots");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, name + ".png");
    }

    private async Task Answer(IRoute route, string html, PageSettings settings, ChartPage opened)
    {
        var url = route.Request.Url;
        if (url == Origin)
        {
            await route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/html; charset=utf-8", Body = html });
            return;
        }

        if (url.Contains("plotly", StringComparison.Ordinal))
        {
            opened.PlotlyRequests++;
            if (!settings.BlockPlotly)
            {
                // The script takes megabytes: the browser reads it from a server, not through the tests' own pipe.
                await route.FulfillAsync(new RouteFulfillOptions
                {
                    Status = 302,
                    Headers = new Dictionary<string, string>
                    {
                        ["Location"] = _server.Address, ["Access-Control-Allow-Origin"] = "*",
                    },
                });
                return;
            }
        }

        await route.AbortAsync();
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EcoGlmm.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("EcoGlmm.sln is in no folder above the tests.");
    }
}

public sealed record PageSettings
{
    public int Width { get; init; } = 1000;

    public int Height { get; init; } = 700;

    public bool Dark { get; init; }

    public bool Scripts { get; init; } = true;

    public bool BlockPlotly { get; init; }
}

/// <summary>An open page, and what it said and asked for.</summary>
public sealed class ChartPage(IPage page) : IAsyncDisposable
{
    public IPage Page => page;

    public List<(string Type, string Text)> Console { get; } = [];

    public int PlotlyRequests { get; set; }

    public IEnumerable<string> Errors => Console.Where(c => c.Type is "error" or "warning").Select(c => c.Text);

    public Task Drawn(int figures = 1) => page.WaitForFunctionAsync(
        "n => document.querySelectorAll('[data-drawn=plotly] .main-svg').length >= n", figures,
        new PageWaitForFunctionOptions { Timeout = BrowserFixture.Patience });

    public Task<int> Count(string selector) => page.Locator(selector).CountAsync();

    /// <summary>Gives the page the colours of a notebook, and waits until every figure that is seen is drawn in them.</summary>
    public async Task TakeTheme(bool dark)
    {
        var (ink, paper) = BrowserFixture.Theme(dark);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
        await page.EvaluateAsync("([ink, paper]) => { document.body.style.color = ink; document.body.style.background = paper; }",
            new[] { ink, paper });
        await page.WaitForFunctionAsync("""
            ink => [...document.querySelectorAll('.ecoglmm-figure')].every(figure => {
              const text = figure.querySelector('.main-svg .xtick text');
              return figure.closest('details:not([open])') || text && getComputedStyle(text).fill === ink; })
            """, ink, new PageWaitForFunctionOptions { Timeout = BrowserFixture.Patience });
    }

    /// <summary>Keeps a picture of the whole page to look at, in artifacts/screenshots, where ECOGLMM_SCREENSHOTS asks for it.</summary>
    public async Task Shoot(string name)
    {
        if (Environment.GetEnvironmentVariable("ECOGLMM_SCREENSHOTS") is null) return;
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = BrowserFixture.Screenshot(name), FullPage = true });
    }

    public async ValueTask DisposeAsync() => await page.Context.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>
{
    public const string Name = "browser";
}
