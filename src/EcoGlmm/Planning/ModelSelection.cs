using System.Collections;
using EcoGlmm.Diagnostics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>What models are weighed by.</summary>
public enum SelectionCriterion
{
    /// <summary>Akaike's information criterion corrected for small samples.</summary>
    Aicc,

    /// <summary>Akaike's information criterion: for a new sample of groups.</summary>
    Aic,

    /// <summary>The Bayesian information criterion.</summary>
    Bic,

    /// <summary>
    /// Conditional AIC: for new rows of the same groups, with the effective number of coefficients. F. Vaida &amp; S. Blanchard (2005),
    /// Biometrika
    /// 92, 351-370, variances taken as known.
    /// </summary>
    ConditionalAic,
}

/// <summary>A model of a selection.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fit">The fit.</param>
/// <param name="ParameterCount">Parameters estimated.</param>
/// <param name="LogLikelihood">Maximised log-likelihood.</param>
/// <param name="Criterion">The criterion.</param>
/// <param name="Delta">Above the best; NaN for a fit that did not converge.</param>
/// <param name="Weight">Its share of exp(−Δ/2) over all models; zero for a fit that did not converge.</param>
public sealed record SelectedModel(string Name, GlmmFit Fit, int ParameterCount, double LogLikelihood, double Criterion, double Delta,
    double Weight)
{
    /// <summary>Conditional AIC.</summary>
    public double ConditionalAic { get; init; }

    /// <summary>The effective number of coefficients, fixed and random.</summary>
    public double EffectiveCoefficients { get; init; }
}

/// <summary>
/// Models of the same rows, weighed by an information criterion, the best first. A set of models is a set of hypotheses: think of them
/// first, since the best of very many fits the noise best.
/// </summary>
/// <remarks>K. Burnham &amp; D. Anderson (2002), Model Selection and Multimodel Inference. Immutable, and safe to share among
/// threads.</remarks>
public sealed class ModelSelection : IReadOnlyList<SelectedModel>, IRichDisplay, IResultTable
{
    private readonly SelectedModel[] _models;

    internal ModelSelection(IReadOnlyList<(string Name, GlmmFit Fit)> fits, SelectionCriterion criterion)
    {
        By = criterion;
        var drafts = fits.Select(f =>
        {
            var conditional = ConditionalAicOf(f.Fit);
            var value = criterion switch
            {
                SelectionCriterion.Aic => f.Fit.Aic,
                SelectionCriterion.Bic => f.Fit.Bic,
                SelectionCriterion.ConditionalAic => conditional.Aic,
                _ => f.Fit.Aicc,
            };
            return (f.Name, f.Fit, Value: f.Fit.Convergence.IsConverged ? value : double.NaN, Conditional: conditional);
        }).ToArray();
        var best = drafts.Where(d => !double.IsNaN(d.Value)).Select(d => d.Value).DefaultIfEmpty(double.NaN).Min();
        double Share(double value) => double.IsNaN(value) ? 0 : Math.Exp(-0.5 * (value - best));
        var total = drafts.Sum(d => Share(d.Value));
        _models = [.. drafts.OrderBy(d => double.IsNaN(d.Value) ? double.PositiveInfinity : d.Value).Select(d =>
            new SelectedModel(d.Name, d.Fit, d.Fit.ParameterCount, d.Fit.LogLikelihood, d.Value, d.Value - best, Share(d.Value) / total)
            {
                ConditionalAic = d.Conditional.Aic,
                EffectiveCoefficients = d.Conditional.Effective,
            })];
    }

    /// <summary>What models are weighed by.</summary>
    public SelectionCriterion By { get; }

    /// <summary>The model with the best criterion.</summary>
    public SelectedModel Best => _models[0];

    /// <inheritdoc/>
    public int Count => _models.Length;

    /// <inheritdoc/>
    public SelectedModel this[int index] => _models[index];

    /// <summary>A model by name.</summary>
    /// <exception cref="GlmmException">There is none of that name.</exception>
    public SelectedModel this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_models, m => m.Name == name)
                ?? throw new GlmmException($"There is no model \"{name}\"{NearestName.Suggestion(name, _models.Select(m => m.Name))}");
        }
    }

    /// <summary>Coefficients and predictions averaged over the models by their weights.</summary>
    public ModelAverage Average() => new(this);

    /// <summary>The table as data, one row a model.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["Name"] = Array.ConvertAll(_models, m => m.Name),
        ["Formula"] = Array.ConvertAll(_models, m => m.Fit.Formula),
        ["ParameterCount"] = Array.ConvertAll(_models, m => (double)m.ParameterCount),
        ["LogLikelihood"] = Array.ConvertAll(_models, m => m.LogLikelihood),
        ["Criterion"] = Array.ConvertAll(_models, m => m.Criterion),
        ["Delta"] = Array.ConvertAll(_models, m => m.Delta),
        ["Weight"] = Array.ConvertAll(_models, m => m.Weight),
        ["ConditionalAic"] = Array.ConvertAll(_models, m => m.ConditionalAic),
    });

    /// <inheritdoc/>
    public IEnumerator<SelectedModel> GetEnumerator() => ((IEnumerable<SelectedModel>)_models).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    private TableContent Table()
    {
        var lost = _models.Count(m => double.IsNaN(m.Delta));
        var content = new TableContent($"{_models.Length} models of {_models[0].Fit.ObservationCount} rows")
        {
            Note = (_models[0].Weight < 0.9 ? "No model has most of the weight: average, or report several. " : "") + (lost > 0
                ? $"{lost} did not converge." : "Conditional AIC is for new rows of the same groups."),
        }.Text("Model").Number("Parameters").Number("Log-likelihood").Number(By.ToString()).Number("Δ").Number("Weight")
        .Number("Conditional AIC");
        foreach (var m in _models)
        {
            content.Row(m.Name, NumberFormat.Count(m.ParameterCount), NumberFormat.Fixed(m.LogLikelihood, 2),
                NumberFormat.Fixed(m.Criterion, 1), NumberFormat.Fixed(m.Delta, 1),
                NumberFormat.Fixed(m.Weight, 3), NumberFormat.Fixed(m.ConditionalAic, 1));
        }

        return content;
    }

    /// <summary>−2 log f(y | b̂) + 2 (effective coefficients + other parameters of the distribution).</summary>
    private static (double Aic, double Effective) ConditionalAicOf(GlmmFit fit)
    {
        var model = fit.Estimate.Model;
        var observations = new Estimation.ObservationModel(model.Family, model.Y, model.Size, model.Weights, model.IsZeroInflated,
            model.HasConstantDispersion, 1);
        var predictors = Array.ConvertAll(fit.Estimate.Predictors, p => (double[]?)p?.Clone());
        if (fit.Estimate.IsProfiled && predictors[Estimation.LinearPredictor.Dispersion] is null)
        {
            predictors[Estimation.LinearPredictor.Dispersion] = [.. Enumerable.Repeat(Math.Log(fit.Sigma), fit.ObservationCount)];
        }

        var logDensity = observations.Evaluate(predictors, Families.DerivativeLevel.Value);
        var effective = RowLeverage.Of(fit).Sum();
        var others = fit.ParameterCount - fit.FixedEffects.Count(c => !double.IsNaN(c.Estimate) && !c.IsFixed)
            - fit.VarianceComponents.Count;
        return ((-2 * logDensity) + (2 * (effective + Math.Max(0, others))), effective);
    }
}
