using EcoGlmm.Text;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Syntheses;

/// <summary>The orchard figure.</summary>
internal static class OrchardFigures
{
    private const double Golden = 0.6180339887498949;
    private const double Spread = 0.5;

    public static Figure Draw(Synthesis synthesis, SynthesisNumbers numbers, string? by)
    {
        var groups = by is null ? [.. numbers.Studies.Select(_ => "all")]
            : numbers.Clusters is { } clusters ? clusters(by) : throw new GlmmException("An orchard figure of counts has one row; leave "
                + "the column out.");
        string[] levels = [.. groups.Distinct().Order(StringComparer.Ordinal)];
        var shown = numbers.Studies.Select((s, i) => (s, i)).Where(p => p.s.Variance > 0 && double.IsFinite(p.s.Estimate)).ToArray();
        var most = shown.Length == 0 ? 1 : shown.Max(p => 1 / Math.Sqrt(p.s.Variance));
        var traces = new List<PanelTrace>();
        for (var l = 0; l < levels.Length; l++)
        {
            var place = l;
            var own = shown.Where(p => groups[p.i] == levels[place]).ToArray();
            traces.Add(new PointTrace([.. own.Select(p => p.s.Estimate)],
                [.. own.Select((_, k) => place + Spread * (k * Golden % 1 - 0.5))])
            {
                Color = Palette.Cycle(l),
                Opacity = 0.45,
                Sizes = [.. own.Select(p => 4 + 12 / Math.Sqrt(p.s.Variance) / most)],
                Name = levels[l],
                Text = [.. own.Select(p => $"{p.s.Name}: {NumberFormat.Significant(p.s.Estimate, 3)}, standard error "
                    + $"{NumberFormat.Significant(Math.Sqrt(p.s.Variance), 3)}")],
            });
        }

        var means = levels.Select((level, l) => Mean(synthesis, numbers, by is null ? null : groups, level)).ToArray();
        double reach(double error) => numbers.Quantile * error;
        double[] at = [.. Enumerable.Range(0, levels.Length).Select(l => (double)l)];
        var estimates = Array.ConvertAll(means, m => m.Estimate);
        var tauSquared = double.IsNaN(numbers.TauSquared) ? 0 : numbers.TauSquared;
        var wide = Array.ConvertAll(means, m => reach(Math.Sqrt(m.Error * m.Error + tauSquared)));
        var isOwn = by is null && numbers.Prediction is not null;
        traces.Add(new PointTrace(estimates, at)
        {
            XLower = isOwn ? [synthesis.PredictionLower] : [.. estimates.Zip(wide, (e, w) => e - w)],
            XUpper = isOwn ? [synthesis.PredictionUpper] : [.. estimates.Zip(wide, (e, w) => e + w)],
            Color = Palette.Ink,
            Size = 3,
            Name = "a new study",
        });
        for (var l = 0; l < levels.Length; l++)
        {
            var half = reach(means[l].Error);
            traces.Add(new LineTrace([estimates[l] - half, estimates[l] + half], [l, l]) { Color = Palette.Ink, Width = 5,
                Name = "interval of the mean" });
        }

        traces.Add(new PointTrace(estimates, at)
        {
            Color = Palette.Ink,
            Size = 11,
            Symbol = MarkerSymbol.Diamond,
            Name = "mean effect",
            Text = [.. means.Select((m, l) => $"{levels[l]}: {NumberFormat.Significant(m.Estimate, 3)} ± "
                + $"{NumberFormat.Significant(m.Error, 3)}")],
        });
        return new Figure("Effects and their mean", new Panel(null, traces)
        {
            XAxis = "Effect",
            YAxis = new Axis(by) { Categories = [.. levels.Select((level, l) => $"{level} (k = {groups.Count(g => g == level)})")],
                Minimum = -0.6, Maximum = levels.Length - 0.4 },
            Shapes = [PanelShape.VerticalLine(0)],
        })
        {
            Subtitle = $"Points are larger the more precise; the diamond with the thick line is the mean with its "
                + $"{NumberFormat.Significant(100 * synthesis.Level)} % interval, the thin line where a new study is expected",
            PanelHeight = 130 + 110 * levels.Length,
        };
    }

    // The mean over the effect sizes of a level of what the moderators say.
    private static (double Estimate, double Error) Mean(Synthesis synthesis, SynthesisNumbers numbers, string[]? groups, string level)
    {
        if (groups is null || numbers.Model is not { } model)
        {
            return (synthesis.Estimate, synthesis.StandardError);
        }

        int[] own = [.. Enumerable.Range(0, groups.Length).Where(i => groups[i] == level)];
        var x = Vector<double>.Build.Dense(model.X.ColumnCount, j => own.Average(i => model.X[i, j]));
        var scale = numbers.FixedEffects[0].StandardError / Math.Sqrt(model.CoefficientCovariance[0, 0]);
        return (x * model.Coefficients, scale * Math.Sqrt(x * (model.CoefficientCovariance * x)));
    }
}
