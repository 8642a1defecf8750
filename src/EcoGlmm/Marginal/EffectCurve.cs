using EcoGlmm.Data;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>
/// The mean response along one variable, zero inflation included: other covariates at their means, other factors averaged in
/// proportion to how often their levels occur together.
/// </summary>
internal sealed class EffectCurve
{
    private const int MostCells = 20_000;
    private readonly GlmmFit _fit;
    private readonly RandomEffectsUse _use;
    private readonly List<GridVariable> _variables;

    public EffectCurve(GlmmFit fit, RandomEffectsUse use)
    {
        _fit = fit;
        _use = use;
        Rows = fit.Data.Take(fit.Specification.Rows);
        var specification = fit.Specification;
        _variables = [.. new[] { specification.Conditional, specification.ZeroInflation, fit.Family is { HasShiftedMean: true,
            HasDispersion: true } ? specification.Dispersion : null }
            .Where(d => d is not null).SelectMany(d => GridVariable.Of(d!, Rows)).DistinctBy(v => v.Name)];
    }

    /// <summary>The data, rows of the fit only.</summary>
    public FieldData Rows { get; }

    /// <summary>Covariates and the means that they are held at.</summary>
    public IEnumerable<(string Name, double Value)> HeldAt(params string[] shown) => _variables
        .Where(v => !shown.Contains(v.Name) && v.Points is NumericColumn { Length: 1 })
        .Select(v => (v.Name, ((NumericColumn)v.Points).Values[0]));

    /// <summary>The same in words, "age = 3.2"; what is rounding beside the covariate's values, as the mean of a centred one, is
    /// zero.</summary>
    public string[] HeldWords(params string[] shown) => [.. HeldAt(shown).Select(h =>
    {
        var largest = ColumnConversion.Numbers(_variables.Find(v => v.Name == h.Name)!.Training).Max(Math.Abs);
        var value = Math.Abs(h.Value) < Rounding * largest ? 0 : h.Value;
        return $"{h.Name} = {NumberFormat.Significant(value, 3)}";
    })];

    /// <summary>A mean of values that are this many times as large is the rounding of their sum.</summary>
    private const double Rounding = 1e-12;

    /// <exception cref="GlmmException">The fixed effects have no such variable.</exception>
    public GridVariable Variable(string name) => _variables.Find(v => v.Name == name)
        ?? throw new GlmmException($"\"{name}\" is not among the variables of the fixed effects, which are "
            + $"{Names.List([.. _variables.Select(v => v.Name)])}{Groups()}"
            + NearestName.Suggestion(name, _variables.Select(v => v.Name).Concat(_fit.Groups.Select(g => g.Group))));

    private string Groups() => _fit.Groups.Count == 0 ? ""
        : $" (By and Facet take the grouping factors too: {Names.List([.. _fit.Groups.Select(g => g.Group).Distinct()])})";

    /// <summary>Means with intervals where the variables given are held at pairs of values.</summary>
    /// <param name="held">Variables and, for each, the column of their values; one entry a point.</param>
    /// <param name="level">Coverage.</param>
    public Predictions At(IReadOnlyList<(GridVariable Variable, FieldColumn Values)> held, double level)
    {
        var n = held[0].Values.Length;
        var others = _variables.Where(v => v.Points.Length > 1 && held.All(h => h.Variable != v) && v.PointOfRow is not null).ToArray();
        var cells = Enumerable.Range(0, Rows.RowCount).Select(row => string.Join(' ', others.Select(v => v.PointOfRow![row])))
            .GroupBy(key => key).Select(g => (Points: g.Key.Length == 0 ? [] : Array.ConvertAll(g.Key.Split(' '), int.Parse),
                Share: g.Count() / (double)Rows.RowCount))
            .OrderByDescending(c => c.Share).Take(Math.Max(1, MostCells / n)).ToArray();
        var total = cells.Sum(c => c.Share);
        int[] point = [.. Enumerable.Range(0, n * cells.Length).Select(i => i / cells.Length)];
        var columns = _variables.ConvertAll(v =>
        {
            var at = held.FirstOrDefault(h => h.Variable == v).Values;
            if (at is not null) return at.Take(point);
            var k = Array.IndexOf(others, v);
            return v.Points.Take([.. Enumerable.Range(0, point.Length).Select(i => k < 0 ? 0 : cells[i % cells.Length].Points[k])]);
        });
        var predictor = _fit.Predictor();
        var response = new MeanResponse(predictor, _fit.Estimate, predictor.Parts(Table(columns, point.Length), _use, true), _use,
            PredictionScale.Response);
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var (value, error, lower, upper) = (new double[n], new double[n], new double[n], new double[n]);
        var gradient = new double[_fit.Estimate.Model.ParameterCount];
        var curves = _fit.Estimate.Model.HasCurves ? new double[_fit.Estimate.System.EffectCount] : null;
        for (var i = 0; i < n; i++)
        {
            Array.Clear(gradient);
            if (curves is not null) Array.Clear(curves);
            for (var c = 0; c < cells.Length; c++)
            {
                var row = (i * cells.Length) + c;
                value[i] += cells[c].Share / total * response.MoveTo(row);
                response.AddGradient(row, cells[c].Share / total, gradient);
                if (curves is not null) response.AddEffects(cells[c].Share / total, curves);
            }

            error[i] = Math.Sqrt(MeanResponse.Variance(_fit.Estimate, gradient, curves));
            (lower[i], upper[i]) = response.Interval(value[i], z * error[i]);
        }

        return new Predictions(value, error, lower, upper, level, 0);
    }

    /// <summary>Random slopes may be of columns that are not among the fixed effects: those are at their means.</summary>
    private FieldData Table(List<FieldColumn> columns, int rows)
    {
        if (_use == RandomEffectsUse.Averaged)
        {
            foreach (var name in _fit.Specification.Conditional.VariableNames.Concat(_fit.Specification.ZeroInflation?.VariableNames
                ?? []).Distinct())
            {
                if (columns.Exists(c => c.Name == name) || !Rows.TryGetColumn(name, out var column)) continue;
                columns.Add(column is NumericColumn numbers
                    ? new NumericColumn(name, [.. Enumerable.Repeat(numbers.Values.Average(), rows)]) : column.Take(new int[rows]));
            }
        }

        if (columns.Count == 0) throw new GlmmException("The model has no fixed effects to draw.");
        return new FieldData(columns);
    }
}
