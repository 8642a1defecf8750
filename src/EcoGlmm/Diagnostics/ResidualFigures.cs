using System.Globalization;
using MathNet.Numerics.Distributions;

namespace EcoGlmm.Diagnostics;

/// <summary>The panels that show simulated residuals.</summary>
internal static class ResidualFigures
{
    private const int BandPoints = 60;
    private static readonly double[] Quartiles = [0.25, 0.5, 0.75];
    
    /// <summary>An axis from 0 to 1, with room for the points on its ends.</summary>
    public static readonly Axis Unit = new() { Minimum = -0.03, Maximum = 1.03 };

    /// <summary>Sorted residuals against uniform quantiles, with the pointwise 95 % band of a correct model.</summary>
    public static Panel UniformQuantiles(double[] scaled, ResidualRows names, IEnumerable<PanelAnnotation> annotations)
    {
        var n = scaled.Length;
        var sorted = (double[])scaled.Clone();
        int[] order = [.. Enumerable.Range(0, n)];
        Array.Sort(sorted, order);
        var drawn = ResidualPoints.ChooseSorted(n);
        double[] bandX = [.. Enumerable.Range(0, BandPoints + 1).Select(i => Edge((double)i / BandPoints, n))];
        var points = new PointTrace([.. drawn.Select(i => Expected(i))], [.. drawn.Select(i => sorted[i])])
        {
            Name = "Residuals",
            Color = Palette.Blue,
            Size = 5,
            Opacity = 0.8,
            Text = [.. drawn.Select(i =>
                string.Create(CultureInfo.InvariantCulture, $"{names.Kind} {names.Label(order[i])}\nResidual {sorted[i]:0.###}\nExpected "
                    + $"{Expected(i):0.###}"))],
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
            XAxis = Unit with { Title = "Expected (uniform quantile)" },
            YAxis = Unit with { Title = "Observed (sorted residual)" },
            Annotations = [.. annotations],
        };

        double Expected(int i) => (i + 1.0) / (n + 1);

        // The i-th of n sorted uniform values follows Beta(i, n + 1 − i) and has mean i / (n + 1).
        double OrderQuantile(double x, double probability) => Beta.InvCDF(x * (n + 1), (1 - x) * (n + 1), probability);
    }

