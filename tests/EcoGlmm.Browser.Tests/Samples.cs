namespace EcoGlmm.Browser.Tests;

/// <summary>Figures like those that the library draws, from seeded numbers.</summary>
internal static class Samples
{
    public static Figure Residuals(int count = 599)
    {
        var random = new Random(7);
        var observed = Enumerable.Range(0, count).Select(_ => Math.Pow(random.NextDouble(), 1.25)).Order().ToArray();
        var expected = Enumerable.Range(0, count).Select(i => (i + 0.5) / count).ToArray();
        var predicted = Enumerable.Range(0, count).Select(i => (i + 0.5) / count).ToArray();
        var residuals = Enumerable.Range(0, count).Select(_ => random.NextDouble()).ToArray();
        for (var i = 0; i < 6; i++)
            residuals[i * 70 + 20] = i % 2;
        var outlier = residuals.Select(r => r is 0 or 1).ToArray();
        double[] grid = [.. Enumerable.Range(0, 41).Select(i => i / 40.0)];
        LineTrace Curve(double level, double bend) => new(grid, [.. grid.Select(x => level + bend * Math.Sin(3 * x) * x)])
        {
            Name = $"{level} quantile",
            Color = Palette.Vermillion,
            Lower = [.. grid.Select(x => level + bend * Math.Sin(3 * x) * x - 0.03 - 0.05 * Math.Abs(x - 0.5))],
            Upper = [.. grid.Select(x => level + bend * Math.Sin(3 * x) * x + 0.03 + 0.05 * Math.Abs(x - 0.5))],
        };
        return new Figure(
            "Simulated residuals",
            new Panel("QQ plot of the residuals", new PointTrace(expected, observed) { Name = "residuals", Size = 5 })
            {
                XAxis = new Axis("Expected (uniform)") { Minimum = 0, Maximum = 1 },
                YAxis = new Axis("Observed") { Minimum = 0, Maximum = 1 },
                Shapes = [PanelShape.Segment(0, 0, 1, 1)],
                Annotations =
                [
                    new("Uniformity (Kolmogorov-Smirnov): p = 0.0021, deviation significant") { Color = Palette.Vermillion, Bold = true },
                    new("Dispersion: p = 0.41, no deviation found"),
                    new("Outliers: p = 0.18, no deviation found"),
                ],
            },
            new Panel(
                "Residuals against predictions",
                new PointTrace(predicted, residuals)
                {
                    Name = "residuals",
                    Size = 5,
                    Opacity = 0.7,
                    Text = [.. residuals.Select((r, i) => $"Row {i + 1}\nresidual {r:0.000}")],
                    CustomData = [.. Enumerable.Range(1, count).Select(i => (double)i)],
                    Colors = [.. outlier.Select(o => o ? Palette.Vermillion : Palette.Blue)],
                    Symbols = [.. outlier.Select(o => o ? MarkerSymbol.Star : MarkerSymbol.Circle)],
                    Sizes = [.. outlier.Select(o => o ? 9.0 : 5.0)],
                },
                Curve(0.25, 0.04), Curve(0.5, -0.06), Curve(0.75, 0.02))
            {
                XAxis = new Axis("Predicted (rank transformed)") { Minimum = 0, Maximum = 1 },
                YAxis = new Axis("Residual") { Minimum = 0, Maximum = 1 },
                Shapes = [PanelShape.HorizontalLine(0.25), PanelShape.HorizontalLine(0.5), PanelShape.HorizontalLine(0.75)],
                Annotations = [new("Quantiles: combined p = 0.33, no deviation found")],
            })
        {
            Subtitle = "250 simulations of 599 observations; negative binomial, 27 nests",
        };
    }

