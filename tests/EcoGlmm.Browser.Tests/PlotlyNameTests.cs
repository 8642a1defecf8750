using Plotly.NET;

namespace EcoGlmm.Browser.Tests;

/// <summary>Names that users can type beside those of Plotly.NET.</summary>
public sealed class PlotlyNameTests
{
    /// <summary>A figure is one in both; a genetic marker is not one of a chart, and Plotly.NET's stands in a namespace of its
    /// own.</summary>
    [Fact]
    public void Only_a_figure_and_a_marker_are_called_as_in_PlotlyNET()
    {
        var theirs = typeof(GenericChart).Assembly.GetExportedTypes().Where(t => !t.IsNested).Select(t => t.Name).ToHashSet();
        Assert.Contains("Trace", theirs);
        Assert.Equal(["Figure", "Marker"], typeof(GlmmFit).Assembly.GetExportedTypes().Where(t => !t.IsNested).Select(t => t.Name)
            .Where(theirs.Contains).Order());
    }
}
