namespace EcoGlmm.Browser.Tests;

/// <summary>
/// A test that needs Chromium. Without one it is skipped and says so, except where CI is set: there it fails.
/// </summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.ReasonToSkip;
}

/// <summary>The same for a test with several cases.</summary>
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = Chromium.ReasonToSkip;
}

internal static class Chromium
{
    // The shell draws the same without the windows around pages, in two thirds of the time.
    private static readonly string[] Usual =
    [
        "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
        "/usr/bin/google-chrome-stable",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    public static string? Path =>
        new[] { Environment.GetEnvironmentVariable("CHROMIUM") }.Concat(Usual).FirstOrDefault(File.Exists);

    public static string? ReasonToSkip =>
        Path is not null || Environment.GetEnvironmentVariable("CI") is "true" or "1"
            ? null
            : "Chromium is not installed (Debian: apt-get install chromium-headless-shell), nor named by the variable CHROMIUM.";
}
