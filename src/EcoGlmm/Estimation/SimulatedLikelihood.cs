using EcoGlmm.Families;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// The likelihood by importance sampling: for each set of random effects u that rows connect, ∫ f(y | u; ψ) φ(u) du as the mean of
/// f φ/q over draws from a proposal q around the conditional modes of one ψ. The draws are kept, so that the likelihood is a smooth
/// function of ψ with an exact gradient, and exact as their number grows.
/// </summary>
/// <remarks>
/// A set has a t distribution as proposal, whose tails are heavier than those of f φ, so that the weights have a variance. That variance
/// grows exponentially with the number of effects of a set: <see cref="Suits"/>. Draws are antithetic. Source: J. Durbin &amp; S. J.
/// Koopman (1997), Biometrika 84, 669-684; M.
/// Kuk (1999), Laplace importance sampling for generalized linear mixed models, J. Stat. Comput. Simul. 63, 143-158.
/// </remarks>
internal sealed class SimulatedLikelihood
{
    /// <summary>Effects of a set beyond which a few draws have nearly all of the weight.</summary>
    private const int MostEffects = 12;

    /// <summary>Degrees of freedom of the proposal: tails well above any f φ, and a bulk close to the normal one.</summary>
    private const double DegreesOfT = 6;

    /// <summary>Numbers kept for all draws together.</summary>
    private const double MostKept = 3e7;

    private readonly MixedModel _model;
    private readonly RandomEffectsSystem _system;
    private readonly ObservationModel _observations;
    private readonly CovarianceFactor _lambda;
    private readonly CancellationToken _cancellation;
    private readonly DerivativeLevel _level;
    private readonly int[] _setOfRow;
    private readonly int _sets;
    private readonly double[][] _u;
    private readonly double[] _logFactor;
    private readonly double _constant;
    private readonly double[] _logWeight;
    private readonly double[]?[] _fixed;
    private readonly double[]?[] _predictors;
    private readonly double[] _b;

    /// <param name="model">The model.</param>
    /// <param name="at">Its Laplace approximation, evaluated at the ψ that the draws are for.</param>
    /// <param name="pairs">Antithetic pairs of draws; fewer where the model has very many effects.</param>
    /// <param name="seed">The same seed gives the same draws.</param>
    /// <param name="cancellation">Stops between two draws.</param>
    public SimulatedLikelihood(MixedModel model, LaplaceObjective at, int pairs, long seed, CancellationToken cancellation)
    {
        (_model, _system, _cancellation) = (model, at.System, cancellation);
        _observations = new ObservationModel(model.Family, model.Y, model.Size, model.Weights, model.IsZeroInflated,
            model.HasConstantDispersion, 1, cancellation);
        _lambda = new CovarianceFactor(model.Terms);
        _level = model.Family.HasDispersion || model.Family.Shapes.Count > 0 || model.IsZeroInflated ? DerivativeLevel.Gradient
            : DerivativeLevel.Mode;
        var (n, q) = (model.ObservationCount, _system.LatentCount);
        var sets = ConnectedLevels.Of(model.Terms, n);
        _sets = sets.Count;
        _setOfRow = new int[n];
        var setOfEffect = new int[q];
        for (var c = 0; c < _sets; c++)
        {
            foreach (var i in sets[c].Rows) _setOfRow[i] = c;
            foreach (var j in sets[c].LatentPositions(model.Terms)) setOfEffect[j] = c;
        }

        Pairs = Math.Max(2, Math.Min(pairs, (int)(MostKept / (2 * Math.Max(1, q)))));
        _u = new double[2 * Pairs][];
        _logFactor = new double[2 * Pairs * _sets];
        _logWeight = new double[_logFactor.Length];
        _b = new double[_system.EffectCount];
        _fixed = new double[]?[model.PredictorCount];
        _predictors = new double[]?[model.PredictorCount];
        foreach (var k in model.ActivePredictors) (_fixed[k], _predictors[k]) = (new double[n], new double[n]);
        _constant = -0.5 * _system.LogDeterminant;
        Draw(at.Modes, setOfEffect, [.. sets.Select(s => s.LatentPositions(model.Terms).Count())], new RandomStream(seed));
    }

