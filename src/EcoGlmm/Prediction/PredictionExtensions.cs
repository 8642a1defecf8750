using EcoGlmm.Model;
using EcoGlmm.Prediction;

namespace EcoGlmm;

/// <summary>Predictions from a fit, and a figure of its random effects.</summary>
public static class PredictionExtensions
{
    /// <summary>
    /// Predictions with standard errors and intervals. For ordered categories the response scale is the expected category
    /// number, from 1 (<see cref="PredictProbabilities"/> has the categories), and the link scale xβ, to be held against the
    /// thresholds.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="newData">Rows to predict for, with the columns of the model; the rows used in the fit when null.</param>
    /// <param name="scale">Scale of the estimates; intervals are made on the link scale and transformed.</param>
    /// <param name="randomEffects">
    /// Conditional: with the random effects of the row's levels; a level that was not in the data gets the mean of zero, with its
    /// variance in the standard error. Population: with all random effects at zero (the typical level). Averaged: integrated over
    /// the distribution of the random effects (the population's mean; on the link scale the link of that mean), with the
    /// uncertainty of the variances where the fit has it; grouping columns need not be in new data.
    /// </param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <param name="randomTerms">
    /// The random terms whose effects count in, by grouping factor ("site") or as written ("(1 | site)"), in all parts; others are at zero,
    /// for Conditional predictions. All when null. lme4's re.form = ~ (1 | site).
    /// </param>
    /// <returns>One entry a row; NaN where a variable is missing.</returns>
    /// <exception cref="GlmmException">A column is missing, or a factor has a level that the model has not seen.</exception>
    public static Predictions Predict(this GlmmFit fit, FieldData? newData = null, PredictionScale scale = PredictionScale.Response,
        RandomEffectsUse randomEffects = RandomEffectsUse.Conditional, double level = 0.95, IReadOnlyList<string>? randomTerms = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        if (scale == PredictionScale.ZeroProbability && !fit.Estimate.Model.IsZeroInflated)
            throw new GlmmException("The model has no zero inflation, so that no zero is structural.");
        if (randomTerms is not null && randomEffects != RandomEffectsUse.Conditional)
            throw new GlmmException("Random terms are chosen for predictions with their effects: leave randomEffects at "
                + "RandomEffectsUse.Conditional.");
        return fit.Predictor().Predict(newData, scale, randomEffects, CoverageLevel.Checked(level), randomTerms is null
            ? null : ChosenTerms.Of(fit, randomTerms));
    }

    /// <summary>Predictions for the rows of any table that <see cref="FieldData.From(object)"/> takes: records, a DataFrame, a dictionary
    /// of
    /// columns …</summary>
    /// <inheritdoc cref="Predict(GlmmFit, FieldData?, PredictionScale, RandomEffectsUse, double, IReadOnlyList{string}?)"/>
    public static Predictions Predict(this GlmmFit fit, object newData, PredictionScale scale = PredictionScale.Response,
        RandomEffectsUse randomEffects = RandomEffectsUse.Conditional, double level = 0.95, IReadOnlyList<string>? randomTerms = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(newData);
        return fit.Predict(FieldData.From(newData), scale, randomEffects, level, randomTerms);
    }

    /// <summary>
    /// Covariance of the effects of one level of a grouping factor given the data and the parameters, all of its random terms together, in
    /// the order of their effects. lme4's condVar, glmmTMB's.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping factor.</param>
    /// <param name="level">The level.</param>
    /// <param name="part">The part of the model.</param>
    /// <exception cref="GlmmException">There is no such grouping factor or level.</exception>
    public static LevelCovariance LevelCovariance(this GlmmFit fit, string group, string level, ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(level);
        ArgumentNullException.ThrowIfNull(fit);
        return EcoGlmm.LevelCovariance.Of(fit, group, level, part);
    }

    /// <summary>The probability of each category, for a model of ordered categories (<see cref="Family.Cumulative"/>).</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="newData">The rows to predict; those used for the fit when null.</param>
    /// <param name="randomEffects">Whether the random effects of known levels count in.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <returns>[row][category], with standard errors and intervals.</returns>
    /// <exception cref="GlmmException">The model is not one of ordered categories.</exception>
    public static CategoryPredictions PredictProbabilities(this GlmmFit fit, FieldData? newData = null,
        RandomEffectsUse randomEffects = RandomEffectsUse.Conditional, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        if (!fit.Family.HasThresholds)
        {
            throw new GlmmException("Probabilities of categories need a model of ordered categories, Family.Cumulative(), not "
                + $"{fit.Family.Name}. Predict() gives what this family has.");
        }

        return fit.Predictor().PredictProbabilities(newData, randomEffects, CoverageLevel.Checked(level));
    }

    /// <summary>The probability of each category for the rows of any table that <see cref="FieldData.From(object)"/> takes.</summary>
    /// <inheritdoc cref="PredictProbabilities(GlmmFit, FieldData?, RandomEffectsUse, double)"/>
    public static CategoryPredictions PredictProbabilities(this GlmmFit fit, object newData,
        RandomEffectsUse randomEffects = RandomEffectsUse.Conditional, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(newData);
        return fit.PredictProbabilities(FieldData.From(newData), randomEffects, level);
    }

    /// <summary>
    /// A caterpillar chart: conditional modes of a grouping factor, sorted, with intervals, each joined to the estimate that its
    /// own rows alone would give (no pooling), which shows how far it was shrunk.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping factor; may be left out where the part has one alone.</param>
    /// <param name="part">The part of the model.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The part has no such grouping factor, or several of which none is named.</exception>
    public static Figure PlotRandomEffects(this GlmmFit fit, string? group = null, ModelPart part = ModelPart.Conditional,
        double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        string[] groups = [.. fit.RandomEffects.Where(modes => modes.Part == part).Select(modes => modes.Group).Distinct()];
        if (group is null && groups.Length != 1)
        {
            throw new GlmmException(groups.Length == 0 ? "The model has no random effects to plot."
                : $"The model has several grouping factors: plot {Text.Names.List([.. groups.Select(g => $"\"{g}\"")])}, one at a time.");
        }

        return CaterpillarFigure.Draw(fit, group ?? groups[0], part, CoverageLevel.Checked(level));
    }

    /// <summary>What predicts from a fit, made once for each.</summary>
    internal static FittedPredictor Predictor(this GlmmFit fit) => fit.Derived(f => new FittedPredictor(f.Specification,
        f.Estimate, f.Data));
}
