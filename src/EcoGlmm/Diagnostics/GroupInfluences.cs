using System.Collections;
using System.Globalization;
using EcoGlmm.Diagnostics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>What leaving out one level of a factor does to the fixed effects.</summary>
/// <param name="Level">The level.</param>
/// <param name="RowCount">Its rows.</param>
/// <param name="CooksDistance">
/// The change in all coefficients together: Δβᵀ Cov(β)⁻¹ Δβ / number of coefficients. NaN where the model cannot do without the level.
/// </param>
/// <param name="Changes">For each coefficient the change, level left out less all rows, in standard errors.</param>
public sealed record GroupInfluence(string Level, int RowCount, double CooksDistance, IReadOnlyList<double> Changes)
{
    /// <summary>The largest change of a coefficient, in standard errors, without its sign.</summary>
    public double LargestChange => Changes.Select(Math.Abs).DefaultIfEmpty(double.NaN).Max();
}

/// <summary>The influence of each level of a factor on the fixed effects.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class GroupInfluences : IReadOnlyList<GroupInfluence>, IResultTable
{
    /// <summary>A level is called influential when a coefficient moves by more standard errors than this without it.</summary>
    internal const double Limit = 1;

    private const int RowsShown = 10;

    private readonly GroupInfluence[] _levels;

    internal GroupInfluences(string group, IReadOnlyList<string> coefficients, GroupInfluence[] levels, bool isExact)
    {
        Group = group;
        Coefficients = coefficients;
        IsExact = isExact;
        _levels = levels;
    }

    /// <summary>The factor.</summary>
    public string Group { get; }

    /// <summary>The coefficients, in the order of <see cref="GroupInfluence.Changes"/>.</summary>
    public IReadOnlyList<string> Coefficients { get; }

    /// <summary>Whether the model was fitted again without each level.</summary>
    public bool IsExact { get; }

    /// <summary>Levels without which a coefficient moves by more than a standard error, the most influential first.</summary>
    public IReadOnlyList<GroupInfluence> Influential =>
        [.. _levels.Where(l => l.LargestChange > Limit).OrderByDescending(l => l.LargestChange)];

    /// <inheritdoc/>
    public int Count => _levels.Length;

    /// <inheritdoc/>
    public GroupInfluence this[int index] => _levels[index];

    /// <summary>The influence of a level.</summary>
    /// <exception cref="GlmmException">There is no such level.</exception>
    public GroupInfluence this[string level]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(level);
            return Array.Find(_levels, l => l.Level == level)
                ?? throw new GlmmException($"{Group} has no level \"{level}\".");
        }
    }

    /// <summary>One row for each level: its rows, Cook's distance, the largest change of a coefficient, and the change of each in standard
    /// errors.</summary>
    public FieldData ToFieldData()
    {
        var table = FieldData.FromRows(_levels.Select(l => new { l.Level, l.RowCount, l.CooksDistance, l.LargestChange }));
        for (var k = 0; k < Coefficients.Count; k++) table = table.With($"Change {Coefficients[k]}", _levels.Select(l => l.Changes[k]));
        return table;
    }

    /// <inheritdoc/>
    public IEnumerator<GroupInfluence> GetEnumerator() => ((IEnumerable<GroupInfluence>)_levels).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Cook's distance of each level; those without which a coefficient moves by more than a standard error are
    /// coloured.</summary>
    public Figure Plot()
    {
        GroupInfluence[] known = [.. _levels.Where(l => double.IsFinite(l.CooksDistance)).OrderBy(l => l.CooksDistance)];
        var influential = known.Count(l => l.LargestChange > Limit);
        var count = known.Length;
        var drawn = ResidualPoints.ChooseSorted(count, ResidualPoints.MostLevels);
        known = Array.ConvertAll(drawn, i => known[i]);
        var x = Array.ConvertAll(drawn, i => i + 1.0);
        var named = count <= 40;
        var points = new PointTrace(named ? Array.ConvertAll(x, v => v - 1) : x, Array.ConvertAll(known, l => l.CooksDistance))
        {
            Name = Group,
            Color = Palette.Blue,
            Size = 8,
            Colors = Array.ConvertAll(known, l => l.LargestChange > Limit ? Palette.Vermillion : Palette.Blue),
            Symbols = Array.ConvertAll(known, l => l.LargestChange > Limit ? MarkerSymbol.Diamond : MarkerSymbol.Circle),
            Text = Array.ConvertAll(known, l => string.Create(CultureInfo.InvariantCulture, $"{Group} {l.Level}, {l.RowCount} rows\nCook's "
                + $"distance {l.CooksDistance:0.000}\n{Largest(l)}")),
        };
        var panel = new Panel(null, points)
        {
            XAxis = named ? new Axis(Group) { Categories = Array.ConvertAll(known, l => l.Level) }
                : $"{Group} (levels, by influence{ResidualPoints.Drawn(count)})",
            YAxis = new Axis("Cook's distance") { Minimum = 0 },
            Annotations =
            [
                influential == 0
                    ? new PanelAnnotation("No coefficient moves by more than a standard error without any of them")
                    : new PanelAnnotation($"◆ {influential} without which a coefficient moves by more than a standard error") { Color =
                        Palette.Vermillion, Bold = true },
            ],
        };
        return new Figure($"Influence of each {Group}", panel) { Subtitle = How };
    }

    /// <summary>The most influential levels, in plain text.</summary>
    public override string ToString() => $"Influence of each {Group} on the fixed effects ({How})\n" + string.Join("\n",
        _levels.OrderByDescending(l => l.CooksDistance).Take(RowsShown).Select(l =>
            string.Create(CultureInfo.InvariantCulture, $"  {l.Level} ({l.RowCount} rows): Cook's distance {l.CooksDistance:0.000}. "
                + $"{Largest(l)}")));

    /// <summary>The chart, and the most influential levels as a table.</summary>
    public string ToHtml()
    {
        var table = new TableContent($"The most influential of {Count} levels of {Group}").Text(Group).Number("Rows")
            .Number("Cook's distance").Text("Largest change");
        foreach (var l in _levels.OrderByDescending(l => l.CooksDistance).Take(RowsShown))
            table.Row(l.Level, NumberFormat.Count(l.RowCount), NumberFormat.Fixed(l.CooksDistance, 3), Largest(l));
        return new HtmlWriter(card: false).Html(Plot().ToHtml()).Table(table).ToHtml();
    }

    /// <summary>"x falls by 1.2 standard errors without it".</summary>
    internal string Largest(GroupInfluence level)
    {
        if (!double.IsFinite(level.CooksDistance))
            return "The model cannot be fitted without it.";
        var j = Enumerable.Range(0, Coefficients.Count).MaxBy(k => Math.Abs(level.Changes[k]));
        return string.Create(CultureInfo.InvariantCulture,
            $"Without it {Coefficients[j]} {(level.Changes[j] > 0 ? "rises" : "falls")} by {Math.Abs(level.Changes[j]):0.00} standard "
            + $"errors.");
    }

    private string How => IsExact ? "fitted again without each" : "one-step approximation, variances held";
}
