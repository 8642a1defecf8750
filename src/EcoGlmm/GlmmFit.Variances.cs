using EcoGlmm.Inference;

namespace EcoGlmm;

public sealed partial class GlmmFit
{
    /// <summary>Marginal and conditional R² of the conditional part.</summary>
    /// <param name="mean">
    /// The mean response at which the distribution's variance is taken, for families that need one; null for that of the model
    /// without fixed effects, averaged over its random effects.
    /// </param>
    /// <exception cref="GlmmException">The dispersion varies between rows.</exception>
    public RSquared RSquared(double? mean = null)
    {
        var v = new VariancePartition(this, mean);
        var total = v.Fixed + v.Random + v.Residual;
        return new RSquared(v.Fixed / total, (v.Fixed + v.Random) / total, v.Fixed, v.Random, v.Observation, v.Distribution, v.Method);
    }

    /// <summary>Repeatability (intraclass correlation) of a grouping factor on the latent and on the observed scale.</summary>
    /// <param name="group">The grouping factor.</param>
    /// <param name="simulations">Parametric bootstrap fits for the intervals; 0 for none.</param>
    /// <param name="seed">Seed of the simulations.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The conditional part has no such factor, or the dispersion varies between rows.</exception>
    public Repeatability Repeatability(string group, int simulations = ParametricBootstrap.DefaultCount, long seed = ParametricBootstrap.DefaultSeed,
        double level = 0.95) => EcoGlmm.Repeatability.Of(this, group, simulations, seed, CheckedLevel(level));

    /// <summary>
    /// A statistic of many refits to responses simulated from the fit, random effects drawn anew (parametric bootstrap).
    /// </summary>
    /// <param name="statistic">What to take from each fit.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same results on any number of threads.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <returns>[simulation][element]; fits that did not converge are left out.</returns>
    /// <exception cref="GlmmException">The fit itself did not converge.</exception>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public double[][] Bootstrap(Func<GlmmFit, double[]> statistic, int count = ParametricBootstrap.DefaultCount, long seed = ParametricBootstrap.DefaultSeed,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        return ParametricBootstrap.Statistics(this, statistic, count, seed, progress, cancellationToken);
    }

    /// <summary>Intervals of all parameters by the parametric bootstrap, with the number of simulations and the seed chosen.</summary>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same intervals.</param>
    /// <param name="level">Coverage.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <exception cref="GlmmException">The fit did not converge.</exception>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public IntervalTable BootstrapIntervals(int count, long seed = ParametricBootstrap.DefaultSeed, double level = 0.95, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default) =>
        IntervalTable.Of(ParametricBootstrap.Intervals(this, CheckedLevel(level), count, seed, progress, cancellationToken), level);

    /// <summary>
    /// What random slopes and their correlation with the intercepts mean, in a sentence for each: do levels that start high
    /// decline faster?
    /// </summary>
    public string ExplainRandomSlopes() => string.Join("\n", RandomSlopeWords.Of(this));
}
