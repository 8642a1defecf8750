using EcoGlmm.Charts;
using EcoGlmm.Marginal;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Charts and letters of marginal means and their comparisons. Safe to call from any thread.</summary>
public static class MarginalFigureExtensions
{
    /// <summary>The means with their intervals; those within different levels of the variables after the bar in colours of their
    /// own.</summary>
    /// <param name="means">Marginal means or slopes.</param>
    /// <param name="letters">Whether names carry letters: means that share one do not differ (<see cref="Letters"/>).</param>
    /// <param name="adjustment">How comparisons behind the letters allow for their number.</param>
    public static Figure Plot(this MarginalMeans means, bool letters = false, Adjustment adjustment = Adjustment.Tukey)
    {
        ArgumentNullException.ThrowIfNull(means);
        var marks = letters ? means.Letters(adjustment: adjustment) : null;
        var families = means.Select((m, i) => (Mean: m, Index: i)).GroupBy(m => Label(means, m.Mean, 0, means.ByCount)).ToArray();
        string Compared(MarginalMean mean) => Label(means, mean, means.ByCount, means.Variables.Count) is { Length: > 0 } label
            ? label : MarginalContrasts.Overall;
        string[] rows = [.. means.Select(Compared).Distinct()];
        IntervalSeries Series(string? name, IEnumerable<(MarginalMean Mean, int Index)> family)
        {
            var byRow = family.ToDictionary(m => Compared(m.Mean), m => m.Mean);
            double[] Column(Func<MarginalMean, double> value) => Array.ConvertAll(rows, r => byRow.TryGetValue(r, out var mean)
                ? value(mean) : double.NaN);
            return new IntervalSeries(name, Column(m => m.Estimate), Column(m => m.Lower), Column(m => m.Upper));
        }

        var single = families.Length == 1;
        var level = $"{NumberFormat.Significant(100 * means.Level)} % interval";
        string[] title = [.. means.Variables.Skip(means.ByCount)];
        // With letters each family has its own panel: a letter compares within one.
        Panel[] panels = marks is null
            ? [IntervalPanel.Of(null, rows, [.. families.Select(f => Series(single ? null : f.Key, f))],
                new Axis($"{means.Measure}, {level}"), null)]
            : [.. families.Select(f => IntervalPanel.Of(single ? null : f.Key,
                [.. f.Select(m => $"{Compared(m.Mean)}\u00A0\u00A0{marks[m.Index]}")],
                [new IntervalSeries(null, [.. f.Select(m => m.Mean.Estimate)], [.. f.Select(m => m.Mean.Lower)],
                    [.. f.Select(m => m.Mean.Upper)])],
                new Axis($"{means.Measure}, {level}"), null))];
        return new Figure($"{means.Heading}{(title.Length > 0 ? $" by {string.Join(", ", title)}" : "")}", panels)
        {
            Subtitle = marks is null ? means.Explanation : $"{means.Explanation}; means that share a letter do not differ at 5 % "
                + $"({adjustment})",
            PanelHeight = IntervalPanel.Height(rows.Length, marks is null ? families.Length : 1),
            Columns = panels.Length > 1 ? 2 : 1,
        };
    }

    /// <summary>Standardised means with their intervals, and beside them their differences to the first.</summary>
    /// <param name="means">Standardised means.</param>
    public static Figure Plot(this StandardisedMeans means)
    {
        ArgumentNullException.ThrowIfNull(means);
        var level = $"{NumberFormat.Significant(100 * means.Level)} % interval";
        return new Figure($"Standardised means by {means.Variable}",
            IntervalPanel.Of("Means", [.. means.Select(m => m.Level)], [new IntervalSeries(null, [.. means.Select(m => m.Estimate)],
                [.. means.Select(m => m.Lower)], [.. means.Select(m => m.Upper)])], new Axis($"Mean response, {level}"), null),
            IntervalPanel.Of("Differences", [.. means.Effects.Select(e => e.Name)], [new IntervalSeries(null,
                [.. means.Effects.Select(e => e.Estimate)], [.. means.Effects.Select(e => e.Lower)],
                [.. means.Effects.Select(e => e.Upper)])], new Axis($"Difference of means, {level}"), 0))
        {
            Subtitle = means.Words,
            PanelHeight = IntervalPanel.Height(means.Count, 1),
            Columns = 2,
        };
    }

