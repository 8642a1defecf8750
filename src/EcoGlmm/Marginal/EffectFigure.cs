using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>The chart of an effect: the mean response along a variable, with intervals and the data.</summary>
internal sealed class EffectFigure
{
    private const int CurvePoints = 80;
    private const int MostRows = 2000;
    private const double Dodge = 0.6;

    /// <summary>Fainter points are not seen on a dark page.</summary>
    private const double Faintest = 0.3;

    /// <summary>How far observed proportions stand beside the model's, as a share of what a group has.</summary>
    private const double Aside = 0.15;

    /// <summary>Panels beyond which none can be read.</summary>
    private const int MostFacets = 24;

    private readonly GlmmFit _fit;
    private readonly EffectOptions _options;
    private readonly EffectCurve _curve;
    private readonly EffectRows _rows;
    private readonly GridVariable _x;
    private readonly EffectGroups _by;
    private readonly EffectGroups _facet;
    private readonly bool _isFactor;
    private readonly EffectProportions? _proportions;

    public EffectFigure(GlmmFit fit, string variable, EffectOptions options)
    {
        if (options.RandomEffects == RandomEffectsUse.Conditional)
            throw new GlmmException("An effect chart is of no known level: take RandomEffectsUse.Population (the typical level) or "
                + "Averaged (the population's mean).");
        (_fit, _options) = (fit, options);
        _curve = new EffectCurve(fit, options.RandomEffects);
        _x = _curve.Variable(variable);
        _by = Groups(options.By);
        _facet = Groups(options.Facet);
        string[] shown = [.. new[] { variable, options.By, options.Facet }.OfType<string>()];
        if (shown.Distinct(StringComparer.Ordinal).Count() < shown.Length)
            throw new GlmmException($"A chart shows a variable once: \"{shown.GroupBy(n => n).First(g => g.Count() > 1).Key}\" cannot be "
                + "along the axis, a curve each and a panel each.");
        if (_facet.Count > MostFacets)
            throw new GlmmException($"\"{options.Facet}\" has {_facet.Count} levels, too many for a panel each. Fit or plot some of them.");
        _isFactor = _x.PointOfRow is not null;
        _rows = new EffectRows(fit, options);
        _proportions = options.Data != EffectData.None && EffectProportions.AreOf(fit) ? new EffectProportions(fit, _rows) : null;
    }

    private EffectGroups Groups(string? name) => name is null ? EffectGroups.One
        : new EffectGroups(_curve.Variable(name), _options);

    public Figure Draw()
    {
        var panels = EffectProportions.Sized([.. Enumerable.Range(0, _facet.Count).Select(DrawPanel)], _isFactor);
        var free = EffectAxes.AreFree(panels, _options);
        panels = EffectAxes.Shared(panels, free);
        if (!_isFactor && _options.Margin != EffectMargin.None)
        {
            var numbers = Numbers;
            panels = [.. panels.Select((panel, f) => EffectAxes.WithMargin(panel, [.. RowsOf(f).Select(row => numbers[row])],
                _options.Margin, _options.YAxis.Minimum is null))];
        }

        var held = _curve.HeldWords(_x.Name, _by.Name, _facet.Name);
        var whose = _options.RandomEffects == RandomEffectsUse.Averaged ? "over the random effects"
            : _fit.Estimate.Model.HasGroups ? "for the typical level" : "of the model";
        return new Figure(_options.Title ?? $"Effect of {_x.Name}{(_by.IsOne ? "" : $" by {_by.Name}")}"
            + (_facet.IsOne ? "" : $" for each {_facet.Name}"), panels)
        {
            Subtitle = $"Mean {whose} with {NumberFormat.Significant(100 * _options.Level)} % interval"
                + (held.Length > 0 ? $"; {string.Join(", ", held)}" : "")
                + (_options.Data == EffectData.Adjusted ? "; data adjusted to that" : "")
                + (free ? EffectAxes.FreeWords : "") + (_proportions is null ? "" : "; " + EffectProportions.Words(panels, _isFactor,
                    _options is { RandomEffects: RandomEffectsUse.Population, Data: EffectData.Observed }
                    && _fit.Estimate.Model.HasGroups)),
            PanelHeight = _facet.IsOne ? 380 : _facet.Count > EffectAxes.FewPanels ? 170 : 260,
            HasSmallPanels = _facet.Count > EffectAxes.FewPanels,
            Columns = EffectAxes.ColumnsFor(_facet.Count),
        };
    }

