using EcoGlmm.Estimation;
using EcoGlmm.Marginal;
using EcoGlmm.Prediction;

namespace EcoGlmm;

public sealed partial class GlmmFit
{
    /// <summary>
    /// A chart of the mean response along a variable, with its interval and the data: a curve for a covariate, points for the
    /// levels of a factor. Other covariates are at their means, other factors averaged in proportion to their rows.
    /// </summary>
    /// <param name="variable">A column of the fixed effects, or a call such as "within(age, id)".</param>
    /// <param name="by">
    /// Another one, to draw an interaction: a curve for each level, or for a covariate at its mean and a standard deviation
    /// below and above.
    /// </param>
    /// <param name="randomEffects">Population: the typical level. Averaged: the population's mean.</param>
    /// <param name="showData">Whether to draw the observations.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The fixed effects have no such variable.</exception>
    public Figure PlotEffect(string variable, string? by = null, RandomEffectsUse randomEffects = RandomEffectsUse.Population, bool showData = true,
        double level = 0.95) => by is not null && LevelCurves.AreOf(this, by)
            ? new LevelCurves(this, variable, by, showData, CheckedLevel(level)).Draw()
            : new EffectFigure(this, variable, by, randomEffects, showData, CheckedLevel(level)).Draw();

    /// <summary>
    /// A caterpillar chart: conditional modes of a grouping factor, sorted, with intervals, each joined to the estimate that its
    /// own rows alone would give (no pooling), which shows how far it was shrunk.
    /// </summary>
    /// <param name="group">The grouping factor.</param>
    /// <param name="part">The part of the model.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The part has no such grouping factor.</exception>
    public Figure PlotRandomEffects(string group, ModelPart part = ModelPart.Conditional, double level = 0.95) =>
        CaterpillarFigure.Draw(this, group, part, CheckedLevel(level));

    /// <summary>The response in a row used, in the units of predictions: a proportion for binomial kinds.</summary>
    internal double Observed(int row) => Family.WeightRole == WeightRole.Trials ? _response.Y[row] / SizeOf(row) : _response.Y[row];
}
