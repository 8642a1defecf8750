using EcoGlmm.Charts;
using EcoGlmm.Estimation;
using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm.Prediction;

/// <summary>
/// Conditional modes of a grouping factor, sorted, with their intervals, and what each level's own rows alone would say: how far
/// the estimates were shrunk towards the mean.
/// </summary>
internal static class CaterpillarFigure
{
    /// <summary>More levels than this are drawn without their names.</summary>
    private const int MostNamed = 80;

    /// <summary>Levels of a ribbon that are drawn, of which so many at each end with an interval of their own, and so many are
    /// listed.</summary>
    private const int MostDrawn = 400, Extremes = 15, MostListed = 4;

    public static Figure Draw(GlmmFit fit, string group, ModelPart part, double level)
    {
        var modes = fit.RandomEffects[group, part];
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var terms = fit.Estimate.Model.Terms;
        var panels = new List<Panel>();
        for (var t = 0; t < terms.Count; t++)
        {
            if (terms[t].Part != part || terms[t].Group != modes.Group || terms[t].Positions is not null
                || terms[t].Entries is not null) continue;
            var raw = UnpooledSearch.Find(fit.Estimate, fit.Family, t, fit.Options.Control.MaxThreads);
            for (var e = 0; e < terms[t].Width; e++)
            {
                var (width, at, effect) = (terms[t].Width, e, terms[t].Effects[e]);
                panels.Add(Panel(modes, effect, [.. Enumerable.Range(0, terms[t].Levels.Count).Select(l => raw[(l * width) + at])], z,
                    level));
            }
        }

        if (panels.Count == 0)
            throw new GlmmException($"The effects of {modes.Group} are at positions in it, or of several levels a row: there is no one "
                + $"effect of a level to draw. RandomEffects[\"{modes.Group}\"] has them.");
        var count = modes.Levels.Count;
        var scale = part == ModelPart.Conditional && fit.Family.Link == Link.Identity ? "" : $" ({FitWords.Scale(fit.Family, part)})";
        return new Figure($"Random effects of {modes.Group}", panels)
        {
            Subtitle = $"Deviations from the average{scale}; each level's own estimate, drawn to the mean by how little it is known",
            PanelHeight = count <= MostNamed ? Math.Clamp(90 + (17 * count), 240, 1500) : 380,
            Columns = panels.Count > 1 ? 2 : 1,
        };
    }

    private static Panel Panel(GroupModes modes, string effect, double[] raw, double z, double level)
    {
        Row[] rows = [.. modes.Levels.Select((name, l) => Row.Of(modes.Group, name, modes[name, effect], raw[l], z)).OrderBy(r => r.Mode)];
        var axis = effect == Intercept.Name ? "Difference to the average level" : $"Difference to the average effect of {effect}";
        var interval = $"Conditional mode, {NumberFormat.Significant(100 * level)} % interval";
        return rows.Length <= MostNamed ? Named(modes.Group, effect, rows, axis, interval) : Ribbon(modes.Group, effect, rows,
            axis, interval);
    }

