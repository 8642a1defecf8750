using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>What estimation leaves behind: everything that a finished fit is made from.</summary>
internal sealed record Estimate
{
    public required MixedModel Model { get; init; }

    /// <summary>ψ at the optimum, in coefficients of the orthogonal basis.</summary>
    public required double[] Psi { get; init; }

    /// <summary>Maximised log-likelihood, or REML criterion as a log-likelihood.</summary>
    public required double LogLikelihood { get; init; }

    /// <summary>Log-density of the priors at the optimum; zero without.</summary>
    public double LogPrior { get; init; }

    /// <summary>Whether this is the REML estimate of a model whose σ could not be profiled out.</summary>
    public bool IsRestricted { get; init; }

    /// <summary>Whether only the height of the likelihood was asked for: there is no covariance then.</summary>
    public bool IsLikelihoodAlone { get; init; }

    /// <summary>Whether the likelihood was had by importance sampling.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>
    /// Covariance of ψ, d × d column-major; NaN rows for parameters without a standard error. For a Gaussian model with
    /// identity link only the fixed-effects block is filled (it is conditional on the variance parameters).
    /// </summary>
    public required double[] Covariance { get; init; }

    /// <summary>What random-effects standard deviations, b and their covariances are multiplied by: σ where θ is relative to it.</summary>
    public required double Scale { get; init; }

    /// <summary>The scale that posterior covariances are multiplied by the square of: <see cref="Scale"/> unless it is one that counts
    /// degrees of freedom.</summary>
    public double PosteriorScale
    {
        get => double.IsNaN(_posteriorScale) ? Scale : _posteriorScale;
        init => _posteriorScale = value;
    }

    private readonly double _posteriorScale = double.NaN;

    /// <summary>Whether standard errors are those given the variance parameters: of models with smooths.</summary>
    public bool IsConditional { get; init; }

    /// <summary>Spherical conditional modes û.</summary>
    public required double[] Modes { get; init; }

    /// <summary>Linear predictors at the conditional modes.</summary>
    public required double[]?[] Predictors { get; init; }

    /// <summary>The factorised system at the optimum, with its selected inverse.</summary>
    public required RandomEffectsSystem System { get; init; }

    /// <summary>−∂²ℓ/∂η² for each observation and pair of predictors at the optimum; null where zero.</summary>
    public required double[]?[] Weights { get; init; }

    /// <summary>−Zᵀ∂ℓ/∂η by predictor at the optimum, for derivatives of the modes; empty for a Gaussian identity model.</summary>
    public required double[] Scores { get; init; }

    public required Convergence Convergence { get; init; }

    /// <summary>
    /// The largest Monte Carlo standard error of a parameter in its standard errors, where systems were solved by iterations.
    /// </summary>
    public double MonteCarloError { get; init; }

    /// <summary>Whether β and σ were profiled out (Gaussian, identity link).</summary>
    public required bool IsProfiled { get; init; }

    /// <summary>Parameters counted by information criteria.</summary>
    public required int ParameterCount { get; init; }

    /// <summary>Whether the dispersion is at infinity or zero, so that it has no standard error.</summary>
    public bool IsDispersionAtLimit { get; init; }

    /// <summary>Evaluations of the criterion with its gradient.</summary>
    public int Gradients { get; init; }

    /// <summary>Times that the family went over all observations; none when the Gaussian model was profiled.</summary>
    public int FamilyPasses { get; init; }

    /// <summary>Terms of series that the family summed.</summary>
    public long SeriesTerms { get; init; }
}
