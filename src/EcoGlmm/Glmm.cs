using EcoGlmm.Model;
using Microsoft.Data.Analysis;

namespace EcoGlmm;

/// <summary>Fits generalized linear mixed models.</summary>
public static partial class Glmm
{
    /// <summary>Fits a model by maximum likelihood (Laplace approximation or adaptive Gauss-Hermite quadrature; REML for Gaussian models on
    /// request).</summary>
    /// <param name="formula">
    /// The model in R's notation: "calls ~ sex * food + offset(log(brood)) + (1 | nest)".
    /// </param>
    /// <param name="data">The observations, one row each. Rows with a missing value in a variable of the model are left out and
    /// counted.</param>
    /// <param name="family">Response distribution and link; Gaussian with identity link when null.</param>
    /// <param name="options">Zero inflation, dispersion model, weights, REML and more; defaults when null.</param>
    /// <returns>
    /// The fit. It may not have converged: <see cref="GlmmFit.Convergence"/> says so, and every display of the fit repeats it.
    /// </returns>
    /// <exception cref="GlmmException">The formula, a column or the response cannot be used; the message says why and what to
    /// try.</exception>
    public static GlmmFit Fit(string formula, FieldData data, Family? family = null, GlmmOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        return FitLive(formula, data, family, options, CancellationToken.None);
    }

    /// <summary>Fits a model to a DataFrame of Microsoft.Data.Analysis.</summary>
    /// <inheritdoc cref="Fit(string, FieldData, Family?, GlmmOptions?)"/>
    public static GlmmFit Fit(string formula, DataFrame data, Family? family = null, GlmmOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        return Fit(formula, FieldData.From(data), family, options);
    }

    /// <summary>Fits a model to any table that <see cref="FieldData.From(object)"/> takes.</summary>
    /// <inheritdoc cref="Fit(string, FieldData, Family?, GlmmOptions?)"/>
    public static GlmmFit Fit(string formula, object data, Family? family = null, GlmmOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        return Fit(formula, FieldData.From(data), family, options);
    }

    /// <summary>Fits a model on another thread, with progress and the possibility to cancel.</summary>
    /// <param name="formula">The model in R's notation.</param>
    /// <param name="data">The observations.</param>
    /// <param name="family">Response distribution and link; Gaussian with identity link when null.</param>
    /// <param name="options">Defaults when null.</param>
    /// <param name="progress">Told of each iteration; if null, a long fit shows its progress in the notebook or terminal.</param>
    /// <param name="cancellationToken">Stops the fit, within a factorisation too.</param>
    /// <returns>The fit.</returns>
    /// <exception cref="GlmmException">As for <see cref="Fit(string, FieldData, Family?, GlmmOptions?)"/>.</exception>
    /// <exception cref="OperationCanceledException">The fit was cancelled.</exception>
    public static Task<GlmmFit> FitAsync(string formula, FieldData data, Family? family = null, GlmmOptions? options = null,
        IProgress<FitProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => progress is null
            ? FitLive(formula, data, family, options, cancellationToken)
            : ModelFitter.Fit(formula, data, family ?? Family.Gaussian(), options ?? new GlmmOptions(), progress, cancellationToken),
            cancellationToken);

    private static GlmmFit FitLive(string formula, FieldData data, Family? family, GlmmOptions? options, CancellationToken cancellation)
    {
        using var live = LiveProgress.Start($"Fitting {formula}");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(live.Cancellation, cancellation);
        return ModelFitter.Fit(formula, data, family ?? Family.Gaussian(), options ?? new GlmmOptions(), live, either.Token);
    }
}
