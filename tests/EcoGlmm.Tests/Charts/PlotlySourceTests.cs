using EcoGlmm.Charts;

namespace EcoGlmm.Tests.Charts;

public sealed class PlotlySourceTests
{
    private static readonly Figure Sample = new("Offline " + Guid.NewGuid(), new Panel(null, new PointTrace([1, 2], [3, 4])));

    [Fact]
    public void The_network_serves_where_there_is_one_and_the_own_copy_where_there_is_none()
    {
        Assert.Null(PlotlySource.Of(null, isConnected: true).Packed);
        var offline = PlotlySource.Of(null, isConnected: false);
        Assert.NotNull(offline.Packed);
        Assert.Equal(PlotlySource.Network.Url, offline.Url);
        Assert.Null(PlotlySource.Of(ChartOptions.Bundled).Url);
        Assert.Null(PlotlySource.Of("https://example.org/plotly.js", isConnected: false).Packed);
    }

    [Fact]
    public void The_bundled_copy_is_the_version_that_the_network_is_asked_for() =>
        Assert.Contains($"plotly.js v{PlotlySource.Version}", PlotlySource.BundledScript()[..200], StringComparison.Ordinal);

    [Fact]
    public void The_first_figure_carries_a_local_copy_and_does_so_again_when_it_is_shown_again()
    {
        var path = Path.Combine(Path.GetTempPath(), $"plotly-{Guid.NewGuid():N}.js");
        File.WriteAllText(path, "window.Plotly = { version: '3' };");
        var source = PlotlySource.Of(path);
        File.Delete(path);
        Assert.Contains(source.Packed!, FigureHtml.Fragment(Sample, source));
        var other = FigureHtml.Fragment(new Figure("Another"), source);
        Assert.DoesNotContain(source.Packed!, other);
        Assert.Contains("\"carried\":true", other);
        Assert.Contains(source.Packed!, FigureHtml.Fragment(Sample, source));
        Assert.Contains(source.Packed!, FigureHtml.Page(new Figure("Page"), source));
    }

    [Fact]
    public void A_copy_that_cannot_be_read_gives_a_way_out()
    {
        var error = Assert.Throws<GlmmException>(() => PlotlySource.Of("/nowhere/plotly.min.js"));
        Assert.Contains("/nowhere/plotly.min.js", error.Message);
        Assert.Contains("\"bundled\"", error.Message);
    }
}
