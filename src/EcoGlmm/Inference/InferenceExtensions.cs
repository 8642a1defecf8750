using EcoGlmm.Inference;
using EcoGlmm.Model;

namespace EcoGlmm;

/// <summary>Tests of a finished fit beyond its table of coefficients.</summary>
public static partial class InferenceExtensions
{
    /// <summary>Tests of linear hypotheses about the fixed effects, each alone and all together: "age = 0.1", "sexM - sexF = 0".</summary>
    /// <remarks>
    /// Coefficients stand by their names in the table; that of a reference level is zero. Degrees of freedom are Satterthwaite's for
    /// Gaussian models and between-within for others; the other overload has the choice.
    /// </remarks>
    /// <param name="fit">The fit.</param>
    /// <param name="hypotheses">One or more; without "=" the combination is to be zero.</param>
    /// <exception cref="GlmmException">A hypothesis cannot be read, or they contradict each other.</exception>
    public static HypothesisTests TestHypothesis(this GlmmFit fit, params string[] hypotheses)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return fit.TestHypothesis(hypotheses, FixedEffectInference.BestOf(fit));
    }

    /// <inheritdoc cref="TestHypothesis(GlmmFit, string[])"/>
    /// <param name="fit">The fit.</param>
    /// <param name="hypotheses">One or more; without "=" the combination is to be zero.</param>
    /// <param name="degrees">Where degrees of freedom come from.</param>
    /// <param name="level">Coverage of the intervals.</param>
    public static HypothesisTests TestHypothesis(this GlmmFit fit, IReadOnlyList<string> hypotheses, DenominatorDegrees degrees,
        double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(hypotheses);
        return new HypothesisTests(fit, hypotheses, degrees, CoverageLevel.Checked(level));
    }

    /// <summary>Tests of whole terms of the conditional part: F with denominator degrees of freedom, or Wald's χ².</summary>
    /// <param name="fit">The fit; Gaussian models by REML.</param>
    /// <param name="kind">Which hypothesis a term's test is of where the data are not balanced.</param>
    /// <param name="degrees">Where degrees of freedom come from; when null Satterthwaite's for Gaussian models, between-within for
    /// others.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="GlmmException">The model has no such degrees of freedom, or the design no tests of type III.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TermTests TermTests(this GlmmFit fit, TestKind kind = TestKind.TypeThree, DenominatorDegrees? degrees = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        using var live = LiveProgress.Start("Degrees of freedom", cancellation: cancellationToken);
        return new TermTests(fit, kind, degrees ?? FixedEffectInference.BestOf(fit));
    }

    /// <summary>
    /// How far the Laplace approximation (or quadrature) is from the likelihood, with its Monte Carlo error, and how far each estimate is
    /// from where the likelihood has it.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="draws">Antithetic pairs of draws.</param>
    /// <param name="seed">The same seed gives the same numbers on any number of threads.</param>
    /// <param name="cancellationToken">Stops between two draws.</param>
    /// <exception cref="GlmmException">The model holds variances at values, or the simulated likelihood has no maximum nearby.</exception>
    public static ApproximationError ApproximationError(this GlmmFit fit, int draws = 500, long seed = 1,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new ApproximationError(fit, Checked.Count(draws, "draws"), seed, cancellationToken);
    }

    /// <summary>
    /// The model fitted without the error of the Laplace approximation: by adaptive quadrature with as many points as change nothing
    /// more, where all random effects belong to one grouping factor, else by maximum simulated likelihood. The fit itself where its
    /// likelihood is exact.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="draws">Antithetic pairs of draws of the simulated likelihood.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <exception cref="GlmmException">The simulated likelihood has no maximum nearby.</exception>
    public static GlmmFit Refine(this GlmmFit fit, int draws = 500, long seed = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return Refinement.Of(fit, Checked.Count(draws, "draws"), seed, cancellationToken);
    }
}
