namespace EcoGlmm;

/// <summary>What a fit may be asked for beyond its formula, data and family.</summary>
public sealed record GlmmOptions
{
    /// <summary>
    /// Right-hand side for the logit of the probability of a structural zero; "~ 0" for none. With a truncated family
    /// it makes a hurdle model.
    /// </summary>
    public string ZeroInflation { get; init; } = "~ 0";

    /// <summary>Right-hand side for the log of the dispersion parameter; "~ 1" for a constant.</summary>
    public string Dispersion { get; init; } = "~ 1";

    /// <summary>
    /// Name of a column of prior weights: precision weights for a Gaussian, numbers of trials for binomial proportions,
    /// multipliers of the log-likelihood otherwise.
    /// </summary>
    public string? Weights { get; init; }

    /// <summary>Name of a column that is added to the conditional linear predictor as it is.</summary>
    public string? Offset { get; init; }

    /// <summary>
    /// Restricted maximum likelihood: variances are estimated with the fixed effects of the conditional part averaged out, exactly for
    /// Gaussian
    /// models with identity link, by the Laplace approximation for other families (as glmmTMB's REML and mgcv's do).
    /// </summary>
    public bool Reml { get; init; }

    /// <summary>
    /// Points of adaptive Gauss-Hermite quadrature for each random effect, up to 100; 1 is the Laplace approximation. More than one
    /// needs all random effects to belong to one grouping factor, and the points to the power of the number of effects of a
    /// level to be at most 10000. Where the Laplace approximation is exact (Gaussian, identity link) it makes no difference.
    /// </summary>
    public int QuadraturePoints { get; init; } = 1;

    /// <summary>Contrasts by factor column: "treatment" (the default), "sum", "helmert" or "poly" (R's for ordered factors).</summary>
    public IReadOnlyDictionary<string, string>? Contrasts { get; init; }

    /// <summary>
    /// What relates the levels of grouping factors, for terms such as <c>pedigree(1 | animal)</c>: a pedigree, a tree or a
    /// relationship matrix by the name of the grouping column, or by the name that the term's last argument gives,
    /// <c>pedigree(1 | dam, animal)</c>.
    /// </summary>
    public IReadOnlyDictionary<string, Relatedness>? Relatedness { get; init; }

    /// <summary>
    /// Meshes for fields in space, by the name that a term asks for, <c>spde(0 + x + y | 1, coast)</c>; a term without a name makes
    /// its own.
    /// </summary>
    public IReadOnlyDictionary<string, Mesh>? Meshes { get; init; }

    /// <summary>
    /// Parameters held at a value instead of being estimated: <c>[Parameter.Dispersion(1), Parameter.Coefficient("x", 0)]</c>.
    /// </summary>
    public IReadOnlyList<Parameter> Fixed { get; init; } = [];

    /// <summary>
    /// Priors, or penalties: <c>[Prior.Normal(0, 2.5)]</c> on all coefficients but the intercept. The fit is then at the
    /// posterior mode.
    /// </summary>
    public IReadOnlyList<Prior> Priors { get; init; } = [];

    /// <summary>Settings of the optimiser.</summary>
    public GlmmControl Control { get; init; } = new();
}

/// <summary>Settings of the optimiser.</summary>
public sealed record GlmmControl
{
    /// <summary>Most iterations of the outer optimiser; no more than 40 are made where there are more parameters than rows.</summary>
    public int MaxIterations { get; init; } = 500;

    /// <summary>The optimiser stops when a further step would raise the log-likelihood by less than this.</summary>
    public double Tolerance { get; init; } = 1e-9;

    /// <summary>Most threads to work with; results do not depend on it.</summary>
    public int MaxThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>How the equations of the random effects are solved.</summary>
    public LinearSolver Solver { get; init; }
}
