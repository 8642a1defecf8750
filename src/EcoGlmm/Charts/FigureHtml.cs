using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EcoGlmm.Text;

namespace EcoGlmm.Charts;

/// <summary>
/// A figure as HTML. The still picture comes first, as an image: hosts that strip scripts and SVG elements keep it. Where
/// scripts run, the one behind it puts the interactive figure in its place.
/// </summary>
internal static class FigureHtml
{
    /// <summary>Figures of more text than this, in characters, come packed: points and their names are repetitive.</summary>
    private const int MostPlainText = 30_000;

    private static readonly Lazy<(string Key, string Script)> Drawing = new(ReadScript);
    private static readonly ConcurrentDictionary<string, int> TimesShown = new();

    // The digest of the figure that carries a copy of plotly.js, by that copy.
    private static readonly ConcurrentDictionary<string, string> Carriers = new();

    /// <summary>
    /// A fragment for the output of a notebook's cell. Where the notebook carries plotly.js itself, the first figure that was
    /// shown does it for all, again whenever that figure is shown again.
    /// </summary>
    public static string Fragment(Figure figure, PlotlySource source)
    {
        var json = PlotlyJson.Page(figure);
        var digest = Digest(json);
        var carries = source.Packed is { } packed && Carriers.GetOrAdd(packed, digest) == digest;
        return Write(figure, source, json, digest, carries);
    }

    /// <summary>A page that stands alone, light or dark as the reader's system is.</summary>
    public static string Page(Figure figure, PlotlySource source) =>
        StandalonePage.Write(figure.Title ?? "Figure", Alone(figure, source));

    /// <summary>An element that brings a copy of plotly.js to a page, for all of its figures.</summary>
    public static string Carrier(string packed)
    {
        var (key, script) = Drawing.Value;
        return $"<script>\n{script}window.{key}.carry(\"{packed}\");\n</script>";
    }

    private static string Alone(Figure figure, PlotlySource source)
    {
        var json = PlotlyJson.Page(figure);
        return Write(figure, source, json, Digest(json), carries: source.Packed is not null);
    }

    private static string Write(Figure figure, PlotlySource source, string json, string digest, bool carries)
    {
        var id = NextId(digest);
        var still = Convert.ToBase64String(Encoding.UTF8.GetBytes(SvgFigure.Draw(figure, plate: true)));
        var (key, script) = Drawing.Value;
        var html = new StringBuilder();
        html.Append("<div class=\"ecoglmm-figure\" id=\"").Append(id).Append("\" style=\"width:100%;max-width:1100px\">")
            .Append("<img alt=\"").Append(WebUtility.HtmlEncode(figure.ToString()))
            .Append("\" style=\"width:100%;max-width:900px\" src=\"data:image/svg+xml;base64,").Append(still).Append("\">")
            .Append("</div>\n<script>\n").Append(script);
        if (carries)
            html.Append("window.").Append(key).Append(".carry(\"").Append(source.Packed).Append("\");\n");
        return html.Append("window.").Append(key).Append(".show(\"").Append(id).Append("\",")
            .Append(json.Length > MostPlainText ? Packed(json) : json).Append(',')
            .Append("{\"url\":").Append(Quoted(source.Url)).Append(",\"integrity\":").Append(Quoted(source.Integrity))
            .Append(",\"carried\":").Append(source.Packed is null ? "false" : "true").Append("});\n</script>").ToString();
    }

    private static string Quoted(string? text) => text is null ? "null" : $"\"{JsonEncodedText.Encode(text)}\"";

    /// <summary>The text compressed by gzip, as a string of JavaScript in base 64.</summary>
    private static string Packed(string json)
    {
        using var packed = new MemoryStream();
        using (var compressed = new GZipStream(packed, CompressionLevel.Optimal))
            compressed.Write(Encoding.UTF8.GetBytes(json));
        return $"\"{Convert.ToBase64String(packed.ToArray())}\"";
    }

    private static string Digest(string json) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(json)), 0, 6).ToLowerInvariant();

    /// <summary>
    /// An id that is the figure's own in a page, and the same each time that a notebook is run: a digest of the content, and
    /// how often this process has shown that content.
    /// </summary>
    private static string NextId(string digest)
    {
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
