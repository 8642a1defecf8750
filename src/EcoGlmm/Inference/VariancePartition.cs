using EcoGlmm.Estimation;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm.Inference;

/// <summary>
/// The variances of the linear predictor of the conditional part: of fixed effects, of each grouping factor (averaged over the
/// rows where slopes vary), of observation-level effects, and of the distribution seen on that scale.
/// Source: S. Nakagawa &amp; H. Schielzeth (2013), Methods Ecol. Evol. 4, 133-142; P. C. D. Johnson (2014), ibid. 5, 944-946,
/// equation 10; S. Nakagawa, P. C. D. Johnson &amp; H. Schielzeth (2017), J. R. Soc. Interface 14, 20170213, tables 1 and 2.
/// </summary>
internal sealed class VariancePartition
{
    /// <param name="fit">The fit.</param>
    /// <param name="mean">The mean response at which the distribution's variance is taken; null for that of the model without fixed
    /// effects.</param>
    /// <param name="approximation">How that is taken to the scale of the linear predictor; null for the usual way.</param>
    public VariancePartition(GlmmFit fit, double? mean, VarianceApproximation? approximation = null)
    {
        var model = fit.Estimate.Model;
        var n = model.ObservationCount;
        var eta = new double[n];
        fit.FixedPredictors()[LinearPredictor.Conditional]!.CopyTo(eta, 0);
        for (var i = 0; i < n; i++) eta[i] -= model.Offset[LinearPredictor.Conditional]![i];
        var centre = eta.Average();
        Fixed = eta.Sum(e => (e - centre) * (e - centre)) / (n - 1);

        var variance = new RandomVariance(fit.Estimate, LinearPredictor.Conditional, fit.Specification.Conditional.Training);
        foreach (var group in model.Terms.Where(t => t.Predictor == LinearPredictor.Conditional && !t.IsCurve)
            .Select(t => t.Group).Distinct())
        {
            var isObservation = model.Terms.First(t => t.Group == group) is { Structure.Precision: null } term && term.Levels.Count == n;
            var average = Enumerable.Range(0, n).Average(i => variance.Value(i, t => t.Group == group));
            if (isObservation) Observation += average;
            else Groups.Add((group, average));
        }

        var theoretical = fit.Family.IsThresholdModel ? fit.Family.Link.LatentVariance : double.NaN;
        if (approximation is { } asked && fit.Family.HasThresholds)
            throw new GlmmException($"Ordered categories have the variance of their latent variable, which needs no approximation. Leave "
                + $"{asked} out.");
        if (double.IsFinite(theoretical) && approximation is null)
        {
            (Distribution, Method) = (theoretical, $"π²/3 and its like for the {fit.Family.Link.Name} link");
            return;
        }

        if (!model.HasConstantDispersion)
            throw new GlmmException("The dispersion varies between rows, so that there is no one residual variance for R² and "
                + "repeatability. Fit the model with Dispersion = \"~ 1\".");
        var phi = fit.Family.HasDispersion ? Math.Exp(fit.Estimate.Predictors[LinearPredictor.Dispersion]![0]) : 1;
        if (fit.Family.HasAdditiveResidual)
        {
            (Distribution, Method) = (fit.Family.Variance(0, phi, 1), "the residual variance");
            return;
        }

        Mean = mean ?? NullMean(fit);
        if (fit.Family.HasShiftedMean)
            throw new GlmmException($"R² and repeatability are not defined for {fit.Family.Name}, whose mean is not the inverse link of "
                + $"its linear predictor.");
        if (double.IsFinite(fit.Family.ProbabilityVariance(Mean.Value, phi) * fit.Family.Link.LatentVariance)
            && approximation is not VarianceApproximation.Delta)
        {
            (Distribution, Method) = OfProbability(fit.Family, Mean.Value, phi, approximation);
            return;
        }

        var residual = fit.Family.Variance(Mean.Value, phi, 1);
        (Distribution, Method) = fit.Family.Link.OnPredictorScale(residual, Mean.Value, approximation);
    }

    public double Fixed { get; }

    /// <summary>Of each grouping factor, observation-level effects not among them.</summary>
    public List<(string Group, double Variance)> Groups { get; } = [];

    public double Observation { get; }

    public double Distribution { get; }

    /// <summary>How <see cref="Distribution"/> was had.</summary>
    public string Method { get; }

    /// <summary>The mean that it was taken at; null where it does not depend on one.</summary>
    public double? Mean { get; }

    public double Random => Groups.Sum(g => g.Variance);

    public double Residual => Observation + Distribution;

    /// <summary>
    /// Of a probability that varies from row to row: that variance by the delta method beside the latent one of a trial, as an effect for
    /// each row of a binomial model is; log-normal, that of the probability alone.
    /// </summary>
    private static (double Variance, string Method) OfProbability(Family family, double mean, double phi, VarianceApproximation? asked)
    {
        var link = family.Link;
        var variance = family.ProbabilityVariance(mean, phi);
        if (asked is VarianceApproximation.Lognormal)
            return (SpecialFunctions.Log1p(variance / (mean * mean)), "log-normal approximation ln(1 + variance/mean²) of the probability");
        var (between, _) = link.OnPredictorScale(variance, mean, asked);
        return (link.LatentVariance + between, $"π²/3 and its like for the {link.Name} link, and the probability's by the delta method");
    }

    /// <summary>The population's mean without fixed effects: over the random effects, and over rows where offsets vary.</summary>
    private static double NullMean(GlmmFit fit)
    {
        var formula = fit.Specification.Formula;
        var random = formula.RandomTerms.Select(t => t.ToString());
        var offsets = fit.Specification.Conditional.OffsetTexts.Where(o => o != fit.Options.Offset).Select(o => $"offset({o})");
        var text = $"{formula.Response} ~ " + string.Join(" + ", ["1", .. offsets, .. random]);
        var options = fit.Options with { Reml = false, Contrasts = null, Fixed = [], Priors = [] };
        var reduced = Glmm.Fit(text, fit.Data.Take(fit.Specification.Rows), fit.Family, options);
        return reduced.Predict(scale: PredictionScale.Link,
            randomEffects: RandomEffectsUse.Averaged).Estimate.Average(fit.Family.Link.Mean);
    }
}