    private Panel DrawPanel(int facet)
    {
        var groups = Enumerable.Range(0, _by.Count);
        return EffectAxes.WithData(EffectAxes.Framed(_facet.IsOne ? null : $"{_facet.Name} {_facet.Labels[facet]}", _options, _x,
            _rows.ResponseTitle, [.. groups.Select(g => _isFactor ? (PanelTrace)Levels(g, facet) : Curve(g, facet))]),
            _options.Data == EffectData.None ? [] : [.. groups.Select(g => (PanelTrace)Data(g, facet))]);
    }

    private double[] Numbers => ColumnConversion.Numbers(_x.Training);

    private IEnumerable<int> RowsOf(int facet) => Enumerable.Range(0, _curve.Rows.RowCount).Where(row => _facet.Of(row) == facet);

    private string Colour(int group) => _options.Colors.Count > 0 ? _options.Colors[group % _options.Colors.Count]
        : _by.IsOne ? Palette.Blue : Palette.Colors[group % Palette.Colors.Count];

    private LineTrace Curve(int group, int facet)
    {
        var (low, high) = Range(group, facet);
        double[] x = [.. Enumerable.Range(0, CurvePoints).Select(i => low + ((high - low) * i / (CurvePoints - 1)))];
        var p = Predict(new NumericColumn(_x.Name, x), group, facet);
        return new LineTrace(x, p.Estimate)
        {
            Name = Name(group),
            ShowInLegend = !_by.IsOne,
            Color = Colour(group),
            Width = 2.5,
            Lower = p.Lower,
            Upper = p.Upper,
            Text = [.. x.Select((v, i) => $"{_x.Name} = {NumberFormat.Significant(v, 3)}\n{Interval(p, i)}")],
        };
    }

    private PointTrace Levels(int group, int facet)
    {
        var n = _x.Points.Length;
        var p = Predict(_x.Points, group, facet);
        return new PointTrace([.. Enumerable.Range(0, n).Select(i => Position(i, group))], p.Estimate)
        {
            Name = Name(group),
            ShowInLegend = !_by.IsOne,
            Color = Colour(group),
            Size = 11,
            YLower = p.Lower,
            YUpper = p.Upper,
            Text = [.. Enumerable.Range(0, n).Select(i => $"{_options.LabelOf(_x.Label(i))}\n{Interval(p, i)}")],
        };
    }

    private Predictions Predict(FieldColumn x, int group, int facet)
    {
        var held = new List<(GridVariable, FieldColumn)> { (_x, x) };
        foreach (var (groups, at) in new[] { (_by, group), (_facet, facet) })
        {
            if (groups.Variable is { } variable)
                held.Add((variable, groups.Points.Take([.. Enumerable.Repeat(at, x.Length)])));
        }

        return _curve.At(held, _options.Level);
    }

