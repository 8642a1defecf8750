using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net.NetworkInformation;

namespace EcoGlmm.Charts;

/// <summary>How a page comes by plotly.js.</summary>
/// <param name="Url">The address that a page loads it from; null if it must not ask the network.</param>
/// <param name="Integrity">The hash that the loaded script must have; null for any.</param>
/// <param name="Packed">
/// The script itself, compressed by gzip and written in base 64, if the page carries it; a page of several figures carries
/// it once.
/// </param>
internal sealed record PlotlySource(string? Url, string? Integrity, string? Packed)
{
    public const string Version = "3.7.0";

    private const string BundleResource = "EcoGlmm.Charts.plotly.min.js.gz";

    private static readonly Lazy<string> Bundle = new(() => Convert.ToBase64String(ReadBundle()));

    private static readonly ConcurrentDictionary<string, PlotlySource> Files = new();

    /// <summary>The jsDelivr network; the hash is that of package/plotly.min.js in npm's plotly.js-dist-min.</summary>
    public static PlotlySource Network { get; } = new(
        $"https://cdn.jsdelivr.net/npm/plotly.js-dist-min@{Version}/plotly.min.js",
        "sha384-l4G4qURPwALv583BKlynU/4LiUx0rk9jcTX58Aq+Jc+jgWb52zeH2geZkSS3UPPs",
        null);

    /// <exception cref="GlmmException">A local file that cannot be read.</exception>
    public static PlotlySource Current => Of(ChartOptions.PlotlySource, NetworkInterface.GetIsNetworkAvailable());

    /// <param name="setting">What <see cref="ChartOptions.PlotlySource"/> says.</param>
    /// <param name="isConnected">Whether this machine has a network; without one the library's own copy is carried along.</param>
    public static PlotlySource Of(string? setting, bool isConnected = true)
    {
        if (string.IsNullOrWhiteSpace(setting))
            return isConnected ? Network : Network with { Packed = Bundle.Value };
        if (setting == ChartOptions.Bundled)
            return new PlotlySource(null, null, Bundle.Value);
        if (Uri.TryCreate(setting, UriKind.Absolute, out var uri) && !uri.IsFile)
            return new PlotlySource(uri.AbsoluteUri, null, null);
        return Files.GetOrAdd(uri?.LocalPath ?? setting, Read);
    }

    /// <summary>The text of the copy that the library carries.</summary>
    public static string BundledScript()
    {
        using var content = new GZipStream(new MemoryStream(ReadBundle()), CompressionMode.Decompress);
        using var reader = new StreamReader(content);
        return reader.ReadToEnd();
    }

    private static byte[] ReadBundle()
    {
        using var resource = typeof(PlotlySource).Assembly.GetManifestResourceStream(BundleResource)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    private static PlotlySource Read(string path)
    {
        try
        {
            using var packed = new MemoryStream();
            using (var compressed = new GZipStream(packed, CompressionLevel.Optimal))
                compressed.Write(File.ReadAllBytes(path));
            return new PlotlySource(null, null, Convert.ToBase64String(packed.ToArray()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GlmmException(
                $"plotly.js cannot be read from '{path}': {e.Message} Set ChartOptions.PlotlySource (or the environment "
                + "variable ECOGLMM_PLOTLY) to \"bundled\" for the copy that EcoGlmm carries, to the path of a plotly.min.js "
                + "of version 3, or to null for the network.", e);
        }
    }
}