    /// <summary>Residuals against a predictor, with smooth quantile curves, which should lie on the dashed lines.</summary>
    public static Panel AgainstPredictor(
        SimulatedResiduals residuals, ResidualRows names, PanelPredictor predictor, string? title,
        (double[] Grid, QuantileCurve[] Curves) fit, TestResult quantiles, bool outliersSignificant, Func<int[], double[][]> simulatedRows)
    {
        var scaled = Array.ConvertAll(predictor.Rows, row => residuals.ScaledValues[row]);
        var drawn = ResidualPoints.Choose(predictor.Values, scaled);
        var rows = Array.ConvertAll(drawn, k => predictor.Rows[k]);
        var hover = ResidualPoints.Hover(residuals, names, rows, simulatedRows);
        if (!predictor.IsPrediction)
            hover = [.. hover.Select((text, i) =>
                FormattableString.Invariant($"{text}\n{predictor.Name} {predictor.Values[drawn[i]]:G5}"))];
        int[] inside = [.. Enumerable.Range(0, rows.Length).Where(i => !ResidualPoints.IsOutlier(scaled[drawn[i]]))];
        int[] outside = [.. Enumerable.Range(0, rows.Length).Except(inside)];
        List<PanelTrace> traces =
        [
            Points(inside) with { Name = "Residuals", Color = Palette.Blue, Size = 5, Opacity = ResidualPoints.Opacity(rows.Length) },
        ];
        for (var i = 0; i < fit.Curves.Length; i++)
        {
            var curve = fit.Curves[i];
            var off = quantiles.IsSignificant && quantiles.Parts[i].IsSignificant;
            traces.Add(new LineTrace(fit.Grid, curve.Curve)
            {
                Name = FormattableString.Invariant($"Quantile {curve.Tau}"),
                Color = off ? Palette.Vermillion : Palette.Ink,
                Width = off ? 3 : 1.75,
                Lower = [.. curve.Curve.Zip(curve.HalfWidth, (f, w) => Math.Max(0, f - w))],
                Upper = [.. curve.Curve.Zip(curve.HalfWidth, (f, w) => Math.Min(1, f + w))],
                Text = [.. curve.Curve.Select(f =>
                    string.Create(CultureInfo.InvariantCulture, $"Quantile {curve.Tau} of the residuals lies at "
                        + $"{f:0.##}\n{quantiles.Parts[i].AdjustedText} (adjusted for {fit.Curves.Length} quantiles)"))],
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
            });
        }

        List<PanelAnnotation> annotations = [TestLine("Quantile curves", quantiles, "off the dashed lines")];
        var all = scaled.Count(ResidualPoints.IsOutlier);
        if (all > 0)
            annotations.Add(new PanelAnnotation(all == 1 ? "★ 1 row outside all simulations" : $"★ {all} rows outside all simulations"));
        if (predictor.Note is not null)
            annotations.Add(new PanelAnnotation(predictor.Note));
        return new Panel(title, [.. traces])
        {
            XAxis = new Axis(predictor.IsRank ? predictor.Name + " (ranks)" : predictor.Name),
            YAxis = Unit with { Title = "Residual" },
            Shapes = [.. Quartiles.Select(PanelShape.HorizontalLine)],
            Annotations = annotations,
        };

        PointTrace Points(int[] which) =>
            new([.. which.Select(i => predictor.Position[drawn[i]])], [.. which.Select(i => scaled[drawn[i]])])
            {
                Text = [.. which.Select(i => hover[i])],
                CustomData = [.. which.Select(i => (double)rows[i])],
            };
    }

    /// <summary>Box plots of the residuals in each level of a factor, whose quartiles should lie on the dashed lines.</summary>
    public static Panel AgainstLevels(double[] scaled, Grouping grouping, string axisTitle, string? title, TestResult test)
    {
        var boxes = new PanelTrace[grouping.Levels.Length];
        var anyOff = test.IsSignificant;
        for (var g = 0; g < boxes.Length; g++)
        {
            boxes[g] = new BoxTrace(g, Array.ConvertAll(grouping.Rows[g], row => scaled[row]))
            {
                Name = grouping.Levels[g],
                Color = anyOff && test.Parts[g].IsSignificant ? Palette.Vermillion : Palette.Blue,
            };
        }

        return new Panel(title, boxes)
        {
            XAxis = new Axis(axisTitle) { Categories = grouping.Levels },
            YAxis = Unit with { Title = "Residual" },
            Shapes = [.. Quartiles.Select(PanelShape.HorizontalLine)],
            Annotations = LevelLines(grouping, test),
        };
    }

