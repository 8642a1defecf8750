using EcoGlmm.Families;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// Finds the conditional modes û(ψ), the minimum of f(u; ψ) = −Σℓ + ½uᵀPu, by Newton's method with step halving.
/// Each search starts from the last one's modes, moved along dû/dψ. Where a factorisation costs much more than a
/// pass over the observations, the factor of an earlier point serves as long as it contracts well.
/// </summary>
internal sealed partial class ModeSearch
{
    private readonly MixedModel _model;
    private readonly RandomEffectsSystem _system;
    private readonly ObservationModel _observations;
    private readonly CancellationToken _cancellation;
    private readonly double[]?[] _fixed;
    private readonly double[]?[] _weights;
    private readonly double[] _gradient;
    private readonly double[] _step;
    private readonly double[] _trial;
    private readonly double[] _b;
    private readonly double[] _change;
    private readonly double[] _weighted;
    private readonly double[] _psi;
    private readonly double[] _lastFound;
    private readonly int _count;
    private bool _hasPoint;
    private bool _hasFactor;

    public ModeSearch(MixedModel model, RandomEffectsSystem system, ObservationModel observations,
        CancellationToken cancellation)
    {
        _model = model;
        _system = system;
        _observations = observations;
        _cancellation = cancellation;
        _count = system.LatentCount;
        Modes = new double[_count];
        var q = system.EffectCount;
        _gradient = new double[q];
        _step = new double[q];
        _trial = new double[q];
        _b = new double[q];
        _change = new double[model.ObservationCount];
        _weighted = new double[model.ObservationCount];
        _psi = new double[model.ParameterCount];
        _lastFound = new double[_count];
        _fixed = new double[]?[model.PredictorCount];
        _weights = new double[]?[LinearPredictor.PairCount(model.PredictorCount)];
        Predictors = new double[]?[model.PredictorCount];
        foreach (var k in model.ActivePredictors)
        {
            _fixed[k] = new double[model.ObservationCount];
            Predictors[k] = new double[model.ObservationCount];
        }

        ModeLevel = model.RandomPredictors.Contains(LinearPredictor.Dispersion) ? DerivativeLevel.Full : DerivativeLevel.Mode;
        foreach (var a in model.RandomPredictors)
        {
            foreach (var b in model.RandomPredictors) _weights[LinearPredictor.Pair(a, b)] ??= new double[model.ObservationCount];
        }
    }

    public double[] Modes { get; }

    public double[]?[] Predictors { get; }

    public string? Failure { get; private set; }

    /// <summary>Derivatives that the search needs of the family.</summary>
    public DerivativeLevel ModeLevel { get; }

    /// <summary>−∂²ℓ/∂η_a∂η_b as it entered the last factorisation.</summary>
    public double[] Weight(int a, int b) => _weights[LinearPredictor.Pair(a, b)]!;

    /// <summary>∂²ℓ/∂η_a∂η_b at the last evaluation.</summary>
    public double[] Curvature(int a, int b) => _observations.Second[LinearPredictor.Pair(a, b)]!;

    public void StartFrom(ReadOnlySpan<double> u)
    {
        u[.._count].CopyTo(Modes);
        Forget();
    }

    /// <summary>Makes the next search start from the modes as they are, without the last point's factor.</summary>
    public void Forget() => _hasPoint = _hasFactor = false;

    /// <summary>Takes W from the observations' second derivatives into ZᵀWZ.</summary>
    public void TakeWeights() => TakeWeights(double.NegativeInfinity);

    private void TakeWeights(double atLeast)
    {
        foreach (var b in _model.RandomPredictors)
        {
            foreach (var a in _model.RandomPredictors)
            {
                if (a > b) continue;
                var w = Weight(a, b);
                var second = Curvature(a, b);
                var (isOwn, isBounded) = (a == b, !double.IsNegativeInfinity(atLeast));
                _system.Passes.For(w.Length, (from, to) =>
                {
                    if (isBounded) for (var i = from; i < to; i++) w[i] = isOwn ? Math.Max(-second[i], atLeast) : 0;
                    else for (var i = from; i < to; i++) w[i] = -second[i];
                });
            }
        }

        _system.SetWeights(Weight);
    }

