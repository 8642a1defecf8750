using EcoGlmm.Inference;
using EcoGlmm.Model;

namespace EcoGlmm;

/// <summary>What a finished fit says of the population, of groups, and of differences between and within them.</summary>
public static partial class MarginalExtensions
{
    /// <summary>Each coefficient of the conditional part for one subject and averaged over subjects, side by side.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The mean over subjects does not exist with the link, or the response is ordered
    /// categories.</exception>
    public static PopulationAveraged PopulationAveraged(this GlmmFit fit, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new PopulationAveraged(fit, CoverageLevel.Checked(level));
    }

    /// <summary>
    /// For every covariate that varies both within and between the levels of a grouping factor: its effect within, between, and a test
    /// of their difference. One more fit.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping factor; the first of the conditional part when null.</param>
    /// <exception cref="GlmmException">The conditional part has no such grouping factor.</exception>
    public static ContextualEffects ContextualEffects(this GlmmFit fit, string? group = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new ContextualEffects(fit, group);
    }

    /// <summary>The levels of a grouping factor by expected rank, with the uncertainty of their ranks.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping factor.</param>
    /// <param name="k">How many levels count as the first, and as the last.</param>
    /// <param name="effect">The effect to rank by: "(Intercept)" or a random slope.</param>
    /// <param name="part">The part of the model.</param>
    /// <param name="draws">Pairs of antithetic draws for probabilities and intervals.</param>
    /// <param name="seed">The same seed gives the same ranking.</param>
    /// <param name="level">Coverage of the intervals of ranks.</param>
    /// <exception cref="GlmmException">There is no such grouping factor or effect.</exception>
    public static Ranking Ranking(this GlmmFit fit, string group, int k = 1, string effect = Intercept.Name,
        ModelPart part = ModelPart.Conditional,
        int draws = 4000, long seed = 1, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(effect);
        ArgumentNullException.ThrowIfNull(fit);
        return new Ranking(fit, group, k, effect, part, Checked.Count(draws, "draws"), seed, CoverageLevel.Checked(level));
    }
}
