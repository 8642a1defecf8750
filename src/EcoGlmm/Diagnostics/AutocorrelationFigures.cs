using System.Globalization;
using EcoGlmm.Prediction;

namespace EcoGlmm.Diagnostics;

/// <summary>The panels that show whether residuals near in time, space or descent are alike.</summary>
internal static class AutocorrelationFigures
{
    private const int MostDrawn = 4000, DistanceClasses = 10;

    /// <summary>Beyond so many places the correlogram, whose cost grows with their square, is left out.</summary>
    private const int MostPlaces = 4000;

    private static readonly (double Upper, string Name, string Color, MarkerSymbol Symbol)[] Classes =
    [
        (0.1, "Far below the prediction (< 0.1)", Palette.Blue, MarkerSymbol.Square),
        (0.25, "Below (0.1 to 0.25)", Palette.SkyBlue, MarkerSymbol.Square),
        (0.75, "Middle half", Palette.Ink, MarkerSymbol.Circle),
        (0.9, "Above (0.75 to 0.9)", Palette.Orange, MarkerSymbol.Triangle),
        (1.01, "Far above the prediction (> 0.9)", Palette.Vermillion, MarkerSymbol.Triangle),
    ];

    /// <summary>Residuals in the order of time, with a running mean.</summary>
    public static Panel Series(SimulatedResiduals residuals, ResidualRows names, double[] time, double[] inOrder, int[] order,
        TestResult test,
        Func<int[], double[][]> simulatedRows)
    {
        var n = time.Length;
        int[] places = n <= MostDrawn ? [.. Enumerable.Range(0, n)] : [.. Enumerable.Range(0, MostDrawn)
            .Select(i => (int)((long)i * n / MostDrawn))];
        var rows = Array.ConvertAll(places, i => order[i]);
        var hover = ResidualPoints.Hover(residuals, names, rows, simulatedRows);
        var window = Math.Max(3, n / 15) | 1;
        var running = RunningMean(inOrder, window);
        var x = Array.ConvertAll(rows, r => time[r]);
        return new Panel("Do the residuals drift in time?",
            new LineTrace(x, Array.ConvertAll(places, i => inOrder[i])) { Name = "Series", Color = Palette.Ink, Width = 0.8,
                Opacity = 0.35 },
            new PointTrace(x, Array.ConvertAll(places, i => inOrder[i])) { Name = "Residuals", Color = Palette.Blue, Size = 5,
                Opacity = ResidualPoints.Opacity(rows.Length), Text = hover, CustomData = [.. rows.Select(r => (double)r)] },
            new LineTrace(x, Array.ConvertAll(places, i => running[i])) { Name = "Running mean", Color = test.IsSignificant
                ? Palette.Vermillion : Palette.Ink, Width = 2.5,
                Text = [.. places.Select(i =>
                    FormattableString.Invariant($"Mean of {window} neighbouring residuals: {running[i]:0.00}"))] })
        {
            XAxis = "Time",
            YAxis = ResidualFigures.Unit with { Title = "Residual" },
            Shapes = [PanelShape.HorizontalLine(0.5)],
            Annotations = [ResidualFigures.TestLine(FormattableString.Invariant($"Durbin-Watson {test.Statistic:0.00}"), test),
                new PanelAnnotation($"Heavy line: mean of {window} neighbours")],
        };
    }