    /// <summary>Finds û(ψ); false, with <see cref="Failure"/> saying why, when there is none to be found.</summary>
    public bool Find(ReadOnlySpan<double> psi)
    {
        Failure = null;
        foreach (var k in _model.ActivePredictors) _model.FixedPredictor(k, psi, _fixed[k]!);
        if (_system.EffectCount == 0)
        {
            SetPredictors(Modes);
            return true;
        }

        Modes.CopyTo(_lastFound, 0);
        if (_hasPoint) Predict(psi);
        psi.CopyTo(_psi);
        var found = _system.Lambda.Set(psi[_model.FixedCount..]);
        if (found) found = Minimise();
        else Failure = "a correlation of the random effects is too close to one, or a range too long, for the arithmetic";
        _hasPoint = _hasFactor = found;
        if (!found) _lastFound.CopyTo(Modes, 0);   // where a search failed the next one must not begin
        return found;
    }

    /// <summary>Puts ψ and the modes where they are wanted, without a search; false when there is no Λ at ψ.</summary>
    public bool Put(ReadOnlySpan<double> psi, ReadOnlySpan<double> modes)
    {
        foreach (var k in _model.ActivePredictors) _model.FixedPredictor(k, psi, _fixed[k]!);
        psi.CopyTo(_psi);
        modes[.._count].CopyTo(Modes);
        _hasPoint = _hasFactor = _system.Lambda.Set(psi[_model.FixedCount..]);
        if (_hasPoint) SetPredictors(Modes);
        return _hasPoint;
    }

    /// <summary>
    /// Looks for another, deeper minimum of f at the last ψ, and moves to it if there is one: each level's effects are moved
    /// over a grid, one effect at a time, and Newton's method starts again from the best of it. The levels of a term share
    /// no observation, so that one pass over the observations tries a grid value for all of them.
    /// </summary>
    public bool TryOtherModes()
    {
        const int gridPoints = Tolerances.ModeGridPoints;
        const double gridEnd = Tolerances.ModeGridEnd;
        var start = (double[])Modes.Clone();
        var value = ValueAt(Modes);
        var best = (double[])Modes.Clone();
        foreach (var term in _model.Terms.Where(t => t.Structure.IsPlain && t.Entries is null))
        {
            for (var effect = 0; effect < term.Width; effect++)
            {
                var bestCost = LevelCosts(term, effect, start);
                for (var point = 0; point < gridPoints; point++)
                {
                    start.CopyTo(_trial, 0);
                    var u = gridEnd * ((2.0 * point / (gridPoints - 1)) - 1);
                    for (var l = 0; l < term.Levels.Count; l++) _trial[term.LatentOffset + (l * term.Width) + effect] = u;
                    ValueAt(_trial);
                    var cost = LevelCosts(term, effect, _trial);
                    for (var l = 0; l < cost.Length; l++)
                    {
                        if (!(cost[l] < bestCost[l] - Tolerances.DeeperMode)) continue;
                        bestCost[l] = cost[l];
                        best[term.LatentOffset + (l * term.Width) + effect] = u;
                    }
                }

                ValueAt(start);
            }
        }

        StartFrom(best);
        if (Minimise() && ValueAt(Modes) < value - Tolerances.DeeperMode) return true;
        StartFrom(start);
        ValueAt(Modes);
        return false;
    }

    /// <summary>What each level's observations, at their last evaluation, and its value of the effect add to f.</summary>
    private double[] LevelCosts(RandomTerm term, int effect, double[] u)
    {
        var cost = new double[term.Levels.Count];
        for (var i = 0; i < term.Codes.Length; i++) cost[term.Codes[i]] -= _observations.Density[i];
        for (var l = 0; l < cost.Length; l++)
        {
            var x = u[term.LatentOffset + (l * term.Width) + effect];
            cost[l] += 0.5 * x * x;
        }

        return cost;
    }

