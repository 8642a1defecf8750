using EcoGlmm.Estimation.Pathologies;
using EcoGlmm.Estimation.Starts;
using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// Gaussian models with identity link: a search over θ alone on the profiled deviance or REML criterion, other starts, the
/// Hessian, and the verdict. Standard errors of fixed effects are conditional on the variance parameters.
/// </summary>
internal static class ProfiledEstimator
{
    private static readonly IStartStrategy<ProfiledSearch>[] Alternatives =
        [new OtherCorrelations(), new InsideLimits(), new OtherShapes(), new OtherPenalties(), new NoResidual(), new OtherProportions(),
            new OtherRelations()];

    private static readonly IOptimumPathology[] AtMaximum =
    [
        new SingularCovariance(), new StructureAtLimit(), new IndistinguishableTerms(), new ResidualWithinEffects(), new FlatVariances(),
        new StoppedShort(), new TermAsFineAsRows(),
    ];

    /// <summary>Whether a model is of this kind.</summary>
    public static bool Handles(MixedModel model) =>
        model.Family.IsNormalAroundPredictor && !model.IsZeroInflated
        && model.HasConstantDispersion && model.Basis[LinearPredictor.Dispersion] is { Columns: 1 }
        && !model.Offset[LinearPredictor.Dispersion]!.AsSpan().ContainsAnyExcept(0.0) && model.Weights is null
        && model.Restraints.IsEmpty && model.Terms.All(t => t.Loadings.IsScaleFree);

    public static Estimate Fit(MixedModel model, bool reml, GlmmControl control, IProgress<FitProgress>? progress,
        CancellationToken cancellation, Estimate? like = null)
    {
        var criterion = new PenalizedLeastSquares(model, reml, control.MaxThreads, cancellation);
        var search = new ProfiledSearch(model, criterion, control, progress, cancellation);
        var start = like is null ? null : WarmStart.FindTheta(model, like);
        if (start is null)
        {
            start = criterion.MomentEstimate();
            StartingValues.ChooseShapes(model, start, x => search.Evaluate(x, []), cancellation);
        }
        else
        {
            BoundaryCandidates.Leave(model, start);
        }

        var best = search.Snapped(search.From(start));
        foreach (var alternative in Alternatives.TakeWhile(_ => !search.IsExhausted)) best = alternative.Improve(search, best);
        var (theta, gradient) = (best.Parameters, new double[best.Parameters.Length]);
        var value = search.AtEnd(best, gradient);
        var isProper = double.IsFinite(value) && criterion.TotalSum > Tolerances.SmallestResidual * criterion.ResponseSum
            && criterion.ResidualSum > Tolerances.SmallestPenalisedResidual * criterion.TotalSum;
        Action? bringBack = null;

        // What the search has left at θ is copied if another point is looked at, where it would be costly to compute again.
        double Elsewhere(ReadOnlySpan<double> point, Span<double> slope)
        {
            if (search.IsAt(theta)) bringBack ??= criterion.Keep();
            return search.Evaluate(point, slope);
        }

        var optimum = isProper
            ? new Optimum(model, theta, 0, value, gradient, best.Status == MinimiserStatus.Exhausted
                ? criterion.AverageInformation() : Hessian(search, Elsewhere, theta, value, gradient), best.Status) : null;
        var assessment = optimum is not null ? OptimumAssessment.Of(optimum, AtMaximum)
            : OptimumAssessment.Failed(theta.Length, ConstantResponse.IsConstant(model) ? ConstantResponse.Problem
                : new ConvergenceProblem("", "The model fits the response perfectly: no residual variance is left to estimate.",
                    PerfectFit.Advice));
        var error = optimum is null ? 0 : MonteCarloError.Of(search, optimum);
        if (bringBack is not null) bringBack();
        else if (search.System.IsIterative || !search.IsAt(theta)) search.Evaluate(theta, gradient);
        if (criterion.System.MakeUsable()) Array.Clear(criterion.Modes);
        return Describe(criterion, search, theta, isProper ? value : double.NaN, assessment, error);
    }

    private static double[] Hessian(ProfiledSearch search, DifferentiableFunction function, double[] theta, double value,
        double[] gradient)
    {
        var spread = Array.ConvertAll(theta, t => Math.Max(Tolerances.ProfiledSpread * Math.Abs(t), Tolerances.LeastProfiledSpread));
        return OptimumHessian.Of(function, theta, gradient, spread, true, search.Visited,
            shortest: search.System.IsIterative ? Tolerances.ShortestNoisySecant : Tolerances.ShortestSecant, value: value);
    }

    /// <summary>The estimate at the θ that the criterion was evaluated at last.</summary>
    private static Estimate Describe(PenalizedLeastSquares criterion, ProfiledSearch search, double[] theta, double value,
        OptimumAssessment assessment,
        double monteCarloError)
    {
        const int e = LinearPredictor.Conditional;
        var (model, system) = (search.Model, criterion.System);
        var isProper = double.IsFinite(value);
        var p = model.Basis[e]!.Columns;
        var all = model.ParameterCount;
        var psi = new double[all];
        var covariance = new double[all * all];
        Array.Fill(covariance, double.NaN);
        var sigma = isProper ? criterion.Sigma : 0;
        criterion.Coefficients().CopyTo(psi, model.FixedOffset[e]);
        var dispersion = model.Basis[LinearPredictor.Dispersion]!;
        psi[model.FixedOffset[LinearPredictor.Dispersion]] = Math.Log(sigma) / dispersion.First;
        theta.CopyTo(psi, model.FixedCount);
        if (isProper)
        {
            var block = criterion.CoefficientCovariance();
            for (var i = 0; i < p; i++)
            {
                for (var j = 0; j < p; j++) covariance[(i * all) + j] = block[(i * p) + j];
            }
        }

        var n = model.ObservationCount;
        var b = new double[system.EffectCount];
        system.Lambda.Multiply(criterion.Modes, b);
        var eta = new double[n];
        model.FixedPredictor(e, psi, eta);
        system.AddZb(e, b, eta);
        var delta = new double[n];
        Array.Fill(delta, Math.Log(sigma));
        return new Estimate
        {
            Model = model,
            Psi = psi,
            LogLikelihood = -value,
            Covariance = covariance,
            Scale = sigma,
            Modes = (double[])criterion.Modes.Clone(),
            Predictors = [eta, delta, null],
            System = system,
            Weights = [criterion.Weights, .. new double[]?[LinearPredictor.PairCount(LinearPredictor.FormulaCount) - 1]],
            Scores = [],
            IsProfiled = true,
            MonteCarloError = monteCarloError,
            ParameterCount = p + theta.Length + 1,
            Gradients = criterion.GradientCount,
            Convergence = assessment.ToConvergence(search.Iterations, criterion.EvaluationCount, system.FactorizationCount),
        };
    }
}
