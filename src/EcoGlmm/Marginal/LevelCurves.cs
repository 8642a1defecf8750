using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>
/// The chart of an effect with a curve for each level of a grouping factor: its conditional prediction, shrunken as the model says,
/// over the values that the level was seen at; the typical level's curve with its interval on top.
/// </summary>
internal sealed class LevelCurves
{
    private const int CurvePoints = 40;

    /// <summary>More levels than there are colours are drawn in grey, and named on hover.</summary>
    private static readonly int MostColours = Palette.Colors.Count;

    private readonly GlmmFit _fit;
    private readonly EffectCurve _curve;
    private readonly GridVariable _x;
    private readonly string _group;
    private readonly bool _showData;
    private readonly double _level;
    private readonly string?[] _levelOfRow;
    private readonly string[] _levels;

    /// <param name="fit">The model.</param>
    /// <param name="variable">The variable of the fixed effects along which curves are drawn.</param>
    /// <param name="group">The grouping factor.</param>
    /// <param name="showData">Whether to draw the data.</param>
    /// <param name="level">Coverage of the typical level's interval.</param>
    public LevelCurves(GlmmFit fit, string variable, string group, bool showData, double level)
    {
        (_fit, _group, _showData, _level) = (fit, group, showData, level);
        _curve = new EffectCurve(fit, RandomEffectsUse.Population);
        _x = _curve.Variable(variable);
        _levelOfRow = Labels(_curve.Rows, group);
        _levels = [.. _levelOfRow.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether a name is that of a grouping factor that is a column of the data, and no fixed effect.</summary>
    public static bool AreOf(GlmmFit fit, string name) => fit.Groups.Any(g => g.Group == name) && fit.Data.ColumnNames.Contains(name)
        && !fit.Specification.Conditional.FixedVariableNames.Contains(name);

    public Figure Draw()
    {
        bool isFactor = _x.PointOfRow is not null, isColoured = _levels.Length <= MostColours;
        var traces = new List<PanelTrace>();
        if (_showData)
            traces.AddRange(_levels.Select((_, g) => (PanelTrace)Data(g, isColoured)));
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
        var at = 0;
        foreach (var (g, x, _) in xs)
        {
            var y = estimate[at..(at += x.Length)];
            string[] text = [.. x.Select((v, i) => $"{_group} {_levels[g]}\n{Shown(v)}: {NumberFormat.Significant(y[i], 3)}")];
            if (x.Length == 1)
            {
                // A level that was seen at one value has no curve, but its mean there is known.
                traces.Add(new PointTrace(x, y)
                {
                    Name = $"{_group} {_levels[g]}",
                    ShowInLegend = isColoured,
                    Color = isColoured ? Palette.Colors[g] : Palette.Ink,
                    Opacity = isColoured ? 0.9 : OpacityOfMany,
                    Symbol = MarkerSymbol.Diamond,
                    Size = 8,
                    Text = text,
                });
                continue;
            }

            traces.Add(new LineTrace(x, y)
            {
                Name = $"{_group} {_levels[g]}",
                ShowInLegend = isColoured,
                Color = isColoured ? Palette.Colors[g] : Palette.Ink,
                Opacity = isColoured ? 0.9 : OpacityOfMany,
                Width = isColoured ? 1.8 : 1.2,
                Text = text,
            });
        }

        traces.Add(Typical(isFactor, numbers));
        var held = _curve.HeldAt(_x.Name).Select(h => $"{h.Name} = {NumberFormat.Significant(h.Value, 3)}").ToArray();
        return new Figure($"Effect of {_x.Name} for each {_group}", new Panel(null, traces)
        {
            XAxis = new Axis(_x.Name) { Categories = isFactor ? [.. Enumerable.Range(0, _x.Points.Length).Select(i => _x.Label(i))]
                : null },
            YAxis = _fit.Family.WeightRole == WeightRole.Trials ? $"Probability ({_fit.Specification.Response.Name})"
            : _fit.Specification.Response.Name,
        })
        {
            Subtitle = $"Conditional means of {_levels.Length} levels, shrunken towards the typical one (thick, with "
                + $"{NumberFormat.Significant(100 * _level)} % interval)"
                + (held.Length > 0 ? $"; {string.Join(", ", held)}" : "") + (OtherFactors().Any()
                    ? "; other factors as most often in the level" : ""),
            PanelHeight = 400,
        };
    }

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
        foreach (var (name, value) in _curve.HeldAt(_x.Name))
            table = table.With(name, Enumerable.Repeat(value, row.Length));
        table = _x.PointOfRow is null
            ? table.With(_x.Name, curves.SelectMany(c => c.X))
            : table.With(_x.Name, curves.SelectMany(c => c.X.Select(p => (string?)_x.Label((int)p))));
        foreach (var (other, _) in _fit.Groups.DistinctBy(g => g.Group).Where(g => g.Group != _group && rows.ColumnNames.Contains(g.Group)
            && !_fit.Specification.Conditional.FixedVariableNames.Contains(g.Group)))
        {
            // A level that the model has not seen has a random effect of zero.
            table = table.With(other, Enumerable.Repeat<string?>("(typical)", row.Length));
        }

        return _fit.Predict(table).Estimate.ToArray();
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
        var p = _curve.At([(_x, isFactor ? _x.Points : new NumericColumn(_x.Name, x))], _level);
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

    private PointTrace Data(int level, bool isColoured)
    {
        var rows = RowsOf(level);
        var numbers = _x.PointOfRow is null ? ColumnConversion.Numbers(_x.Training) : null;
        return new PointTrace([.. rows.Select(r => numbers?[r] ?? _x.PointOfRow![r])], [.. rows.Select(r => _fit.Observed(r))])
        {
            Name = "Data",
            Color = isColoured ? Palette.Colors[level] : Palette.Ink,
            Size = 4,
            Opacity = Math.Clamp(100.0 / _levelOfRow.Length, 0.1, 0.5),
            Text = [.. rows.Select(r => $"{_group} {_levels[level]}\n{_fit.Specification.Response.Name} = "
                + $"{NumberFormat.Significant(_fit.Observed(r))}")],
        };
    }

    private static string?[] Labels(FieldData rows, string group) => rows.TryGetColumn(group, out var column)
        ? [.. Enumerable.Range(0, rows.RowCount).Select(column.TextAt)]
        : throw new GlmmException($"The grouping factor \"{group}\" is made from several columns, so that no column names its levels.");
}
