using EcoGlmm.Estimation.Pathologies;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// The search over all of ψ, by quasi-Newton on the Laplace approximation or adaptive quadrature, with the model's restraints.
/// Without random effects this is exact maximum likelihood of a generalized linear model.
/// </summary>
internal sealed class LaplaceSearch : LikelihoodSearch
{
    private readonly GlmmControl _control;
    private readonly IProgress<FitProgress>? _progress;
    private readonly Restraints _restraints;
    private readonly int _passes;
    private readonly double _terms;
    private readonly double _nodes;
    private (SearchPoint Point, double[] Densities)? _known;

    public LaplaceSearch(MixedModel model, GlmmControl control, IProgress<FitProgress>? progress, CancellationToken cancellation)
        : base(model)
    {
        _control = control;
        _progress = progress;
        _restraints = model.Restraints;
        Objective = new LaplaceObjective(model, control.MaxThreads, cancellation);
        Cancellation = cancellation;
        _passes = Passes(control);
        _terms = Math.Max(Tolerances.SeriesTerms, Tolerances.SeriesTermsOfRow * model.ObservationCount);
        _nodes = Math.Max(Tolerances.QuadratureRows, (double)Tolerances.QuadraturesOfIteration * Iterated(control) * Objective.NodeRows);
    }

    /// <summary>The likelihood without restraints and priors.</summary>
    public LaplaceObjective Objective { get; }

    public override RandomEffectsSystem System => Objective.System;

    public CancellationToken Cancellation { get; }

    public override int ThetaOffset => Model.FixedCount;

    /// <summary>The shares of the passes over the data, the terms of series and the rows at nodes of quadrature that are granted.</summary>
    public override bool IsExhausted => ((double)Objective.Observations.EvaluationCount / _passes) + (Objective.SeriesTerms / _terms)
        + (Objective.QuadratureRows / _nodes) > 1;

    /// <summary>The objective with its penalty at the optimiser's vector (see <see cref="Restraints"/>).</summary>
    public override double Evaluate(ReadOnlySpan<double> x, Span<double> gradient) =>
        _restraints.Evaluate(Objective.Evaluate, x, gradient);

    public override double EvaluateAnew(ReadOnlySpan<double> x, Span<double> gradient)
    {
        return _restraints.Evaluate(Objective.EvaluateAnew, x, gradient);
    }

    /// <summary>
    /// The value at a point that had one before, with the gradient. Whether the conditional modes are found can depend on where
    /// the search for them starts, hence the second try from zero.
    /// </summary>
    public double EvaluateAgain(double[] psi, double[] gradient)
    {
        var value = Evaluate(psi, gradient);
        if (double.IsFinite(value)) return value;
        ForgetModes();
        return Evaluate(psi, gradient);
    }

    /// <summary>Makes the next search for the conditional modes start from zero.</summary>
    public void ForgetModes() => Objective.StartFrom(new double[Objective.Modes.Length]);

    /// <summary>
    /// The cheap approximation to the Hessian at the last evaluation, which must have had a gradient, and the moves of the modes with the
    /// fixed effects.
    /// </summary>
    public double[] Curvature(double[] psi, double[]? moves = null)
    {
        var hessian = CurvatureGuess.Hessian(Model, Objective, moves);
        _restraints.Complete(hessian, psi);
        return hessian;
    }

    /// <summary>
    /// The inverse Hessian that the first search begins with, where it begins near the maximum of a model like this one: better than a
    /// guess, and then steps of the EM algorithm would gain nothing.
    /// </summary>
    public double[]? KnownInverse { private get; set; }

    /// <summary>Whether the search begins at the estimates of a model like this one, which steps of expectation do not better.</summary>
    public bool IsWarm { private get; set; }

    /// <summary>
    /// The maximum that a start leads to, or null as soon as the search is seen to lead to one that is known, at which the last evaluation
    /// must have been: where the likelihood is nearly as high, every row's density nearly the same, and the likelihood rises on the way
    /// there by as much as it is higher there.
    /// </summary>
    public SearchPoint? MaximumBeside(SearchPoint known, double[] start)
    {
        ForgetModes();
        _known = (known, (double[])Objective.Observations.Density.Clone());
        var found = From(start);
        var isKnown = _known is null;
        _known = null;
        return isKnown ? null : Snapped(found);
    }

    /// <summary>Whether the search, at its last evaluation, is on its way to the known maximum; it is known no more then.</summary>
    private bool LeadsToKnown(double[] x, double value, double[] gradient)
    {
        if (_known is not var (known, densities) || !(value - known.Value < Tolerances.NearKnownMaximum)) return false;
        var (rise, here) = (0.0, Objective.Observations.Density);
        for (var j = 0; j < x.Length; j++) rise -= gradient[j] * (known.Parameters[j] - x[j]);
        if (!(value > known.Value && rise > value - known.Value)) return false;
        for (var i = 0; i < here.Length; i++)
        {
            if (!(Math.Abs(here[i] - densities[i]) < Tolerances.NearKnownDensity)) return false;
        }

        _known = null;
        return true;
    }

