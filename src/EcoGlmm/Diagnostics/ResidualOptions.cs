namespace EcoGlmm;

/// <summary>How a residual is read off the simulations of its row.</summary>
public enum ResidualMethod
{
    /// <summary>
    /// Probability integral transform: the share of simulations below the observed value; where some equal it, a uniform draw
    /// between the shares below and at or below it.
    /// </summary>
    Pit,

    /// <summary>
    /// DHARMa's before version 0.3, kept for comparison: the empirical distribution function with divisor simulations + 1,
    /// linear between simulated values; for whole numbers, uniform noise on (−½, ½) is added to observed and simulated values first.
    /// </summary>
    Traditional,
}

/// <summary>What simulated residuals may be asked for beyond their number and seed.</summary>
public sealed record ResidualOptions
{
    /// <summary>Number of simulations; 250 are usual, 1000 steadier.</summary>
    public int Count { get; init; } = 250;

    /// <summary>Seed of the simulations and of the randomisation of ties.</summary>
    public long Seed { get; init; } = SimulatedResiduals.DefaultSeed;

    /// <summary>What the simulations do with random effects, where <see cref="Redraw"/> does not say.</summary>
    public SimulationMode Mode { get; init; }

    /// <summary>
    /// Grouping factors whose random effects are drawn anew, while all others stay at their conditional modes; null leaves it to
    /// <see cref="Mode"/>.
    /// </summary>
    public IReadOnlyList<string>? Redraw { get; init; }

    /// <summary>
    /// Parametric bootstrap: the model is fitted again to each simulation, and the residual observed − fitted of each row compared
    /// with those of the refits. Slow, and seldom needed; residuals are then always by <see cref="ResidualMethod.Traditional"/>, as in
    /// DHARMa.
    /// </summary>
    public bool Refit { get; init; }

    /// <summary>How a residual is read off the simulations of its row.</summary>
    public ResidualMethod Method { get; init; }

    /// <summary>
    /// Whether responses are rotated by the covariance that the fitted model gives its rows, so that residuals of rows which are alike
    /// by its random effects (a series, near places, relatives) are independent when it is right. All random effects are drawn anew then,
    /// whatever <see cref="Mode"/> says. Exact for a Gaussian model with identity link, elsewhere to first order, for responses that are
    /// about normal. See <see cref="SimulatedResiduals.Rotate"/>.
    /// </summary>
    /// <remarks>A. Houseman, L. Ryan and B. Coull (2004), Cholesky residuals for assessing normal errors in a linear model with correlated
    /// outcomes, Journal of the American Statistical Association 99, 383-394.</remarks>
    public bool Rotate { get; init; }
}
