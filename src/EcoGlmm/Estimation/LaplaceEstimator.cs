using EcoGlmm.Families;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// Maximum likelihood by the Laplace approximation: quasi-Newton over all of ψ, the Hessian at the optimum for standard
/// errors and for a last Newton step, and the checks of what was found. Without random effects this is exact maximum
/// likelihood of a generalized linear model.
/// </summary>
internal sealed class LaplaceEstimator
{
    private const int MaxRestarts = 2;
    private const int MaxModeRounds = 5;
    private readonly MixedModel _model;
    private readonly GlmmControl _control;
    private readonly IProgress<FitProgress>? _progress;
    private readonly LaplaceObjective _objective;
    private readonly CancellationToken _cancellation;
    private readonly List<ConvergenceProblem> _problems = [];
    private int _iterations;

    private LaplaceEstimator(MixedModel model, GlmmControl control, IProgress<FitProgress>? progress, CancellationToken cancellation)
    {
        _model = model;
        _control = control;
        _progress = progress;
        _cancellation = cancellation;
        _objective = new LaplaceObjective(model, control.MaxThreads, cancellation);
    }

    public static Estimate Fit(MixedModel model, GlmmControl control, IProgress<FitProgress>? progress,
        CancellationToken cancellation) => new LaplaceEstimator(model, control, progress, cancellation).Fit();

    private Estimate Fit()
    {
        var psi = StartingValues.Find(_model);
        if (IsConstantMeasurement())
        {
            _objective.Evaluate(psi, []);
            _problems.Add(new ConvergenceProblem("", "The response is the same in every row: there is no variance to explain.",
                "Check that the response is the column you meant."));
            return Finish(psi, double.NaN, new double[psi.Length], [], MinimiserStatus.BadStart);
        }

        var (status, value) = Optimise(psi);
        for (var attempt = 1; attempt <= MaxRestarts && status is (MinimiserStatus.Stalled or MinimiserStatus.BadStart) && !FitsPerfectly(value); attempt++)
        {
            var other = StartingValues.Find(_model);
            StartingValues.StandardDeviations(_model, attempt == 1 ? 0.1 : 1.5, other.AsSpan(_model.FixedCount));
            _objective.StartFrom(new double[_objective.System.EffectCount]);
            var (otherStatus, otherValue) = Optimise(other);
            if (!(otherValue < value) && otherStatus != MinimiserStatus.Converged) continue;
            if (otherValue > value + 1e-6) continue;
            (status, value, psi) = (otherStatus, otherValue, other);
        }

        if (!double.IsFinite(value))
        {
            _problems.Add(new ConvergenceProblem("", $"No starting point with a finite likelihood was found: {_objective.Failure ?? "the log-likelihood is not finite"}.",
                "Check the response, the offset and the scale of the covariates, or try another link."));
            return Finish(psi, double.NaN, new double[psi.Length], Array.Empty<double>(), status);
        }

        if (FitsPerfectly(value))
        {
            _objective.Evaluate(psi, []);
            _problems.Add(new ConvergenceProblem("", "The model fits the response perfectly: its likelihood has no maximum, since the dispersion can go to zero.",
                "Use fewer parameters, or check that the response is the column you meant."));
            return Finish(psi, double.NaN, new double[psi.Length], [], status);
        }

        SnapToBoundary(psi, ref value);
        foreach (var other in BoundaryCandidates.Alternatives(_model, psi[_model.FixedCount..]))
        {
            var start = (double[])psi.Clone();
            other.CopyTo(start, _model.FixedCount);
            var (otherStatus, otherValue) = Optimise(start);
            SnapToBoundary(start, ref otherValue);
            if (otherValue < value - 1e-7) (status, value, psi) = (otherStatus, otherValue, start);
        }

        if (_model.IsZeroInflated && StructuralZerosRanOff(psi)) TryStructuralZeros(ref psi, ref value, ref status);
        if (!_model.Family.Link.IsMonotone && _model.ThetaCount > 0) FollowOtherModes(ref psi, ref value, ref status);
        return Polish(psi, value, status);
    }