    /// <summary>The data of a group, thinned where there are very many, those of factor levels spread sideways.</summary>
    private PointTrace Data(int group, int facet)
    {
        const double goldenRatio = 0.6180339887498949;
        var rows = RowsOf(facet).Where(row => _by.Of(row) == group).ToArray();
        var color = _by.IsOne ? Palette.Ink : Colour(group);
        if (_proportions is { } proportions)
            return Proportions(proportions, rows, group, facet, color);
        var step = Math.Max(1, (rows.Length + MostRows - 1) / MostRows);
        rows = [.. rows.Where((_, i) => i % step == 0)];
        var numbers = _isFactor ? null : Numbers;
        var width = (_isFactor ? 0.5 : 0) / _by.Count;
        var y = _options.Data == EffectData.Observed || rows.Length == 0 ? Array.ConvertAll(rows, _fit.Observed)
            : _rows.Adjusted(rows, Predict(_isFactor ? _x.Points.Take(Array.ConvertAll(rows, row => _x.PointOfRow![row]))
                : new NumericColumn(_x.Name, Array.ConvertAll(rows, row => numbers![row])), group, facet).Estimate);
        return new PointTrace(
            [.. rows.Select((row, i) => numbers?[row] ?? (Position(_x.PointOfRow![row], group)
                + (width * (((i * goldenRatio) % 1) - 0.5))))], y)
        {
            Name = "Data",
            Color = color,
            Size = 4.5,
            // One for all groups and panels, so that none seems to have fewer rows than it has.
            Opacity = Math.Clamp(60.0 * _by.Count * _facet.Count / _curve.Rows.RowCount, Faintest, 0.5),
            Text = [.. rows.Select((row, i) => _rows.Words(row, y[i]))],
        };
    }

    private PointTrace Proportions(EffectProportions proportions, int[] rows, int group, int facet, string color)
    {
        var adjusted = _options.Data == EffectData.Adjusted && rows.Length > 0;
        if (_isFactor)
        {
            var levels = Array.ConvertAll(rows, row => _x.PointOfRow![row]);
            var ofLevel = adjusted ? Predict(_x.Points, group, facet).Estimate : null;
            return proportions.AtLevels(rows, levels, ofLevel is null ? null : Array.ConvertAll(levels, l => ofLevel[l]),
                level => Position(level, group) + (Aside / _by.Count), level => _options.LabelOf(_x.Label(level)), color);
        }

        var numbers = Numbers;
        var x = Array.ConvertAll(rows, row => numbers[row]);
        var places = adjusted ? Places(x) : [];
        var ofPlace = adjusted ? Predict(new NumericColumn(_x.Name, places), group, facet).Estimate : null;
        return proportions.Along(rows, x, ofPlace is null ? null : Array.ConvertAll(x, v => Between(places, ofPlace, v)), _x.Name, color);
    }

    /// <summary>The values themselves where they are few, else as many as a curve has, from the least to the largest.</summary>
    private static double[] Places(double[] x)
    {
        double[] values = [.. x.Distinct().Order()];
        return values.Length <= CurvePoints ? values
            : [.. Enumerable.Range(0, CurvePoints).Select(i => values[0] + ((values[^1] - values[0]) * i / (CurvePoints - 1)))];
    }

    private static double Between(double[] places, IReadOnlyList<double> means, double x)
    {
        var right = Array.BinarySearch(places, x);
        if (right >= 0)
            return means[right];
        right = Math.Clamp(~right, 1, places.Length - 1);
        var share = (x - places[right - 1]) / (places[right] - places[right - 1]);
        return means[right - 1] + (share * (means[right] - means[right - 1]));
    }

    private double Position(int point, int group) => point + (Dodge * ((group + 0.5) / _by.Count - 0.5));

    private string Name(int group) => _by.IsOne ? "Model" : $"{_by.Name} {_by.Labels[group]}";

    private static string Interval(Predictions p, int i) =>
        $"{NumberFormat.Significant(p.Estimate[i], 3)} ({NumberFormat.Significant(p.Lower[i], 3)} to "
        + $"{NumberFormat.Significant(p.Upper[i], 3)})";

    private (double Low, double High) Range(int group, int facet)
    {
        var values = Numbers;
        double[] own = [.. values.Where((_, row) => (!_by.IsFactor || _by.Of(row) == group)
            && (!_facet.IsFactor || _facet.Of(row) == facet))];
        return own.Length > 1 && own.Max() > own.Min() ? (own.Min(), own.Max()) : (values.Min(), values.Max());
    }
}
