using System.Xml.Linq;
using EcoGlmm.Charts;

namespace EcoGlmm.Tests.Charts;

public sealed class StillPictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void It_is_well_formed_whatever_the_names()
    {
        const string Evil = "</svg><script>\u0001\u001b & \"'";
        var figure = new Figure(Evil, new Panel(Evil, new PointTrace([1, 2], [2, 1]) { Name = Evil, ShowInLegend = true })
        {
            XAxis = new Axis(Evil) { Categories = [Evil, Evil] }, Annotations = [new(Evil), new(Evil, AnnotationPlace.TopRight)],
        });
        var root = XDocument.Parse(figure.ToSvg()).Root!;
        Assert.Empty(root.Descendants(Svg + "script"));
        Assert.Contains(root.Descendants(Svg + "text"), t => t.Value.Contains("</svg><script>", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_kind_of_trace_leaves_its_marks()
    {
        double[] x = [0, 1, 2, 3];
        Assert.Equal(4, Marks(new PointTrace(x, x)).Split('M').Length - 1);
        Assert.Equal(3, Marks(new LineTrace(x, x)).Split('L').Length - 1);
        Assert.Equal(4, Elements(new BarTrace(x, [1, 2, 3, 4]), "rect").Count());
        Assert.Equal(4, Elements(new HistogramTrace(x) { BinStart = 0, BinWidth = 1 }, "rect").Count());
        Assert.Single(Elements(new BoxTrace(0, x), "rect"));

        string Marks(PanelTrace trace) => Elements(trace, "path").Last().Attribute("d")!.Value;
        IEnumerable<XElement> Elements(PanelTrace trace, string name) =>
            XDocument.Parse(new Figure(null, new Panel(null, trace)).ToSvg()).Root!.Elements(Svg + "svg").Descendants(Svg + name);
    }

    [Fact]
    public void Nothing_to_draw_is_no_reason_to_fail()
    {
        double[] nothing = [double.NaN, double.PositiveInfinity];
        foreach (var trace in new PanelTrace[]
        {
            new PointTrace(nothing, nothing), new LineTrace(nothing, nothing) { Lower = nothing, Upper = nothing },
            new HistogramTrace(nothing), new BarTrace(nothing, nothing), new BoxTrace(0, nothing), new PointTrace([], []),
        })
            foreach (var scale in Enum.GetValues<AxisScale>().Where(s => s != AxisScale.SquareRoot || trace is PointTrace or LineTrace))
            {
                var figure = new Figure("t", new Panel(null, trace) { YAxis = new Axis { Scale = scale } });
                Assert.NotNull(XDocument.Parse(figure.ToSvg()));
                Assert.NotEmpty(figure.ToHtml());
            }

        Assert.NotNull(XDocument.Parse(new Figure(null).ToSvg()));
        Assert.NotEmpty(new Figure(null).ToHtml());
    }

    [Fact]
    public void A_hundred_thousand_points_stay_small()
    {
        var random = new Random(1);
        double[] x = [.. Enumerable.Range(0, 100_000).Select(_ => random.NextDouble())];
        double[] y = [.. x.Select(_ => random.NextDouble())];
        var figure = new Figure("t", new Panel(null, new PointTrace(x, y)), new Panel(null, new PointTrace(x, y)),
            new Panel(null, new PointTrace(x, y)));
        Assert.InRange(figure.ToSvg().Length, 10_000, 4_000_000);
    }

    [Fact]
    public void The_description_holds_titles_counts_and_tests()
    {
        var figure = new Figure("Residuals", new Panel("QQ", new PointTrace([1, 2], [1, 2]))
        {
            XAxis = "expected", YAxis = "observed", Annotations = [new("Uniformity: p = 0.03")],
        });
        Assert.Equal("Figure: Residuals\n  QQ (observed against expected): 2 points\n      Uniformity: p = 0.03", figure.ToString());
    }

    [Theory]
    [InlineData(0, 1, 5, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(-2.1, 2.3, 5, "−2 −1 0 1 2")]
    [InlineData(0, 12345, 3, "0 5000 10000")]
    public void Ticks_are_round(double low, double high, int count, string expected) =>
        Assert.Equal(expected, string.Join(' ', NiceTicks.Linear(low, high, count).Select(t => t.Label)));

    [Fact]
    public void Logarithmic_ticks_are_powers_of_ten() =>
        Assert.Equal("0.1 1 10 100", string.Join(' ', NiceTicks.Log(-1, 2, 6).Select(t => t.Label)));

    // Expected: R, quantile(c(1, 2, 4, 7, 11, 16, 50), c(.25, .5, .75), type = 5).
    [Fact]
    public void A_boxs_quartiles_are_Hyndman_and_Fans_type_5()
    {
        var box = BoxStatistics.Of([50, 1, 2, 4, 7, 11, 16])!;
        Assert.Equal((2.5, 7, 14.75), (box.Q1, box.Median, box.Q3));
        Assert.Equal((1, 16), (box.LowerWhisker, box.UpperWhisker));
        Assert.Equal([50], box.Outliers);
    }

    [Fact]
    public void Bins_hold_every_value_once()
    {
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => Math.Sin(i) * 3), 3.0, -3.0];
        var bins = HistogramBins.Of(new HistogramTrace(values));
        Assert.Equal(values.Length, bins.Total);
        Assert.InRange(bins.Counts.Length, 4, 61);
    }
}