    /// <summary>
    /// The mean residual of each of many levels, in their order, with the interval in which 95 % of the means of so many uniform
    /// values lie.
    /// </summary>
    public static Panel ManyLevels(double[] scaled, Grouping grouping, string axisTitle, string? title, TestResult test)
    {
        var means = Array.ConvertAll(grouping.Rows, rows => rows.Average(row => scaled[row]));
        int[] sorted = [.. Enumerable.Range(0, means.Length).OrderBy(g => means[g])];
        var drawn = ResidualPoints.ChooseSorted(means.Length, ResidualPoints.MostLevels);
        var order = Array.ConvertAll(drawn, i => sorted[i]);
        var half = Array.ConvertAll(order, g => 1.959964 / Math.Sqrt(12.0 * grouping.Rows[g].Length));
        var x = Array.ConvertAll(drawn, i => i + 1.0);
        var y = Array.ConvertAll(order, g => means[g]);
        return new Panel(title, new PointTrace(x, y)
        {
            Name = "Mean residual",
            Color = Palette.Blue,
            Size = means.Length > 200 ? 3 : 5,
            Colors = Array.ConvertAll(order, g => test.IsSignificant && test.Parts[g].IsSignificant ? Palette.Vermillion : Palette.Blue),
            YLower = means.Length > 400 ? null : [.. y.Zip(half, (m, h) => Math.Max(0, m - h))],
            YUpper = means.Length > 400 ? null : [.. y.Zip(half, (m, h) => Math.Min(1, m + h))],
            Text = Array.ConvertAll(order, g => string.Create(CultureInfo.InvariantCulture,
                $"{axisTitle} {grouping.Levels[g]}\nMean residual {means[g]:0.00} of {grouping.Rows[g].Length} "
                    + $"{(grouping.Rows[g].Length == 1 ? "row" : "rows")}\nUniform: {test.Parts[g].AdjustedText} (adjusted)")),
        })
        {
            XAxis = $"{axisTitle} (levels, by mean residual{ResidualPoints.Drawn(means.Length)})",
            YAxis = Unit with { Title = "Mean residual" },
            Shapes = [PanelShape.HorizontalLine(0.5)],
            Annotations = LevelLines(grouping, test),
        };
    }

    private static List<PanelAnnotation> LevelLines(Grouping grouping, TestResult test)
    {
        var count = grouping.Levels.Length;
        var off = test.Parts.Take(count).Count(part => part.IsSignificant);
        var unequal = test.Parts.Count > count && test.Parts[^1].IsSignificant;
        var verdict = (off, unequal) switch
        {
            (0, _) => "unequal spread",
            (_, false) => $"{off} of {count} not uniform",
            _ => $"{off} of {count} not uniform, unequal spread",
        };
        List<PanelAnnotation> lines = [TestLine("Levels", test, verdict)];
        return lines;
    }

    /// <summary>A histogram of what the simulations give, and a line where the data lie.</summary>
    public static Panel Comparison(string? title, string axisTitle, double[] simulated, double observed, bool whole, TestResult test)
    {
        double low = Math.Min(simulated.Min(), observed), high = Math.Max(simulated.Max(), observed);
        var margin = Math.Max(0.04 * (high - low), whole ? 1 : 1e-9);
        var spread = simulated.Max() - simulated.Min();
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
            Shapes = [DataLine(observed, test)],
            Annotations = [TestLine(FormattableString.Invariant($"Data (line) {observed:0.###}"), test)],
        };
    }

    /// <summary>A line where the data lie, coloured when the test is significant.</summary>
    public static PanelShape DataLine(double observed, TestResult test) => PanelShape.VerticalLine(observed) with
    {
        Color = test.IsSignificant ? Palette.Vermillion : Palette.Ink,
        Width = 3,
        Dash = LineDash.Solid,
        Opacity = 1,
        OverTraces = true,
    };

    /// <summary>A test as a line of a panel, with its own verdict.</summary>
    public static PanelAnnotation TestLine(string what, TestResult test) => TestLine(what, test, test.Verdict);

    /// <summary>A test as a line of a panel: what, p-value, and the finding in words; coloured when it is significant.</summary>
    public static PanelAnnotation TestLine(string what, TestResult test, string verdict) =>
        new((test.AdjustedPValue is null ? $"{what}: {test.PValueText}" : $"{what}: adjusted {test.AdjustedText}")
            + (test.IsSignificant ? $", {verdict}" : ", as expected"))
        {
            Color = test.IsSignificant ? Palette.Vermillion : Palette.Ink,
            Bold = test.IsSignificant,
        };

    /// <summary>A place strictly inside (0, 1), so that the order statistic's distribution there has positive parameters.</summary>
    private static double Edge(double x, int n) => Math.Clamp(x, 1.0 / (n + 1), n / (n + 1.0));
}
