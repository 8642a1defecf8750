using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// Gaussian models with identity link: quasi-Newton over θ alone on the profiled deviance or REML criterion.
/// Standard errors of fixed effects are conditional on the variance parameters.
/// </summary>
internal static class ProfiledEstimator
{
    /// <summary>Squared residuals smaller than this share of the squared responses are rounding errors.</summary>
    private const double SmallestResidual = 1e-27;

    /// <summary>Squared residuals smaller than this share of those of the fixed effects alone are too.</summary>
    private const double SmallestPenalisedResidual = 1e-14;

    /// <summary>Whether a model is of this kind.</summary>
    public static bool Handles(MixedModel model) =>
        model.Family.Name == "gaussian" && model.Family.Link.Name == "identity" && !model.IsZeroInflated
        && model.HasConstantDispersion && model.Basis[LinearPredictor.Dispersion] is { Columns: 1 }
        && model.Offset[LinearPredictor.Dispersion]!.All(o => o == 0) && model.Weights is null
        && model.Restraints.IsEmpty && model.Terms.All(t => t.Loadings.IsScaleFree);

    public static Estimate Fit(MixedModel model, bool reml, GlmmControl control, IProgress<FitProgress>? progress,
        CancellationToken cancellation)
    {
        var criterion = new PenalizedLeastSquares(model, reml, control.MaxThreads, cancellation);
        var system = criterion.System;
        var d = model.ThetaCount;
        var theta = criterion.MomentEstimate();
        StartingValues.ChooseShapes(model, theta, x => criterion.Evaluate(x, []), cancellation);
        var gradient = new double[d];
        var current = new double[d];
        double Evaluate(ReadOnlySpan<double> x, Span<double> g)
        {
            x.CopyTo(current);
            cancellation.ThrowIfCancellationRequested();
            return criterion.Evaluate(x, g);
        }

        var usesInformation = criterion.HasAverageInformation;
        bool Refresh(double[] inverse)
        {
            if (!usesInformation) return false;
            // Near a variance of zero the information of its square root goes to zero, though the likelihood curves.
            if (BoundaryCandidates.Of(model, current, 0.03).Count > 0) return false;
            var information = criterion.AverageInformation();
            if (!DenseCholesky.TryFactor(information, d)) return false;
            DenseCholesky.Invert(information, d);
            information.CopyTo(inverse, 0);
            return Array.TrueForAll(information, double.IsFinite);
        }

        var minimiser = new QuasiNewton(Evaluate, control.Tolerance, control.MaxIterations)
        {
            RefreshInverseHessian = Refresh,
            Progress = (iteration, f) => progress?.Report(new FitProgress("maximising the likelihood", iteration, -f)),
            LongestStep = (x, p) => LongestStep(model, x, p),
        };
        (MinimiserStatus Status, double Value) MinimiseFrom(double[] start)
        {
            var result = Minimise(minimiser, start);
            if (result.Status == MinimiserStatus.Converged || !usesInformation) return result;
            // Overlapping terms make the average information all but singular, and its steps lead nowhere.
            usesInformation = false;
            return Minimise(minimiser, start);
        }

        var (status, value) = MinimiseFrom(theta);
        var moved = SnapToBoundary(model, theta, ref value, Evaluate);
        foreach (var other in BoundaryCandidates.Alternatives(model, theta))
        {
            moved = true;
            var (otherStatus, otherValue) = MinimiseFrom(other);
            SnapToBoundary(model, other, ref otherValue, Evaluate);
            if (!(otherValue < value - 1e-7)) continue;
            other.CopyTo(theta, 0);
            (status, value) = (otherStatus, otherValue);
        }

        minimiser.Gradient.CopyTo(gradient, 0);
        if (moved) value = Evaluate(theta, gradient);
        var problems = new List<ConvergenceProblem>();
        return Finish(model, criterion, theta, value, gradient, Evaluate, minimiser, status, problems);
    }

    private static (MinimiserStatus Status, double Value) Minimise(QuasiNewton minimiser, double[] theta)
    {
        var d = theta.Length;
        var inverse = new double[d * d];
        for (var j = 0; j < d; j++) inverse[(j * d) + j] = theta[j] == 0 ? 0.01 : theta[j] * theta[j] / 20;
        var status = minimiser.Minimise(theta, inverse);
        return (status, minimiser.Value);
    }

    /// <summary>Standard deviations that are all but zero become zero when the criterion is no worse for it.</summary>
    private static bool SnapToBoundary(MixedModel model, double[] theta, ref double value, DifferentiableFunction evaluate)
    {
        if (!double.IsFinite(value)) return false;
        var evaluated = false;
        foreach (var (index, size) in BoundaryCandidates.Of(model, theta, 0.03))
        {
            var kept = theta[index];
            if (size == 0) continue;
            theta[index] = 0;
            evaluated = true;
            var snapped = evaluate(theta, []);
            if (snapped <= value + 1e-8) value = Math.Min(value, snapped);
            else theta[index] = kept;
        }

        return evaluated;
    }