    /// <summary>
    /// Autocorrelation at each lag, in even steps of order, with the limits ±1.96/√n between which 95 % lie when there is none.
    /// </summary>
    public static Panel Autocorrelation(double[] inOrder)
    {
        int n = inOrder.Length, most = Math.Min(n - 1, (int)(10 * Math.Log10(n)));
        var acf = Autocorrelations(inOrder, most);
        var limit = 1.959964 / Math.Sqrt(n);
        double[] lags = [.. Enumerable.Range(1, most).Select(k => (double)k)];
        int[] beyond = [.. Enumerable.Range(1, most).Where(k => Math.Abs(acf[k]) > limit)];
        int[] within = [.. Enumerable.Range(1, most).Except(beyond)];
        List<PanelTrace> bars = [];
        if (within.Length > 0)
            bars.Add(Bars(within, Palette.SkyBlue, "Within the limits"));
        if (beyond.Length > 0)
            bars.Add(Bars(beyond, Palette.Vermillion, "Beyond the limits"));
        var reach = Math.Max(0.3, 1.1 * lags.Max(k => Math.Abs(acf[(int)k])));
        return new Panel("Autocorrelation at each lag", bars)
        {
            XAxis = new Axis("Lag (places in order of time)") { Minimum = 0.2, Maximum = most + 0.8 },
            YAxis = new Axis("Autocorrelation") { Minimum = -reach, Maximum = reach },
            Shapes = [PanelShape.HorizontalBand(-limit, limit), PanelShape.HorizontalLine(0) with { Dash = LineDash.Solid, Width = 1 }],
            Annotations =
            [
                new PanelAnnotation(string.Create(CultureInfo.InvariantCulture, $"{beyond.Length} of {most} lags beyond the 95 % limits; "
                    + $"{0.05 * most:0.#} by chance alone")),
            ],
        };

        BarTrace Bars(int[] which, string color, string name) => new([.. which.Select(k => (double)k)], [.. which.Select(k => acf[k])])
        {
            Name = name,
            Color = color,
            Width = 0.6,
            Text = [.. which.Select(k => FormattableString.Invariant($"Lag {k}\nAutocorrelation {acf[k]:0.000}"))],
        };
    }

    /// <summary>Autocorrelations from lag 0 on, as R's acf: sums over n, about the mean.</summary>
    public static double[] Autocorrelations(double[] values, int most)
    {
        var mean = SimulationSource.Mean(values);
        var acf = new double[most + 1];
        for (var k = 0; k <= most; k++)
        {
            for (var i = k; i < values.Length; i++)
                acf[k] += (values[i] - mean) * (values[i - k] - mean);
        }

        var variance = acf[0];
        return Array.ConvertAll(acf, c => c / variance);
    }

    /// <summary>Where the residuals are low and high.</summary>
    public static Panel Map(SimulatedResiduals residuals, ResidualRows names, double[] x, double[] y, TestResult test,
        Func<int[], double[][]> simulatedRows)
    {
        var rows = ResidualPoints.Choose(x, residuals.ScaledValues);
        var hover = ResidualPoints.Hover(residuals, names, rows, simulatedRows);
        List<PanelTrace> traces = [];
        double lower = -1;
        foreach ((var upper, var name, var color, var symbol) in Classes)
        {
            int[] which = [.. Enumerable.Range(0, rows.Length).Where(i => residuals.ScaledValues[rows[i]] >= lower
                && residuals.ScaledValues[rows[i]] < upper)];
            lower = upper;
            if (which.Length == 0)
                continue;
            var middle = color == Palette.Ink;
            traces.Add(new PointTrace([.. which.Select(i => x[rows[i]])], [.. which.Select(i => y[rows[i]])])
            {
                Name = name,
                ShowInLegend = true,
                Color = color,
                Symbol = symbol,
                Size = middle ? 4 : 8,
                Opacity = middle ? 0.35 : 0.9,
                Text = [.. which.Select(i => hover[i])],
                CustomData = [.. which.Select(i => (double)rows[i])],
            });
        }

        return new Panel("Where are residuals low and high?", traces)
        {
            XAxis = "x",
            YAxis = "y",
            Annotations = [ResidualFigures.TestLine(FormattableString.Invariant($"Moran's I {test.Statistic:0.000}"), test)],
        };
    }

