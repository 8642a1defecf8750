using EcoGlmm.Families;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;
using EcoGlmm.Text;

namespace EcoGlmm.Estimation;

/// <summary>
/// Maximum likelihood by the Laplace approximation or adaptive quadrature: quasi-Newton over all of ψ, the Hessian at the optimum for standard
/// errors and for a last Newton step, and the checks of what was found. Without random effects this is exact maximum
/// likelihood of a generalized linear model.
/// </summary>
internal sealed class LaplaceEstimator
{
    private const int MaxRestarts = 2;
    private const int MaxModeRounds = 5;

    /// <summary>A step with a refreshed curvature must raise the log-likelihood by this for another refresh.</summary>
    private const double LeastGain = 2e-3;

    /// <summary>A log dispersion this far below the others' is one of rows that are met perfectly.</summary>
    private const double PerfectDispersion = 10;

    /// <summary>Iterations for a model with more parameters than rows: it converges soon or, most often, never.</summary>
    private const int MaxIterationsOverfitted = 40;

    /// <summary>Offsets that span more than this on a log or probability scale cannot all be right.</summary>
    private const double LongestOffset = 60;

    private readonly MixedModel _model;
    private readonly GlmmControl _control;
    private readonly IProgress<FitProgress>? _progress;
    private readonly LaplaceObjective _objective;
    private readonly Restraints _restraints;
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
        _restraints = model.Restraints;
    }

    public static Estimate Fit(MixedModel model, GlmmControl control, IProgress<FitProgress>? progress,
        CancellationToken cancellation, double[]? start = null) =>
        new LaplaceEstimator(model, control, progress, cancellation).Fit(start);

    /// <summary>
    /// The estimate of a Gaussian model at a ψ found otherwise, from the estimate that it was found with. The covariance given
    /// is completed by that of the fixed effects, conditional on the variance parameters.
    /// </summary>
    public static Estimate At(MixedModel model, double[] psi, double logLikelihood, double[] covariance, Estimate found,
        GlmmControl control, CancellationToken cancellation)
    {
        var estimator = new LaplaceEstimator(model, control, null, cancellation);
        var d = psi.Length;
        var gradient = new double[d];
        if (double.IsFinite(estimator._objective.Evaluate(psi, gradient)))
        {
            var hessian = CurvatureGuess.Hessian(model, estimator._objective);
            for (var i = 0; i < d; i++)
            {
                for (var j = 0; j < d; j++)
                {
                    if (IsOther(i) || IsOther(j)) hessian[(i * d) + j] = i == j ? 1 : 0;
                }
            }

            var inverse = CurvatureGuess.Inverse(hessian, d);
            for (var i = 0; i < d; i++)
            {
                for (var j = 0; j < d; j++)
                {
                    if (!IsOther(i) && !IsOther(j)) covariance[(i * d) + j] = inverse[(i * d) + j];
                }
            }
        }

        return estimator.Describe(psi, logLikelihood, found.LogPrior, covariance, found.ParameterCount + model.Basis[LinearPredictor.Conditional]!.Columns,
            found.IsDispersionAtLimit, found.Convergence, isRestricted: true);

        bool IsOther(int parameter) => parameter >= model.Basis[LinearPredictor.Conditional]!.Columns;
    }

    /// <summary>The objective with its penalty at the optimiser's vector (see <see cref="Restraints"/>).</summary>
    private double Evaluate(ReadOnlySpan<double> psi, Span<double> gradient) =>
        _restraints.Evaluate(_objective.Evaluate, psi, gradient);

    private Estimate Fit(double[]? given)
    {
        var psi = given ?? StartingValues.Find(_model, cancellation: _cancellation);
        if (IsConstantMeasurement())
        {
            Evaluate(psi, []);
            _problems.Add(new ConvergenceProblem("", "The response is the same in every row: there is no variance to explain.",
                "Check that the response is the column you meant."));
            return Finish(psi, double.NaN, new double[psi.Length], [], MinimiserStatus.BadStart);
        }

        var (status, value) = Optimise(psi);
        if (status is (MinimiserStatus.IterationLimit or MinimiserStatus.Stalled) && IsOverfitted(psi))
        {
            _problems.Add(new ConvergenceProblem("",
                $"The model has {psi.Length} parameters for {FitWords.Count(InformativeRows, "row")} of data: no maximum of its likelihood was found.",
                "Use fewer random slopes, fewer factor levels or fewer covariates."));
            return Finish(psi, double.NaN, new double[psi.Length], [], status);
        }

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
            var eta = new double[_model.ObservationCount];
            _model.FixedPredictor(LinearPredictor.Conditional, psi, eta);
            _problems.Add(WideOffset() ?? Edge(eta) ?? new ConvergenceProblem("", $"No starting point with a finite likelihood was found: {_objective.Failure ?? "the log-likelihood is not finite"}.",
                "Check the response, the offset and the scale of the covariates, or try another link."));
            return Finish(psi, double.NaN, new double[psi.Length], Array.Empty<double>(), status);
        }

        if (FitsPerfectly(value))
        {
            Evaluate(psi, []);
            _problems.Add(new ConvergenceProblem("", "The model fits the response perfectly: its likelihood has no maximum, since the dispersion can go to zero.",
                "Use fewer parameters, or check that the response is the column you meant."));
            return Finish(psi, double.NaN, new double[psi.Length], [], status);
        }

        if ((PartlyPerfect(psi) ?? Unbounded(psi)) is { } perfect)
        {
            Evaluate(psi, []);
            _problems.Add(perfect);
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
        if (!double.IsFinite(Evaluate(psi, []))) return;
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
            if (!double.IsFinite(Evaluate(psi, []))) return;
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
        return (-value / InformativeRows) + Math.Log(scale) > 15;
    }

    /// <summary>Rows that enter the likelihood: those whose weight is not zero.</summary>
    private int InformativeRows => _model.Weights?.Count(weight => weight > 0) ?? _model.ObservationCount;

    private bool IsOverfitted(double[] psi) => psi.Length - _restraints.HeldCount > InformativeRows;

    /// <summary>The problem that a shape of the family runs to a limit where the likelihood grows without bound; null when none does.</summary>
    private ConvergenceProblem? Unbounded(double[] psi)
    {
        foreach (var shape in FittedShapes.Of(_model, psi))
        {
            var limit = shape.Position < -shape.Extreme ? shape.AtLowest : shape.Position > shape.Extreme ? shape.AtHighest : null;
            if (limit is { IsUnbounded: true }) return new ConvergenceProblem(shape.Name, limit.Message, limit.Advice);
        }

        return null;
    }

    /// <summary>The problem that some rows of a dispersion formula are met perfectly, so that their dispersion goes to zero; null when none are.</summary>
    private ConvergenceProblem? PartlyPerfect(double[] psi)
    {
        const int k = LinearPredictor.Dispersion;
        if (_model.Family.IsDiscrete || _model.HasConstantDispersion || _model.Basis[k] is not { Columns: > 0 } basis) return null;
        var delta = new double[_model.ObservationCount];
        _model.FixedPredictor(k, psi, delta);
        var ordered = (double[])delta.Clone();
        Array.Sort(ordered);
        var precise = _model.Family.Sigma(1) > 1 ? -1 : 1;
        var middle = ordered[ordered.Length / 2];
        var perfect = Array.ConvertAll(delta, d => precise * (d - middle) > PerfectDispersion);
        if (!perfect.Contains(true)) return null;
        var names = Enumerable.Range(0, basis.Columns).Where(j => basis.ActsOnlyIn(j, perfect)).Select(j => _model.CoefficientNames[k]![j]).ToArray();
        var parameter = names.Length > 0 ? string.Join(", ", names) : string.Join(", ", _model.CoefficientNames[k]!);
        return new ConvergenceProblem(parameter,
            $"In the dispersion {parameter} {(parameter.Contains(", ", StringComparison.Ordinal) ? "run" : "runs")} to infinity: where {(names.Length > 0 ? "it acts" : "they act")} the model fits the response perfectly, "
                + $"in {FitWords.Count(perfect.Count(p => p), "row")}, so that the likelihood has no maximum.",
            "Look for groups in which the response does not vary; pool them with others in Dispersion, or leave them out.");
    }

    /// <summary>The problem that the offsets are too far apart to be right; null when they are not.</summary>
    private ConvergenceProblem? WideOffset()
    {
        var offset = _model.Offset[LinearPredictor.Conditional]!;
        var (low, high) = (offset.Min(), offset.Max());
        if (IsOnResponseScale() || high - low < LongestOffset) return null;
        return new ConvergenceProblem("offset",
            $"The offset lies between {Text.NumberFormat.Significant(low)} and {Text.NumberFormat.Significant(high)} on the scale of the {_model.Family.Link.Name} link, "
                + "so that means differ by a factor that no response can show.",
            "An offset for effort is its logarithm: offset(log(effort)); check its units.");
    }

    private bool IsOnResponseScale() => _model.Family.Link.Name is "identity" or "inverse" or "sqrt" or "1/mu^2";

    private (MinimiserStatus Status, double Value) Optimise(double[] psi)
    {
        var d = psi.Length;
        var gradient = new double[d];
        _restraints.Apply(psi);
        var value = Evaluate(psi, gradient);
        if (!double.IsFinite(value)) value = Retreat(psi, gradient);
        if (!double.IsFinite(value)) return (MinimiserStatus.BadStart, value);
        for (var step = 0; step < 2 && _model.ThetaCount > 0; step++)
        {
            var trial = (double[])psi.Clone();
            ExpectationStep(trial.AsSpan(_model.FixedCount));
            var trialValue = Evaluate(trial, gradient);
            if (!(trialValue < value)) break;
            trial.CopyTo(psi, 0);
            value = trialValue;
        }

        if (!double.IsFinite(EvaluateAgain(psi, gradient))) return (MinimiserStatus.BadStart, double.PositiveInfinity);
        var inverse = CurvatureGuess.Inverse(Curvature(psi), d);
        _restraints.Freeze(inverse);
        var last = double.PositiveInfinity;
        var refreshed = double.PositiveInfinity;
        double Tracked(ReadOnlySpan<double> x, Span<double> g) => last = Evaluate(x, g);
        bool Refresh(double[] fresh)
        {
            // A guess that promises more than it keeps is worse than what the optimiser learns by itself.
            if (!(last < refreshed - LeastGain)) return false;
            refreshed = last;
            return RefreshCurvature(psi, fresh);
        }

        var iterations = IsOverfitted(psi) ? Math.Min(MaxIterationsOverfitted, _control.MaxIterations) : _control.MaxIterations;
        var minimiser = new QuasiNewton(Tracked, _control.Tolerance, iterations)
        {
            LongestStep = LongestStep,
            LeadsNowhere = (x, f) => FitsPerfectly(f) || Unbounded(x) is not null,
            RefreshInverseHessian = _model.IsZeroInflated ? Refresh : null,
            Noise = RoundingErrors(),
            Progress = (iteration, f) => _progress?.Report(new FitProgress("maximising the likelihood", iteration, -f)),
        };
        var status = minimiser.Minimise(psi, inverse);
        _iterations += minimiser.Iterations;
        return (status, minimiser.Value);
    }

    /// <summary>
    /// Moves a start without a finite likelihood to one that has it, if possible: with smaller random effects, and where the
    /// link has a range with fixed effects closer to a constant mean. The value there.
    /// </summary>
    private double Retreat(double[] psi, double[] gradient)
    {
        const int e = LinearPredictor.Conditional;
        var (at, columns) = (_model.FixedOffset[e], _model.Basis[e]!.Columns);
        var middle = StartingValues.ConstantMean(_model);
        var value = double.PositiveInfinity;
        for (var move = 0; move < (IsOnResponseScale() ? 3 : 1); move++)
        {
            var trial = (double[])psi.Clone();
            trial.AsSpan(_model.FixedCount).Clear();
            _restraints.Apply(trial);
            _objective.StartFrom(new double[_objective.System.EffectCount]);
            var isPossible = double.IsFinite(Evaluate(trial, []));
            trial = (double[])psi.Clone();
            for (var retreat = 0; retreat < 8 && isPossible && !double.IsFinite(value) && _model.ThetaCount > 0; retreat++)
            {
                for (var k = _model.FixedCount; k < psi.Length; k++) trial[k] *= 0.3;
                _restraints.Apply(trial);
                value = Evaluate(trial, gradient);
            }

            if (double.IsFinite(value))
            {
                trial.CopyTo(psi, 0);
                break;
            }

            for (var j = 0; j < columns; j++) psi[at + j] = (0.7 * psi[at + j]) + (0.3 * middle[j]);
        }

        return value;
    }

    /// <summary>Rounding errors of a sum of log-densities of counts, whose terms are of the size of y log y each.</summary>
    private double RoundingErrors()
    {
        const double share = 1e-16;
        return _model.Family.IsDiscrete ? share * _model.Y.Sum(y => Math.Abs(y) * Math.Log(1 + Math.Abs(y))) : 0;
    }

    /// <summary>
    /// A better inverse Hessian from the last evaluation, where there are zeros to be told apart: the curvature of a mixture
    /// changes all the way.
    /// </summary>
    private bool RefreshCurvature(double[] psi, double[] inverse)
    {
        var hessian = Curvature(psi);
        if (!CurvatureGuess.IsPositiveDefinite(hessian, psi.Length)) return false;
        CurvatureGuess.Inverse(hessian, psi.Length).CopyTo(inverse, 0);
        _restraints.Freeze(inverse);
        return true;
    }

    /// <summary>The cheap approximation to the Hessian at the last evaluation.</summary>
    private double[] Curvature(double[] psi)
    {
        var hessian = CurvatureGuess.Hessian(_model, _objective);
        _restraints.Complete(hessian, psi);
        return hessian;
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
            if (_restraints.Holds(term)) continue;
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
            var snapped = Evaluate(psi, []);
            if (snapped <= value + 1e-8) value = Math.Min(value, snapped);
            else psi[at] = kept;
        }
    }

    private Estimate Polish(double[] psi, double value, MinimiserStatus status)
    {
        var d = psi.Length;
        var gradient = new double[d];
        value = EvaluateAgain(psi, gradient);
        if (!double.IsFinite(value)) return FinishWithoutLikelihood(psi, status);
        var guess = Curvature(psi);
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
            hessian = OptimumHessian.Of(Evaluate, psi, gradient, spread, _objective.System.IsFactorizationCostly);
            _restraints.Exclude(hessian);
        }

        for (var pass = 0; pass < 3 && status != MinimiserStatus.IterationLimit; pass++)
        {
            var step = HessianInverse.Of(hessian, d).Multiply(gradient);
            if (step is null || DotProduct(step, gradient) < 1e-12) break;
            var trial = (double[])psi.Clone();
            for (var j = 0; j < d; j++) trial[j] -= step[j];
            var trialGradient = new double[d];
            var trialValue = Evaluate(trial, trialGradient);
            if (!(trialValue < value)) break;
            (value, psi, gradient) = (trialValue, trial, trialGradient);
            if (_model.Terms.Count == 0) hessian = Curvature(psi);
        }

        value = EvaluateAgain(psi, gradient);
        return double.IsFinite(value) ? Finish(psi, value, gradient, hessian, status) : FinishWithoutLikelihood(psi, status);
    }

    /// <summary>
    /// The value at a point that had one before, with the gradient. Whether the conditional modes are found can depend on where
    /// the search for them starts, hence the second try from zero.
    /// </summary>
    private double EvaluateAgain(double[] psi, double[] gradient)
    {
        var value = Evaluate(psi, gradient);
        if (double.IsFinite(value)) return value;
        _objective.StartFrom(new double[_objective.System.EffectCount]);
        return Evaluate(psi, gradient);
    }

    private Estimate FinishWithoutLikelihood(double[] psi, MinimiserStatus status)
    {
        _problems.Add(new ConvergenceProblem("",
            $"The likelihood cannot be computed where the optimiser ended: {_objective.Failure ?? "it is not finite"}.",
            "Simplify the random effects or use a simpler family; look for groups with very few rows."));
        return Finish(psi, double.NaN, new double[psi.Length], [], status);
    }

    /// <summary>The problem that a link lets means run to the edge of what the family allows, and they did; null when they did not.</summary>
    private ConvergenceProblem? Edge(double[] eta)
    {
        if (_model.Family.Name == "gaussian" || !(IsOnResponseScale() || _model.Family.Link.Name == "log")) return null;
        var isProbability = _model.Family.WeightRole == WeightRole.Trials;
        if (_model.Family.Link.Name == "log" && !isProbability) return null;
        var means = Array.ConvertAll(eta, x => _model.Family.Link.At(x).Mu);
        var average = means.Average();
        if (!means.Any(m => m < 1e-4 * average || (isProbability && m > 1 - 1e-4))) return null;
        return new ConvergenceProblem("",
            $"With the {_model.Family.Link.Name} link some fitted means lie at the edge of what {_model.Family.Name} allows, where the likelihood has no proper maximum.",
            $"Use the {(isProbability ? "logit" : "log")} link, which keeps all means within bounds.");
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
        var known = _problems.Count;
        var assessment = OptimumAssessment.Of(_model, psi, gradient, hessian, status, double.IsFinite(value), _problems);
        if (assessment.Status == ConvergenceStatus.NotConverged && double.IsFinite(value)
            && Edge(_objective.Predictors[LinearPredictor.Conditional]!) is { } edge)
        {
            // The edge is why the likelihood neither curves nor stops rising.
            _problems.RemoveRange(known, _problems.Count - known);
            _problems.Add(edge);
        }

        var logPrior = _restraints.LogPriorAt(_restraints.ToPsi(psi));
        _restraints.ToPsi(assessment.Covariance, psi);
        var convergence = new Convergence(assessment.Status, assessment.GradientNorm, assessment.ExpectedImprovement,
            assessment.IsHessianPositiveDefinite, assessment.IsSingular, _iterations, _objective.EvaluationCount,
            _objective.System.FactorizationCount, _problems);
        return Describe(_restraints.ToPsi(psi), -value - logPrior, logPrior, assessment.Covariance, psi.Length - _restraints.HeldCount,
            assessment.IsDispersionAtLimit, convergence, isRestricted: false);
    }

    /// <summary>The estimate at the ψ last evaluated.</summary>
    private Estimate Describe(double[] psi, double logLikelihood, double logPrior, double[] covariance, int parameterCount,
        bool isDispersionAtLimit, Convergence convergence, bool isRestricted)
    {
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
            LogLikelihood = logLikelihood,
            LogPrior = logPrior,
            Covariance = covariance,
            Scale = 1,
            Modes = (double[])_objective.Modes.Clone(),
            Predictors = Array.ConvertAll(_objective.Predictors, p => (double[]?)p?.Clone()),
            System = _objective.System,
            Weights = weights,
            Scores = scores,
            IsProfiled = false,
            IsRestricted = isRestricted,
            ParameterCount = parameterCount,
            Gradients = _objective.GradientCount,
            FamilyPasses = _objective.Observations.EvaluationCount,
            IsDispersionAtLimit = isDispersionAtLimit,
            Convergence = convergence,
        };
    }

    private static double DotProduct(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var j = 0; j < a.Length; j++) sum += a[j] * b[j];
        return sum;
    }
}
