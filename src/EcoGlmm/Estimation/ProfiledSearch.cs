using EcoGlmm.Estimation.Pathologies;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// The search over θ alone, on the profiled deviance or REML criterion of a Gaussian model with identity link, by quasi-Newton
/// that average information keeps on course.
/// </summary>
internal sealed class ProfiledSearch : LikelihoodSearch
{
    private readonly PenalizedLeastSquares _criterion;
    private readonly CancellationToken _cancellation;
    private readonly QuasiNewton _minimiser;
    private readonly double[] _current;
    private bool _usesInformation;
    private bool _isSearching;
    private bool _hasGradient;
    private readonly List<EvaluatedPoint> _visited = [];
    private int _refreshes;
    private double[]? _endedAt;
    private readonly double _granted;
    private double _refreshed;
    private bool _isOnTheWay;
    private int _held = -1;
    private int _evaluationsBefore;
    private int _detours;

    public ProfiledSearch(MixedModel model, PenalizedLeastSquares criterion, GlmmControl control, IProgress<FitProgress>? progress,
        CancellationToken cancellation)
        : base(model)
    {
        _criterion = criterion;
        _cancellation = cancellation;
        _usesInformation = true;
        Scales = new RelativeScales(model);
        _current = new double[model.ThetaCount];
        _granted = Granted(model, control, criterion.System.Flops);
        _minimiser = new QuasiNewton(Evaluate, control.Tolerance,
            Overfitted.IsMet(model) ? Math.Min(Tolerances.IterationsOverfitted, control.MaxIterations) : control.MaxIterations)
        {
            RefreshInverseHessian = Refresh,
            IsExhausted = () => IsExhausted,
            ValueError = () => criterion.System.LogDeterminantError + Rounding(),
            LeadsNowhere = (x, _) => _isOnTheWay && Scales.Largest(x) > Tolerances.LargeRelativeEffect,
            Progress = (iteration, f) => progress?.Report(new FitProgress("maximising the likelihood", iteration, -f)),
            LongestStep = (x, p) => StepLimit.OfCovariance(model, x, p, 0, Tolerances.LongestProfiledStep),
        };
    }

    public override int ThetaOffset => 0;

    /// <summary>The scales of effects relative to σ.</summary>
    public RelativeScales Scales { get; }

    public override RandomEffectsSystem System => _criterion.System;

    /// <summary>Average information of wide structures counts as the evaluations that cost as much.</summary>
    public override bool IsExhausted => _criterion.EvaluationCount + _refreshed > _granted;

    public override double Evaluate(ReadOnlySpan<double> x, Span<double> gradient)
    {
        if (!_isSearching) _endedAt = null;
        x.CopyTo(_current);
        _hasGradient = !gradient.IsEmpty;
        _cancellation.ThrowIfCancellationRequested();
        var value = Scales.Evaluate(_criterion.Evaluate, x, gradient);
        if (_isSearching && double.IsFinite(value) && _hasGradient)
            _visited.Add(new EvaluatedPoint(x.ToArray(), value, gradient.ToArray()));
        return value;
    }

    public override SearchPoint From(double[] start)
    {
        _isOnTheWay = true;
        var found = Minimise(start);
        _isOnTheWay = false;
        if (found.Status == MinimiserStatus.Abandoned)
        {
            var end = WithoutResidual(found.Parameters, found.Value);
            if (end is { Status: MinimiserStatus.Converged }) return end;
            found = Minimise(end?.Parameters ?? found.Parameters);
        }

        if (found.Status is MinimiserStatus.Converged or MinimiserStatus.Exhausted || !_usesInformation) return found;

        // Overlapping terms make the average information all but singular, and its steps lead nowhere.
        _usesInformation = false;
        return Minimise(found.Parameters);
    }

    /// <summary>
    /// The maximum where the residual is zero, looked for among the proportions of the effects alone: on its way there the likelihood is so
    /// flat that steps are short. Null unless it is higher there; a place that is higher still, from where a search is to begin, if it
    /// rises from there.
    /// </summary>
    /// <param name="proportions">θ to take the proportions from.</param>
    /// <param name="value">What is to be beaten.</param>
    /// <param name="gain">What the search may add to the likelihood of the place where it begins.</param>
    public SearchPoint? WithoutResidual(double[] proportions, double value, double gain = 0)
    {
        var start = Scales.Scaled(proportions, Tolerances.HeldRelativeEffect);
        if (!(Evaluate(start, []) < value + gain)) return null;
        _held = Scales.LargestAt(start);
        var end = Minimise(start);
        _held = -1;
        if (end.Status == MinimiserStatus.Exhausted || !(end.Value < value)) return null;
        var parameters = Scales.Scaled(end.Parameters, Scales.Limit);
        var found = new SearchPoint(parameters, Evaluate(parameters, []), MinimiserStatus.Converged);
        var highest = found;
        foreach (var scale in Tolerances.NearNoResidual)
        {
            var place = Scales.Scaled(found.Parameters, scale);
            if (Evaluate(place, []) is var there && there < highest.Value)
                highest = new SearchPoint(place, there, MinimiserStatus.Abandoned);
        }

        return highest;
    }

