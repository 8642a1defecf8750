using EcoGlmm.Estimation.Pathologies;
using EcoGlmm.Estimation.Starts;
using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// Maximum likelihood by the Laplace approximation or adaptive quadrature: a search from the usual start, other starts where
/// that one may not have led to the highest maximum, the Hessian with the last Newton steps, and the verdict.
/// </summary>
internal static class LaplaceEstimator
{
    /// <summary>Recognised before a search.</summary>
    private static readonly ISearchPathology[] Hopeless = [new ConstantResponse()];

    /// <summary>Recognised after the first search.</summary>
    private static readonly ISearchPathology[] Fruitless = [new Overfitted()];

    /// <summary>Where the search failed.</summary>
    private static readonly IStartStrategy<LaplaceSearch>[] Rescues = [new OtherVariances()];

    /// <summary>Recognised when the search cannot be helped.</summary>
    private static readonly ISearchPathology[] WithoutMaximum = [new NoFiniteStart(), new PerfectFit(), new PartlyPerfectFit(),
        new UnboundedShape()];

    /// <summary>Where there may be a higher maximum.</summary>
    private static readonly IStartStrategy<LaplaceSearch>[] Alternatives =
        [new OtherCorrelations(), new InsideLimits(), new OtherShapes(), new OtherRelations(), new OtherPenalties(), new StructuralZeros(),
            new DeeperModes()];

    /// <summary>What can be the matter with a maximum, in the order in which it has to be known.</summary>
    private static IOptimumPathology[] AtMaximum(double[] predictor) =>
    [
        new SingularCovariance(), new StructureAtLimit(), new DispersionAtLimit(), new ShapeAtLimit(), new Separation(),
            new IndistinguishableTerms(),
        new ResidualWithinEffects(), new FlatLikelihood(), new StoppedShort(), new EdgeOfRange(predictor),
    ];

    /// <summary>Fits a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="control">Iterations, tolerance, threads.</param>
    /// <param name="progress">Told of each iteration.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="start">Where to begin; the usual start when null.</param>
    /// <param name="like">An estimate to begin from where there is no start: that of a model that is like this one.</param>
    /// <param name="goal">What the search is for.</param>
    public static Estimate Fit(MixedModel model, GlmmControl control, IProgress<FitProgress>? progress,
        CancellationToken cancellation, double[]? start = null, Estimate? like = null, SearchGoal goal = SearchGoal.Estimates)
    {
        if (goal == SearchGoal.Likelihood)
            control = control with { Tolerance = Math.Max(control.Tolerance, Tolerances.LikelihoodAlone) };
        var search = new LaplaceSearch(model, control, progress, cancellation);
        if (start is null && like is not null)
        {
            var isWhole = true;
            (start, search.KnownInverse) = WarmStart.Find(model, like, () =>
            {
                isWhole = false;
                return StartingValues.Find(model, cancellation: cancellation);
            });
            search.IsWarm = start is not null && isWhole;
        }

        if (start is null)
        {
            start = StartingValues.Find(model, cancellation: cancellation);
            StartingValues.ChooseShapes(model, start, x => search.Evaluate(x, []), cancellation);
        }
        else
        {
            start = (double[])start.Clone();
            BoundaryCandidates.Leave(model, start.AsSpan(model.FixedCount));
        }

        if (goal == SearchGoal.Likelihood && like is not null && model.ObservationCount > Tolerances.RowsOfBoundary
            && ZerosAtBoundary.Find(search, start, like) is { } withoutZeros)
            return LaplaceDescription.OfLikelihood(search, withoutZeros);
        var best = new SearchPoint(start, double.NaN, MinimiserStatus.BadStart);
        if (Recognise(Hopeless) is { } hopeless) return LaplaceDescription.WithoutMaximum(search, best, hopeless);
        best = search.From(start);
        if (Recognise(Fruitless) is { } fruitless) return LaplaceDescription.WithoutMaximum(search, best, fruitless);
        foreach (var rescue in Rescues.TakeWhile(_ => !search.IsExhausted)) best = rescue.Improve(search, best);
        if (Recognise(WithoutMaximum) is { } unbounded) return LaplaceDescription.WithoutMaximum(search, best, unbounded);
        best = search.Snapped(best);
        foreach (var alternative in Alternatives.TakeWhile(_ => !search.IsExhausted)) best = alternative.Improve(search, best);
        if (goal == SearchGoal.Likelihood) return LaplaceDescription.OfLikelihood(search, best);
        if (Polish.Of(search, best, progress) is not { } optimum) return LaplaceDescription.WithoutMaximum(search, best, Lost(search));
        var assessment = OptimumAssessment.Of(optimum, AtMaximum(search.Objective.Predictors[LinearPredictor.Conditional]!));
        return LaplaceDescription.Of(search, optimum, assessment, MonteCarloError.Of(search, optimum));

        ConvergenceProblem? Recognise(ISearchPathology[] pathologies) =>
            pathologies.Select(p => p.Recognise(search, best)).FirstOrDefault(problem => problem is not null);
    }

    private static ConvergenceProblem Lost(LaplaceSearch search) => new("",
        $"The likelihood cannot be computed where the optimiser ended: {search.Objective.Failure ?? "it is not finite"}.",
        "Simplify the random effects or use a simpler family; look for groups with very few rows.");
}
