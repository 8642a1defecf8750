using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// Adaptive quadrature that checks itself: the likelihood at its maximum is computed with another number of points too, and when
/// the two differ the model is fitted with more, until the answer is stable or no more points can be had. Where a variance runs
/// to infinity the integrand is a step, which no number of points integrates: the sum can then exceed any likelihood that the
/// model has, and its maximum means nothing.
/// </summary>
internal static class QuadratureCheck
{
    /// <summary>Log-likelihoods by different numbers of points that differ by less than this agree.</summary>
    private const double Agreement = 0.01;

    /// <summary>Those that differ by less than this are told, and left as they were asked for; beyond it more points are taken.</summary>
    private const double Tolerable = 0.1;

    /// <summary>Log-likelihoods by fewer points that differ by less than this are those of bells: a step makes the sum depend on where the
    /// nodes fall, by far more.</summary>
    private const double Exact = 1e-6;

    /// <summary>The share of the points that are fewer.</summary>
    private const double Fewer = 0.6;

    /// <summary>What a step between two even nodes adds to the error of a level's integral.</summary>
    private const double EvenError = 0.003;

    /// <summary>How many times the points that did not agree are taken next: the error falls with their square, so that twice as many
    /// show it.</summary>
    private const double Growth = 2;

    /// <summary>Nodes that more points may be taken up to; a finer product is tried only if it was asked for.</summary>
    private const double MostNodes = 250;

    /// <summary>The estimate with as many points as the model asks for, or more if they are not enough.</summary>
    public static Estimate Fit(MixedModel model, GlmmControl control, IProgress<FitProgress>? progress, CancellationToken cancellation,
        Estimate? like = null)
    {
        var estimate = LaplaceEstimator.Fit(model, control, progress, cancellation, like: like);
        var asked = model.QuadraturePoints;
        while (model.QuadraturePoints > 1 && estimate.Convergence.IsConverged)
        {
            var points = model.QuadraturePoints;
            var fewer = LogLikelihood(model, estimate, Math.Max(1, (int)(Fewer * points)), control, cancellation);
            if (Math.Abs(fewer - estimate.LogLikelihood) < Exact)
                return points == asked ? estimate : With(estimate, estimate.Convergence.Status, MorePoints(asked, points));
            var most = Math.Max(points, Most(model));
            var more = Math.Min(most, Math.Max(points + 2, (int)(Growth * points)));
            var other = more > points ? more : Math.Max(1, (int)(points / Growth));
            var difference = Math.Abs(LogLikelihood(model, estimate, other, control, cancellation) - estimate.LogLikelihood);
            var offBell = Math.Abs(EvenIntegral.LogLikelihood(model, estimate, cancellation) - estimate.LogLikelihood);
            if (offBell > Math.Max(Tolerable, EvenError * LevelEffects.Of(model.Terms)!.LevelCount))
                difference = Math.Max(difference, offBell);
            if (difference < Tolerable && points == asked)
                return difference < Agreement ? estimate : With(estimate, estimate.Convergence.Status, Rough(points, other, difference));
            if (difference < Agreement)
                return With(estimate, estimate.Convergence.Status, MorePoints(asked, points));
            if (more == points || (points > asked && LevelEffects.Of(model.Terms)!.Width > 1))
                return With(estimate, ConvergenceStatus.NotConverged, Unstable(points, other, difference));
            model.QuadraturePoints = more;
            var start = model.Restraints.IsEmpty ? (double[])estimate.Psi.Clone() : null;
            estimate = LaplaceEstimator.Fit(model, control, progress, cancellation, start);
        }

        return estimate;
    }

    private static int Most(MixedModel model)
    {
        var width = LevelEffects.Of(model.Terms)!.Width;
        var most = QuadratureGrid.MaxPoints;
        while (most > 1 && Math.Pow(most, width) > MostNodes) most--;
        return most;
    }

    private static double LogLikelihood(MixedModel model, Estimate estimate, int points, GlmmControl control,
        CancellationToken cancellation)
    {
        var kept = model.QuadraturePoints;
        model.QuadraturePoints = points;
        try
        {
            var objective = new LaplaceObjective(model, control.MaxThreads, cancellation);
            objective.StartFrom(estimate.Modes);
            return -objective.Evaluate(estimate.Psi, []);
        }
        finally
        {
            model.QuadraturePoints = kept;
        }
    }

    private static Estimate With(Estimate estimate, ConvergenceStatus status, ConvergenceProblem problem)
    {
        var found = estimate.Convergence;
        return estimate with
        {
            Convergence = new Convergence(status, found.GradientNorm, found.ExpectedImprovement, found.IsHessianPositiveDefinite,
                found.IsSingular, found.Iterations, found.Evaluations, found.Factorizations, [.. found.Problems, problem]),
        };
    }

    private static ConvergenceProblem Rough(int points, int other, double difference) => new("",
        $"With {points} points of quadrature the log-likelihood is off by about {Text.NumberFormat.Significant(difference)}.",
        $"Use more, for example QuadraturePoints = {Math.Max(points, other)}.");

    private static ConvergenceProblem MorePoints(int asked, int used) => new("",
        $"With {asked} points of quadrature the likelihood was not accurate; {used} were used.",
        $"Write QuadraturePoints = {used} in the options and in reports.");

    private static ConvergenceProblem Unstable(int points, int other, double difference) => new("",
        $"The likelihood cannot be integrated: by {points} points of quadrature, by {other} and by an even grid its logarithm differs by "
            + $"{Text.NumberFormat.Significant(difference)}.",
        "A variance may run to infinity because the levels of a group are all alike within (all zeros, all ones): look at the group, drop "
            + "the term, or give its standard deviation a prior. QuadraturePoints = 1 tells what the Laplace approximation makes of it.");
}
