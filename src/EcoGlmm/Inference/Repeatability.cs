using EcoGlmm.Estimation;
using EcoGlmm.Inference;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// Repeatability (intraclass correlation) of a grouping factor, adjusted for the fixed effects: the share of the variance that
/// lies between its levels.
/// </summary>
/// <param name="Group">The grouping factor.</param>
/// <param name="Latent">On the scale of the linear predictor, with the distribution's variance on that scale.</param>
/// <param name="LatentLower">Lower end of its interval.</param>
/// <param name="LatentUpper">Upper end.</param>
/// <param name="Observed">
/// On the scale of the response: the correlation of two records of one level with the same covariates, by integration.
/// </param>
/// <param name="ObservedLower">Lower end of its interval.</param>
/// <param name="ObservedUpper">Upper end.</param>
/// <param name="Simulations">Parametric bootstrap fits that the intervals are made from.</param>
/// <param name="Level">Coverage of the intervals.</param>
/// <remarks>
/// S. Nakagawa &amp; H. Schielzeth (2010), Biol. Rev. 85, 935-956; P. de Villemereuil et al. (2016), Genetics 204, 1281-1294, for
/// the observed scale. Intervals are percentiles of a parametric bootstrap.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed record Repeatability(string Group, double Latent, double LatentLower, double LatentUpper, double Observed,
    double ObservedLower,
    double ObservedUpper, int Simulations, double Level) : IResultTable
{
    /// <summary>Rows over which the observed scale is averaged, at most.</summary>
    private const int MostRows = 60;

    /// <summary>The repeatability as data, one row for each scale.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(new[]
    {
        new { Group, Scale = "latent", Estimate = Latent, Lower = LatentLower, Upper = LatentUpper },
        new { Group, Scale = "observed", Estimate = Observed, Lower = ObservedLower, Upper = ObservedUpper },
    });

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    internal static Repeatability Of(GlmmFit fit, string group, int simulations, long seed, double level,
        VarianceApproximation? approximation)
    {
        var (latent, observed) = Both(fit, group, approximation);
        var (a, b, c, d, done) = (double.NaN, double.NaN, double.NaN, double.NaN, 0);
        if (simulations > 0)
        {
            var draws = ParametricBootstrap.Statistics(fit, f => Both(f, group, approximation) is var (l, o) ? [l, o] : [], simulations,
                seed);
            (a, b) = ParametricBootstrap.Percentiles(draws, 0, level);
            (c, d) = ParametricBootstrap.Percentiles(draws, 1, level);
            done = draws.Length;
        }

        return new Repeatability(group, latent, a, b, observed, c, d, done, level);
    }

    private static (double Latent, double Observed) Both(GlmmFit fit, string group, VarianceApproximation? approximation)
    {
        if (fit.Family.HasThresholds) return (Share(fit, group, new VariancePartition(fit, null, approximation)), double.NaN);

        // The mean response of the sample itself: a refit of the null model for each simulation would gain nothing.
        var mean = fit.Predict(scale: PredictionScale.Link,
            randomEffects: RandomEffectsUse.Averaged).Estimate.Average(fit.Family.Link.Mean);
        var latent = Share(fit, group, new VariancePartition(fit, mean, approximation));
        // Without a curve between them the scales are one.
        return fit.Family.HasAdditiveResidual && fit.Specification.ZeroInflation is null ? (latent, latent)
            : (latent, ObservedScale(fit, group));
    }

    private static double Share(GlmmFit fit, string group, VariancePartition partition)
    {
        var at = partition.Groups.FindIndex(g => g.Group == group);
        if (at < 0)
        {
            throw new GlmmException($"There is no grouping factor \"{group}\" in the conditional part with repeated levels; it has "
                + $"{Text.Names.List([.. partition.Groups.Select(g => g.Group)])}.");
        }

        return partition.Groups[at].Variance / (partition.Random + partition.Residual);
    }

    /// <summary>
    /// Var(E[Y | level]) / Var(Y) with both averaged over rows: integrals over the level's effect, and within over all others.
    /// </summary>
    private static double ObservedScale(GlmmFit fit, string group)
    {
        var (estimate, model, family) = (fit.Estimate, fit.Estimate.Model, fit.Family);
        var n = model.ObservationCount;
        var (own, zero) = (new RandomVariance(estimate, LinearPredictor.Conditional, fit.Specification.Conditional.Training),
            fit.Specification.ZeroInflation is { } part ? new RandomVariance(estimate, LinearPredictor.ZeroInflation, part.Training)
            : null);
        var predictors = fit.FixedPredictors();
        var order = Enumerable.Range(0, n).OrderBy(i => predictors[LinearPredictor.Conditional]![i]).ToArray();
        var count = Math.Min(n, MostRows);
        var (between, total) = (0.0, 0.0);
        for (var r = 0; r < count; r++)
        {
            var i = order[(int)(((r + 0.5) * n) / count)];
            var phi = predictors[LinearPredictor.Dispersion] is { } delta ? Math.Exp(delta[i]) : 1;
            var eta = predictors[LinearPredictor.Conditional]![i];
            var (mean, square, ofLevel, noise) = Moments(own.Value(i, t => t.Group == group), own.Value(i, t => t.Group != group), x =>
            {
                var mu = family.LocationLink.At(eta + x).Mu;
                var m = family.Mean(mu, phi);
                return (m, family.Variance(mu, phi, 1));
            });
            if (zero is not null)
            {
                // Structural zeros: their random effects are independent of those of the mean.
                var zeta = predictors[LinearPredictor.ZeroInflation]![i];
                var (share, _, shareOfLevel, _) = Moments(zero.Value(i, t => t.Group == group), zero.Value(i, t => t.Group != group),
                    x => (1 / (1 + Math.Exp(zeta + x)), 0));
                (mean, ofLevel, square, noise) = (mean * share, ofLevel * shareOfLevel, square * share, noise * share);
            }

            between += ofLevel - (mean * mean);
            total += square + noise - (mean * mean);
        }

        return between / total;
    }

    /// <summary>E[m], E[m²], E[E[m | level]²] and E[V] where the effects of the level and of all else are normal.</summary>
    private static (double Mean, double Square, double OfLevel, double Noise) Moments(double level, double rest, Func<double,
        (double Mean, double Variance)> at)
    {
        var (outer, inner) = (NormalRule.Of(Math.Sqrt(level)), NormalRule.Of(Math.Sqrt(rest)));
        var (mean, square, ofLevel, noise) = (0.0, 0.0, 0.0, 0.0);
        for (var j = 0; j < outer.Shifts.Length; j++)
        {
            var within = 0.0;
            for (var i = 0; i < inner.Shifts.Length; i++)
            {
                var (m, v) = at(outer.Shifts[j] + inner.Shifts[i]);
                within += inner.Weights[i] * m;
                square += outer.Weights[j] * inner.Weights[i] * m * m;
                noise += outer.Weights[j] * inner.Weights[i] * v;
            }

            mean += outer.Weights[j] * within;
            ofLevel += outer.Weights[j] * within * within;
        }

        return (mean, square, ofLevel, noise);
    }

    private TableContent Table()
    {
        var percent = NumberFormat.Significant(100 * Level);
        var content = new TableContent($"Repeatability of {Group}")
        {
            Note = $"Share of the variance between levels of {Group}, adjusted for the fixed effects"
                + (Simulations > 0 ? $"; intervals by {NumberFormat.Count(Simulations, "parametric bootstrap fit")}." : "."),
        }.Text("Scale").Number("Repeatability").Number($"Lower {percent} %").Number($"Upper {percent} %");
        content.Row("latent (linear predictor)", NumberFormat.Fixed(Latent, 3), NumberFormat.Fixed(LatentLower, 3),
            NumberFormat.Fixed(LatentUpper, 3));
        return content.Row("observed (response)", NumberFormat.Fixed(Observed, 3), NumberFormat.Fixed(ObservedLower, 3),
            NumberFormat.Fixed(ObservedUpper, 3));
    }
}