    /// <summary>Whether the probability of a structural zero is all but zero or one somewhere.</summary>
    private bool StructuralZerosRanOff(double[] psi)
    {
        const double limit = 8;
        var zeta = new double[_model.ObservationCount];
        _model.FixedPredictor(LinearPredictor.ZeroInflation, psi, zeta);
        return Array.Exists(zeta, z => Math.Abs(z) > limit);
    }

    /// <summary>
    /// Zeros can be told from a dispersed response in more than one way, each a local maximum: when the first start ended with
    /// no structural zeros in some rows, a second one begins with as many as there can be.
    /// </summary>
    private void TryStructuralZeros(ref double[] psi, ref double value, ref MinimiserStatus status)
    {
        if (!double.IsFinite(_objective.Evaluate(psi, []))) return;
        var modes = (double[])_objective.Modes.Clone();
        var other = StartingValues.Find(_model, zerosAreStructural: true);
        _objective.StartFrom(new double[modes.Length]);
        var (otherStatus, otherValue) = Optimise(other);
        SnapToBoundary(other, ref otherValue);
        if (otherValue < value - 1e-7) (status, value, psi) = (otherStatus, otherValue, other);
        else _objective.StartFrom(modes);
    }

    /// <summary>
    /// Where the mean is the same for ±η the joint density of the random effects has several peaks, kept apart by η = 0 at
    /// observations above zero, and quasi-Newton follows the one that it met first. Goes on from deeper ones as long as it pays.
    /// </summary>
    private void FollowOtherModes(ref double[] psi, ref double value, ref MinimiserStatus status)
    {
        for (var round = 0; round < MaxModeRounds; round++)
        {
            if (!double.IsFinite(_objective.Evaluate(psi, []))) return;
            var modes = (double[])_objective.Modes.Clone();
            var better = false;
            if (_objective.TryOtherModes())
            {
                var other = (double[])psi.Clone();
                var (otherStatus, otherValue) = Optimise(other);
                SnapToBoundary(other, ref otherValue);
                better = otherValue < value - 1e-7;
                if (better) (status, value, psi) = (otherStatus, otherValue, other);
            }

            if (better) continue;
            _objective.StartFrom(modes);
            return;
        }
    }

    private bool IsConstantMeasurement() =>
        !_model.Family.IsDiscrete && _model.Family.HasDispersion && !_model.IsZeroInflated && Array.TrueForAll(_model.Y, y => y == _model.Y[0]);

    /// <summary>Whether responses that are measured, not counted, are met with relative errors below e⁻¹⁵ throughout.</summary>
    private bool FitsPerfectly(double value)
    {
        if (_model.Family.IsDiscrete || !double.IsFinite(value)) return false;
        var scale = Math.Sqrt(_model.Y.Sum(y => y * y) / _model.Y.Length);
        return (-value / _model.Y.Length) + Math.Log(scale) > 15;
    }

    private (MinimiserStatus Status, double Value) Optimise(double[] psi)
    {
        var d = psi.Length;
        var gradient = new double[d];
        var value = _objective.Evaluate(psi, gradient);
        for (var retreat = 0; retreat < 8 && !double.IsFinite(value) && _model.ThetaCount > 0; retreat++)
        {
            for (var k = _model.FixedCount; k < d; k++) psi[k] *= 0.3;
            value = _objective.Evaluate(psi, gradient);
        }

        if (!double.IsFinite(value)) return (MinimiserStatus.BadStart, value);
        for (var step = 0; step < 2 && _model.ThetaCount > 0; step++)
        {
            var trial = (double[])psi.Clone();
            ExpectationStep(trial.AsSpan(_model.FixedCount));
            var trialValue = _objective.Evaluate(trial, gradient);
            if (!(trialValue < value)) break;
            trial.CopyTo(psi, 0);
            value = trialValue;
        }

        _objective.Evaluate(psi, gradient);
        var inverse = CurvatureGuess.Inverse(CurvatureGuess.Hessian(_model, _objective), d);
        var minimiser = new QuasiNewton(_objective.Evaluate, _control.Tolerance, _control.MaxIterations)
        {
            LongestStep = LongestStep,
            Progress = (iteration, f) => _progress?.Report(new FitProgress("maximising the likelihood", iteration, -f)),
        };
        var status = minimiser.Minimise(psi, inverse);
        _iterations += minimiser.Iterations;
        return (status, minimiser.Value);
    }

