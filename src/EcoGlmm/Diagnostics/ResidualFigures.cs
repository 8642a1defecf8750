using MathNet.Numerics.Distributions;

namespace EcoGlmm.Diagnostics;

/// <summary>The panels that show simulated residuals.</summary>
internal static class ResidualFigures
{
    private const int BandPoints = 60;
    private static readonly double[] s_quartiles = [0.25, 0.5, 0.75];
    private static readonly Axis s_unit = new() { Minimum = -0.03, Maximum = 1.03 };

    /// <summary>Sorted residuals against uniform quantiles, with the pointwise 95 % band of a correct model.</summary>
    public static Panel UniformQuantiles(double[] scaled, ResidualRows names, IEnumerable<Annotation> annotations)
    {
        int n = scaled.Length;
        double[] sorted = (double[])scaled.Clone();
        int[] order = [.. Enumerable.Range(0, n)];
        Array.Sort(sorted, order);
        int[] drawn = ResidualPoints.ChooseSorted(n);
        double[] bandX = [.. Enumerable.Range(0, BandPoints + 1).Select(i => Edge((double)i / BandPoints, n))];
        var points = new PointTrace([.. drawn.Select(i => Expected(i))], [.. drawn.Select(i => sorted[i])])
        {
            Name = "Residuals",
            Color = Palette.Blue,
            Size = 5,
            Opacity = 0.8,
            Text = [.. drawn.Select(i => FormattableString.Invariant($"{names.Kind} {names.Label(order[i])}\nResidual {sorted[i]:0.###}\nExpected {Expected(i):0.###}"))],
            CustomData = [.. drawn.Select(i => (double)order[i])],
        };
        var band = new LineTrace(bandX, bandX)
        {
            Name = "Correct model",
            Color = Palette.Ink,
            Width = 1,
            Lower = [.. bandX.Select(x => OrderQuantile(x, 0.025))],
            Upper = [.. bandX.Select(x => OrderQuantile(x, 0.975))],
            Text = [.. bandX.Select(_ => "Correct model, with its pointwise 95 % band")],
        };
        return new Panel("Are the residuals uniform?", band, points)
        {
            XAxis = s_unit with { Title = "Expected (uniform quantile)" },
            YAxis = s_unit with { Title = "Observed (sorted residual)" },
            Annotations = [.. annotations],
        };

        double Expected(int i) => (i + 1.0) / (n + 1);

        // The i-th of n sorted uniform values follows Beta(i, n + 1 − i) and has mean i / (n + 1).
        double OrderQuantile(double x, double probability) => Beta.InvCDF(x * (n + 1), (1 - x) * (n + 1), probability);
    }

    /// <summary>Residuals against a predictor, with smooth quantile curves, which should lie on the dashed lines.</summary>
    public static Panel AgainstPredictor(
        SimulatedResiduals residuals, ResidualRows names, double[] predictor, double[] position, string axisTitle, string title,
        (double[] Grid, QuantileCurve[] Curves) fit, TestResult quantiles, bool outliersSignificant, Func<int[], double[][]> simulatedRows)
    {
        int[] rows = ResidualPoints.Choose(predictor, residuals.Scaled);
        string[] hover = ResidualPoints.Hover(residuals, names, rows, simulatedRows(rows));
        int[] inside = [.. Enumerable.Range(0, rows.Length).Where(i => !ResidualPoints.IsOutlier(residuals.Scaled[rows[i]]))];
        int[] outside = [.. Enumerable.Range(0, rows.Length).Where(i => ResidualPoints.IsOutlier(residuals.Scaled[rows[i]]))];
        List<Trace> traces =
        [
            Points(inside) with { Name = "Residuals", Color = Palette.Blue, Size = 5, Opacity = ResidualPoints.Opacity(rows.Length) },
        ];
        for (int i = 0; i < fit.Curves.Length; i++)
        {
            QuantileCurve curve = fit.Curves[i];
            bool off = quantiles.Parts[i].IsSignificant;
            traces.Add(new LineTrace(fit.Grid, curve.Curve)
            {
                Name = FormattableString.Invariant($"Quantile {curve.Tau}"),
                Color = off ? Palette.Vermillion : Palette.Ink,
                Width = off ? 3 : 1.75,
                Lower = [.. curve.Curve.Zip(curve.HalfWidth, (f, w) => Math.Max(0, f - w))],
                Upper = [.. curve.Curve.Zip(curve.HalfWidth, (f, w) => Math.Min(1, f + w))],
                Text = [.. curve.Curve.Select(f => FormattableString.Invariant($"Quantile {curve.Tau} of the residuals lies at {f:0.##}\n{quantiles.Parts[i].PValueText} (adjusted)"))],
            });
        }

        if (outside.Length > 0)
        {
            traces.Add(Points(outside) with
            {
                Name = "Outside all simulations",
                Color = outliersSignificant ? Palette.Vermillion : Palette.Ink,
                Symbol = MarkerSymbol.Star,
                Size = 9,
                ShowInLegend = false,
            });
        }

        List<Annotation> annotations =
        [
            TestLine("Quantile curves", quantiles, quantiles.IsSignificant ? "not where they should lie (dashed)" : "as expected"),
        ];
        int all = residuals.Scaled.Count(ResidualPoints.IsOutlier);
        if (all > 0)
            annotations.Add(new Annotation(all == 1 ? "★ 1 row outside all simulations" : $"★ {all} rows outside all simulations"));
        return new Panel(title, [.. traces])
        {
            XAxis = new Axis(axisTitle),
            YAxis = s_unit with { Title = "Residual" },
            Shapes = [.. s_quartiles.Select(Shape.HorizontalLine)],
            Annotations = annotations,
        };

        PointTrace Points(int[] which) =>
            new([.. which.Select(i => position[rows[i]])], [.. which.Select(i => residuals.Scaled[rows[i]])])
            {
                Text = [.. which.Select(i => hover[i])],
                CustomData = [.. which.Select(i => (double)rows[i])],
            };
    }