    /// <summary>Whether sets of effects are small enough for weights of draws.</summary>
    public static bool Suits(MixedModel model) => ConnectedLevels.Of(model.Terms, model.ObservationCount)
        .All(s => s.LatentPositions(model.Terms).Count() <= MostEffects);

    /// <summary>Antithetic pairs of draws.</summary>
    public int Pairs { get; }

    /// <summary>Variance of the last value by the draws.</summary>
    public double Variance { get; private set; }

    /// <summary>The least effective number of draws of a set at the last value.</summary>
    public double LeastEffective { get; private set; }

    /// <summary>−log L(ψ), and its gradient where <paramref name="gradient"/> is not empty.</summary>
    public double Evaluate(ReadOnlySpan<double> psi, Span<double> gradient)
    {
        foreach (var k in _model.ActivePredictors) _model.FixedPredictor(k, psi, _fixed[k]!);
        _lambda.Set(psi[_model.FixedCount..]);
        var draws = _u.Length;
        var sums = new double[_sets];
        for (var s = 0; s < draws; s++)
        {
            _cancellation.ThrowIfCancellationRequested();
            MoveTo(s);
            _observations.Evaluate(_predictors, DerivativeLevel.Value);
            Array.Clear(sums);
            for (var i = 0; i < _setOfRow.Length; i++) sums[_setOfRow[i]] += _observations.Density[i];
            for (var c = 0; c < _sets; c++) _logWeight[(s * _sets) + c] = sums[c] + _logFactor[(s * _sets) + c];
        }

        var value = Normalise();
        if (!gradient.IsEmpty && double.IsFinite(value)) Gradient(gradient);
        return value;
    }

    private void Draw(double[] modes, int[] setOfEffect, int[] sizes, RandomStream stream)
    {
        var q = modes.Length;
        var (d, h, product) = (new double[q], new double[q], new double[_b.Length]);
        var (form, stretch, squares) = (new double[_sets], new double[_sets], new double[_sets]);
        for (var pair = 0; pair < Pairs; pair++)
        {
            _cancellation.ThrowIfCancellationRequested();
            var random = stream.Split(pair);
            for (var j = 0; j < q; j++) d[j] = random.NextNormal();
            _system.SolveFactorTransposed(d);
            // dᵀHd of each set, H = ΛᵀZᵀWZΛ + I.
            _system.Lambda.Multiply(d, _b);
            _system.MultiplyCrossProducts(_b, product);
            _system.Lambda.MultiplyTransposed(product, h);
            Array.Clear(form);
            for (var j = 0; j < q; j++) form[setOfEffect[j]] += d[j] * (h[j] + d[j]);
            for (var c = 0; c < _sets; c++)
                stretch[c] = Math.Sqrt(DegreesOfT / (2 * random.NextGamma(0.5 * DegreesOfT)));
            for (var sign = 0; sign < 2; sign++)
            {
                var u = _u[(2 * pair) + sign] = new double[q];
                Array.Clear(squares);
                for (var j = 0; j < q; j++)
                {
                    var c = setOfEffect[j];
                    u[j] = modes[j] + ((sign == 0 ? stretch[c] : -stretch[c]) * d[j]);
                    squares[c] += u[j] * u[j];
                }

                for (var c = 0; c < _sets; c++)
                    _logFactor[((((2 * pair) + sign) * _sets) + c)] = (-0.5 * squares[c]) - LogProposal(form[c] * stretch[c] * stretch[c],
                        sizes[c]);
            }
        }
    }

    /// <summary>The log-density of a proposal at the quadratic form, but for ½ log |H| and the constant of the normal density of
    /// u.</summary>
    private static double LogProposal(double form, int size)
    {
        const double nu = DegreesOfT;
        return MathNet.Numerics.SpecialFunctions.GammaLn(0.5 * (nu + size)) - MathNet.Numerics.SpecialFunctions.GammaLn(0.5 * nu)
            + (0.5 * size * Math.Log(2 / nu)) - (0.5 * (nu + size) * Math.Log(1 + (form / nu)));
    }

