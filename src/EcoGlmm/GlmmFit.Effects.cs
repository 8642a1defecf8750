using EcoGlmm.Data;
using EcoGlmm.Marginal;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm;

public sealed partial class GlmmFit
{
    internal FittedPredictor Predictor => _predictor.Value;

    /// <summary>
    /// Estimated marginal means on the reference grid: all combinations of factor levels, covariates at their means (both values
    /// of one that has two), random effects at zero. R's emmeans.
    /// </summary>
    /// <param name="variables">
    /// The variables to keep: "Food", "Food * Sex"; "Food | Sex" compares levels of Food within those of Sex; "1" for the
    /// overall mean.
    /// </param>
    /// <param name="scale">Averages are taken on the link scale; Response transforms them back.</param>
    /// <param name="weights">How the levels of other factors are weighed.</param>
    /// <param name="at">Values to put covariates at, instead of their means.</param>
    /// <param name="part">The part of the model.</param>
    /// <param name="degrees">Where degrees of freedom come from.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">A variable is not in the fixed effects of that part.</exception>
    public MarginalMeans MarginalMeans(string variables, PredictionScale scale = PredictionScale.Response, GridWeights weights = GridWeights.Equal,
        IReadOnlyDictionary<string, double[]>? at = null, ModelPart part = ModelPart.Conditional,
        DenominatorDegrees degrees = DenominatorDegrees.Infinite, double level = 0.95) =>
        Family.HasThresholds && part == ModelPart.Conditional && scale == PredictionScale.Response
            ? throw new GlmmException("Marginal means of ordered categories are on the link scale (PredictionScale.Link), where their contrasts are; for categories see PredictProbabilities, for mean scores Standardise.")
            : new(this, new ReferenceGrid(this, part, at), GridSpecification.Parse(variables), scale, weights, null, degrees, CheckedLevel(level));

    /// <summary>
    /// Slopes of the linear predictor along a covariate, on the reference grid, for each level of other variables. R's emtrends.
    /// </summary>
    /// <param name="covariate">The covariate.</param>
    /// <param name="by">Variables to keep, as for <see cref="MarginalMeans"/>; null for the slope averaged over all.</param>
    /// <param name="weights">How the levels of other factors are weighed.</param>
    /// <param name="at">Values to put covariates at, instead of their means: for curves the slope depends on where it is taken.</param>
    /// <param name="part">The part of the model.</param>
    /// <param name="degrees">Where degrees of freedom come from.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <returns>The slopes, which <see cref="EcoGlmm.MarginalMeans.Contrasts"/> compares.</returns>
    /// <exception cref="GlmmException">A variable is not in the fixed effects of that part, or the covariate is categorical.</exception>
    public MarginalMeans Trends(string covariate, string? by = null, GridWeights weights = GridWeights.Equal,
        IReadOnlyDictionary<string, double[]>? at = null, ModelPart part = ModelPart.Conditional,
        DenominatorDegrees degrees = DenominatorDegrees.Infinite, double level = 0.95)
    {
        var grid = new ReferenceGrid(this, part, at);
        return new MarginalMeans(this, grid, GridSpecification.Parse(by ?? "1"), PredictionScale.Link, weights, Numeric(grid.Variable(covariate)), degrees, CheckedLevel(level));
    }

    /// <summary>
    /// The mean response over the rows of the sample if a variable were at each of its levels in all of them (standardisation,
    /// g-computation), with differences on the response scale.
    /// </summary>
    /// <param name="variable">A factor, or a covariate with <paramref name="at"/>.</param>
    /// <param name="at">Values of a covariate.</param>
    /// <param name="randomEffects">
    /// Averaged: effects for the population. Population: for the typical level. Conditional: for the very levels in the data.
    /// </param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The variable is not in the fixed effects, or is a covariate without values to compare.</exception>
    public StandardisedMeans Standardise(string variable, IReadOnlyList<double>? at = null,
        RandomEffectsUse randomEffects = RandomEffectsUse.Averaged, double level = 0.95) =>
        new(this, variable, at, randomEffects, CheckedLevel(level));

    /// <summary>The average over the rows of the sample of the slope of the mean response along a covariate (average marginal effect).</summary>
    /// <param name="covariate">The covariate.</param>
    /// <param name="randomEffects">As for <see cref="Standardise"/>.</param>
    /// <param name="level">Coverage of the interval.</param>
    /// <returns>The slope in units of the response for one unit of the covariate.</returns>
    /// <exception cref="GlmmException">The covariate is not in the fixed effects, or is categorical.</exception>
    public AverageEffect AverageSlope(string covariate, RandomEffectsUse randomEffects = RandomEffectsUse.Averaged, double level = 0.95)
    {
        var average = new SampleAverage(this, covariate, randomEffects);
        var values = ColumnConversion.Numbers(Numeric(average.Variable).Training);
        var step = 1e-4 * Math.Max(1e-8, values.Max() - values.Min());
        SampleAverage.Result Moved(double by) => average.At(new NumericColumn(covariate, Array.ConvertAll(values, v => v + by)));
        return StandardisedMeans.Effect(covariate, this, Moved(step).Minus(Moved(-step), 2 * step), SpecialFunctions.NormalQuantile(0.5 + (CheckedLevel(level) / 2)));
    }

    private static GridVariable Numeric(GridVariable variable) => variable is { IsFactor: false, Training: not CategoricalColumn }
        ? variable
        : throw new GlmmException($"\"{variable.Name}\" is categorical, so that it has no slope. Compare its levels with MarginalMeans(\"{variable.Name}\").");

    private static double CheckedLevel(double level) => level > 0 && level < 1
        ? level
        : throw new GlmmException($"The level of an interval lies between 0 and 1, for example 0.95, not {level}.");
}
