using EcoGlmm.Families;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// The Laplace approximation to −log L(ψ), refined by quadrature where the model asks for it, and its exact gradient.
/// </summary>
/// <remarks>
/// f(u; ψ) = −Σℓ + ½uᵀPu, û = argmin f, H = ∂²f/∂u² = ΛᵀZᵀWZΛ + P with W = −∂²ℓ/∂η² (P for P ⊗ I), and
/// F(ψ) = f(û) + ½ log |H| − ½ log |P|. By the implicit-function theorem dû/dψ = −H⁻¹ ∂²f/∂u∂ψ, so that with
/// c = ∂(½ log |H|)/∂η (which needs H⁻¹ only on the pattern of H) and v = H⁻¹ΛᵀZᵀc the gradient is
/// Xᵀd for fixed effects, d = −ℓ′ + c − W ZΛv, and for an entry (r, c) of a term's Λ, summed over levels,
/// u_c (Zᵀd)_r + v_c (Zᵀℓ′)_r + [ZᵀWZ Λ H⁻¹]_(r, c); a change of P adds ½uᵀ∂Pu − vᵀ∂Pu + ½ tr(H⁻¹∂P) − ½ ∂log |P|.
/// Source: Skaug &amp; Fournier (2006), Automatic approximation of the marginal likelihood in non-Gaussian
/// hierarchical models, CSDA 51; Kristensen et al. (2016), TMB, J. Stat. Softw. 70(5).
/// </remarks>
internal sealed partial class LaplaceObjective
{
    private readonly MixedModel _model;
    private readonly CancellationToken _cancellation;
    private readonly ModeSearch _search;
    private readonly RandomEffectsSystem _system;
    private readonly ObservationModel _observations;
    private readonly DerivativeLevel _gradientLevel;
    private readonly double[] _v;
    private readonly double[] _b;
    private readonly double[] _ztd;
    private readonly double[] _ztl;
    private readonly double[][] _adjusted;
    private readonly double[][] _zv;
    private readonly double[] _leverage;
    private readonly double[][] _traces;
    private readonly AdaptiveQuadrature? _quadrature;
    private readonly double[] _lastPsi;
    private double[]? _lastGradient;
    private double _lastValue;

    public LaplaceObjective(MixedModel model, int maxThreads, CancellationToken cancellation)
    {
        _model = model;
        _cancellation = cancellation;
        _system = new RandomEffectsSystem(model.Terms, model.ObservationCount, maxThreads, model.Solver, eliminatesRows: true,
            cancellation);
        _observations = new ObservationModel(model.Family, model.Y, model.Size, model.Weights, model.IsZeroInflated,
            model.HasConstantDispersion, maxThreads, cancellation);
        _search = new ModeSearch(model, _system, _observations, cancellation);
        _gradientLevel = model.RandomPredictors.Contains(LinearPredictor.Dispersion)
            ? DerivativeLevel.Full
            : DerivativeLevel.Gradient;
        _v = new double[_system.EffectCount];
        _b = new double[_system.EffectCount];
        _ztd = new double[_system.EffectCount];
        _ztl = new double[_system.EffectCount];
        _lastPsi = new double[model.ParameterCount];
        _leverage = new double[model.ObservationCount];
        _traces = [.. model.Terms.Select(t => new double[t.Width * t.LatentWidth])];
        if (model.QuadraturePoints > 1 && model.Terms.Count > 0) _quadrature = new AdaptiveQuadrature(model, maxThreads, cancellation);
        _adjusted = new double[model.PredictorCount][];
        _zv = new double[model.PredictorCount][];
        foreach (var k in model.ActivePredictors)
        {
            _adjusted[k] = new double[model.ObservationCount];
            _zv[k] = new double[model.ObservationCount];
        }
    }

    public RandomEffectsSystem System => _system;

    public ObservationModel Observations => _observations;

    /// <summary>The conditional modes û of the last evaluation.</summary>
    public double[] Modes => _search.Modes;

    /// <summary>The linear predictors at û of the last evaluation.</summary>
    public double[]?[] Predictors => _search.Predictors;

