using System.Text.Json.Nodes;
using Plotly.NET;
using Plotly.NET.LayoutObjects;

namespace EcoGlmm.Browser.Tests;

/// <summary>Figures as charts of Plotly.NET: nothing is lost, the library's functions restyle them, and they are drawn.</summary>
[Collection(BrowserCollection.Name)]
public sealed class PlotlyChartTests(BrowserFixture browser)
{
    private static readonly Lazy<GlmmFit> Fit = new(() => Glmm.Fit("calls ~ age * sex + (1 | nest)",
        Enumerable.Range(0, 240).Select(i => new { calls = (i * 7 % 5) + (i % 6), age = i % 10 / 2.0, sex = i % 2 == 0 ? "f" : "m",
            nest = "n" + (i % 12) }).ToArray(),
        Family.Poisson()));

    private static readonly Dictionary<string, Func<Figure>> Drawn = new()
    {
        ["every kind of trace"] = Samples.EveryKind,
        ["hostile names"] = Samples.Hostile,
        ["sample"] = () => Samples.Residuals(),
        ["violin"] = () => new Figure("Violin", new Panel(null, new ViolinTrace(0, [1, 2, 2, 3, 5]) { Name = "f" },
            new ViolinTrace(1, [2, 3, 4, 4]) { Name = "m" })),
        ["raster"] = () => new Figure("Map", new Panel(null, new RasterTrace([0, 1, 2], [0, 1], [1, 2, double.NaN, 4, 5, 6]))),
        ["residuals"] = () => Fit.Value.SimulatedResiduals(50).Plot(),
        ["dispersion"] = () => Fit.Value.SimulatedResiduals(50).PlotDispersion(),
        ["zero inflation"] = () => Fit.Value.SimulatedResiduals(50).PlotZeroInflation(),
        ["residuals against predictors"] = () => Fit.Value.SimulatedResiduals(50).PlotAll(),
        ["effect"] = () => Fit.Value.PlotEffect("age"),
        ["effect by a factor"] = () => Fit.Value.PlotEffect("age", by: "sex"),
        ["effect of a factor"] = () => Fit.Value.PlotEffect("sex"),
        ["random effects"] = () => Fit.Value.PlotRandomEffects("nest"),
        ["coefficients"] = () => Fit.Value.PlotCoefficients(exponentiate: true),
        ["means"] = () => Fit.Value.MarginalMeans("~ sex").Plot(letters: true),
        ["contrasts"] = () => Fit.Value.MarginalMeans("~ sex").Contrasts().Plot(),
        ["intervals"] = () => Fit.Value.ConfidenceIntervals().Plot(),
        ["ranking"] = () => Fit.Value.Ranking("nest").Plot(),
        ["population"] = () => Fit.Value.PopulationAveraged().Plot(),
        ["comparison"] = () => Glmm.Compare(Fit.Value, Fit.Value.Update(". ~ . - age:sex")).Plot(),
    };

    public static TheoryData<string> Kinds => [.. Drawn.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_chart_has_the_figures_traces_layout_and_configuration(string kind)
    {
        var figure = Drawn[kind]();
        var ours = JsonNode.Parse(figure.ToJson())!;
        var chart = figure.ToPlotly();
        var theirs = JsonNode.Parse(GenericChart.toFigureJson(chart))!;
        var config = JsonNode.Parse(Newtonsoft.Json.JsonConvert.SerializeObject(GenericChart.getConfig(chart)))!;
        Assert.Equal(Sorted(ours["data"]), Sorted(theirs["data"]));
        Assert.Equal(Sorted(ours["layout"]), Sorted(theirs["layout"]));
        Assert.Equal(Sorted(ours["config"]), Sorted(config));
    }

    [Fact]
    public void Plotly_NETs_own_functions_restyle_and_combine_it()
    {
        var chart = Samples.EveryKind().ToPlotly();
        var title = new Title();
        title.SetProperty("text", "Mine");
        var layout = GenericChart.getLayout(chart);
        var axis = layout.TryGetTypedPropertyValue<LinearAxis>("xaxis");
        Assert.NotNull(axis);
        layout.SetProperty("title", title);
        Assert.Contains("\"Mine\"", GenericChart.toFigureJson(GenericChart.setLayout(layout, chart)), StringComparison.Ordinal);
        var both = GenericChart.combine([chart, Samples.Residuals().ToPlotly()]);
        Assert.Equal(GenericChart.countTrace(chart) + GenericChart.countTrace(Samples.Residuals().ToPlotly()),
            GenericChart.countTrace(both));
    }

    [BrowserFact]
    public async Task A_chart_is_drawn_by_a_browser()
    {
        var figure = Samples.EveryKind();
        var script = EcoGlmm.Charts.PlotlySource.BundledScript().Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
        var json = GenericChart.toFigureJson(figure.ToPlotly()).Replace("</", "<\\/", StringComparison.Ordinal);
        await using var page = await browser.Open($"<!DOCTYPE html><html><body><script>{script}</script><div id=\"chart\"></div>"
            + $"<script>const figure = {json}; Plotly.newPlot('chart', figure.data, figure.layout, figure.config);</script></body></html>");
        await page.Page.WaitForSelectorAsync(".subplot.x6y6 .scatterlayer .point");
        await page.Shoot("plotly-net");
        Assert.Empty(page.Errors);
        Assert.Equal(60, await page.Count(".subplot.xy .scatterlayer .point"));
        Assert.Equal(5, await page.Count(".subplot.x5y5 .boxlayer path.box"));
    }

    // Names in order, and numbers as numbers: 1 and 1.0 are one value.
    private static string Sorted(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject members => "{" + string.Join(",", members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member =>
            $"\"{member.Key}\":{Sorted(member.Value)}")) + "}",
        JsonArray items => "[" + string.Join(",", items.Select(Sorted)) + "]",
        _ when node.GetValueKind() == System.Text.Json.JsonValueKind.Number => node.GetValue<double>()
        .ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        _ => node.ToJsonString(),
    };
}
