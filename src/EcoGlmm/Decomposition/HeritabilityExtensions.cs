using EcoGlmm.Decomposition;
using EcoGlmm.Numerics;

namespace EcoGlmm;

/// <summary>Heritability, evolvability and breeding values of a fit with relatives.</summary>
public static class HeritabilityExtensions
{
    /// <summary>
    /// The share of the variance that is additive genetic (or phylogenetic, for a tree): V_A over all variance that is not the
    /// fixed effects'. On the scale of the linear predictor, where a Gaussian model's residual counts and the chance of a count or
    /// of a yes or no does not; or, if asked, on the scale of the response, where it does.
    /// </summary>
    /// <remarks>
    /// For a pedigree V_A is that of the base population; for a tree or a matrix it is averaged over the rows. Slopes of a random
    /// regression are averaged over the rows, too. The interval is by the delta method on the logit; where V_A is near zero, or the
    /// data few, the parametric bootstrap is better: <c>fit.Bootstrap(f => [f.Heritability("animal").Estimate])</c>.
    /// <para>P. de Villemereuil, H. Schielzeth, S. Nakagawa and M. B. Morrissey (2016), Genetics 204, 1281-1294, whose latent and
    /// observed scales these are, averaged over the rows' fixed effects.</para>
    /// </remarks>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping column of the relatives: "animal".</param>
    /// <param name="observed">Whether on the scale of the response.</param>
    /// <param name="effect">Where several traits are stacked, the effect of one: "traitweight"; only rows with it count.</param>
    /// <param name="level">Coverage of the interval.</param>
    /// <exception cref="GlmmException">The model has no such term of relatives, or the family no such scale.</exception>
    public static Interval Heritability(this GlmmFit fit, string group, bool observed = false, string? effect = null, double level = 0.95)
    {
        var variances = Of(fit, group, observed, effect);
        double Share(double[] point)
        {
            if (!observed)
            {
                var (additive, total) = variances.Latent(point);
                return additive / total;
            }

            var scale = variances.Observed(point);
            return scale.Additive / scale.Total;
        }

        var estimate = Share(variances.Parameters.Point);
        var error = variances.Parameters.StandardError(Share);
        var width = Quantile(level) * error / (estimate * (1 - estimate));
        var odds = estimate / (1 - estimate);
        return new Interval(ModelPart.Conditional, $"heritability ({group})", estimate, 1 / (1 + (Math.Exp(width) / odds)),
            1 / (1 + (Math.Exp(-width) / odds)))
        {
            StandardError = error,
        };
    }

    /// <summary>
    /// The additive variance over the squared mean, both on the scale of the response: the change of the mean, as a proportion of
    /// it, that a unit of selection on relative fitness brings (D. Houle 1992, Genetics 130, 195-204; T. F. Hansen, C. Pélabon and
    /// D. Houle 2011, Evolutionary Biology 38, 258-277). The interval is by the delta method on the logarithm.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping column of the relatives: "animal".</param>
    /// <param name="effect">Where several traits are stacked, the effect of one: "traitweight"; only rows with it count.</param>
    /// <param name="level">Coverage of the interval.</param>
    /// <exception cref="GlmmException">The model has no such term of relatives, or the family no such scale.</exception>
    public static Interval Evolvability(this GlmmFit fit, string group, string? effect = null, double level = 0.95)
    {
        var variances = Of(fit, group, observed: true, effect);
        double Proportional(double[] point)
        {
            var (mean, additive, _) = variances.Observed(point);
            return additive / (mean * mean);
        }

        var estimate = Proportional(variances.Parameters.Point);
        var error = variances.Parameters.StandardError(Proportional);
        var factor = Math.Exp(Quantile(level) * error / estimate);
        return new Interval(ModelPart.Conditional, $"evolvability ({group})", estimate, estimate / factor,
            estimate * factor) { StandardError = error };
    }

    /// <summary>
    /// Breeding values of all relatives, those without records among them: the modes of <see cref="GlmmFit.RandomEffects"/> with
    /// the error of prediction (the uncertainty of the fixed effects included) and the accuracy that goes with it, the correlation
    /// of predicted and true values: √(1 − error²/variance).
    /// </summary>
    /// <remarks>C. R. Henderson (1975), Biometrics 31, 423-447; R. A. Mrode (2014), Linear Models for the Prediction of Animal Breeding
    /// Values, chapter 3.</remarks>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping column of the relatives: "animal".</param>
    /// <exception cref="GlmmException">The model has no such term of relatives.</exception>
    public static BreedingValueTable BreedingValues(this GlmmFit fit, string group)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new(PredictionErrors.Of(fit, RelatedTerms.Find(fit, group)));
    }

    private static GeneticVariances Of(GlmmFit fit, string group, bool observed, string? effect)
    {
        ArgumentNullException.ThrowIfNull(fit);
        if (fit.Family.HasThresholds && observed)
            throw new GlmmException("Ordered categories have no mean and variance on their own scale; take the heritability of the "
                + "latent scale.");
        return new GeneticVariances(fit, group, effect);
    }

    private static double Quantile(double level) => level is > 0 and < 1
        ? SpecialFunctions.NormalQuantile(0.5 + (level / 2))
        : throw new GlmmException($"An interval covers between 0 and 1, not {level}; 0.95 is usual.");
}