    /// <summary>Weights W of the last evaluation.</summary>
    public double[] Weight(int a, int b) => _search.Weight(a, b);

    /// <summary>−∂log L/∂η_k of each row at the last evaluation with a gradient: rows of independent clusters add up to the clusters'
    /// scores.</summary>
    public ReadOnlySpan<double> RowGradient(int k) => _adjusted[k];

    /// <summary>Why the last evaluation gave no finite value; null when it did.</summary>
    public string? Failure { get; private set; }

    /// <summary>Evaluations with a gradient so far.</summary>
    public int GradientCount { get; private set; }

    /// <summary>Evaluations so far.</summary>
    public int EvaluationCount { get; private set; }

    /// <summary>Terms of series that the family has summed so far.</summary>
    public long SeriesTerms => _observations.SeriesTerms + (_quadrature?.SeriesTerms ?? 0);

    /// <summary>Rows that were evaluated at nodes of quadrature so far.</summary>
    public long QuadratureRows { get; private set; }

    /// <summary>Rows that one quadrature evaluates: all of them at each node.</summary>
    public long NodeRows => _quadrature?.NodeRows ?? 0;

    /// <summary>Sets the modes to start the next search from.</summary>
    public void StartFrom(ReadOnlySpan<double> u)
    {
        _lastGradient = null;
        _search.StartFrom(u);
    }

    /// <summary>Moves to deeper conditional modes at the last ψ, if there are any.</summary>
    public bool TryOtherModes() => _search.TryOtherModes();

    /// <summary>
    /// F(ψ), or +∞ when no mode was found; writes the gradient when <paramref name="gradient"/> is not empty.
    /// </summary>
    public double Evaluate(ReadOnlySpan<double> psi, Span<double> gradient)
    {
        if (_lastGradient is not null && psi.SequenceEqual(_lastPsi))
        {
            if (!gradient.IsEmpty) _lastGradient.CopyTo(gradient);
            return _lastValue;
        }

        _lastGradient = null;
        EvaluationCount++;
        Failure = null;
        if (!_search.Find(psi))
        {
            Failure = _search.Failure;
            return double.PositiveInfinity;
        }

        return EvaluateAtModes(psi, gradient);
    }

    /// <summary>The same with the modes and linear predictors as they are.</summary>
    private double EvaluateAtModes(ReadOnlySpan<double> psi, Span<double> gradient)
    {
        var wantsGradient = !gradient.IsEmpty;
        var logDensity = _observations.Evaluate(_search.Predictors, wantsGradient ? _gradientLevel : _search.ModeLevel);
        _search.TakeWeights();
        if (!_system.TryFactor())
        {
            Failure = "the joint density has no proper peak at the conditional modes (its curvature is not positive)";
            _search.Forget();
            return double.PositiveInfinity;
        }

        var squares = _system.SquaresOf(_search.Modes);
        var value = -logDensity + (0.5 * squares) + (0.5 * (_system.LogDeterminant - _system.Lambda.LogDeterminant));
        if (_quadrature is not null && double.IsFinite(value))
        {
            QuadratureRows += NodeRows;
            value += _quadrature.Evaluate(_search, _observations, _system.Lambda, wantsGradient);
        }

        if (!double.IsFinite(value))
        {
            Failure = "the log-likelihood is not finite";
            _search.Forget();
            return double.PositiveInfinity;
        }

        if (wantsGradient)
        {
            _cancellation.ThrowIfCancellationRequested();
            Gradient(gradient);
            psi.CopyTo(_lastPsi);
            _lastValue = value;
            _lastGradient = gradient.ToArray();
        }

        return value;
    }

    /// <summary>
    /// As <see cref="Evaluate"/>, but where ψ is that of the last evaluation its gradient is computed again, by other probes; all else is
    /// as
    /// it was.
    /// </summary>
    public double EvaluateAnew(ReadOnlySpan<double> psi, Span<double> gradient)
    {
        if (_lastGradient is null || gradient.IsEmpty || !psi.SequenceEqual(_lastPsi)) return Evaluate(psi, gradient);
        Gradient(gradient);
        return _lastValue;
    }