    /// <summary>Moran's I among pairs in each class of distance (tenths of all pairs), with the band of no autocorrelation.</summary>
    public static Panel Correlogram(double[] scaled, double[] x, double[] y)
    {
        var n = scaled.Length;
        const string title = "At which distance are residuals alike?";
        if (n > MostPlaces)
            return new Panel(title) { Annotations = [new PanelAnnotation($"Not drawn for more than {MostPlaces} places.")] };
        var edges = DistanceEdges(x, y);
        List<double> middle = [], statistic = [], low = [], high = [];
        List<string> text = [];
        for (var c = 0; c < edges.Length - 1; c++)
        {
            double from = edges[c], to = edges[c + 1];
            if (!(to > from))
                continue;
            (var I, var expected, var sd, _, _) = MoranI.Test(scaled, (i, j) =>
            {
                var d = MoranI.Distance(x, y, i, j);
                return d > from && d <= to ? 1 : 0;
            }, Alternative.TwoSided);
            if (!double.IsFinite(I) || !double.IsFinite(sd))
                continue;
            middle.Add(0.5 * (from + to));
            statistic.Add(I);
            low.Add(expected - (1.959964 * sd));
            high.Add(expected + (1.959964 * sd));
            text.Add(string.Create(CultureInfo.InvariantCulture, $"Distance {from:G3} to {to:G3}\nMoran's I {I:0.000}\nWithout "
                + $"autocorrelation {low[^1]:0.000} to {high[^1]:0.000} (95 %)"));
        }

        int[] beyond = [.. Enumerable.Range(0, middle.Count).Where(c => statistic[c] < low[c] || statistic[c] > high[c])];
        return new Panel(title,
            new LineTrace(middle, [.. low.Zip(high, (a, b) => 0.5 * (a + b))]) { Name = "No autocorrelation", Color = Palette.Ink,
                Width = 1, Lower = low, Upper = high },
            new LineTrace(middle, statistic) { Name = "Moran's I", Color = Palette.Blue, Width = 1.5 },
            new PointTrace(middle, statistic)
            {
                Name = "Moran's I",
                Color = Palette.Blue,
                Size = 8,
                Colors = [.. Enumerable.Range(0, middle.Count).Select(c => beyond.Contains(c) ? Palette.Vermillion : Palette.Blue)],
                Text = text,
            })
        {
            XAxis = "Distance (each class holds a tenth of the pairs)",
            YAxis = "Moran's I",
            Annotations = [new PanelAnnotation(string.Create(CultureInfo.InvariantCulture, $"{beyond.Length} of {middle.Count} classes "
                + $"outside the 95 % band; {0.05 * middle.Count:0.#} by chance alone"))],
        };
    }

    /// <summary>Each residual against the weighted mean of its neighbours; the slope is Moran's I.</summary>
    public static Panel Lag(SimulatedResiduals residuals, ResidualRows names, double[] lag, TestResult test,
        Func<int[], double[][]> simulatedRows)
    {
        var scaled = residuals.ScaledValues;
        var rows = ResidualPoints.Choose(scaled, scaled);
        var hover = ResidualPoints.Hover(residuals, names, rows, simulatedRows);
        double mean = SimulationSource.Mean(scaled), level = SimulationSource.Mean(lag);
        double[] ends = [0, 1];
        return new Panel("Are neighbours alike?",
            new PointTrace([.. rows.Select(r => scaled[r])], [.. rows.Select(r => lag[r])])
            {
                Name = "Residuals",
                Color = Palette.Blue,
                Size = 6,
                Opacity = ResidualPoints.Opacity(rows.Length),
                Text = hover,
                CustomData = [.. rows.Select(r => (double)r)],
            },
            new LineTrace(ends, Array.ConvertAll(ends, v => level + (test.Statistic * (v - mean)))) { Name = "Moran's I",
                Color = test.IsSignificant ? Palette.Vermillion : Palette.Ink, Width = 2.5,
                Text = [.. ends.Select(_ => FormattableString.Invariant($"Slope: Moran's I, {test.Statistic:0.000}"))] })
        {
            XAxis = ResidualFigures.Unit with { Title = "Residual" },
            YAxis = "Weighted mean of its neighbours' residuals",
            Shapes = [PanelShape.HorizontalLine(level)],
            Annotations = [ResidualFigures.TestLine(FormattableString.Invariant($"Moran's I (slope) {test.Statistic:0.000}"), test)],
        };
    }

    private static double[] RunningMean(double[] values, int window)
    {
        var sums = new double[values.Length + 1];
        for (var i = 0; i < values.Length; i++)
            sums[i + 1] = sums[i] + values[i];
        return [.. Enumerable.Range(0, values.Length).Select(i =>
        {
            int from = Math.Max(0, i - (window / 2)), to = Math.Min(values.Length, i + (window / 2) + 1);
            return (sums[to] - sums[from]) / (to - from);
        })];
    }

    /// <summary>Tenths of the distances between pairs, of even steps through them when there are many.</summary>
    private static double[] DistanceEdges(double[] x, double[] y)
    {
        int n = x.Length, step = Math.Max(1, n / 400);
        List<double> distances = [];
        for (var i = 0; i < n; i += step)
        {
            for (var j = i + 1; j < n; j++)
                distances.Add(MoranI.Distance(x, y, i, j));
        }

        double[] sorted = [.. distances.Order()];
        return [0, .. Enumerable.Range(1, DistanceClasses).Select(c => ResidualPoints.Quantile(sorted, (double)c / DistanceClasses))];
    }
}
