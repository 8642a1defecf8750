using EcoGlmm.Estimation.Pathologies;
using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>What kind of point a search ended at, from its gradient and Hessian and from what can be the matter with it.</summary>
internal sealed class OptimumAssessment
{
    public required ConvergenceStatus Status { get; init; }

    /// <summary>The largest element of the gradient, in standard errors; NaN without a likelihood.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>By how much the log-likelihood could still rise; NaN without a likelihood.</summary>
    public required double ExpectedImprovement { get; init; }

    public required bool IsHessianPositiveDefinite { get; init; }

    public required bool IsSingular { get; init; }

    public required bool IsDispersionAtLimit { get; init; }

    /// <summary>Covariance of the parameters, d × d.</summary>
    public required double[] Covariance { get; init; }

    public required IReadOnlyList<ConvergenceProblem> Problems { get; init; }

    /// <summary>The verdict on an optimum, each pathology looked for in turn.</summary>
    public static OptimumAssessment Of(Optimum optimum, IEnumerable<IOptimumPathology> pathologies)
    {
        foreach (var pathology in pathologies) pathology.Examine(optimum);
        var (improvement, norm) = optimum.Remaining();
        Separation.Widen(optimum.Inverse.Covariance, optimum.FlatDirections);
        return new OptimumAssessment
        {
            Status = optimum.HasFailed ? ConvergenceStatus.NotConverged : optimum.IsSingular ? ConvergenceStatus.Singular
                : ConvergenceStatus.Converged,
            GradientNorm = norm,
            ExpectedImprovement = Math.Max(improvement, 0),
            IsHessianPositiveDefinite = optimum.IsCurved,
            IsSingular = optimum.IsSingular,
            IsDispersionAtLimit = optimum.IsDispersionAtLimit,
            Covariance = optimum.Inverse.Covariance,
            Problems = optimum.Problems,
        };
    }

    /// <summary>The verdict where no maximum of the likelihood was found, and why.</summary>
    public static OptimumAssessment Failed(int parameters, ConvergenceProblem problem) =>
        WithoutHessian(parameters, ConvergenceStatus.NotConverged, [problem]);

    /// <summary>The verdict where only the height of the likelihood was asked for: a search that stalled has come near it.</summary>
    public static OptimumAssessment OfSearch(int parameters, MinimiserStatus status) => WithoutHessian(parameters,
        status is MinimiserStatus.Converged or MinimiserStatus.Stalled ? ConvergenceStatus.Converged : ConvergenceStatus.NotConverged, []);

    private static OptimumAssessment WithoutHessian(int parameters, ConvergenceStatus status, IReadOnlyList<ConvergenceProblem> problems)
    {
        var covariance = new double[parameters * parameters];
        Array.Fill(covariance, double.NaN);
        return new OptimumAssessment
        {
            Status = status,
            GradientNorm = double.NaN,
            ExpectedImprovement = double.NaN,
            IsHessianPositiveDefinite = false,
            IsSingular = false,
            IsDispersionAtLimit = false,
            Covariance = covariance,
            Problems = problems,
        };
    }

    public Convergence ToConvergence(int iterations, int evaluations, int factorizations) => new(Status, GradientNorm, ExpectedImprovement,
        IsHessianPositiveDefinite, IsSingular, iterations, evaluations, factorizations, Problems);
}
