using EcoGlmm.Data;
using EcoGlmm.Inference;
using EcoGlmm.Marginal;
using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm;

public static partial class MarginalExtensions
{
    /// <summary>
    /// Estimated marginal means on the reference grid: all combinations of factor levels, covariates at their means (both values
    /// of one that has two), random effects at zero. R's emmeans.
    /// </summary>
    /// <param name="fit">The fit.</param>
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
    public static MarginalMeans MarginalMeans(this GlmmFit fit, string variables, PredictionScale scale = PredictionScale.Response,
        GridWeights weights = GridWeights.Equal,
        IReadOnlyDictionary<string, double[]>? at = null, ModelPart part = ModelPart.Conditional,
        DenominatorDegrees degrees = DenominatorDegrees.Infinite, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(variables);
        return fit.Family.HasThresholds && part == ModelPart.Conditional && scale == PredictionScale.Response
            ? throw new GlmmException("Marginal means of ordered categories are on the link scale (PredictionScale.Link), where their "
                + "contrasts are; for categories see PredictProbabilities, for mean scores Standardise.")
            : new(fit, new ReferenceGrid(fit, part, at), GridSpecification.Parse(variables), scale, weights, null, degrees,
                CoverageLevel.Checked(level));
    }

    /// <summary>
    /// Slopes of the linear predictor along a covariate, on the reference grid, for each level of other variables. R's emtrends.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="covariate">The covariate.</param>
    /// <param name="by">Variables to keep, as for <see cref="MarginalMeans"/>; null for the slope averaged over all.</param>
    /// <param name="weights">How the levels of other factors are weighed.</param>
    /// <param name="at">Values to put covariates at, instead of their means: for curves the slope depends on where it is taken.</param>
    /// <param name="part">The part of the model.</param>
    /// <param name="degrees">Where degrees of freedom come from.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <returns>The slopes, which <see cref="EcoGlmm.MarginalMeans.Contrasts"/> compares.</returns>
    /// <exception cref="GlmmException">A variable is not in the fixed effects of that part, or the covariate is categorical.</exception>
    public static MarginalMeans Trends(this GlmmFit fit, string covariate, string? by = null, GridWeights weights = GridWeights.Equal,
        IReadOnlyDictionary<string, double[]>? at = null, ModelPart part = ModelPart.Conditional,
        DenominatorDegrees degrees = DenominatorDegrees.Infinite, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(covariate);
        var grid = new ReferenceGrid(fit, part, at);
        return new MarginalMeans(fit, grid, GridSpecification.Parse(by ?? "1"), PredictionScale.Link, weights,
            Numeric(grid.Variable(covariate)), degrees, CoverageLevel.Checked(level));
    }

    /// <summary>
    /// The mean response over the rows of the sample if a variable were at each of its levels in all of them (standardisation,
    /// g-computation), with differences on the response scale.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="variable">A factor, or a covariate with <paramref name="at"/>.</param>
    /// <param name="at">Values of a covariate.</param>
    /// <param name="randomEffects">
    /// Averaged: effects for the population. Population: for the typical level. Conditional: for the very levels in the data.
    /// </param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The variable is not in the fixed effects, or is a covariate without values to compare.</exception>
    public static StandardisedMeans Standardise(this GlmmFit fit, string variable, IReadOnlyList<double>? at = null,
        RandomEffectsUse randomEffects = RandomEffectsUse.Averaged, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(variable);
        return new(fit, variable, at, randomEffects, CoverageLevel.Checked(level));
    }

    /// <summary>The average over the rows of the sample of the slope of the mean response along a covariate (average marginal
    /// effect).</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="covariate">The covariate.</param>
    /// <param name="randomEffects">As for <see cref="Standardise"/>.</param>
    /// <param name="level">Coverage of the interval.</param>
    /// <returns>The slope in units of the response for one unit of the covariate.</returns>
    /// <exception cref="GlmmException">The covariate is not in the fixed effects, or is categorical.</exception>
    public static AverageEffect AverageSlope(this GlmmFit fit, string covariate, RandomEffectsUse randomEffects = RandomEffectsUse.Averaged,
        double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(covariate);
        var average = new SampleAverage(fit, covariate, randomEffects);
        var values = ColumnConversion.Numbers(Numeric(average.Variable).Training);
        var step = 1e-4 * Math.Max(1e-8, values.Max() - values.Min());
        SampleAverage.Result Moved(double by) => average.At(new NumericColumn(covariate, Array.ConvertAll(values, v => v + by)));
        var degrees = SmallSample.DegreesOf(fit, covariate);
        return StandardisedMeans.Effect(covariate, fit, Moved(step).Minus(Moved(-step), 2 * step), StudentT.Quantile(0.5
            + (CoverageLevel.Checked(level) / 2), degrees), degrees);
    }

    private static GridVariable Numeric(GridVariable variable) => variable is { IsFactor: false, Training: not CategoricalColumn }
        ? variable
        : throw new GlmmException($"\"{variable.Name}\" is categorical, so that it has no slope. Compare its levels with "
            + $"MarginalMeans(\"{variable.Name}\").");

    /// <summary>
    /// A chart of the mean response along a variable, with its interval and the data: a curve for a covariate, points for the
    /// levels of a factor. Other covariates are at their means, other factors averaged in proportion to their rows.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="variable">A column of the fixed effects, or a call such as "within(age, id)".</param>
    /// <param name="by">
    /// Another one, to draw an interaction: a curve for each level, or for a covariate at its mean and a standard deviation
    /// below and above.
    /// </param>
    /// <param name="randomEffects">Population: the typical level. Averaged: the population's mean.</param>
    /// <param name="showData">Whether to draw the observations.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The fixed effects have no such variable.</exception>
    public static Figure PlotEffect(this GlmmFit fit, string variable, string? by = null, RandomEffectsUse randomEffects =
        RandomEffectsUse.Population, bool showData = true,
        double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(variable);
        return fit.PlotEffect(variable, new EffectOptions
        {
            By = by, RandomEffects = randomEffects, Data = showData ? EffectData.Observed : EffectData.None, Level = level,
        });
    }

    /// <summary>
    /// The same with a choice of panels for a third variable, data adjusted for all else, a rug, scales, limits, names and colours.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="variable">A column of the fixed effects, or a call such as "within(age, id)".</param>
    /// <param name="options">How to draw.</param>
    /// <exception cref="GlmmException">The fixed effects have no such variable, or the options do not go together.</exception>
    public static Figure PlotEffect(this GlmmFit fit, string variable, EffectOptions options)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(variable);
        ArgumentNullException.ThrowIfNull(options);
        CoverageLevel.Checked(options.Level);
        return new[] { options.By, options.Facet }.OfType<string>().FirstOrDefault(name => LevelCurves.AreOf(fit, name)) is { } group
            ? new LevelCurves(fit, variable, group, options).Draw()
            : new EffectFigure(fit, variable, options).Draw();
    }
}
