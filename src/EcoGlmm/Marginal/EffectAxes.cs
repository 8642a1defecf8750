using EcoGlmm.Charts;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>The axes of effect charts: the same for all panels, not stretched by few far points, with room for a rug.</summary>
internal static class EffectAxes
{
    /// <summary>Points beyond so many times what the curves and nearly all points reach are left outside.</summary>
    private const double Far = 3;

    /// <summary>The share of points that is nearly all.</summary>
    private const double NearlyAll = 0.99;

    /// <summary>Height of a rug and of a density, and the room under the rest, as shares of the axis.</summary>
    private const double RugHeight = 0.025, DensityHeight = 0.1, Room = 0.02;

    private const int DensityPoints = 120;

    /// <summary>More panels than this are small, and from twice as many on four stand side by side.</summary>
    public const int FewPanels = 4;

    /// <summary>Columns of so many panels, where there is room; 0 for the usual.</summary>
    public static int ColumnsFor(int panels) => panels > 2 * FewPanels ? 4 : 0;

    /// <summary>A panel with the axes that were asked for.</summary>
    public static Panel Framed(string? title, EffectOptions options, GridVariable x, string response, IReadOnlyList<PanelTrace> traces) =>
        new(title, traces)
        {
            XAxis = options.XAxis with
            {
                Title = options.XAxis.Title ?? x.Name,
                Categories = x.PointOfRow is null ? null
                    : [.. Enumerable.Range(0, x.Points.Length).Select(i => options.LabelOf(x.Label(i)))],
            },
            YAxis = options.YAxis with { Title = options.YAxis.Title ?? response },
        };

    /// <summary>All panels with the axes of the widest.</summary>
    /// <param name="panels">The panels.</param>
    /// <param name="freeY">Whether each keeps a vertical axis of its own.</param>
    public static IReadOnlyList<Panel> Shared(IReadOnlyList<Panel> panels, bool freeY)
    {
        if (panels.Count == 1)
            return panels;
        double? highest = panels.Any(p => p.YAxis.Maximum is not null)
            ? panels.Max(p => p.YAxis.Maximum ?? AxisFrame.Of(p).Y.Ends.High) : null;
        var all = panels[0] with { Traces = [.. panels.SelectMany(p => p.Traces)], YAxis = panels[0].YAxis with { Maximum = highest } };
        var (x, y) = AxisFrame.Of(all);
        return [.. panels.Select(p => p with { XAxis = Fixed(p.XAxis, x), YAxis = freeY ? p.YAxis : Fixed(p.YAxis, y) })];

        static Axis Fixed(Axis axis, AxisFrame frame) => axis.Categories is not null ? axis
            : axis with { Minimum = frame.Ends.Low, Maximum = frame.Ends.High };
    }

    /// <summary>Whether each panel is to have a vertical axis of its own.</summary>
    public static bool AreFree(IReadOnlyList<Panel> panels, EffectOptions options)
    {
        if (options.FreeYAxis is { } said || panels.Count == 1)
            return options.FreeYAxis == true && panels.Count > 1;
        if (options.YAxis.Scale != AxisScale.Linear || options.YAxis.Maximum is not null)
            return false;
        double[] reach = [.. panels.Select(p => AxisFrame.Of(p).Y.Ends).Select(e => e.High - e.Low).Order()];
        return reach[^1] > MuchFurther * reach[reach.Length / 2];
    }

    /// <summary>What is said where they have.</summary>
    public const string FreeWords = "; vertical axes differ";

    private const double MuchFurther = 10;

    /// <summary>Where few observations would flatten everything else they lie outside, which the panel says.</summary>
    /// <param name="panel">The panel with its curves.</param>
    /// <param name="data">The observations, which lie under them.</param>
    public static Panel WithData(Panel panel, IReadOnlyList<PanelTrace> data)
    {
        var curves = AxisFrame.Of(panel).Y;
        panel = panel with { Traces = [.. data, .. panel.Traces] };
        if (panel.YAxis.Maximum is not null || panel.YAxis.Scale != AxisScale.Linear)
            return panel;
        double[] points = [.. data.SelectMany(t => t.Drawn).Where(double.IsFinite).Order()];
        if (points.Length == 0)
            return panel;
        var reached = Math.Max(curves.High, points[(int)(NearlyAll * (points.Length - 1))]);
        var lowest = Math.Min(curves.Low, points[0]);
        if (points[^1] - lowest <= Far * (reached - lowest))
            return panel;
        var top = reached + (0.1 * (reached - lowest));
        var beyond = points.Count(v => v > top);
        return panel with
        {
            YAxis = panel.YAxis with { Maximum = top },
            Annotations = [.. panel.Annotations, new PanelAnnotation($"{NumberFormat.Count(beyond, "observation")} above the axis, up to "
                + NumberFormat.Significant(points[^1]))],
        };
    }

    /// <summary>With ticks, or the density, of the rows at the foot.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="values">Where the rows lie along its horizontal axis.</param>
    /// <param name="margin">What is drawn.</param>
    /// <param name="makesRoom">Whether the vertical axis may reach further down.</param>
    public static Panel WithMargin(Panel panel, double[] values, EffectMargin margin, bool makesRoom)
    {
        var (_, y) = AxisFrame.Of(panel);
        var length = y.High - y.Low;
        var height = (margin == EffectMargin.Rug ? RugHeight : DensityHeight) * length;
        // In units of the axis, so that it is as high on every scale.
        var foot = makesRoom ? y.Low - height - (Room * length) : y.Low;
        double At(double share) => y.ValueAt(foot + (share * height));
        values = [.. values.Where(double.IsFinite).Order()];
        if (values.Length == 0)
            return panel;
        PanelTrace trace = margin == EffectMargin.Rug
            ? new LineTrace([.. values.SelectMany(v => new[] { v, v, double.NaN })],
                [.. values.SelectMany(_ => new[] { At(0), At(1), double.NaN })]) { Width = 1 }
            : Density(values, At);
        trace = trace with { Name = "Rows", Color = Palette.Ink, Opacity = 0.5 };
        return panel with
        {
            Traces = [.. panel.Traces, trace],
            YAxis = panel.YAxis with { Minimum = y.ValueAt(foot), Maximum = panel.YAxis.Maximum ?? y.Ends.High,
                TicksFrom = makesRoom ? y.Ends.Low : null },
        };
    }

    // A normal kernel of Silverman's width (1986, Density Estimation, equation 3.31).
    private static LineTrace Density(double[] sorted, Func<double, double> at)
    {
        var n = sorted.Length;
        var mean = sorted.Average();
        var sd = Math.Sqrt(sorted.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, n - 1));
        var quartiles = (sorted[3 * (n - 1) / 4] - sorted[(n - 1) / 4]) / 1.34;
        var spread = quartiles > 0 ? Math.Min(sd, quartiles) : sd;
        var width = spread > 0 ? 0.9 * spread * Math.Pow(n, -0.2) : 1;
        double[] x = [.. Enumerable.Range(0, DensityPoints).Select(i => sorted[0] + ((sorted[^1] - sorted[0]) * i / (DensityPoints - 1)))];
        var density = Array.ConvertAll(x, v => sorted.Sum(s => Math.Exp(-0.5 * (v - s) * (v - s) / (width * width))));
        var most = density.Max();
        double[] y = [.. density.Select(d => at(d / most))];
        return new LineTrace(x, y) { Width = 1, Lower = [.. x.Select(_ => at(0))], Upper = y };
    }
}
