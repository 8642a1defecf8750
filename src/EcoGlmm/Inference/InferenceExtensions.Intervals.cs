using EcoGlmm.Inference;
using EcoGlmm.Model;

namespace EcoGlmm;

public static partial class InferenceExtensions
{
    /// <summary>Intervals for the fixed effects of all parts and the dispersion; by profile or bootstrap for all parameters.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="method">How they are made.</param>
    /// <param name="level">Coverage.</param>
    /// <param name="simulations">Of <see cref="IntervalMethod.Bootstrap"/>: how many data sets are simulated and fitted.</param>
    /// <param name="seed">Of <see cref="IntervalMethod.Bootstrap"/>: the same seed gives the same intervals on any number of
    /// threads.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <param name="exponentiate">Whether coefficients, with their intervals and standard errors, are given as ratios (of rates, odds,
    /// hazards); the dispersion, standard deviations and correlations stay as they are.</param>
    /// <exception cref="GlmmException">The method is not for this model, the fit did not converge (bootstrap), or the exponential of a
    /// coefficient has no meaning with the model's link.</exception>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public static IntervalTable ConfidenceIntervals(this GlmmFit fit, IntervalMethod method = IntervalMethod.Wald, double level = 0.95,
        int simulations = ParametricBootstrap.DefaultCount, long seed = ParametricBootstrap.DefaultSeed,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default, bool exponentiate = false)
    {
        ArgumentNullException.ThrowIfNull(fit);
        CoverageLevel.Checked(level);
        var intervals = method switch
        {
            IntervalMethod.Wald => IntervalTable.Wald(fit, level),
            IntervalMethod.SmallSample => IntervalTable.SmallSample(fit, level),
            IntervalMethod.Profile => IntervalTable.Of(ProfileLikelihood.Intervals(fit, level, progress, cancellationToken), level),
            IntervalMethod.Bootstrap => IntervalTable.Of(
                ParametricBootstrap.Intervals(fit, level, simulations, seed, progress, cancellationToken), level),
            _ => throw new ArgumentOutOfRangeException(nameof(method)),
        };
        return exponentiate ? intervals.Of(fit).Exponentiated(fit.Family) : intervals.Of(fit);
    }

    /// <summary>Marginal and conditional R² of the conditional part.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="mean">
    /// The mean response at which the distribution's variance is taken, for families that need one; null for that of the model
    /// without fixed effects, averaged over its random effects and, where there are offsets, over the rows.
    /// </param>
    /// <param name="approximation">How the distribution's variance is taken to the scale of the linear predictor; null for the link's
    /// own way: log-normal for the log link, the latent variable's for binomial models (with the probability's by the delta method for
    /// the beta-binomial), else the delta method.</param>
    /// <remarks>
    /// R's performance 0.10.2 takes the exponential of the null model's intercept for the mean: for the same number of a model with log
    /// link give that as <paramref name="mean"/>, and for the Gamma <see cref="VarianceApproximation.Delta"/>. docs/predictions.md tells
    /// where it differs otherwise, and why.
    /// </remarks>
    /// <exception cref="GlmmException">The dispersion varies between rows, or the approximation is not for the link.</exception>
    public static RSquared RSquared(this GlmmFit fit, double? mean = null, VarianceApproximation? approximation = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        var v = new VariancePartition(fit, mean, approximation);
        var total = v.Fixed + v.Random + v.Residual;
        return new RSquared(v.Fixed / total, (v.Fixed + v.Random) / total, v.Fixed, v.Random, v.Observation, v.Distribution, v.Method);
    }

    /// <summary>The intraclass correlation of all grouping factors together. R's performance::icc.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="mean">As for <see cref="RSquared"/>.</param>
    /// <param name="approximation">As for <see cref="RSquared"/>.</param>
    /// <exception cref="GlmmException">The model has no random effects, or the dispersion varies between rows.</exception>
    public static IntraclassCorrelation IntraclassCorrelation(this GlmmFit fit, double? mean = null,
        VarianceApproximation? approximation = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        var v = new VariancePartition(fit, mean, approximation);
        if (v.Groups.Count == 0)
            throw new GlmmException("The conditional part has no grouping factor with several rows a level, so that no two records "
                + "share one.");
        return new IntraclassCorrelation(v.Random / (v.Random + v.Residual), v.Random / (v.Fixed + v.Random + v.Residual), v.Random,
            v.Residual, v.Fixed);
    }

    /// <summary>
    /// Wald intervals of standard deviations ("sd_Days|Subject"), correlations and the dispersion ("sigma"), made where these have no
    /// bounds: on
    /// the scale of logarithms and of Fisher's z. Rough where groups are few; <see cref="IntervalMethod.Profile"/> is better.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="level">Coverage.</param>
    /// <returns>NaN for the ends where a parameter is at its boundary.</returns>
    public static IntervalTable VarianceIntervals(this GlmmFit fit, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return IntervalTable.Of(VarianceWald.Of(fit, CoverageLevel.Checked(level)), level);
    }

    /// <summary>Repeatability (intraclass correlation) of a grouping factor on the latent and on the observed scale.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping factor.</param>
    /// <param name="simulations">Parametric bootstrap fits for the intervals; 0 for none.</param>
    /// <param name="seed">Seed of the simulations.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <param name="approximation">Of the latent scale, as for <see cref="RSquared"/>.</param>
    /// <exception cref="GlmmException">The conditional part has no such factor, or the dispersion varies between rows.</exception>
    public static Repeatability Repeatability(this GlmmFit fit, string group, int simulations = ParametricBootstrap.DefaultCount,
        long seed = ParametricBootstrap.DefaultSeed, double level = 0.95, VarianceApproximation? approximation = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(group);
        return EcoGlmm.Repeatability.Of(fit, group, simulations, seed, CoverageLevel.Checked(level), approximation);
    }

    /// <summary>
    /// The variance of the response taken apart on the scale of the linear predictor: fixed effects, each random term (ancestry,
    /// space, individuals), the rest. Its <see cref="EcoGlmm.VarianceShares.Plot"/> is a chart.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="simulations">Parametric bootstrap fits for intervals of the shares; 0 for none.</param>
    /// <param name="seed">Seed of the simulations.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The dispersion varies between rows, or the family has no variance on that scale.</exception>
    public static VarianceShares VarianceShares(this GlmmFit fit, int simulations = 0, long seed = ParametricBootstrap.DefaultSeed,
        double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return EcoGlmm.VarianceShares.Of(fit, simulations, seed, CoverageLevel.Checked(level));
    }

    /// <summary>
    /// A statistic of many refits to responses simulated from the fit, random effects drawn anew (parametric bootstrap).
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="statistic">What to take from each fit.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same results on any number of threads.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <returns>[simulation][element]; fits that did not converge are left out.</returns>
    /// <exception cref="GlmmException">The fit itself did not converge.</exception>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public static double[][] Bootstrap(this GlmmFit fit, Func<GlmmFit, double[]> statistic, int count = ParametricBootstrap.DefaultCount,
        long seed = ParametricBootstrap.DefaultSeed, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(statistic);
        return ParametricBootstrap.Statistics(fit, statistic, count, seed, progress, cancellationToken);
    }

    /// <summary>
    /// What random slopes and their correlation with the intercepts mean, in a sentence for each: do levels that start high
    /// decline faster?
    /// </summary>
    /// <param name="fit">The fit.</param>
    public static string ExplainRandomSlopes(this GlmmFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return string.Join("\n", RandomSlopeWords.Of(fit));
    }

    /// <summary>
    /// Likelihood-ratio tests of every term of the conditional part that may be dropped: fixed effects that no interaction
    /// contains, random slopes, random terms. Each needs a fit without it. R's drop1 and lmerTest's ranova.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <remarks>
    /// For a REML fit, fixed effects are tested between fits by maximum likelihood. A variance of zero is at the boundary, where
    /// the p-value is by a mixture of χ² distributions.
    /// </remarks>
    /// <param name="cancellationToken">Stops the refits.</param>
    /// <exception cref="GlmmException">A smaller model cannot be fitted.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LikelihoodRatioTests LikelihoodRatioTests(this GlmmFit fit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        using var live = LiveProgress.Start("Leaving out each term", cancellation: cancellationToken);
        return EcoGlmm.LikelihoodRatioTests.Dropping(fit);
    }

    /// <summary>Tests of the fixed effects by Student's t with denominator degrees of freedom.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="degrees">Satterthwaite's needs a Gaussian model with identity link; fit it by REML.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="GlmmException">The model has no such degrees of freedom.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static CoefficientTests CoefficientTests(this GlmmFit fit, DenominatorDegrees degrees = DenominatorDegrees.Satterthwaite,
        double level = 0.95,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        using var live = LiveProgress.Start("Degrees of freedom", cancellation: cancellationToken);
        return new CoefficientTests(fit, degrees, CoverageLevel.Checked(level));
    }
}
