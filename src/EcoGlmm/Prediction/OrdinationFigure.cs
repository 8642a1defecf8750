using EcoGlmm.Text;

namespace EcoGlmm.Prediction;

/// <summary>The biplot of an ordination.</summary>
internal static class OrdinationFigure
{
    /// <summary>The longest arrow, relative to the furthest site.</summary>
    private const double ArrowLength = 0.9;

    public static Figure Draw(Ordination ordination, int first, int second)
    {
        var axes = ordination.AxisShares.Count;
        if (axes < 2) throw new GlmmException("A biplot has two axes, but the term has one latent variable. Fit it with d = 2.");
        if (first < 1 || second < 1 || first > axes || second > axes || first == second)
            throw new GlmmException($"The ordination has axes 1 to {axes}; {first} and {second} are no two of them.");
        var (x, y) = (ordination.Of("site", first), ordination.Of("site", second));
        var (u, v) = (ordination.Of("species", first), ordination.Of("species", second));
        var furthest = x.Zip(y, Length).DefaultIfEmpty(1).Max();
        var longest = u.Zip(v, Length).DefaultIfEmpty(1).Max();
        var scale = longest > 0 ? ArrowLength * furthest / longest : 1;
        var (ax, ay) = (new List<double>(), new List<double>());
        for (var i = 0; i < u.Length; i++)
        {
            ax.AddRange([0, scale * u[i], double.NaN]);
            ay.AddRange([0, scale * v[i], double.NaN]);
        }

        var names = ordination.Names("species");
        var panel = new Panel(null,
            new PointTrace(x, y) { Name = "sites", ShowInLegend = true, Color = Palette.Blue, Size = 6, Opacity = 0.7,
                Text = ordination.Names("site") },
            new LineTrace(ax, ay) { Color = Palette.Vermillion, Width = 1.4, Opacity = 0.8 },
            new PointTrace([.. u.Select(value => scale * value)], [.. v.Select(value => scale * value)])
            {
                Name = "species",
                ShowInLegend = true,
                Color = Palette.Vermillion,
                Symbol = MarkerSymbol.Diamond,
                Size = 8,
                Labels = WithoutFactor(names),
                Text = [.. names.Select((name, i) => $"{name}: {NumberFormat.Fixed(u[i], 2)}, {NumberFormat.Fixed(v[i], 2)}")],
            })
        {
            XAxis = Title(first),
            YAxis = Title(second),
            EqualScales = true,
            Shapes = [PanelShape.HorizontalLine(0) with { Opacity = 0.25 }, PanelShape.VerticalLine(0) with { Opacity = 0.25 }],
        };
        return new Figure($"Ordination by {ordination.Term}", panel) { PanelHeight = 460, Subtitle = "Species point to the sites where "
            + "they are more than elsewhere; hover for the names of sites." };

        // "speciesCHA", "speciesTRU": R's names begin with the factor, which says nothing here.
        static string[] WithoutFactor(string[] names)
        {
            var common = names.Length < 2 ? 0 : Enumerable.Range(0, names.Min(n => n.Length))
                .TakeWhile(i => names.All(n => n[i] == names[0][i])).Count();
            while (common > 0 && names.Any(n => n.Length == common || char.IsLower(n[common])))
                common--;
            return Array.ConvertAll(names, n => n[common..]);
        }

        string Title(int axis) => $"Axis {axis} ({NumberFormat.Fixed(100 * ordination.AxisShares[axis - 1], 1)} %)";
        static double Length(double a, double b) => Math.Sqrt((a * a) + (b * b));
    }
}
