using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EcoGlmm.Charts;

/// <summary>
/// A figure as HTML. The still picture comes first, as an image: hosts that strip scripts and SVG elements keep it. Where
/// scripts run, the one behind it puts the interactive figure in its place.
/// </summary>
internal static class FigureHtml
{
    private static readonly Lazy<(string Key, string Script)> Drawing = new(ReadScript);
    private static readonly ConcurrentDictionary<string, int> TimesShown = new();

    /// <summary>A fragment for the output of a notebook's cell.</summary>
    public static string Fragment(Figure figure, PlotlySource source)
    {
        var json = PlotlyJson.Page(figure);
        var id = NextId(json);
        var still = Convert.ToBase64String(Encoding.UTF8.GetBytes(SvgFigure.Draw(figure, plate: true)));
        var (key, script) = Drawing.Value;
        var html = new StringBuilder();
        html.Append("<div class=\"ecoglmm-figure\" id=\"").Append(id).Append("\" style=\"width:100%;max-width:1100px\">")
            .Append("<img alt=\"").Append(WebUtility.HtmlEncode(figure.ToString()))
            .Append("\" style=\"width:100%;max-width:900px\" src=\"data:image/svg+xml;base64,").Append(still).Append("\">")
            .Append("</div>\n");
        if (source.Script is not null)
            html.Append("<script>if(!window.Plotly){(function(define,module,exports){\n").Append(source.Script)
                .Append("\n}).call(window);}</script>\n");
        return html.Append("<script>\n").Append(script)
            .Append("window.").Append(key).Append(".show(\"").Append(id).Append("\",")
            .Append(json).Append(',').Append(JsonSerializer.Serialize(
                new Dictionary<string, string?> { ["url"] = source.Url, ["integrity"] = source.Integrity }))
            .Append(");\n</script>").ToString();
    }

    /// <summary>A page that stands alone, light or dark as the reader's system is.</summary>
    public static string Page(Figure figure, PlotlySource source) =>
        $$"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{WebUtility.HtmlEncode(figure.Title ?? "Figure")}}</title>
        <style>
        :root { color-scheme: light dark; }
        body { margin: 1.5rem auto; max-width: 1100px; padding: 0 1rem; color: #333; background: #fff; }
        @media (prefers-color-scheme: dark) { body { color: #d8d8d8; background: #1c1c1e; } }
        </style>
        </head>
        <body>
        {{Fragment(figure, source)}}
        </body>
        </html>

        """;

    /// <summary>
    /// An id that is the figure's own in a page, and the same each time that a notebook is run: a digest of the content, and
    /// how often this process has shown that content.
    /// </summary>
    private static string NextId(string json)
    {
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(json)), 0, 6).ToLowerInvariant();
        var time = TimesShown.AddOrUpdate(digest, 1, (_, shown) => shown + 1);
        return string.Create(CultureInfo.InvariantCulture, $"ecoglmm-{digest}-{time}");
    }

    /// <summary>The script, under a name that depends on its text, so that two versions can live in one page.</summary>
    private static (string Key, string Script) ReadScript()
    {
        using var stream = typeof(FigureHtml).Assembly.GetManifestResourceStream("EcoGlmm.Charts.figure.js")!;
        using var reader = new StreamReader(stream);
        var script = reader.ReadToEnd().ReplaceLineEndings("\n");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(script));
        var key = "ecoglmmFigures" + Convert.ToHexString(hash, 0, 4);
        return (key, script.Replace("ECOGLMM_KEY", key));
    }
}