    /// <summary>One step of the EM algorithm for Λ: each term's covariance becomes the mean of E[bbᵀ | y].</summary>
    private void ExpectationStep(Span<double> theta)
    {
        var system = _objective.System;
        var b = new double[system.EffectCount];
        system.Lambda.Multiply(_objective.Modes, b);
        for (var t = 0; t < _model.Terms.Count; t++)
        {
            var term = _model.Terms[t];
            var r = term.Width;
            var sigma = new double[r * r];
            for (var l = 0; l < term.Levels.Count; l++)
            {
                var covariance = system.LevelCovariance(t, l);
                var at = term.EffectOffset + (l * r);
                for (var i = 0; i < r; i++)
                {
                    for (var j = 0; j < r; j++)
                    {
                        if (i != j && term.IsDiagonal) continue;
                        sigma[(i * r) + j] += ((b[at + i] * b[at + j]) + covariance[(i * r) + j]) / term.Levels.Count;
                    }
                }
            }

            if (!DenseCholesky.TryFactor(sigma, r)) continue;
            var lambda = new double[r * r];
            for (var i = 0; i < r; i++)
            {
                for (var j = 0; j <= i; j++) lambda[(i * r) + j] = sigma[(j * r) + i];
            }

            CovarianceFactor.Pack(term, lambda, theta.Slice(term.ThetaOffset, term.ThetaCount));
        }
    }

    /// <summary>No linear predictor should move by more than a few units, no standard deviation by more than a few times itself, in a step.</summary>
    private double LongestStep(double[] psi, double[] direction)
    {
        var longest = double.PositiveInfinity;
        foreach (var k in _model.ActivePredictors)
        {
            var columns = _model.Basis[k]!.Columns;
            var squares = 0.0;
            for (var j = 0; j < columns; j++)
            {
                var p = direction[_model.FixedOffset[k] + j];
                squares += p * p;
            }

            var unit = k == LinearPredictor.Conditional && _model.Family.Link.Name is "identity" or "inverse" or "sqrt" or "1/mu^2"
                ? double.PositiveInfinity
                : 5;
            if (squares > 0) longest = Math.Min(longest, unit / Math.Sqrt(squares));
        }

        foreach (var term in _model.Terms)
        {
            var from = _model.FixedCount + term.ThetaOffset;
            double size = 0, move = 0;
            for (var j = from; j < from + term.ThetaCount; j++)
            {
                size = Math.Max(size, Math.Abs(psi[j]));
                move = Math.Max(move, Math.Abs(direction[j]));
            }

            if (move > 0 && size > 0) longest = Math.Min(longest, 4 * size / move);
        }

        return longest;
    }

    /// <summary>Standard deviations that are all but zero become zero when the likelihood is no worse for it.</summary>
    private void SnapToBoundary(double[] psi, ref double value)
    {
        foreach (var (index, size) in BoundaryCandidates.Of(_model, psi.AsSpan(_model.FixedCount), 0.03))
        {
            var at = _model.FixedCount + index;
            var kept = psi[at];
            if (kept == 0) continue;
            psi[at] = 0;
            var snapped = _objective.Evaluate(psi, []);
            if (snapped <= value + 1e-8) value = Math.Min(value, snapped);
            else psi[at] = kept;
        }
    }

    private Estimate Polish(double[] psi, double value, MinimiserStatus status)
    {
        var d = psi.Length;
        var gradient = new double[d];
        value = _objective.Evaluate(psi, gradient);
        var guess = CurvatureGuess.Hessian(_model, _objective);
        double[] hessian;
        if (_model.Terms.Count == 0)
        {
            hessian = guess;
        }
        else
        {
            _progress?.Report(new FitProgress("standard errors", _iterations, -value));
            var rough = CurvatureGuess.Inverse(guess, d);
            var (spread, units) = (new double[d], Units());
            for (var j = 0; j < d; j++) spread[j] = Math.Clamp(Math.Sqrt(Math.Abs(rough[(j * d) + j])), 1e-8 * units[j], 10 * units[j]);
            hessian = OptimumHessian.Of(_objective.Evaluate, psi, gradient, spread, _objective.System.IsFactorizationCostly);
        }

        for (var pass = 0; pass < 3 && status != MinimiserStatus.IterationLimit; pass++)
        {
            var step = HessianInverse.Of(hessian, d).Multiply(gradient);
            if (step is null || DotProduct(step, gradient) < 1e-12) break;
            var trial = (double[])psi.Clone();
            for (var j = 0; j < d; j++) trial[j] -= step[j];
            var trialGradient = new double[d];
            var trialValue = _objective.Evaluate(trial, trialGradient);
            if (!(trialValue < value)) break;
            (value, psi, gradient) = (trialValue, trial, trialGradient);
            if (_model.Terms.Count == 0) hessian = CurvatureGuess.Hessian(_model, _objective);
        }

        value = _objective.Evaluate(psi, gradient);
        return Finish(psi, value, gradient, hessian, status);
    }