    public override SearchPoint From(double[] start)
    {
        var known = KnownInverse;
        KnownInverse = null;
        var psi = (double[])start.Clone();
        var d = psi.Length;
        var gradient = new double[d];
        _restraints.Apply(psi);
        var value = Evaluate(psi, gradient);
        if (!double.IsFinite(value)) value = Retreat(psi, gradient);
        if (!double.IsFinite(value)) return new SearchPoint(psi, value, MinimiserStatus.BadStart);
        var expectations = IsWarm ? 0 : Tolerances.ExpectationSteps;
        IsWarm = false;
        for (var step = 0; step < expectations && known is null && Model.ThetaCount > 0 && !IsExhausted; step++)
        {
            var trial = (double[])psi.Clone();
            ExpectationStep.Move(Model, Objective, trial.AsSpan(Model.FixedCount));
            var trialValue = Evaluate(trial, gradient);
            if (!(trialValue < value)) break;
            trial.CopyTo(psi, 0);
            value = trialValue;
        }

        if (!double.IsFinite(EvaluateAgain(psi, gradient))) return new SearchPoint(psi, double.PositiveInfinity, MinimiserStatus.BadStart);
        var inverse = known ?? CurvatureGuess.Inverse(Curvature(psi), d);
        _restraints.Freeze(inverse);
        var last = double.PositiveInfinity;
        var refreshed = double.PositiveInfinity;
        double Tracked(ReadOnlySpan<double> x, Span<double> g) => last = Evaluate(x, g);
        bool Refresh(double[] fresh)
        {
            // A guess that promises more than it keeps is worse than what the optimiser learns by itself.
            if (!(last < refreshed - Tolerances.LeastGain)) return false;
            refreshed = last;
            return RefreshCurvature(psi, fresh);
        }

        var iterations = Overfitted.IsMet(Model) ? Math.Min(Tolerances.IterationsOverfitted, _control.MaxIterations)
            : _control.MaxIterations;
        QuasiNewton? minimiser = null;
        minimiser = new QuasiNewton(Tracked, _control.Tolerance, iterations)
        {
            LongestStep = (x, p) => Math.Min(StepLimit.OfPredictors(Model, p),
                StepLimit.OfCovariance(Model, x, p, ThetaOffset, Tolerances.LongestCovarianceStep)),
            LeadsNowhere = (x, f) => PerfectFit.IsMet(Model, f) || UnboundedShape.Find(Model, x) is not null
                || LeadsToKnown(x, f, minimiser!.Gradient),
            RefreshInverseHessian = Model.IsZeroInflated ? Refresh : null,
            Noise = RoundingErrors(),
            IsExhausted = () => IsExhausted,
            ValueError = () => Objective.System.LogDeterminantError,
            Progress = (iteration, f) => _progress?.Report(new FitProgress("maximising the likelihood", iteration, -f)),
        };
        var status = minimiser.Minimise(psi, inverse);
        Iterations += minimiser.Iterations;
        return new SearchPoint(psi, minimiser.Value, status);
    }

    /// <summary>
    /// Moves a start without a finite likelihood to one that has it, if possible: with smaller random effects, and with fixed effects
    /// closer to a constant mean, where some means are out of range or so far out that no response could be another. The value there.
    /// </summary>
    private double Retreat(double[] psi, double[] gradient)
    {
        const int e = LinearPredictor.Conditional;
        var (at, columns) = (Model.FixedOffset[e], Model.Basis[e]!.Columns);
        var middle = StartingValues.ConstantMean(Model);
        var value = double.PositiveInfinity;
        for (var move = 0; move < Tolerances.MovesToTheMean && !IsExhausted; move++)
        {
            var trial = (double[])psi.Clone();
            trial.AsSpan(Model.FixedCount).Clear();
            _restraints.Apply(trial);
            ForgetModes();
            var isPossible = double.IsFinite(Evaluate(trial, []));
            trial = (double[])psi.Clone();
            for (var retreat = 0; retreat < Tolerances.Retreats && isPossible && !double.IsFinite(value) && Model.ThetaCount > 0; retreat++)
            {
                for (var k = Model.FixedCount; k < psi.Length; k++) trial[k] *= Tolerances.Shrinkage;
                _restraints.Apply(trial);
                value = Evaluate(trial, gradient);
            }

            if (isPossible && Model.ThetaCount == 0) value = Evaluate(trial, gradient);
            if (double.IsFinite(value))
            {
                trial.CopyTo(psi, 0);
                break;
            }

            for (var j = 0; j < columns; j++) psi[at + j] = (0.7 * psi[at + j]) + (0.3 * middle[j]);
        }

        return value;
    }

    /// <summary>Passes over the data, each with a factorisation, that are granted.</summary>
    private int Passes(GlmmControl control)
    {
        var iterations = Iterated(control);
        if (Overfitted.IsMet(Model)) return Tolerances.PassesOfCostlyIteration * Math.Min(iterations, 2 * Tolerances.IterationsOverfitted);
        var affordable = Tolerances.FlopsOfEffort / Math.Max(System.Flops, 1);
        return (int)Math.Clamp(affordable, Tolerances.PassesOfCostlyIteration * iterations, Tolerances.PassesOfIteration * iterations);
    }

    private static int Iterated(GlmmControl control) => Math.Max(control.MaxIterations, Tolerances.FewestIterationsOfEffort);

    /// <summary>Rounding errors of a sum of log-densities of counts.</summary>
    private double RoundingErrors() => Tolerances.CountRounding * Model.Y.Sum(Model.Family.LargestTerm);

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
}
