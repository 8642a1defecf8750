using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>
/// The chart of an effect with a curve for each level of a grouping factor: its conditional prediction, shrunken as the model says,
/// over the values that the level was seen at; the typical level's curve with its interval on top. All in one panel, or one for each.
/// </summary>
internal sealed class LevelCurves
{
    private const int CurvePoints = 40;

    /// <summary>More levels than there are colours are drawn in grey, and named on hover.</summary>
    private static readonly int MostColours = Palette.Colors.Count;

    /// <summary>Panels beyond which none can be read.</summary>
    private const int MostFacets = 48;

    private readonly GlmmFit _fit;
    private readonly EffectCurve _curve;
    private readonly GridVariable _x;
    private readonly string _group;
    private readonly EffectOptions _options;
    private readonly EffectRows _rows;
    private readonly bool _isFaceted;
    private readonly string?[] _levelOfRow;
    private readonly string[] _levels;

    /// <param name="fit">The model.</param>
    /// <param name="variable">The variable of the fixed effects along which curves are drawn.</param>
    /// <param name="group">The grouping factor.</param>
    /// <param name="options">How to draw.</param>
    public LevelCurves(GlmmFit fit, string variable, string group, EffectOptions options)
    {
        (_fit, _group, _options) = (fit, group, options);
        _isFaceted = options.Facet == group;
        if (_isFaceted ? options.By is not null : options.Facet is not null)
            throw new GlmmException($"Curves of the levels of \"{group}\" are drawn in one panel (By) or in one for each (Facet), without "
                + "another variable.");
        if (options.Data == EffectData.Adjusted)
            throw new GlmmException($"Each level of \"{group}\" has its own curve, beside its observations as they are. Take "
                + "EffectData.Observed or None.");
        _curve = new EffectCurve(fit, RandomEffectsUse.Population);
        _rows = new EffectRows(fit, options);
        _x = _curve.Variable(variable);
        _levelOfRow = Labels(fit, _curve.Rows, group);
        _levels = [.. _levelOfRow.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        if (_isFaceted && _levels.Length > MostFacets)
            throw new GlmmException($"\"{group}\" has {_levels.Length} levels, too many for a panel each: take By, for one panel with a "
                + "curve for each.");
    }

    /// <summary>Whether a name is that of a grouping factor of which a row has one level, and no fixed effect.</summary>
    public static bool AreOf(GlmmFit fit, string name) => !fit.Specification.Conditional.FixedVariableNames.Contains(name)
        && fit.Estimate.Model.Terms.Any(t => t.Group == name && t.Entries is null && !t.IsCurve && t.GroupLevels.Count > 1);

    public Figure Draw()
    {
        var isFactor = _x.PointOfRow is not null;
        var isColoured = !_isFaceted && _levels.Length <= MostColours;
        var (numbers, xs) = (isFactor ? null : ColumnConversion.Numbers(_x.Training), new List<(int Level, double[] X,
            FieldColumn Values)>());
        for (var g = 0; g < _levels.Length; g++)
        {
            var rows = RowsOf(g);
            if (isFactor)
            {
                int[] points = [.. rows.Select(r => _x.PointOfRow![r]).Distinct().Order()];
                xs.Add((g, Array.ConvertAll(points, p => (double)p), _x.Points.Take(points)));
            }
            else
            {
                var x = Steps(rows.Min(r => numbers![r]), rows.Max(r => numbers![r]));
                xs.Add((g, x, new NumericColumn(_x.Name, x)));
            }
        }

        var estimate = Conditional(xs);
        var curves = new PanelTrace[_levels.Length];
        var at = 0;
        foreach (var (g, x, _) in xs)
            curves[g] = OfLevel(g, x, estimate[at..(at += x.Length)], isColoured);
        var typical = Typical(isFactor, numbers);
        var proportions = _options.Data != EffectData.None && EffectProportions.AreOf(_fit) ? new EffectProportions(_fit, _rows) : null;
        PanelTrace[] data = _options.Data == EffectData.None ? []
            : proportions is null ? [.. _levels.Select((_, g) => Data(g, isColoured))]
            : isColoured || _isFaceted ? [.. _levels.Select((_, g) => Proportions(proportions, RowsOf(g), isColoured ? Colour(g)
                : Palette.Ink))]
            // Of many levels each has few rows.
            : [Proportions(proportions, [.. Enumerable.Range(0, _levelOfRow.Length).Where(r => _levelOfRow[r] is not null)], Palette.Ink)];
        IReadOnlyList<Panel> panels = _isFaceted
            ? [.. _levels.Select((name, g) => EffectAxes.WithData(Framed(_options.LabelOf(name),
                [typical with { Lower = null, Upper = null, Width = 1.5, ShowInLegend = g == 0 }, curves[g]]), [.. data.Skip(g).Take(1)]))]
            : [EffectAxes.WithData(Framed(null, [.. curves, typical]), data)];
        var free = EffectAxes.AreFree(panels, _options);
        panels = EffectAxes.Shared(EffectProportions.Sized(panels, isFactor), free);
        if (!isFactor && _options.Margin != EffectMargin.None)
        {
            panels = [.. panels.Select((panel, g) => EffectAxes.WithMargin(panel, _isFaceted
                ? Array.ConvertAll(RowsOf(g), r => numbers![r]) : numbers!, _options.Margin, _options.YAxis.Minimum is null))];
        }

        string[] ofLevels = [.. _curve.HeldAt(_x.Name).Select(h => h.Name).Where(IsOfLevels)];
        string[] held = [.. _curve.HeldWords([_x.Name, .. ofLevels]), .. ofLevels.Select(name => $"{name} as each level has it")];
        return new Figure(_options.Title ?? $"Effect of {_x.Name} for each {_group}", panels)
        {
            Subtitle = $"Conditional means of {_levels.Length} levels, shrunken towards the typical one "
                + (_isFaceted ? "(thin)" : $"(thick, with {NumberFormat.Significant(100 * _options.Level)} % interval)")
                + (held.Length > 0 ? $"; {string.Join(", ", held)}" : "") + (OtherFactors().Any()
                    ? "; other factors as most often in the level" : "")
                + (free ? EffectAxes.FreeWords : "")
                + (proportions is null ? "" : "; " + EffectProportions.Words(panels, isFactor, !isColoured && !_isFaceted)),
            PanelHeight = !_isFaceted ? 400 : EffectAxes.ColumnsFor(_levels.Length) > 0 ? 130 : 170,
            HasSmallPanels = _isFaceted && _levels.Length > EffectAxes.FewPanels,
            Columns = _isFaceted ? EffectAxes.ColumnsFor(_levels.Length) : 0,
        };
    }

    private Panel Framed(string? title, IReadOnlyList<PanelTrace> traces) =>
        EffectAxes.Framed(title, _options, _x, _rows.ResponseTitle, traces);

    private PanelTrace OfLevel(int level, double[] x, double[] y, bool isColoured)
    {
        var name = $"{_group} {_options.LabelOf(_levels[level])}";
        string[] text = [.. x.Select((v, i) => $"{name}\n{Shown(v)}: {NumberFormat.Significant(y[i], 3)}")];
        var (color, opacity) = isColoured ? (Colour(level), 0.9) : _isFaceted ? (_options.Colors.FirstOrDefault() ?? Palette.Blue, 1)
            : (Palette.Ink, OpacityOfMany);
        // A level that was seen at one value has no curve, but its mean there is known.
        return x.Length == 1
            ? new PointTrace(x, y) { Symbol = MarkerSymbol.Diamond, Size = 8, Text = text, Name = name, ShowInLegend = isColoured,
                Color = color, Opacity = opacity }
            : new LineTrace(x, y) { Width = isColoured ? 1.8 : _isFaceted ? 2.5 : 1.2, Text = text, Name = name,
                ShowInLegend = isColoured, Color = color, Opacity = opacity };
    }

    private string Colour(int level) => _options.Colors.Count > 0 ? _options.Colors[level % _options.Colors.Count]
        : Palette.Colors[level];

    private double OpacityOfMany => Math.Clamp(8.0 / _levels.Length, 0.12, 0.45);

    private string Shown(double x) => $"{_x.Name} {(_x.PointOfRow is null ? NumberFormat.Significant(x, 3) : _x.Label((int)x))}";

    private int[] RowsOf(int level) => [.. Enumerable.Range(0, _levelOfRow.Length).Where(r => _levelOfRow[r] == _levels[level])];

    private static double[] Steps(double low, double high) =>
        high > low ? [.. Enumerable.Range(0, CurvePoints).Select(i => low + ((high - low) * i / (CurvePoints - 1)))] : [low];

    /// <summary>Conditional means along each level's values, one after the other.</summary>
    private double[] Conditional(List<(int Level, double[] X, FieldColumn Values)> curves)
    {
        var rows = _curve.Rows;
        int[] row = [.. curves.SelectMany(c => Enumerable.Repeat(Representative(c.Level), c.X.Length))];
        var table = rows.Take(row);
        foreach (var (name, value) in _curve.HeldAt(_x.Name).Where(h => !IsOfLevels(h.Name)))
            table = table.With(name, Enumerable.Repeat(value, row.Length));
        table = _x.PointOfRow is null
            ? table.With(_x.Name, curves.SelectMany(c => c.X))
            : table.With(_x.Name, curves.SelectMany(c => c.X.Select(p => (string?)_x.Label((int)p))));
        // Of nested factors a level keeps what it lies in, and is typical in what lies within it.
        var own = Parts(_group);
        foreach (var other in _fit.Groups.SelectMany(g => Parts(g.Group)).Distinct().Where(name => !own.Contains(name)
            && rows.ColumnNames.Contains(name) && !_fit.Specification.Conditional.FixedVariableNames.Contains(name)))
        {
            // A level that the model has not seen has a random effect of zero.
            table = table.With(other, Enumerable.Repeat<string?>("(typical)", row.Length));
        }

        return _fit.Predict(table).Estimate.ToArray();
    }

    /// <summary>Whether a covariate is the same in all rows of each level, as a trait of species is: a level's curve is at its
    /// own.</summary>
    private bool IsOfLevels(string name)
    {
        if (!_curve.Rows.TryGetColumn(name, out var column) || column is not NumericColumn numbers)
            return false;
        var own = new Dictionary<string, double>();
        for (var row = 0; row < _levelOfRow.Length; row++)
        {
            if (_levelOfRow[row] is { } level && !own.TryAdd(level, numbers.Values[row]) && own[level] != numbers.Values[row])
                return false;
        }

        return true;
    }

    /// <summary>A row of the level whose factors are those that occur most often in it.</summary>
    private int Representative(int level)
    {
        string[] factors = [.. OtherFactors()];
        return RowsOf(level).GroupBy(r => string.Join('\u001f', factors.Select(f => Text(f, r)))).MaxBy(g => g.Count())!.First();

        string? Text(string name, int row) => _curve.Rows.TryGetColumn(name, out var column) ? column.TextAt(row) : null;
    }

    private IEnumerable<string> OtherFactors() => _fit.Specification.Conditional.FixedVariableNames
        .Where(n => n != _x.Name && _curve.Rows.TryGetColumn(n, out var c) && c is not NumericColumn);

    private LineTrace Typical(bool isFactor, double[]? numbers)
    {
        var x = isFactor ? [.. Enumerable.Range(0, _x.Points.Length).Select(i => (double)i)] : Steps(numbers!.Min(), numbers!.Max());
        var p = _curve.At([(_x, isFactor ? _x.Points : new NumericColumn(_x.Name, x))], _options.Level);
        return new LineTrace(x, [.. p.Estimate])
        {
            Name = $"Typical {_group}",
            ShowInLegend = true,
            Color = Palette.Ink,
            Width = 3.5,
            Lower = [.. p.Lower],
            Upper = [.. p.Upper],
            Text = [.. x.Select((v, i) => $"Typical {_group}\n{Shown(v)}: {NumberFormat.Significant(p.Estimate[i], 3)} "
                + $"({NumberFormat.Significant(p.Lower[i], 3)} to {NumberFormat.Significant(p.Upper[i], 3)})")],
        };
    }

    private PointTrace Proportions(EffectProportions proportions, int[] rows, string color)
    {
        if (_x.PointOfRow is { } points)
            return proportions.AtLevels(rows, Array.ConvertAll(rows, r => points[r]), null, p => p, p => _options.LabelOf(_x.Label(p)),
                color);
        var numbers = ColumnConversion.Numbers(_x.Training);
        return proportions.Along(rows, Array.ConvertAll(rows, r => numbers[r]), null, _x.Name, color);
    }

    private PointTrace Data(int level, bool isColoured)
    {
        var rows = RowsOf(level);
        var numbers = _x.PointOfRow is null ? ColumnConversion.Numbers(_x.Training) : null;
        return new PointTrace([.. rows.Select(r => numbers?[r] ?? _x.PointOfRow![r])], [.. rows.Select(r => _fit.Observed(r))])
        {
            Name = "Data",
            Color = isColoured ? Colour(level) : Palette.Ink,
            Size = 4,
            Opacity = Math.Clamp(100.0 / _levelOfRow.Length, 0.2, 0.5),
            Text = [.. rows.Select(r => $"{_group} {_levels[level]}\n{_fit.Specification.Response.Name} = "
                + $"{NumberFormat.Significant(_fit.Observed(r))}")],
        };
    }

    /// <summary>The columns that a grouping factor is made from.</summary>
    private string[] Parts(string group) => _curve.Rows.ColumnNames.Contains(group) ? [group] : group.Split(':');

    private static string?[] Labels(GlmmFit fit, FieldData rows, string group)
    {
        if (rows.TryGetColumn(group, out var column)) return [.. Enumerable.Range(0, rows.RowCount).Select(column.TextAt)];
        var term = fit.Estimate.Model.Terms.First(t => t.Group == group && t.Entries is null);
        return [.. Enumerable.Range(0, rows.RowCount).Select(term.GroupOf)];
    }
}
