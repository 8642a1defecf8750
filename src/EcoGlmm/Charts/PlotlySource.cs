using System.Collections.Concurrent;

namespace EcoGlmm.Charts;

/// <summary>How a page comes by plotly.js.</summary>
/// <param name="Url">The address that a page loads it from; null if it is inlined.</param>
/// <param name="Integrity">The hash that the loaded script must have; null for any.</param>
/// <param name="Script">The script itself, if it is inlined.</param>
internal sealed record PlotlySource(string? Url, string? Integrity, string? Script)
{
    public const string Version = "3.7.0";

    // The hash is that of package/plotly.min.js in npm's plotly.js-dist-min.
    private static readonly PlotlySource Network = new(
        $"https://cdn.jsdelivr.net/npm/plotly.js-dist-min@{Version}/plotly.min.js",
        "sha384-l4G4qURPwALv583BKlynU/4LiUx0rk9jcTX58Aq+Jc+jgWb52zeH2geZkSS3UPPs",
        null);

    private static readonly ConcurrentDictionary<string, PlotlySource> Files = new();

    /// <exception cref="GlmmException">A local file that cannot be read.</exception>
    public static PlotlySource Current => Of(ChartOptions.PlotlySource);

    public static PlotlySource Of(string? setting)
    {
        if (string.IsNullOrWhiteSpace(setting))
            return Network;
        if (Uri.TryCreate(setting, UriKind.Absolute, out var uri) && !uri.IsFile)
            return new PlotlySource(uri.AbsoluteUri, null, null);
        return Files.GetOrAdd(uri?.LocalPath ?? setting, Read);
    }

    private static PlotlySource Read(string path)
    {
        try
        {
            // Inside a script element only this sequence could end it early; in JavaScript both spellings are the same.
            var script = File.ReadAllText(path).Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
            return new PlotlySource(null, null, script);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GlmmException(
                $"plotly.js cannot be read from '{path}': {e.Message} Set ChartOptions.PlotlySource (or the environment "
                + "variable ECOGLMM_PLOTLY) to the path of a plotly.min.js of version 3, or to null for the network.", e);
        }
    }
}
