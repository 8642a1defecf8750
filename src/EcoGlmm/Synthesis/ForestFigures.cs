using EcoGlmm.Text;

namespace EcoGlmm.Syntheses;

/// <summary>The forest figure of a synthesis.</summary>
internal static class ForestFigures
{
    public static Figure Draw(Synthesis synthesis, IReadOnlyList<StudyEffect> studies)
    {
        var shown = studies.Select((s, i) => (s, Row: studies.Count + 1.0 - i)).Where(p => double.IsFinite(p.s.Lower) && double.IsFinite(p.s.Upper)).ToArray();
        string level = NumberFormat.Significant(100 * synthesis.Level);
        int without = studies.Count - shown.Length;
        string[] names = ["new study", "mean effect", .. studies.Reverse().Select(s => s.Name)];
        return new Figure("What studies say, and together", new Panel(null,
            new PointTrace(Array.ConvertAll(shown, p => p.s.Estimate), Array.ConvertAll(shown, p => p.Row))
            {
                XLower = Array.ConvertAll(shown, p => p.s.Lower),
                XUpper = Array.ConvertAll(shown, p => p.s.Upper),
                Color = Palette.Ink,
                Size = 6,
                Name = "studies",
                Text = Array.ConvertAll(shown, p => $"{p.s.Name}: {NumberFormat.Significant(p.s.Estimate, 3)}"),
            },
            new PointTrace([synthesis.Estimate], [1]) { XLower = [synthesis.Lower], XUpper = [synthesis.Upper], Color = Palette.Blue, Size = 11, Symbol = MarkerSymbol.Diamond, Name = "mean effect" },
            new PointTrace([synthesis.Estimate], [0]) { XLower = [synthesis.PredictionLower], XUpper = [synthesis.PredictionUpper], Color = Palette.Orange, Size = 8, Symbol = MarkerSymbol.Square, Name = "a new study" })
        {
            XAxis = $"Effect, {level} % interval",
            YAxis = new Axis { Categories = names },
            Shapes = [Shape.VerticalLine(0)],
        })
        {
            Subtitle = without == 0 ? null : $"{without} of {studies.Count} studies have no effect of their own to draw (no events in an arm); they count in the mean",
            PanelHeight = 90 + 22 * names.Length,
        };
    }
}
