using EcoGlmm.Data;
using EcoGlmm.Estimation;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>The chart of an effect: the mean response along a variable, with intervals and the data.</summary>
internal sealed class EffectFigure
{
    private const int CurvePoints = 80;
    private const int MostRows = 2000;
    private const double Dodge = 0.6;
    private readonly GlmmFit _fit;
    private readonly EffectCurve _curve;
    private readonly GridVariable _x;
    private readonly GridVariable? _by;
    private readonly double _level;
    private readonly bool _showData;
    private readonly (FieldColumn Column, string[] Labels) _groups;

    public EffectFigure(GlmmFit fit, string variable, string? by, RandomEffectsUse use, bool showData, double level)
    {
        if (use == RandomEffectsUse.Conditional)
            throw new GlmmException("An effect chart is of no known level: take RandomEffectsUse.Population (the typical level) or "
                + "Averaged (the population's mean).");
        (_fit, _level, _showData, Use) = (fit, level, showData, use);
        _curve = new EffectCurve(fit, use);
        _x = _curve.Variable(variable);
        _by = by is null ? null : _curve.Variable(by);
        if (_by == _x) throw new GlmmException($"\"{by}\" cannot be both the variable and the one that it is drawn by.");
        _groups = _by is null ? (_x.Points, [""]) : Groups(_by);
    }

    private RandomEffectsUse Use { get; }

    public Figure Draw()
    {
        var isFactor = _x.PointOfRow is not null;
        var traces = new List<PanelTrace>();
        if (_showData) traces.AddRange(Enumerable.Range(0, _groups.Labels.Length).Select(g => (PanelTrace)Data(g, isFactor)));
        traces.AddRange(Enumerable.Range(0, _groups.Labels.Length).Select(g => isFactor ? (PanelTrace)Levels(g) : Curve(g)));
        var held = _curve.HeldAt(_x.Name, _by?.Name ?? "").Select(h => $"{h.Name} = {NumberFormat.Significant(h.Value, 3)}").ToArray();
        var percent = NumberFormat.Significant(100 * _level);
        var whose = Use == RandomEffectsUse.Averaged ? "over the random effects"
            : _fit.Estimate.Model.HasGroups ? "for the typical level" : "of the model";
        return new Figure(_by is null ? $"Effect of {_x.Name}" : $"Effect of {_x.Name} by {_by.Name}", new Panel(null, traces)
        {
            XAxis = new Axis(_x.Name) { Categories = isFactor ? [.. Enumerable.Range(0, _x.Points.Length).Select(i => _x.Label(i))]
                : null },
            YAxis = ResponseTitle,
        })
        {
            Subtitle = $"Mean {whose} with {percent} % interval"
                + (held.Length > 0 ? $"; {string.Join(", ", held)}" : ""),
            PanelHeight = 380,
        };
    }

    private string ResponseTitle => _fit.Family.WeightRole == WeightRole.Trials
        ? $"Probability ({_fit.Specification.Response.Name})"
        : _fit.Specification.Response.Name;

    private string Colour(int group) => _by is null ? Palette.Blue : Palette.Colors[group % Palette.Colors.Count];

    private LineTrace Curve(int group)
    {
        var values = ColumnConversion.Numbers(_x.Training);
        var (low, high) = Range(values, group);
        double[] x = [.. Enumerable.Range(0, CurvePoints).Select(i => low + ((high - low) * i / (CurvePoints - 1)))];
        var p = Predict(new NumericColumn(_x.Name, x), group);
        return new LineTrace(x, p.Estimate)
        {
            Name = Name(group),
            ShowInLegend = _by is not null,
            Color = Colour(group),
            Width = 2.5,
            Lower = p.Lower,
            Upper = p.Upper,
            Text = [.. x.Select((v, i) => $"{_x.Name} = {NumberFormat.Significant(v, 3)}\n{Interval(p, i)}")],
        };
    }

