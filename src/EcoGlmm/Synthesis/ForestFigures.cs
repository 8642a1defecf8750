using EcoGlmm.Text;

namespace EcoGlmm.Syntheses;

/// <summary>The forest figure of a synthesis; ratios on a logarithmic axis.</summary>
internal static class ForestFigures
{
    private const double LeastSize = 4;
    private const double Range = 7;

    public static Figure Draw(Synthesis synthesis, SynthesisNumbers numbers)
    {
        var studies = numbers.Studies;
        var shown = studies.Select((s, i) => (s, Row: studies.Count + 1.0 - i)).Where(p => double.IsFinite(p.s.Lower)
            && double.IsFinite(p.s.Upper)).ToArray();
        var level = NumberFormat.Significant(100 * synthesis.Level);
        var without = studies.Count - shown.Length;
        var most = shown.Length == 0 ? 1 : shown.Max(p => 1 / Math.Sqrt(p.s.Variance));
        string[] names = ["new study", "mean effect", .. studies.Reverse().Select(s => s.Name)];
        double At(double value) => numbers.IsRatio ? Math.Exp(value) : value;
        PointTrace Row(int row, string name, double estimate, double lower, double upper, string color, double size, MarkerSymbol symbol) =>
            new([At(estimate)], [row])
        {
            XLower = [At(lower)],
            XUpper = [At(upper)],
            Color = color,
            Size = size,
            Symbol = symbol,
            Name = name,
            Text = [$"{name}: {NumberFormat.Significant(At(estimate), 3)} ({NumberFormat.Significant(At(lower), 3)} to "
                + $"{NumberFormat.Significant(At(upper), 3)})"],
        };
        var traces = new List<PanelTrace>
        {
            new PointTrace(Array.ConvertAll(shown, p => At(p.s.Estimate)), Array.ConvertAll(shown, p => p.Row))
            {
                XLower = Array.ConvertAll(shown, p => At(p.s.Lower)),
                XUpper = Array.ConvertAll(shown, p => At(p.s.Upper)),
                Color = Palette.Ink,
                Sizes = Array.ConvertAll(shown, p => LeastSize + Range / Math.Sqrt(p.s.Variance) / most),
                Symbol = MarkerSymbol.Square,
                Name = "studies",
                Text = Array.ConvertAll(shown, p => $"{p.s.Name}: {NumberFormat.Significant(At(p.s.Estimate), 3)} "
                    + $"({NumberFormat.Significant(At(p.s.Lower), 3)} to {NumberFormat.Significant(At(p.s.Upper), 3)})"),
            },
            Row(1, "mean effect", synthesis.Estimate, synthesis.Lower, synthesis.Upper, Palette.Blue, 11, MarkerSymbol.Diamond),
        };
        if (double.IsFinite(synthesis.PredictionLower))
        {
            traces.Add(Row(0, "a new study", synthesis.Estimate, synthesis.PredictionLower, synthesis.PredictionUpper, Palette.Orange, 8,
                MarkerSymbol.Square));
        }

        var what = numbers.IsRatio ? char.ToUpperInvariant(numbers.Scale[4]) + numbers.Scale[5..] : numbers.IsOfCounts
            ? char.ToUpperInvariant(numbers.Scale[0]) + numbers.Scale[1..] : "Effect";
        return new Figure("What studies say, and together", new Panel(null, traces)
        {
            XAxis = new Axis($"{what}, {level} % interval") { Scale = numbers.IsRatio ? AxisScale.Log : AxisScale.Linear },
            YAxis = new Axis { Categories = names },
            Shapes = [PanelShape.VerticalLine(At(0))],
        })
        {
            Subtitle = without == 0 ? null : $"{without} of {studies.Count} studies have no effect of their own to draw (no events in an "
                + $"arm); they count in the mean",
            PanelHeight = 90 + 22 * names.Length,
        };
    }
}
