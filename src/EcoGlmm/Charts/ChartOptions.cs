namespace EcoGlmm;

/// <summary>Settings for charts that hold for the whole process.</summary>
public static class ChartOptions
{
    /// <summary>The value of <see cref="PlotlySource"/> that stands for the copy of plotly.js in this library.</summary>
    public const string Bundled = "bundled";

    private static volatile string? _plotlySource = Environment.GetEnvironmentVariable("ECOGLMM_PLOTLY");

    /// <summary>
    /// Where pages find plotly.js, which makes charts live. Null, the default: version 3 from the jsDelivr network, checked
    /// by its hash, or the library's own copy where the machine has no network. <see cref="Bundled"/>: always the
    /// library's own copy. Otherwise a web address, or the path of a plotly.min.js. A copy of its own adds two megabytes to
    /// a notebook: the first figure shown carries it for all others. The environment variable ECOGLMM_PLOTLY sets the
    /// initial value.
    /// </summary>
    public static string? PlotlySource
    {
        get => _plotlySource;
        set => _plotlySource = value;
    }

    /// <summary>
    /// The text of the plotly.js that the library carries, for pages that hold it once for several figures: a figure that finds it in
    /// place loads nothing.
    /// </summary>
    public static string BundledScript() => Charts.PlotlySource.BundledScript();

    /// <summary>
    /// An element of HTML that brings the plotly.js that the library carries to a page, compressed, for all figures of the page: a third
    /// of <see cref="BundledScript"/>'s length. It stands before the figures.
    /// </summary>
    public static string BundledElement() => Charts.FigureHtml.Carrier(Charts.PlotlySource.Of(Bundled).Packed!);
}