    /// <summary>
    /// A compact letter display: means of one family (within the levels of the variables after the bar) that share a letter do not
    /// differ. That two means share a letter does not show that they are equal.
    /// </summary>
    /// <param name="means">Marginal means or slopes.</param>
    /// <param name="level">Two means differ where the adjusted p-value is below this.</param>
    /// <param name="adjustment">How p-values allow for the number of comparisons.</param>
    /// <returns>One text of letters for each mean, in their order; empty for one that is not estimable. The largest mean has an
    /// a.</returns>
    /// <remarks>H.-P. Piepho (2004), J. Comput. Graph. Stat. 13, 456-466.</remarks>
    public static IReadOnlyList<string> Letters(this MarginalMeans means, double level = 0.05, Adjustment adjustment = Adjustment.Tukey)
    {
        ArgumentNullException.ThrowIfNull(means);
        if (!(level > 0 && level < 1))
            throw new GlmmException($"The level of a test lies between 0 and 1, such as 0.05; it is {NumberFormat.Significant(level)}.");
        var letters = new string[means.Count];
        Array.Fill(letters, "");
        var contrasts = means.Contrasts(ContrastMethod.Pairwise, adjustment).ToArray();
        var at = 0;
        foreach (var family in means.Select((m, i) => (Mean: m, Index: i)).GroupBy(m => Label(means, m.Mean, 0, means.ByCount)))
        {
            var members = family.ToArray();
            var differ = new bool[members.Length, members.Length];
            for (var i = 0; i < members.Length; i++)
            {
                for (var j = i + 1; j < members.Length; j++)
                    differ[i, j] = differ[j, i] = contrasts[at++].PValue < level;
            }

            int[] order = [.. Enumerable.Range(0, members.Length).Where(i => double.IsFinite(members[i].Mean.LinkEstimate))
                .OrderByDescending(i => members[i].Mean.Estimate)];
            if (order.Length == 0)
                continue;
            var place = new int[members.Length];
            for (var k = 0; k < order.Length; k++)
                place[order[k]] = k;
            var among = new bool[order.Length, order.Length];
            for (var a = 0; a < order.Length; a++)
            {
                for (var b = 0; b < order.Length; b++)
                    among[a, b] = differ[order[a], order[b]];
            }

            var own = CompactLetters.Of(among, [.. Enumerable.Range(0, order.Length)]);
            foreach (var i in order)
                letters[members[i].Index] = own[place[i]];
        }

        return letters;
    }

    /// <summary>The comparisons with their intervals; as ratios on a logarithmic axis where they are ratios.</summary>
    /// <param name="contrasts">Comparisons of marginal means or slopes.</param>
    public static Figure Plot(this MarginalContrasts contrasts)
    {
        ArgumentNullException.ThrowIfNull(contrasts);
        var ratios = contrasts.RatioName is not null;
        var level = $"{NumberFormat.Significant(100 * contrasts.Level)} % interval";
        var families = contrasts.GroupBy(c => c.By).ToArray();
        var panels = families.Select(f => IntervalPanel.Of(families.Length == 1 ? null : f.Key,
            [.. f.Select(c => ratios ? c.Name.Replace(" - ", " / ") : c.Name)],
            [
                ratios ? new IntervalSeries(null, [.. f.Select(c => c.Ratio)], [.. f.Select(c => c.RatioLower)],
                    [.. f.Select(c => c.RatioUpper)])
                    : new IntervalSeries(null, [.. f.Select(c => c.Estimate)], [.. f.Select(c => c.Lower)], [.. f.Select(c => c.Upper)]),
            ],
            new Axis($"{contrasts.RatioName ?? MarginalContrasts.Difference}, {level}")
            {
                Scale = ratios ? AxisScale.Log : AxisScale.Linear,
            },
            ratios ? 1 : 0));
        return new Figure("Comparisons", [.. panels])
        {
            Subtitle = contrasts.Adjustment == Adjustment.None ? "Intervals do not allow for the number of comparisons"
                : $"Intervals allow for the number of comparisons ({contrasts.Adjustment})",
            PanelHeight = IntervalPanel.Height(families.Max(f => f.Count()), 1),
            Columns = families.Length > 1 ? 2 : 1,
        };
    }

    private static string Label(MarginalMeans means, MarginalMean mean, int from, int to) =>
        string.Join(", ", means.Variables.Skip(from).Take(to - from).Select(v => mean.Levels[v]));
}