    private static Estimate Finish(MixedModel model, PenalizedLeastSquares criterion, double[] theta, double value,
        double[] gradient, DifferentiableFunction evaluate, QuasiNewton minimiser, MinimiserStatus status,
        List<ConvergenceProblem> problems)
    {
        var d = theta.Length;
        var explained = criterion.TotalSum > SmallestResidual * criterion.ResponseSum;
        var finite = double.IsFinite(value) && explained && criterion.ResidualSum > SmallestPenalisedResidual * criterion.TotalSum;
        var singular = false;
        var (norm, improvement, positive) = (double.NaN, double.NaN, false);
        if (finite)
        {
            singular = RandomEffectsCheck.ReportSingular(model, theta, problems);
            var spread = new double[d];
            for (var j = 0; j < d; j++) spread[j] = Math.Max(0.1 * Math.Abs(theta[j]), 0.02);
            var inverse = HessianInverse.Of(OptimumHessian.Of(evaluate, theta, gradient, spread, true), d);
            var step = inverse.Multiply(gradient) ?? new double[d];
            (norm, improvement) = (0, 0);
            for (var j = 0; j < d; j++)
            {
                improvement += 0.5 * step[j] * gradient[j];
                var variance = inverse.Values[(j * d) + j];
                if (variance > 0) norm = Math.Max(norm, Math.Abs(gradient[j]) * Math.Sqrt(variance));
            }

            positive = singular || (inverse.IsPositiveDefinite && inverse.UnusableParameters.Length == 0);
            if (RandomEffectsCheck.ReportIndistinguishable(model, problems))
            {
                positive = false;
            }
            else if (!positive)
            {
                problems.Add(new ConvergenceProblem("random effects", "The likelihood does not curve upwards in the variance parameters: the data do not determine them.",
                    "Simplify the random effects."));
            }

            if (!(improvement < 1e-5))
            {
                problems.Add(new ConvergenceProblem("", $"The optimiser stopped {(status == MinimiserStatus.IterationLimit ? "at its iteration limit" : "short of the maximum")}; the log-likelihood could still rise by about {improvement:G2}.",
                    "Simplify the random effects, or allow more iterations (GlmmOptions.Control)."));
            }

            foreach (var term in model.Terms.Where(t => t.Structure.Precision is null && t.Levels.Count >= model.ObservationCount))
            {
                positive = false;
                problems.Add(new ConvergenceProblem(term.Group, $"{term.Group} has as many levels as there are rows: its variance and the residual variance cannot be told apart.",
                    "Drop the term, or group the rows."));
            }
        }
        else
        {
            problems.Add(new ConvergenceProblem("", Array.TrueForAll(model.Y, y => y == model.Y[0])
                    ? "The response is the same in every row: there is no variance to explain."
                    : "The model fits the response perfectly: no residual variance is left to estimate.",
                "Use fewer parameters, or check that the response is the column you meant."));
        }

        evaluate(theta, gradient);
        var p = model.Basis[LinearPredictor.Conditional]!.Columns;
        var all = model.ParameterCount;
        var psi = new double[all];
        var covariance = new double[all * all];
        Array.Fill(covariance, double.NaN);
        var sigma = finite ? criterion.Sigma : 0;
        criterion.Coefficients().CopyTo(psi, model.FixedOffset[LinearPredictor.Conditional]);
        var dispersion = model.Basis[LinearPredictor.Dispersion]!;
        psi[model.FixedOffset[LinearPredictor.Dispersion]] = Math.Log(sigma) / dispersion.Q[0];
        theta.CopyTo(psi, model.FixedCount);
        if (finite)
        {
            var block = criterion.CoefficientCovariance();
            for (var i = 0; i < p; i++)
            {
                for (var j = 0; j < p; j++) covariance[(i * all) + j] = block[(i * p) + j];
            }
        }

        var system = criterion.System;
        var b = new double[system.EffectCount];
        system.Lambda.Multiply(criterion.Modes, b);
        var eta = new double[model.ObservationCount];
        model.FixedPredictor(LinearPredictor.Conditional, psi, eta);
        system.AddZb(LinearPredictor.Conditional, b, eta);
        var delta = new double[model.ObservationCount];
        Array.Fill(delta, Math.Log(sigma));
        var precision = new double[model.ObservationCount];
        for (var i = 0; i < precision.Length; i++) precision[i] = model.Size.Length == 0 ? 1 : model.Size[i];
        var converged = finite && positive && improvement < 1e-5;
        return new Estimate
        {
            Model = model,
            Psi = psi,
            LogLikelihood = finite ? -value : double.NaN,
            Covariance = covariance,
            Scale = sigma,
            Modes = (double[])criterion.Modes.Clone(),
            Predictors = [eta, delta, null],
            System = system,
            Weights = [precision, .. new double[]?[LinearPredictor.PairCount(LinearPredictor.FormulaCount) - 1]],
            Scores = [],
            IsProfiled = true,
            ParameterCount = p + d + 1,
            Gradients = criterion.GradientCount,
            Convergence = new Convergence(
                !converged ? ConvergenceStatus.NotConverged : singular ? ConvergenceStatus.Singular : ConvergenceStatus.Converged,
                norm, improvement, positive, singular, minimiser.Iterations, criterion.EvaluationCount,
                system.FactorizationCount, problems),
        };
    }

    private static double LongestStep(MixedModel model, double[] theta, double[] direction)
    {
        var longest = double.PositiveInfinity;
        foreach (var term in model.Terms)
        {
            longest = Math.Min(longest, term.Structure.LongestStep(theta.AsSpan(term.ThetaOffset, term.ThetaCount), direction.AsSpan(term.ThetaOffset, term.ThetaCount), 5));
        }

        return longest;
    }
}