    /// <summary>Whether the criterion was evaluated last at a point, with its gradient.</summary>
    public bool IsAt(double[] theta) => _hasGradient && _current.AsSpan().SequenceEqual(theta);

    /// <summary>
    /// The points of the last search with their gradients, the end among them: near the end they tell of the curvature there.
    /// </summary>
    public IReadOnlyList<EvaluatedPoint> Visited => _visited;

    /// <summary>The value at a point with its gradient, computed again unless a search has just ended there.</summary>
    public double AtEnd(SearchPoint found, double[] gradient)
    {
        if (!ReferenceEquals(found.Parameters, _endedAt)) return Evaluate(found.Parameters, gradient);
        _minimiser.Gradient.CopyTo(gradient, 0);
        return found.Value;
    }

    private SearchPoint Minimise(double[] start)
    {
        var theta = (double[])start.Clone();
        var d = theta.Length;
        var inverse = new double[d * d];

        // A standard error of about a quarter of each standard deviation, as for a dozen levels.
        for (var j = 0; j < d; j++) inverse[(j * d) + j] = theta[j] == 0 ? 0.01 : theta[j] * theta[j] / 20;
        Hold(inverse);
        _isSearching = true;
        _visited.Clear();
        (_refreshes, _detours, _evaluationsBefore) = (0, 0, _criterion.EvaluationCount);
        var status = _minimiser.Minimise(theta, inverse);
        _isSearching = false;
        if (Scales.Largest(theta) > Scales.Limit)
            Scales.Scaled(theta, Scales.Limit).CopyTo(theta, 0);
        Iterations = _minimiser.Iterations;
        _endedAt = theta;
        return new SearchPoint(theta, _minimiser.Value, status);
    }

    private bool Refresh(double[] inverse)
    {
        // Where a step has to be cut short again and again, what the information says of its direction is not worth much.
        if (_criterion.EvaluationCount - _evaluationsBefore > Tolerances.EvaluationsOfDetour) _detours++;
        _evaluationsBefore = _criterion.EvaluationCount;
        if (!_usesInformation || (_held < 0 && Scales.Largest(_current) > Scales.Limit)
            || _detours >= Tolerances.Detours || _refreshes++ > Tolerances.Refreshes) return false;

        // Near a variance of zero the information of its square root goes to zero, though the likelihood curves.
        if (BoundaryCandidates.Of(Model, _current, Tolerances.NearBoundary).Count > 0) return false;
        var d = _current.Length;
        var information = _criterion.AverageInformation();
        _refreshed += d * Model.Terms.Sum(t => Math.Pow(t.Width, 2) * t.LatentWidth) / System.Flops;

        // Along a ridge the information is that of rounding errors.
        for (var j = 0; j < d; j++) information[(j * d) + j] *= 1 + Tolerances.InformationRidge;

        // Correlations within a level on their way to ±1 have none at all, and no step may go to them alone.
        foreach (var term in Model.Terms)
        {
            for (var j = 0; j < term.Loadings.ParameterCount; j++)
            {
                var at = term.ThetaOffset + j;
                if (!term.Loadings.IsScale(j)) information[(at * d) + at] += Tolerances.ShapeInformation;
            }
        }

        for (var j = 0; j < d && _held >= 0; j++) information[(_held * d) + j] = information[(j * d) + _held] = j == _held ? 1 : 0;
        if (!DenseCholesky.TryFactor(information, d)) return false;
        DenseCholesky.Invert(information, d);
        Hold(information);
        information.CopyTo(inverse, 0);
        return Array.TrueForAll(information, double.IsFinite);
    }

    /// <summary>Lets no step change the scale that is held.</summary>
    private void Hold(double[] inverse)
    {
        var d = _current.Length;
        for (var j = 0; j < d && _held >= 0; j++) inverse[(_held * d) + j] = inverse[(j * d) + _held] = 0;
    }

    /// <summary>What the criterion loses where the effects dwarf the residual.</summary>
    private double Rounding()
    {
        var largest = Math.Min(Scales.Largest(_current), Scales.Limit);
        return Tolerances.RelativeEffectRounding * largest * largest;
    }

    /// <summary>Evaluations that are granted.</summary>
    private static double Granted(MixedModel model, GlmmControl control, double flops)
    {
        if (Overfitted.IsMet(model)) return 2 * Tolerances.IterationsOverfitted;
        var iterations = Math.Max(control.MaxIterations, Tolerances.FewestIterationsOfEffort);
        return Math.Clamp(Tolerances.FlopsOfEffort / Math.Max(flops, 1), Tolerances.EvaluationsOfCostlyIteration * iterations,
            Tolerances.PassesOfIteration * iterations);
    }
}