    /// <summary>Adds a problem when a link lets means run to the edge of what the family allows, and they did.</summary>
    private void ReportEdge()
    {
        if (_model.Family.Name == "gaussian" || _model.Family.Link.Name is not ("identity" or "inverse" or "sqrt" or "1/mu^2" or "log")) return;
        var isProbability = _model.Family.WeightRole == WeightRole.Trials;
        if (_model.Family.Link.Name == "log" && !isProbability) return;
        var means = Array.ConvertAll(_objective.Predictors[LinearPredictor.Conditional]!, x => _model.Family.Link.At(x).Mu);
        var average = means.Average();
        if (!means.Any(m => m < 1e-4 * average || (isProbability && m > 1 - 1e-4))) return;
        _problems.Add(new ConvergenceProblem("",
            $"With the {_model.Family.Link.Name} link some fitted means lie at the edge of what {_model.Family.Name} allows, where the likelihood has no proper maximum.",
            $"Use the {(isProbability ? "logit" : "log")} link, which keeps all means within bounds."));
    }

    /// <summary>What counts as one for each parameter.</summary>
    private double[] Units()
    {
        var units = new double[_model.ParameterCount];
        foreach (var k in _model.ActivePredictors) units.AsSpan(_model.FixedOffset[k], _model.Basis[k]!.Columns).Fill(_model.Unit[k]);
        foreach (var term in _model.Terms) units.AsSpan(_model.FixedCount + term.ThetaOffset, term.ThetaCount).Fill(_model.Unit[term.Predictor]);
        return units;
    }

    private Estimate Finish(double[] psi, double value, double[] gradient, double[] hessian, MinimiserStatus status)
    {
        var d = psi.Length;
        var assessment = OptimumAssessment.Of(_model, psi, gradient, hessian, status, double.IsFinite(value), _problems);
        if (assessment.Status == ConvergenceStatus.NotConverged && double.IsFinite(value)) ReportEdge();
        _objective.Observations.Evaluate(_objective.Predictors, DerivativeLevel.Full);
        var weights = new double[]?[LinearPredictor.PairCount(_model.PredictorCount)];
        for (var k = 0; k < weights.Length; k++)
        {
            weights[k] = _objective.Observations.Second[k] is { } second ? Array.ConvertAll(second, v => -v) : null;
        }

        var scores = new double[_objective.System.EffectCount];
        foreach (var k in _model.RandomPredictors) _objective.System.AddZtx(k, _objective.Observations.First[k]!, scores);
        return new Estimate
        {
            Model = _model,
            Psi = psi,
            LogLikelihood = -value,
            Covariance = assessment.Covariance,
            Scale = 1,
            Modes = (double[])_objective.Modes.Clone(),
            Predictors = Array.ConvertAll(_objective.Predictors, p => (double[]?)p?.Clone()),
            System = _objective.System,
            Weights = weights,
            Scores = scores,
            IsProfiled = false,
            ParameterCount = d,
            IsDispersionAtLimit = assessment.IsDispersionAtLimit,
            Convergence = new Convergence(assessment.Status, assessment.GradientNorm, assessment.ExpectedImprovement,
                assessment.IsHessianPositiveDefinite, assessment.IsSingular, _iterations, _objective.EvaluationCount,
                _objective.System.FactorizationCount, _problems),
        };
    }

    private static double DotProduct(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var j = 0; j < a.Length; j++) sum += a[j] * b[j];
        return sum;
    }
}
