using EcoGlmm.Estimation;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Inference;

/// <summary>Fits a model again without the error of its approximation: by quadrature where that is possible, else by simulation.</summary>
internal static class Refinement
{
    /// <summary>Nodes of the quadrature for a level that are quickly done.</summary>
    private const double MostNodes = 3000;

    /// <summary>The log-likelihood is stable when more points change it by less.</summary>
    private const double Stable = 1e-3;

    /// <summary>Whether the fit has an approximation to be refined.</summary>
    public static bool Applies(GlmmFit fit) => RefinedEstimator.Applies(fit.Estimate);

    /// <summary>Points of quadrature that are enough for most data; null where quadrature is not possible.</summary>
    public static int? PointsFor(GlmmFit fit) => Points(fit).Cast<int?>().LastOrDefault(p => p <= 25);

    public static GlmmFit Of(GlmmFit fit, int pairs, long seed, CancellationToken cancellation)
    {
        if (!Applies(fit)) return fit;
        var (best, known) = (fit, fit.Estimate.Model.QuadraturePoints);
        foreach (var points in Points(fit).Where(p => p > known))
        {
            var next = ModelFitter.Fit(fit.Specification, fit.Response, fit.Data, fit.Family,
                fit.Options with { QuadraturePoints = points }, null, cancellation);
            if (!next.Convergence.IsConverged) continue;
            var change = Math.Abs(next.LogLikelihood - best.LogLikelihood);
            best = next;
            if (change < Stable) return best;
        }

        return best != fit || Points(fit).Any() ? best : BySimulation(fit, pairs, seed, true, cancellation).Fit;
    }

    public static (GlmmFit Fit, RefinedEstimator.Result Result) BySimulation(GlmmFit fit, int pairs, long seed, bool wantsCovariance,
        CancellationToken cancellation)
    {
        var specification = fit.Specification;
        var model = new MixedModel(fit.Family, fit.Response.Y, fit.Response.Size, fit.Response.Multipliers,
            specification.Conditional.Training,
            specification.Dispersion.Training, specification.ZeroInflation?.Training, fit.Options.Fixed, fit.Options.Priors);
        var result = RefinedEstimator.Fit(fit.Estimate, model, pairs, seed, wantsCovariance, cancellation);
        return (new GlmmFit(specification, fit.Response, fit.Data, fit.Family, fit.Options, result.Estimate), result);
    }

    private static IEnumerable<int> Points(GlmmFit fit) => LevelEffects.Of(fit.Estimate.Model.Terms) is { } effects
        ? new[] { 7, 15, 25, 51, 99 }.Where(p => Math.Pow(p, effects.Width) <= MostNodes) : [];
}
