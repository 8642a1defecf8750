using EcoGlmm.Text;

namespace EcoGlmm.Decomposition;

/// <summary>Age as a smooth: the curve within individuals beside the naive one, and its slope.</summary>
internal static class AgeSmoothFigure
{
    public static Figure Draw(AgeAnalysis analysis)
    {
        if (analysis.Find(AgeMethod.SmoothCentring) is not { IsUsable: true } within)
        {
            throw new GlmmException("There is no smooth of age within individuals. Ask for it in AgeAnalysisOptions.Methods: "
                + $"AgeMethod.{nameof(AgeMethod.SmoothCentring)}, and AgeMethod.{nameof(AgeMethod.NaiveSmooth)} to have the naive one "
                + "beside it."
                + (analysis.Find(AgeMethod.SmoothCentring)?.Unavailable is { } why ? $" ({why})" : ""));
        }

        var level = NumberFormat.Significant(100 * analysis.Level);
        var curves = new List<PanelTrace>();
        if (analysis.Find(AgeMethod.NaiveSmooth) is { IsUsable: true } naive)
        {
            curves.Add(new LineTrace(X(naive.Curve!), [.. naive.Curve!.Select(p => p.Estimate)])
            {
                Name = "age alone", ShowInLegend = true, Color = Palette.Vermillion, Width = 2.5, Dash = LineDash.Dash,
            });
        }

        curves.Add(new LineTrace(X(within.Selection!), [.. within.Selection!.Select(p => p.Estimate)])
        {
            Name = "how individuals differ", ShowInLegend = true, Color = Palette.Orange, Width = 1.5, Dash = LineDash.Dot,
        });
        curves.Add(new LineTrace(X(within.Curve!), [.. within.Curve!.Select(p => p.Estimate)])
        {
            Name = "within individuals", ShowInLegend = true, Color = Palette.Blue, Width = 3,
            Lower = [.. within.Curve!.Select(p => p.Lower)], Upper = [.. within.Curve!.Select(p => p.Upper)],
        });
        var rate = within.Rate!;
        var slopes = new List<PanelTrace>
        {
            new LineTrace(X(rate), [.. rate.Select(p => p.Estimate)])
            {
                Name = "slope within individuals", Color = Palette.Blue, Width = 3,
                Lower = [.. rate.Select(p => p.SimultaneousLower)], Upper = [.. rate.Select(p => p.SimultaneousUpper)],
            },
        };
        slopes.AddRange(rate.DifferentFromZero.Select((s, i) => new LineTrace([s.From, s.To], [0, 0])
        {
            Name = "differs from zero", ShowInLegend = i == 0, Color = Palette.Green, Width = 4,
        }));
        var scale = analysis.Family.Link == Link.Identity ? "" : $" ({analysis.Family.Link} scale)";
        return new Figure($"{AgeWords.ResponseName(analysis)} by {analysis.Age}, as a smooth",
            new Panel("Centred curves", curves) { XAxis = analysis.Age, YAxis = $"Effect{scale}", Shapes = [PanelShape.HorizontalLine(0)] },
            new Panel("Slope within individuals", slopes)
            {
                XAxis = analysis.Age, YAxis = $"Change per unit of {analysis.Age}{scale}", Shapes = [PanelShape.HorizontalLine(0)],
            })
        {
            Subtitle = $"{level} % bands: of the curve at each place, of the slope for all places at once", PanelHeight = 380,
        };
    }

    private static double[] X(SmoothCurve curve) => [.. curve.Select(p => p.X)];
}