    private bool Minimise()
    {
        var value = ValueAt(Modes);
        if (!double.IsFinite(value))
        {
            Array.Clear(Modes);
            value = ValueAt(Modes);
            if (!double.IsFinite(value))
            {
                Failure = "the log-likelihood is not finite at the starting point";
                return false;
            }
        }

        var reuse = _hasFactor && _system.IsFactorizationCostly;
        var last = double.PositiveInfinity;
        var cramped = 0;
        for (var trials = 0; trials < Tolerances.ModeTrials;)
        {
            GradientAt(Modes);
            var decrement = double.NaN;
            var fresh = false;
            if (reuse)
            {
                decrement = NewtonStep();
                if (decrement > Tolerances.LeastContraction * last) reuse = false;
            }

            if (!reuse)
            {
                TakeWeights();
                fresh = _system.TryFactor();
                if (!fresh)
                {
                    TakeWeights(Tolerances.LeastWeight);
                    if (!_system.TryFactor())
                    {
                        Failure = "the working weights of the random effects overflow";
                        return false;
                    }
                }

                decrement = NewtonStep();
                reuse = _system.IsFactorizationCostly;
                last = double.PositiveInfinity;
            }

            if (!double.IsFinite(decrement))
            {
                Failure = "the derivatives of the log-likelihood are not finite";
                return false;
            }

            if (decrement < (fresh ? Tolerances.NewtonDecrement : Tolerances.ReusedDecrement))
            {
                for (var j = 0; j < _count; j++) Modes[j] -= _step[j];
                SetPredictors(Modes);
                return true;
            }

            last = decrement;
            var noise = Tolerances.ModeRounding * (1 + Math.Abs(value));
            var length = 1.0;
            var next = double.PositiveInfinity;
            var impossible = false;
            for (var halving = 0; halving < Tolerances.ModeHalvings; halving++, length *= 0.5)
            {
                trials++;
                for (var j = 0; j < _count; j++) _trial[j] = Modes[j] - (length * _step[j]);
                next = ValueAt(_trial);
                impossible |= !double.IsFinite(next);
                if (next <= value - (Tolerances.SufficientDecrease * length * decrement) + noise) break;
            }

            if (!double.IsFinite(next) || next > value + noise)
            {
                if (decrement < Tolerances.RoundedDecrement)
                {
                    ValueAt(Modes);
                    return true;
                }

                if (_system.IsFactorizationCostly && last < double.PositiveInfinity && reuse)
                {
                    reuse = false;
                    ValueAt(Modes);
                    continue;
                }

                Failure = "the conditional modes of the random effects could not be improved";
                return false;
            }

            cramped = impossible && length < Tolerances.CrampedStep ? cramped + 1 : 0;
            if (cramped >= Tolerances.CrampedSteps)
            {
                Failure = "the conditional modes of the random effects are at the edge of what the link allows";
                return false;
            }

            if (length < 1) reuse = false;
            _trial.AsSpan(0, _count).CopyTo(Modes);
            value = next;
        }

        Failure = $"the conditional modes of the random effects were not found in {Tolerances.ModeTrials} steps";
        return false;
    }

    private double NewtonStep()
    {
        _gradient.CopyTo(_step, 0);
        _system.SolveRoughly(_step);
        var sum = 0.0;
        for (var j = 0; j < _count; j++) sum += _gradient[j] * _step[j];
        return sum;
    }

    private double ValueAt(double[] u)
    {
        _cancellation.ThrowIfCancellationRequested();
        SetPredictors(u);
        var value = -_observations.Evaluate(Predictors, ModeLevel);
        return value + (0.5 * _system.SquaresOf(u));
    }

    private void SetPredictors(double[] u)
    {
        _system.Lambda.Multiply(u, _b);
        foreach (var k in _model.ActivePredictors)
        {
            _fixed[k]!.CopyTo(Predictors[k]!, 0);
            _system.AddZb(k, _b, Predictors[k]!);
        }
    }

    private void GradientAt(double[] u)
    {
        Array.Clear(_gradient);
        foreach (var k in _model.RandomPredictors) _system.AddZtx(k, _observations.First[k]!, _gradient);
        _system.Lambda.MultiplyTransposed(_gradient, _gradient);
        _system.Lambda.MultiplyPrecision(u, _step);
        for (var j = 0; j < _count; j++) _gradient[j] = _step[j] - _gradient[j];
    }
}
