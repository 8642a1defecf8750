using EcoGlmm.Formulas;
using EcoGlmm.Model;

namespace EcoGlmm;

public static partial class Glmm
{
    /// <summary>Fits a set of named models to the same rows and weighs them. The set is what you ask for: never all subsets.</summary>
    /// <param name="models">Name and formula of each.</param>
    /// <param name="data">The observations; rows that lack a variable of any of the models are left out of all.</param>
    /// <param name="family">Gaussian when null.</param>
    /// <param name="options">Options of all fits; by maximum likelihood, so that models with different fixed effects can be
    /// compared.</param>
    /// <param name="criterion">What they are weighed by.</param>
    /// <param name="cancellationToken">Stops the fits.</param>
    /// <exception cref="GlmmException">There is no model, two have one name, REML is asked for, or a model cannot be fitted.</exception>
    public static ModelSelection Select(IEnumerable<(string Name, string Formula)> models, object data, Family? family = null,
        GlmmOptions? options = null,
        SelectionCriterion criterion = SelectionCriterion.Aicc, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new GlmmOptions();
        var set = models.ToArray();
        if (set.Length == 0)
            throw new GlmmException("There is no model to select from: name some, [(\"null\", \"y ~ 1 + (1 | g)\"), (\"age\", \"y ~ age + "
                + "(1 | g)\")].");
        if (set.Select(m => m.Name).Distinct().Count() < set.Length)
            throw new GlmmException("Two models have the same name. Give each its own.");
        if (options.Reml) throw new GlmmException("Criteria of REML fits with different fixed effects do not compare. Leave Reml out.");
        var table = FieldData.From(data);
        var rows = set.Select(m => (IEnumerable<int>)ModelSpecification.Create(m.Formula, options.ZeroInflation, options.Dispersion,
            options.Weights, options.Offset, options.Contrasts, table,
            hasThresholds: family?.HasThresholds == true).Rows).Aggregate((a, b) => a.Intersect(b)).ToArray();
        if (rows.Length == 0) throw new GlmmException("No row has a value for every variable of all models. Leave the worst variable out.");
        using var live = LiveProgress.Start("Fitting the models", set.Length, cancellation: cancellationToken);
        var used = rows.Length == table.RowCount ? table : table.Take(rows);
        return new ModelSelection(Planning.RelatedFits.Of(set, used, family ?? Family.Gaussian(), options, live), criterion);
    }

    /// <summary>Weighs fits that there are already.</summary>
    /// <param name="fits">Fits to the same response on the same rows, with a name for each.</param>
    /// <exception cref="GlmmException">The fits are not comparable.</exception>
    public static ModelSelection Select(params (string Name, GlmmFit Fit)[] fits)
    {
        _ = Compare(fits);
        return new ModelSelection(fits, SelectionCriterion.Aicc);
    }

    /// <summary>Coefficients and predictions averaged over fits by their weights (AICc).</summary>
    /// <param name="fits">Fits to the same response on the same rows, with a name for each.</param>
    /// <exception cref="GlmmException">The fits are not comparable, or none converged.</exception>
    public static ModelAverage Average(params (string Name, GlmmFit Fit)[] fits) =>
        Select(fits) is var selection && selection.Any(m => m.Weight > 0) ? selection.Average()
        : throw new GlmmException("None of the models converged, which leaves nothing to average.");
}