    private void Gradient(Span<double> gradient)
    {
        GradientCount++;
        _system.SelectedInverse(_traces);
        CurvatureDerivative();
        _quadrature?.AddTraces(_traces);
        _quadrature?.AddCurvatureDerivative(_observations, _adjusted);
        var random = _model.RandomPredictors;

        Array.Clear(_v);
        foreach (var k in random) _system.AddZtx(k, _adjusted[k], _v);
        _system.Lambda.MultiplyTransposed(_v, _v);
        for (var j = 0; j < _system.LatentCount && _quadrature is not null; j++) _v[j] += _quadrature.ModeGradient[j];
        _system.SolveMany(_v, _v.Length, 1);
        _system.Lambda.Multiply(_v, _b);
        foreach (var k in random)
        {
            Array.Clear(_zv[k]);
            _system.AddZb(k, _b, _zv[k]);
        }

        foreach (var k in _model.ActivePredictors)
        {
            var d = _adjusted[k];
            var first = _quadrature?.Scores[k] ?? _observations.First[k]!;
            _system.Passes.For(d.Length, (from, to) =>
            {
                for (var i = from; i < to; i++) d[i] -= first[i];
                foreach (var m in random)
                {
                    var (w, zv) = (_search.Curvature(k, m), _zv[m]);
                    for (var i = from; i < to; i++) d[i] += w[i] * zv[i];
                }
            });

            _model.Basis[k]!.TransposedProduct(d, gradient.Slice(_model.FixedOffset[k], _model.Basis[k]!.Columns));
        }

        Array.Clear(_ztd);
        Array.Clear(_ztl);
        foreach (var k in random)
        {
            _system.AddZtx(k, _adjusted[k], _ztd);
            _system.AddZtx(k, _observations.First[k]!, _ztl);
        }

        var theta = gradient[_model.FixedCount..];
        var modes = _search.Modes;
        for (var t = 0; t < _model.Terms.Count; t++)
        {
            var term = _model.Terms[t];
            var (r, q) = (term.Width, term.LatentWidth);
            var total = _traces[t];
            var lower = term.Loadings.IsLowerTriangular;
            for (var l = 0; l < term.Levels.Count; l++)
            {
                var (at, latent) = (term.EffectOffset + (l * r), term.LatentOffset + (l * q));
                for (var row = 0; row < r; row++)
                {
                    var (d, s) = (_ztd[at + row], _ztl[at + row]);
                    if (d == 0 && s == 0) continue;
                    var end = lower ? Math.Min(row + 1, q) : q;
                    for (var c = 0; c < end; c++) total[(row * q) + c] += (modes[latent + c] * d) + (_v[latent + c] * s);
                }
            }

            var adjoint = _system.PrecisionAdjoint(t);
            if (adjoint is not null)
            {
                _system.Lambda.AddOuter(t, 0.5, modes, modes, adjoint);
                _system.Lambda.AddOuter(t, -1, _v, modes, adjoint);
            }

            _system.Lambda.PullBack(t, total, adjoint, -0.5, theta.Slice(term.ThetaOffset, term.ThetaCount));
        }
    }

    /// <summary>c_k = ∂(½ log |H|)/∂η_k at fixed Z and Λ, for every predictor of the model.</summary>
    private void CurvatureDerivative()
    {
        foreach (var k in _model.ActivePredictors) Array.Clear(_adjusted[k]);
        var random = _model.RandomPredictors;
        foreach (var b in random)
        {
            foreach (var a in random)
            {
                if (a > b) continue;
                _system.PredictorCovariance(a, b, _leverage);
                var factor = a == b ? -0.5 : -1.0;
                foreach (var k in _model.ActivePredictors)
                {
                    if (_observations.Third[LinearPredictor.Triple(a, b, k)] is not { } third) continue;
                    var c = _adjusted[k];
                    _system.Passes.For(c.Length, (from, to) =>
                    {
                        for (var i = from; i < to; i++) c[i] += factor * _leverage[i] * third[i];
                    });
                }
            }
        }
    }
}