    /// <summary>A row for each level, with its name.</summary>
    private static Panel Named(string group, string effect, Row[] rows, string axis, string interval)
    {
        double[] y = [.. Enumerable.Range(0, rows.Length).Select(i => (double)i)];
        var text = Array.ConvertAll(rows, r => r.Text);

        // A level that is all but unknown by itself must not squeeze the others.
        var (least, most) = (rows.Min(r => r.Lower), rows.Max(r => r.Upper));
        var (low, high) = (least - (0.4 * (most - least)), most + (0.4 * (most - least)));
        var own = Array.ConvertAll(rows, r => double.IsNaN(r.Own) ? double.NaN : Math.Clamp(r.Own, low, high));
        var far = rows.Count(r => r.Own < low || r.Own > high);
        return new Panel(effect,
            new LineTrace([.. rows.SelectMany((r, i) => new[] { own[i], r.Mode, double.NaN })],
                [.. y.SelectMany(v => new[] { v, v, double.NaN })])
            {
                Name = "Shrinkage",
                Color = Palette.Orange,
                Width = 1.5,
                Opacity = 0.7,
            },
            new PointTrace(own, y)
            {
                Name = "Own rows alone (no pooling)",
                ShowInLegend = true,
                Color = Palette.Orange,
                Size = 6,
                Symbols = Array.ConvertAll(rows, r => r.Own < low || r.Own > high ? MarkerSymbol.Triangle : MarkerSymbol.Diamond),
                Symbol = MarkerSymbol.Diamond,
                Text = text,
            },
            new PointTrace([.. rows.Select(r => r.Mode)], y)
            {
                Name = interval,
                ShowInLegend = true,
                Color = Palette.Blue,
                Size = 7,
                XLower = [.. rows.Select(r => r.Lower)],
                XUpper = [.. rows.Select(r => r.Upper)],
                Text = text,
            })
        {
            XAxis = new Axis(axis),
            YAxis = new Axis(group) { Categories = [.. rows.Select(r => r.Name)], Minimum = -0.7, Maximum = rows.Length - 0.3 },
            Shapes = [PanelShape.VerticalLine(0)],
            Annotations = far == 0 ? [] : [new PanelAnnotation($"▲ {NumberFormat.Count(far, "own estimate")} beyond the axis")],
        };
    }

    /// <summary>Too many levels for names: a ribbon of intervals along the ranks, and the names of the extremes.</summary>
    private static Panel Ribbon(string group, string effect, Row[] rows, string axis, string interval)
    {
        var n = rows.Length;
        var drawn = Thinning.Sorted(n, MostDrawn, Extremes);
        var shown = Array.ConvertAll(drawn, i => rows[i]);
        double[] x = Array.ConvertAll(drawn, i => i + 1.0), y = Array.ConvertAll(shown, r => r.Mode);
        int[] ends = [.. Enumerable.Range(0, Extremes), .. Enumerable.Range(shown.Length - Extremes, Extremes)];
        string Names(IEnumerable<Row> of) => string.Join(", ", of.Take(MostListed).Select(r => r.Name));
        return new Panel(effect,
            new LineTrace(x, y)
            {
                Name = interval,
                Color = Palette.Blue,
                Lower = Array.ConvertAll(shown, r => r.Lower),
                Upper = Array.ConvertAll(shown, r => r.Upper),
                Text = Array.ConvertAll(shown, r => r.Text),
            },
            new PointTrace(Array.ConvertAll(ends, i => x[i]), Array.ConvertAll(ends, i => y[i]))
            {
                Name = "Extremes",
                Color = Palette.Blue,
                Size = 5,
                YLower = Array.ConvertAll(ends, i => shown[i].Lower),
                YUpper = Array.ConvertAll(ends, i => shown[i].Upper),
                Text = Array.ConvertAll(ends, i => shown[i].Text),
            })
        {
            XAxis = new Axis($"{group} (sorted{Thinning.Note(n, MostDrawn)})"),
            YAxis = new Axis(axis),
            Shapes = [PanelShape.HorizontalLine(0)],
            Annotations =
            [
                new PanelAnnotation($"Highest: {Names(rows.Reverse())}"),
                new PanelAnnotation($"Lowest: {Names(rows)}"),
            ],
        };
    }

    /// <summary>One level: its conditional mode, the ends of its interval, and what its own rows alone say.</summary>
    private readonly record struct Row(string Name, double Mode, double Lower, double Upper, double Own, string Text)
    {
        public static Row Of(string group, string name, ConditionalMode mode, double own, double z) =>
            new(name, mode.Mode, mode.Mode - (z * mode.StandardDeviation), mode.Mode + (z * mode.StandardDeviation), own,
                $"{group} {name}\nConditional mode {NumberFormat.Significant(mode.Mode, 3)} ± "
                    + $"{NumberFormat.Significant(mode.StandardDeviation, 2)}\n"
                + (double.IsNaN(own) ? "Own rows alone: not to be estimated" : $"Own rows alone {NumberFormat.Significant(own, 3)}"));
    }
}