    private void MoveTo(int draw)
    {
        foreach (var k in _model.ActivePredictors) _fixed[k]!.CopyTo(_predictors[k]!, 0);
        _lambda.Multiply(_u[draw], _b);
        foreach (var k in _model.RandomPredictors) _system.AddZb(k, _b, _predictors[k]!);
    }

    /// <summary>Log weights become weights that sum to one in each set; returns −log L.</summary>
    private double Normalise()
    {
        var draws = _u.Length;
        var total = _constant;
        (Variance, LeastEffective) = (0, double.PositiveInfinity);
        for (var c = 0; c < _sets; c++)
        {
            var largest = double.NegativeInfinity;
            for (var s = 0; s < draws; s++) largest = Math.Max(largest, _logWeight[(s * _sets) + c]);
            if (!double.IsFinite(largest)) return double.PositiveInfinity;
            var sum = 0.0;
            for (var s = 0; s < draws; s++)
            {
                ref var w = ref _logWeight[(s * _sets) + c];
                w = double.IsNaN(w) ? 0 : Math.Exp(w - largest);
                sum += w;
            }

            var (spread, squares) = (0.0, 0.0);
            for (var s = 0; s < draws; s += 2)
            {
                ref var a = ref _logWeight[(s * _sets) + c];
                ref var b = ref _logWeight[((s + 1) * _sets) + c];
                (a, b) = (a / sum, b / sum);
                var relative = (Pairs * (a + b)) - 1;
                spread += relative * relative;
                squares += (a * a) + (b * b);
            }

            total += largest + Math.Log(sum / draws);
            Variance += spread / Pairs / (Pairs - 1);
            LeastEffective = Math.Min(LeastEffective, 1 / squares);
        }

        return -total;
    }

    private void Gradient(Span<double> gradient)
    {
        gradient.Clear();
        var n = _setOfRow.Length;
        var adjusted = new double[_model.PredictorCount][];
        foreach (var k in _model.ActivePredictors) adjusted[k] = new double[n];
        var totals = _model.Terms.Select(t => new double[t.Width * t.LatentWidth]).ToArray();
        var (weighted, ztl) = (new double[n], new double[_b.Length]);
        for (var s = 0; s < _u.Length; s++)
        {
            _cancellation.ThrowIfCancellationRequested();
            MoveTo(s);
            _observations.Evaluate(_predictors, _level);
            Array.Clear(ztl);
            foreach (var k in _model.ActivePredictors)
            {
                var first = _observations.First[k]!;
                var sum = adjusted[k];
                for (var i = 0; i < n; i++)
                {
                    var w = _logWeight[(s * _sets) + _setOfRow[i]];
                    weighted[i] = w > 0 ? w * first[i] : 0;
                    sum[i] += weighted[i];
                }

                if (_model.RandomPredictors.Contains(k)) _system.AddZtx(k, weighted, ztl);
            }

            for (var t = 0; t < totals.Length; t++)
            {
                var (term, total) = (_model.Terms[t], totals[t]);
                var (r, d) = (term.Width, term.LatentWidth);
                for (var l = 0; l < term.Levels.Count; l++)
                {
                    for (var row = 0; row < r; row++)
                    {
                        for (var column = 0; column < d; column++)
                            total[(row * d) + column] -= _u[s][term.LatentOffset + (l * d) + column] * ztl[term.EffectOffset
                                + (l * r) + row];
                    }
                }
            }
        }

        foreach (var k in _model.ActivePredictors)
        {
            var slice = gradient.Slice(_model.FixedOffset[k], _model.Basis[k]!.Columns);
            _model.Basis[k]!.TransposedProduct(adjusted[k], slice);
            for (var j = 0; j < slice.Length; j++) slice[j] = -slice[j];
        }

        var theta = gradient[_model.FixedCount..];
        for (var t = 0; t < totals.Length; t++)
            _lambda.PullBack(t, totals[t], [], 0, theta.Slice(_model.Terms[t].ThetaOffset, _model.Terms[t].ThetaCount));
    }
}