    /// <summary>Box plots of the residuals in each level of a factor, whose quartiles should lie on the dashed lines.</summary>
    public static Panel AgainstLevels(double[] scaled, Grouping grouping, string axisTitle, string title, TestResult test)
    {
        var boxes = new Trace[grouping.Levels.Length];
        for (int g = 0; g < boxes.Length; g++)
        {
            boxes[g] = new BoxTrace(g, Array.ConvertAll(grouping.Rows[g], row => scaled[row]))
            {
                Name = grouping.Levels[g],
                Color = test.Parts[g].IsSignificant ? Palette.Vermillion : Palette.Blue,
            };
        }

        int off = test.Parts.Take(boxes.Length).Count(part => part.IsSignificant);
        List<Annotation> annotations =
        [
            new Annotation(off == 0
                ? "Uniform within levels: no deviation (adjusted for their number)"
                : $"Not uniform within {off} of {boxes.Length} levels (adjusted for their number)")
            { Color = off == 0 ? Palette.Ink : Palette.Vermillion, Bold = off > 0 },
        ];
        if (test.Parts.Count > boxes.Length)
            annotations.Add(TestLine("Equal spread (Levene)", test.Parts[^1], test.Parts[^1].IsSignificant ? "unequal" : "as expected"));
        return new Panel(title, boxes)
        {
            XAxis = new Axis(axisTitle) { Categories = grouping.Levels },
            YAxis = s_unit with { Title = "Residual" },
            Shapes = [.. s_quartiles.Select(Shape.HorizontalLine)],
            Annotations = annotations,
        };
    }

    /// <summary>A histogram of what the simulations give, and a line where the data lie.</summary>
    public static Panel Comparison(string? title, string axisTitle, double[] simulated, double observed, bool whole, TestResult test)
    {
        double low = Math.Min(simulated.Min(), observed), high = Math.Max(simulated.Max(), observed);
        double margin = Math.Max(0.04 * (high - low), whole ? 1 : 1e-9);
        string color = test.IsSignificant ? Palette.Vermillion : Palette.Ink;
        double spread = simulated.Max() - simulated.Min();
        var histogram = new HistogramTrace(simulated)
        {
            Name = "Simulated",
            Color = Palette.SkyBlue,
            BinWidth = whole ? Math.Max(1, Math.Ceiling(spread / 30)) : null,
            BinStart = whole ? simulated.Min() - 0.5 : null,
        };
        return new Panel(title, histogram)
        {
            XAxis = new Axis(axisTitle) { Minimum = low - margin, Maximum = high + margin },
            YAxis = "Number of simulations",
            Shapes = [Shape.VerticalLine(observed) with { Color = color, Width = 3, Dash = LineDash.Solid, Opacity = 1, OverTraces = true }],
            Annotations =
            [
                TestLine(FormattableString.Invariant($"Data (line) {observed:0.###}"), test, test.Verdict),
            ],
        };
    }

    /// <summary>A test as a line of a panel: what, p-value, and the finding in words; coloured when it is significant.</summary>
    public static Annotation TestLine(string what, TestResult test, string verdict) =>
        new(test.IsSignificant ? $"{what}: {test.PValueText}, {verdict}" : $"{what}: {test.PValueText}, {verdict} (n.s.)")
        {
            Color = test.IsSignificant ? Palette.Vermillion : Palette.Ink,
            Bold = test.IsSignificant,
        };

    /// <summary>A place strictly inside (0, 1), so that the order statistic's distribution there has positive parameters.</summary>
    private static double Edge(double x, int n) => Math.Clamp(x, 1.0 / (n + 1), n / (n + 1.0));
}
