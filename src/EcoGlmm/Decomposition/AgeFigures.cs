using EcoGlmm.Text;

namespace EcoGlmm.Decomposition;

/// <summary>The figures of an analysis.</summary>
internal static class AgeFigures
{
    public static Figure Both(AgeAnalysis analysis)
    {
        var panels = new List<Panel> { Left(analysis) };
        if (analysis.PopulationChange is { } change) panels.Add(Right(analysis, change));
        return new Figure(Title(analysis), panels) { Subtitle = Subtitle(analysis), PanelHeight = 380 };
    }

    public static Figure Trajectories(AgeAnalysis analysis) =>
        new(Title(analysis), Left(analysis)) { Subtitle = Subtitle(analysis), PanelHeight = 420 };

    public static Figure Slopes(AgeAnalysis analysis)
    {
        var shown = analysis.Where(a => a.IsUsable).Reverse().ToArray();
        if (shown.Length == 0) throw new GlmmException("No method is usable on these data; the card says why.");
        PointTrace Points(bool naive, string name, string color)
        {
            var rows = Enumerable.Range(0, shown.Length).Where(i => IsNaive(shown[i].Method) == naive).ToArray();
            double[] Pick(Func<AgeApproach, double> value) => Array.ConvertAll(rows, i => value(shown[i]));
            return new PointTrace(Pick(a => a.Within.Estimate), Array.ConvertAll(rows, i => (double)i))
            {
                XLower = Pick(a => a.Within.Lower),
                XUpper = Pick(a => a.Within.Upper),
                Size = 9,
                Name = name,
                ShowInLegend = rows.Length > 0,
                Color = color,
                Text = Array.ConvertAll(rows, i => $"{shown[i].Name}: {NumberFormat.Significant(shown[i].Within.Estimate, 3)}"),
            };
        }

        return new Figure($"Slope in {analysis.Age} by method",
            new Panel(null, Points(true, "naive", Palette.Vermillion), Points(false, "within individuals", Palette.Blue))
            {
                XAxis = $"Change per unit of {analysis.Age}, {NumberFormat.Significant(100 * analysis.Level)} % interval "
                    + $"({analysis.Family.Link} scale)",
                YAxis = new Axis { Categories = Array.ConvertAll(shown, a => AgeMethodText.ShortName(a.Method)) },
                Shapes = [PanelShape.VerticalLine(0)],
            })
        { PanelHeight = 60 + (30 * shown.Length) };
    }

    public static bool IsNaive(AgeMethod method) => method is AgeMethod.Naive or AgeMethod.NaiveQuadratic or AgeMethod.NaiveSmooth;

    private static string Title(AgeAnalysis analysis) => $"{AgeWords.ResponseName(analysis)} by {analysis.Age}: ageing, or who is left?";

    private static string? Subtitle(AgeAnalysis analysis) => analysis.Preferred is { } best ? best.Name
        + (AgeWords.Units(analysis) is { } units ? $"; {units}" : "") : null;

    private static Panel Left(AgeAnalysis analysis)
    {
        var curves = analysis.Curves ?? throw new GlmmException("There is no trajectory within individuals to draw: no mean-centring "
            + "method is usable on these data, fewer than two ages were recorded of five individuals or more, or the response is an "
            + "ordered category.");
        var (x, y) = (new List<double>(), new List<double>());
        foreach (var (_, ages, means) in curves.Individuals)
        {
            x.AddRange([.. ages, double.NaN]);
            y.AddRange([.. means, double.NaN]);
        }

        var level = NumberFormat.Significant(100 * analysis.Level);
        var gap = curves.Population[^1] - curves.Within[^1];
        var test = analysis.Preferred!.Test;
        var isSelection = test.PValue < 1 - analysis.Level;
        var reason = isSelection ? "selective disappearance" : double.IsNaN(test.PValue) ? "not tested"
            : $"no clear selection ({NumberFormat.PEquals(test.PValue)})";
        return new Panel("Those present, and everybody",
            new LineTrace(x, y) { Name = "individuals", ShowInLegend = true, Color = Palette.Ink, Opacity = 0.22, Width = 1 },
            new LineTrace(curves.Ages, curves.Within) { Lower = curves.Within, Upper = curves.Population, Color = Palette.Orange,
                Width = 0.5, Name = isSelection ? "gap: selective disappearance" : "gap", ShowInLegend = true },
            new LineTrace(curves.Ages, curves.Population) { Name = "those present", ShowInLegend = true, Color = Palette.Vermillion,
                Width = 2.5, Dash = LineDash.Dash },
            new PointTrace(curves.Ages, curves.Observed) { Name = "observed mean", ShowInLegend = true, Color = Palette.Vermillion,
                Size = 7, Text = [.. curves.Ages.Select((a, i) => $"{analysis.Age} {NumberFormat.Significant(a)}: mean "
                    + $"{NumberFormat.Significant(curves.Observed[i])} of {NumberFormat.Count(curves.Present[i])} individuals")] },
            new LineTrace(curves.Ages, curves.Within) { Lower = curves.Lower, Upper = curves.Upper,
                Name = $"within individuals, {level} % band", ShowInLegend = true, Color = Palette.Blue, Width = 3 })
        {
            XAxis = analysis.Age,
            YAxis = AgeWords.ResponseName(analysis),
            Annotations = [new PanelAnnotation($"Gap at {analysis.Age} {NumberFormat.Significant(curves.Ages[^1])}: "
                + $"{NumberFormat.Significant(gap, 2)}, {reason}") { Color = Palette.Orange, Bold = true }],
        };
    }

    private static Panel Right(AgeAnalysis analysis, PopulationChange change)
    {
        double[] ages = [change.Steps[0].FromAge, .. change.Steps.Select(s => s.ToAge)];
        LineTrace Sum(Func<AgeStep, double> part, string name, string color, LineDash dash = LineDash.Solid, double width = 2)
        {
            var sum = 0.0;
            return new LineTrace(ages, [0, .. change.Steps.Select(s => sum += part(s))]) { Name = name, ShowInLegend = true, Color = color,
                Dash = dash, Width = width };
        }

        var traces = new List<PanelTrace>
        {
            Sum(s => s.Within, "change within individuals", Palette.Blue, width: 3),
            Sum(s => s.Disappearance, "disappearance", Palette.Orange),
            Sum(s => s.Appearance, "appearance", Palette.Green),
        };
        if (change.Steps.Any(s => s.Gaps != 0)) traces.Add(Sum(s => s.Gaps, "missed for a while", Palette.Purple, LineDash.Dot));
        traces.Add(Sum(s => s.Total, "sum: population", Palette.Vermillion, LineDash.Dash, 2.5));
        return new Panel("Observed change since the first age, taken apart", traces)
        {
            XAxis = analysis.Age,
            YAxis = $"Change in mean {AgeWords.ResponseName(analysis)}",
            Shapes = [PanelShape.HorizontalLine(0)],
        };
    }
}
