using System.Collections;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A coefficient averaged over models.</summary>
/// <param name="Name">The coefficient.</param>
/// <param name="Estimate">Averaged over all models, zero where it is not in one.</param>
/// <param name="StandardError">Unconditional: with the differences between models.</param>
/// <param name="Lower">Lower end of the 95 % interval.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Importance">The weight of the models that have it.</param>
/// <param name="ConditionalEstimate">Averaged over the models that have it.</param>
public sealed record AveragedCoefficient(string Name, double Estimate, double StandardError, double Lower, double Upper, double Importance,
    double ConditionalEstimate);

/// <summary>
/// Coefficients and predictions averaged over models by their weights. Predictions average well; a coefficient means something only if it
/// means the same in every model (no interactions in some, the same other covariates).
/// </summary>
/// <remarks>K. Burnham &amp; D. Anderson (2002), sections 4.2 and 4.3, equation 4.9; B. Cade (2015), Ecology 96, 2370-2382, on the warning.
/// Immutable, and safe to share among threads.</remarks>
public sealed class ModelAverage : IReadOnlyList<AveragedCoefficient>, IRichDisplay, IResultTable
{
    private const double Z = 1.959963984540054;
    private readonly (GlmmFit Fit, double Weight)[] _models;
    private readonly AveragedCoefficient[] _rows;

    internal ModelAverage(ModelSelection selection)
    {
        _models = [.. selection.Where(m => m.Weight > 0).Select(m => (m.Fit, m.Weight))];
        _rows = [.. _models.SelectMany(m => m.Fit.FixedEffects.Where(c => !double.IsNaN(c.Estimate)).Select(c => c.Name)).Distinct()
            .Select(name =>
        {
            (double Estimate, double Error, double Weight, bool Has)[] own = [.. _models.Select(m => m.Fit.FixedEffects.Contains(name)
                && m.Fit.FixedEffects[name] is { Estimate: not double.NaN } c
                ? (c.Estimate, c.StandardError, m.Weight, true) : (0, 0, m.Weight, false))];
            var estimate = own.Sum(o => o.Weight * o.Estimate);
            var error = own.Sum(o => o.Weight * Math.Sqrt((o.Error * o.Error) + Math.Pow(o.Estimate - estimate, 2)));
            var importance = own.Where(o => o.Has).Sum(o => o.Weight);
            return new AveragedCoefficient(name, estimate, error, estimate - (Z * error), estimate + (Z * error), importance,
                estimate / importance);
        })];
    }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public AveragedCoefficient this[int index] => _rows[index];

    /// <summary>A coefficient by name.</summary>
    /// <exception cref="GlmmException">No model has it.</exception>
    public AveragedCoefficient this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_rows, r => r.Name == name)
                ?? throw new GlmmException($"No model has a coefficient "
                    + $"\"{name}\"{NearestName.Suggestion(name, _rows.Select(r => r.Name))}");
        }
    }

    /// <summary>Predictions averaged over the models, with the differences between models in their standard errors.</summary>
    /// <param name="newData">The rows to predict; those used when null.</param>
    /// <param name="scale">The scale on which they are averaged.</param>
    /// <param name="randomEffects">What is done with random effects.</param>
    /// <param name="level">Coverage of the intervals.</param>
    public Predictions Predict(FieldData? newData = null, PredictionScale scale = PredictionScale.Response,
        RandomEffectsUse randomEffects = RandomEffectsUse.Conditional, double level = 0.95)
    {
        var each = _models.Select(m => (m.Weight, P: m.Fit.Predict(newData, scale, randomEffects, level))).ToArray();
        var n = each[0].P.Estimate.Length;
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var (estimate, error, lower, upper) = (new double[n], new double[n], new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            estimate[i] = each.Sum(e => e.Weight * e.P.Estimate[i]);
            error[i] = each.Sum(e => e.Weight * Math.Sqrt(Math.Pow(e.P.StandardError[i], 2) + Math.Pow(e.P.Estimate[i] - estimate[i], 2)));
            (lower[i], upper[i]) = (estimate[i] - (z * error[i]), estimate[i] + (z * error[i]));
        }

        var widest = each.MaxBy(e => e.P.Shown.Count).P;
        return new Predictions(estimate, error, lower, upper, level, each.Max(e => e.P.UnseenLevelRows))
        {
            Rows = widest.Rows,
            Shown = widest.Shown,
            Beyond = widest.Beyond,
        };
    }

    /// <summary>Averaged predictions for the rows of any table that <see cref="FieldData.From(object)"/> takes.</summary>
    /// <inheritdoc cref="Predict(FieldData?, PredictionScale, RandomEffectsUse, double)"/>
    public Predictions Predict(object newData, PredictionScale scale = PredictionScale.Response,
        RandomEffectsUse randomEffects = RandomEffectsUse.Conditional, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(newData);
        return Predict(FieldData.From(newData), scale, randomEffects, level);
    }

    /// <summary>The coefficients as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["Name"] = Array.ConvertAll(_rows, r => r.Name),
        ["Estimate"] = Array.ConvertAll(_rows, r => r.Estimate),
        ["StandardError"] = Array.ConvertAll(_rows, r => r.StandardError),
        ["Lower"] = Array.ConvertAll(_rows, r => r.Lower),
        ["Upper"] = Array.ConvertAll(_rows, r => r.Upper),
        ["Importance"] = Array.ConvertAll(_rows, r => r.Importance),
        ["ConditionalEstimate"] = Array.ConvertAll(_rows, r => r.ConditionalEstimate),
    });

    /// <inheritdoc/>
    public IEnumerator<AveragedCoefficient> GetEnumerator() => ((IEnumerable<AveragedCoefficient>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    private TableContent Table()
    {
        var content = new TableContent($"Coefficients averaged over {_models.Length} models")
        {
            Note = "Zero where a model does not have it; read it only if it means the same in every model.",
        }.Text("").Number("Estimate").Number("Std. error").Number("Lower 95 %").Number("Upper 95 %").Number("Where it is in")
        .Number("Weight of models with it");
        var cells = NumberFormat.Column([.. _rows.SelectMany(r => new[] { r.Estimate, r.StandardError, r.Lower, r.Upper,
            r.ConditionalEstimate })], 3);
        for (var k = 0; k < _rows.Length; k++)
            content.Row([_rows[k].Name, .. cells[(5 * k)..((5 * k) + 5)], NumberFormat.Fixed(_rows[k].Importance, 3)]);
        return content;
    }
}