    public static Figure EveryKind()
    {
        var random = new Random(3);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double[] x = [.. Enumerable.Range(0, 60).Select(i => i / 6.0)];
        double[] mean = [.. x.Select(v => 1.2 + 0.4 * v - 0.02 * v * v)];
        string[] nests = ["Bochet", "Champmartin", "Chevroux", "Corcelles 1", "Etrabloz", "Forel", "Franex", "GDLV", "Gletterens"];
        double[] modes = [.. nests.Select((_, i) => (i - 4) * 0.21)];
        return new Figure(
            "Every kind of trace",
            new Panel("Points and a line with its band",
                new PointTrace(x, [.. mean.Select(m => m + 0.3 * Normal())]) { Name = "observed", ShowInLegend = true, Opacity = 0.7 },
                new LineTrace(x, mean)
                {
                    Name = "fitted", ShowInLegend = true,
                    Lower = [.. mean.Select(m => m - 0.25)], Upper = [.. mean.Select(m => m + 0.25)],
                })
            {
                XAxis = "Arrival time (h)", YAxis = "Calls per chick",
            },
            new Panel("Histogram with the observed value",
                new HistogramTrace([.. Enumerable.Range(0, 250).Select(_ => 1 + 0.1 * Normal())]) { Name = "simulated", ShowInLegend = true,
                    Color = Palette.SkyBlue })
            {
                XAxis = "Dispersion statistic", YAxis = "Simulations",
                Shapes =
                [
                    PanelShape.VerticalLine(1.31) with { Color = Palette.Vermillion, Dash = LineDash.Solid, Width = 2.5, Opacity = 1 },
                ],
                Annotations = [new("observed 1.31", AnnotationPlace.TopLeft) { Color = Palette.Vermillion }],
            },
            new Panel("Conditional modes", new PointTrace(modes, [.. nests.Select((_, i) => (double)i)])
            {
                XLower = [.. modes.Select(m => m - 0.3)], XUpper = [.. modes.Select(m => m + 0.3)], Size = 7,
            })
            {
                XAxis = "Difference from the mean nest", YAxis = new Axis("Nest") { Categories = nests },
                Shapes = [PanelShape.VerticalLine(0)],
            },
            new Panel("Bars", new BarTrace([0, 1, 2, 3], [12, 31, 8, 19]) { Color = Palette.Green })
            {
                XAxis = new Axis("Habitat") { Categories = ["forest", "meadow", "reed <bed>", "village"] }, YAxis = "Nests",
            },
            new Panel("Boxes", [.. Enumerable.Range(0, 5).Select(k =>
                new BoxTrace(k, [.. Enumerable.Range(0, 60).Select(_ => 0.2 * k + Normal())]) { Color = Palette.Blue })])
            {
                XAxis = new Axis("Brood size") { Categories = ["1", "2", "3", "4", "5"] }, YAxis = "Scaled residual",
                Shapes = [PanelShape.HorizontalBand(-1, 1)],
            },
            new Panel("A logarithmic axis", new PointTrace([0.5, 1, 3, 12, 40, 230, 900], [2, 4, 3, 8, 9, 14, 12]) { Symbol =
                MarkerSymbol.Diamond, Size = 9, Color = Palette.Purple })
            {
                XAxis = new Axis("Area (ha)") { Scale = AxisScale.Log }, YAxis = "Species",
            });
    }

    /// <summary>Names that a page, a script or Plotly would take for something else than text.</summary>
    public static Figure Hostile()
    {
        const string Evil = "<img src=x onerror=\"window.hacked=1\"></script><script>window.hacked=1</script><!-- $x^2$ %{y} & <b>";
        return new Figure(Evil,
            new Panel(Evil, new PointTrace([1, 2, 3], [3, 1, 2]) { Name = Evil, ShowInLegend = true, Text = [Evil, Evil, Evil], Size = 20 })
            {
                XAxis = new Axis(Evil),
                YAxis = new Axis(Evil) { Categories = [Evil, Evil, "c", "d"] },
                Annotations = [new(Evil), new(Evil, AnnotationPlace.BottomLeft)],
            })
        {
            Subtitle = Evil,
        };
    }
}
