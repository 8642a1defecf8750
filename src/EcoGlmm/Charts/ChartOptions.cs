namespace EcoGlmm;

/// <summary>Settings for charts that hold for the whole process.</summary>
public static class ChartOptions
{
    private static volatile string? _plotlySource = Environment.GetEnvironmentVariable("ECOGLMM_PLOTLY");

    /// <summary>
    /// Where pages find plotly.js: a web address, or the path of a local plotly.min.js, whose text is then put into every
    /// chart (about five megabytes each), so that charts are live without a network. Null, the default, takes version 3
    /// from the jsDelivr network, checked by its hash. The environment variable ECOGLMM_PLOTLY sets the initial value.
    /// </summary>
    public static string? PlotlySource
    {
        get => _plotlySource;
        set => _plotlySource = value;
    }
}
