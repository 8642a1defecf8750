using EcoGlmm.Text;

namespace EcoGlmm.Syntheses;

/// <summary>The contour-enhanced funnel figure.</summary>
internal static class FunnelFigures
{
    private const double Margin = 1.08;

    // quantiles of two-sided p of 0.1, 0.05 and 0.01
    private static readonly (double Quantile, string P)[] Contours = [(1.6449, "0.1"), (1.96, "0.05"), (2.5758, "0.01")];

    public static Figure Draw(Synthesis synthesis, SynthesisNumbers numbers)
    {
        var studies = numbers.Studies.Where(s => s.Variance > 0 && double.IsFinite(s.Variance)).ToArray();
        if (studies.Length == 0)
        {
            throw new GlmmException("No study has an effect of its own with a standard error, so that there is no funnel to draw.");
        }

        var errors = Array.ConvertAll(studies, s => Math.Sqrt(s.Variance));
        var deepest = Margin * errors.Max();
        var reach = Math.Max(1.96 * deepest, studies.Max(s => Math.Abs(s.Estimate - synthesis.Estimate)) * Margin);
        var left = Math.Min(synthesis.Estimate - reach, -1.96 * deepest);
        var right = Math.Max(synthesis.Estimate + reach, 1.96 * deepest);
        // Every edge is straight between these.
        var corners = Contours.SelectMany(c => new[] { -c.Quantile * deepest, c.Quantile * deepest }).Where(c => c > left && c < right);
        double[] x = [.. corners.Concat([left, 0, right]).Order()];
        double[] Edge(double quantile) => Array.ConvertAll(x, v => Math.Min(Math.Abs(v) / quantile, deepest));
        var shades = new List<PanelTrace>();
        for (var k = 0; k < Contours.Length; k++)
        {
            var lower = k + 1 < Contours.Length ? Edge(Contours[k + 1].Quantile) : new double[x.Length];
            shades.Add(new LineTrace(x, Edge(Contours[k].Quantile))
            {
                Lower = lower,
                Upper = Edge(Contours[k].Quantile),
                Color = k switch { 0 => Palette.SkyBlue, 1 => Palette.Blue, _ => Palette.Orange },
                Width = 0.5,
                Name = k + 1 < Contours.Length ? $"p {Contours[k + 1].P} to {Contours[k].P}" : $"p below {Contours[k].P}",
                ShowInLegend = true,
            });
        }

        return new Figure("Funnel of the effects",
            new Panel(null, [.. shades, new PointTrace(Array.ConvertAll(studies, s => s.Estimate), errors)
        {
            Color = Palette.Ink,
            Size = 6,
            Name = "effects",
            Text = Array.ConvertAll(studies, s => $"{s.Name}: {NumberFormat.Significant(s.Estimate, 3)}, standard error "
                + $"{NumberFormat.Significant(Math.Sqrt(s.Variance), 3)}"),
        }])
        {
            XAxis = new Axis("Effect") { Minimum = left, Maximum = right },
            YAxis = new Axis("Standard error") { Minimum = 0, Maximum = deepest, Reversed = true },
            Shapes =
            [
                PanelShape.VerticalLine(synthesis.Estimate) with { OverTraces = true, Color = Palette.Vermillion },
                PanelShape.Segment(synthesis.Estimate, 0, synthesis.Estimate - 1.96 * deepest, deepest) with { OverTraces = true,
                    Dash = LineDash.Dot },
                PanelShape.Segment(synthesis.Estimate, 0, synthesis.Estimate + 1.96 * deepest, deepest) with { OverTraces = true,
                    Dash = LineDash.Dot },
            ],
        })
        {
            Subtitle = studies.Length == numbers.Studies.Count
                ? "Shades: p of an effect by itself; dotted: where 95 % would lie about the mean without variance between studies"
                : $"{numbers.Studies.Count - studies.Length} of {numbers.Studies.Count} studies have no effect of their own; shades: p of "
                    + $"an effect by itself",
            PanelHeight = 420,
        };
    }
}
