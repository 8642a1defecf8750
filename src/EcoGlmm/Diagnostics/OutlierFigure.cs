namespace EcoGlmm.Diagnostics;

/// <summary>The distribution of the residuals, with those outside all simulations set apart.</summary>
internal static class OutlierFigure
{
    private const int Bins = 50;

    public static Panel Histogram(double[] scaled, int count, OutlierMargin margin, TestResult test)
    {
        var edge = 1.0 / (count + 1);
        var inside = new double[Bins];
        double below = 0, above = 0;
        foreach (var r in scaled)
        {
            if (margin != OutlierMargin.Upper && r < edge)
                below++;
            else if (margin != OutlierMargin.Lower && r > 1 - edge)
                above++;
            else
                inside[Math.Min(Bins - 1, (int)(r * Bins))]++;
        }

        var width = 1.0 / Bins;
        double[] centre = [.. Enumerable.Range(0, Bins).Select(b => (b + 0.5) * width)];
        var color = test.IsSignificant ? Palette.Vermillion : Palette.Orange;
        return new Panel(null,
            new BarTrace(centre, inside)
            {
                Name = "Inside the simulations",
                ShowInLegend = true,
                Color = Palette.SkyBlue,
                Width = 0.92 * width,
                Text = [.. inside.Select((n, b) =>
                    FormattableString.Invariant($"Residuals {b * width:0.##} to {(b + 1) * width:0.##}\n{n} rows"))],
            },
            new BarTrace([-1.5 * width, 1 + (1.5 * width)], [below, above])
            {
                Name = "Outside all simulations",
                ShowInLegend = true,
                Color = color,
                Width = 0.92 * width,
                Text = [$"Below all simulations\n{below} rows", $"Above all simulations\n{above} rows"],
            })
        {
            XAxis = new Axis("Residual") { Minimum = -3 * width, Maximum = 1 + (3 * width) },
            YAxis = "Number of rows",
            Shapes = [PanelShape.HorizontalLine((double)scaled.Length / Bins)],
            Annotations =
            [
                ResidualFigures.TestLine($"Outliers {test.Statistic:0}", test),
                new PanelAnnotation("Dashed: what a correct model has in each bar"),
            ],
        };
    }
}