    private PointTrace Levels(int group)
    {
        var n = _x.Points.Length;
        var p = Predict(_x.Points, group);
        return new PointTrace([.. Enumerable.Range(0, n).Select(i => Position(i, group))], p.Estimate)
        {
            Name = Name(group),
            ShowInLegend = _by is not null,
            Color = Colour(group),
            Size = 11,
            YLower = p.Lower,
            YUpper = p.Upper,
            Text = [.. Enumerable.Range(0, n).Select(i => $"{_x.Label(i)}\n{Interval(p, i)}")],
        };
    }

    private Predictions Predict(FieldColumn x, int group)
    {
        var held = new List<(GridVariable, FieldColumn)> { (_x, x) };
        if (_by is not null) held.Add((_by, _groups.Column.Take([.. Enumerable.Repeat(group, x.Length)])));
        return _curve.At(held, _level);
    }

    /// <summary>The data of a group, thinned where there are very many, those of factor levels spread sideways.</summary>
    private PointTrace Data(int group, bool isFactor)
    {
        const double goldenRatio = 0.6180339887498949;
        var rows = Enumerable.Range(0, _curve.Rows.RowCount).Where(row => GroupOf(row) == group).ToArray();
        var step = Math.Max(1, (rows.Length + MostRows - 1) / MostRows);
        rows = [.. rows.Where((_, i) => i % step == 0)];
        var numbers = isFactor ? null : ColumnConversion.Numbers(_x.Training);
        var width = (isFactor ? 0.5 : 0) / _groups.Labels.Length;
        return new PointTrace(
            [.. rows.Select((row, i) => numbers?[row] ?? (Position(_x.PointOfRow![row], group)
                + (width * (((i * goldenRatio) % 1) - 0.5))))],
            [.. rows.Select(row => _fit.Observed(row))])
        {
            Name = "Data",
            Color = _by is null ? Palette.Ink : Colour(group),
            Size = 4.5,
            Opacity = Math.Clamp(60.0 / Math.Max(1, rows.Length), 0.18, 0.5),
            Text = [.. rows.Select(row => $"Row {_fit.Specification.Rows[row] + 1}\n{_fit.Specification.Response.Name} = "
                + $"{NumberFormat.Significant(_fit.Observed(row))}")],
        };
    }

    private double Position(int point, int group) => point + (Dodge * ((group + 0.5) / _groups.Labels.Length - 0.5));

    private string Name(int group) => _by is null ? "Model" : $"{_by.Name} {_groups.Labels[group]}";

    private static string Interval(Predictions p, int i) =>
        $"{NumberFormat.Significant(p.Estimate[i], 3)} ({NumberFormat.Significant(p.Lower[i], 3)} to "
        + $"{NumberFormat.Significant(p.Upper[i], 3)})";

    private (double Low, double High) Range(double[] values, int group)
    {
        var own = _by?.PointOfRow is null ? values : [.. values.Where((_, row) => GroupOf(row) == group)];
        return own.Length > 1 && own.Max() > own.Min() ? (own.Min(), own.Max()) : (values.Min(), values.Max());
    }

    /// <summary>The levels of a factor; a covariate at its mean and a standard deviation below and above.</summary>
    private (FieldColumn, string[]) Groups(GridVariable by)
    {
        if (by.PointOfRow is not null) return (by.Points, [.. Enumerable.Range(0, by.Points.Length).Select(i => by.Label(i))]);
        var values = ColumnConversion.Numbers(by.Training);
        var mean = values.Average();
        var sd = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        double[] points = [mean - sd, mean, mean + sd];
        return (new NumericColumn(by.Name, points), Array.ConvertAll(points, v => "= " + NumberFormat.Significant(v, 3)));
    }

    private int GroupOf(int row)
    {
        if (_by is null) return 0;
        if (_by.PointOfRow is { } point) return point[row];
        var value = ((NumericColumn)_by.Training).Values[row];
        var centres = ((NumericColumn)_groups.Column).Values;
        return Enumerable.Range(0, centres.Length).MinBy(g => Math.Abs(centres[g] - value));
    }
}
