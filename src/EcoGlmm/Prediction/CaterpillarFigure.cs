using EcoGlmm.Estimation;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;
using EcoGlmm.Text;

namespace EcoGlmm.Prediction;

/// <summary>
/// Conditional modes of a grouping factor, sorted, with their intervals, and what each level's own rows alone would say: how far
/// the estimates were shrunk towards the mean.
/// </summary>
internal static class CaterpillarFigure
{
    private const int MostNamed = 60;

    public static Figure Draw(GlmmFit fit, string group, ModelPart part, double level)
    {
        var modes = fit.RandomEffects[group, part];
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var terms = fit.Estimate.Model.Terms;
        var panels = new List<Panel>();
        for (var t = 0; t < terms.Count; t++)
        {
            if (terms[t].Part != part || terms[t].Group != modes.Group || terms[t].Positions is not null || terms[t].Entries is not null) continue;
            var raw = UnpooledSearch.Find(fit.Estimate, fit.Family, t, fit.Options.Control.MaxThreads);
            for (var e = 0; e < terms[t].Width; e++)
            {
                var (width, at, effect) = (terms[t].Width, e, terms[t].Effects[e]);
                panels.Add(Panel(modes, effect, [.. Enumerable.Range(0, terms[t].Levels.Count).Select(l => raw[(l * width) + at])], z, level));
            }
        }

        if (panels.Count == 0) throw new GlmmException($"The effects of {modes.Group} are at positions in it, or of several levels a row: there is no one effect of a level to draw. RandomEffects[\"{modes.Group}\"] has them.");
        var count = modes.Levels.Count;
        return new Figure($"Random effects of {modes.Group}", panels)
        {
            Subtitle = $"Deviations from the average{(part == ModelPart.Conditional && fit.Family.Link == Link.Identity ? "" : $" ({FitWords.Scale(fit.Family, part)})")}; each level's own estimate, drawn to the mean by how little it is known",
            PanelHeight = Math.Clamp(90 + ((count <= MostNamed ? 17 : 5) * count), 240, 1100),
            Columns = panels.Count > 1 ? 2 : 1,
        };
    }

    private static Panel Panel(GroupModes modes, string effect, double[] raw, double z, double level)
    {
        var rows = modes.Levels.Select((name, l) => (Name: name, Mode: modes[name, effect], Raw: raw[l])).OrderBy(r => r.Mode.Mode).ToArray();
        double[] y = [.. Enumerable.Range(0, rows.Length).Select(i => (double)i)];
        double[] x = [.. rows.Select(r => r.Mode.Mode)];
        var named = rows.Length <= MostNamed;
        var percent = NumberFormat.Significant(100 * level);
        string[] text = [.. rows.Select(r => $"{modes.Group} {r.Name}\nConditional mode {NumberFormat.Significant(r.Mode.Mode, 3)} ± {NumberFormat.Significant(r.Mode.StandardDeviation, 2)}\n"
            + (double.IsNaN(r.Raw) ? "Own rows alone: not to be estimated" : $"Own rows alone {NumberFormat.Significant(r.Raw, 3)}"))];
        var pull = new LineTrace([.. rows.SelectMany(r => new[] { r.Raw, r.Mode.Mode, double.NaN })], [.. y.SelectMany(v => new[] { v, v, double.NaN })])
        {
            Name = "Shrinkage",
            Color = Palette.Orange,
            Width = 1.5,
            Opacity = 0.7,
        };
        var own = new PointTrace([.. rows.Select(r => r.Raw)], y)
        {
            Name = "Own rows alone (no pooling)",
            ShowInLegend = true,
            Color = Palette.Orange,
            Size = 6,
            Symbol = MarkerSymbol.Diamond,
            Text = text,
        };
        var shrunk = new PointTrace(x, y)
        {
            Name = $"Conditional mode, {percent} % interval",
            ShowInLegend = true,
            Color = Palette.Blue,
            Size = 7,
            XLower = [.. rows.Select(r => r.Mode.Mode - (z * r.Mode.StandardDeviation))],
            XUpper = [.. rows.Select(r => r.Mode.Mode + (z * r.Mode.StandardDeviation))],
            Text = text,
        };
        return new Panel(effect, pull, own, shrunk)
        {
            XAxis = new Axis(effect == "(Intercept)" ? "Difference to the average level" : $"Difference to the average effect of {effect}"),
            YAxis = named
                ? new Axis(modes.Group) { Categories = [.. rows.Select(r => r.Name)], Minimum = -0.7, Maximum = rows.Length - 0.3 }
                : new Axis($"{modes.Group} (sorted)") { Minimum = -1, Maximum = rows.Length },
            Shapes = [Shape.VerticalLine(0)],
        };
    }
}
