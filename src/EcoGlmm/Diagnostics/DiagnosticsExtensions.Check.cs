using EcoGlmm.Diagnostics;
using EcoGlmm.Model;

namespace EcoGlmm;

/// <summary>Whether a fit can be believed: checks, simulated residuals, collinearity, influence.</summary>
public static partial class DiagnosticsExtensions
{
    /// <summary>
    /// The checks of a cautious ecologist in one call: convergence, singularity, distribution, overdispersion, zeros, outliers,
    /// residual patterns against the prediction, every predictor and every grouping factor, autocorrelation along columns of time,
    /// normality of the random effects, collinearity, influential groups. As the last expression of a cell it shows a verdict in
    /// words with what to try next, and the evidence under it.
    /// </summary>
    /// <remarks>All p-values are adjusted together by Holm's method, so that a correct model is seldom called wrong.</remarks>
    /// <param name="fit">The fit.</param>
    /// <param name="options">Number and seed of simulations, exact influence; defaults when null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ModelCheck Check(this GlmmFit fit, CheckOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        using var live = LiveProgress.Start("Checking the model", cancellation: cancellationToken);
        return new ModelChecker(fit, options ?? new CheckOptions()).Check();
    }
}
