using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// The Gaussian model with identity link, with β and σ profiled out: ½ of the profiled deviance (ML) or REML criterion
/// as a function of θ alone, and its gradient. After the cross-products are formed once, nothing depends on the number
/// of observations.
/// </summary>
/// <remarks>
/// r²(θ) = min over β and u of ‖W^½(y − Xβ − ZΛu)‖² + uᵀPu, H = ΛᵀZᵀWZΛ + P (P for P ⊗ I),
/// deviance = log |H| − log |P| − Σ log w + n (1 + log(2πr²/n)); REML adds log |XᵀV⁻¹X| and has n − p for n.
/// By the envelope theorem ∂r²/∂Λ = −2 sᵀ ∂Λ u, s = ZᵀW(y − Xβ − ZΛu), and ∂r²/∂P = uᵀ∂Pu.
/// Source: Bates, Mächler, Bolker &amp; Walker (2015), Fitting linear mixed-effects models using lme4, J. Stat. Softw. 67(1),
/// equations 30-42.
/// </remarks>
internal sealed partial class PenalizedLeastSquares
{
    /// <summary>Coefficients from which an evaluation costs more than copies of what it leaves.</summary>
    private const int ManyCoefficients = 64;

    /// <summary>A residual sum of squares below this share of the total is added up row by row.</summary>
    private const double CancellingShare = 1e-5;

    private readonly MixedModel _model;
    private readonly RandomEffectsSystem _system;
    private readonly bool _reml;
    private readonly int _n;
    private readonly int _p;
    private readonly int _q;
    private readonly int _latent;
    private readonly double[] _y;
    private readonly double[] _shift;
    private readonly FixedCrossProducts _fixed;
    private readonly double[] _xwy;
    private readonly double _ywy;
    private readonly double _logWeights;
    private readonly double[] _zty;
    private readonly double[] _lambdaZty;
    private readonly double[] _solution;
    private readonly double[] _score;
    private readonly double[] _b;
    private readonly double[] _g;
    private readonly double[] _beta;
    private readonly double[][] _traces;
    private (double[] Theta, double Value)? _last;

    public PenalizedLeastSquares(MixedModel model, bool reml, int maxThreads, CancellationToken cancellation)
    {
        _model = model;
        _reml = reml;
        _system = new RandomEffectsSystem(model.Terms, model.ObservationCount, maxThreads, model.Solver, cancellation: cancellation);
        var basis = model.Basis[LinearPredictor.Conditional]!;
        _n = model.ObservationCount;
        _p = basis.Columns;
        _q = _system.EffectCount;
        _latent = _system.LatentCount;
        var w = model.Size.Length == 0 ? null : model.Size;
        _logWeights = w?.Sum(Math.Log) ?? 0;
        Weights = w ?? Filled(_n, 1);
        _system.SetWeights((_, _) => Weights);

        double[] Weighted(double[] x)
        {
            if (w is null) return x;
            var result = new double[_n];
            for (var i = 0; i < result.Length; i++) result[i] = x[i] * w[i];
            return result;
        }

        var y = new double[_n];
        _fixed = FixedCrossProducts.Of(basis, _system, w, y, maxThreads, cancellation);

        // The response enters as its least-squares residual, so that sums of squares do not cancel when its mean is large.
        for (var i = 0; i < _n; i++) y[i] = model.Y[i] - model.Offset[LinearPredictor.Conditional]![i];
        for (var i = 0; i < _n; i++) ResponseSum += (w?[i] ?? 1) * y[i] * y[i];
        _shift = new double[_p];
        _xwy = new double[_p];
        var factor = (double[])_fixed.Gram.Clone();
        DenseCholesky.TryFactor(factor, _p);
        for (var pass = 0; pass < 2; pass++)
        {
            _fixed.TransposedProduct(Weighted(y), _xwy);
            DenseCholesky.Solve(factor, _p, _xwy);
            for (var j = 0; j < _p; j++) _shift[j] += _xwy[j];
            for (var j = 0; j < _p; j++) _xwy[j] = -_xwy[j];
            _fixed.AddProduct(_xwy, y);
        }

        _y = y;
        var wy = Weighted(y);
        _fixed.TransposedProduct(wy, _xwy);
        for (var i = 0; i < _n; i++) _ywy += wy[i] * y[i];
        _zty = new double[_q];
        _system.AddZtx(LinearPredictor.Conditional, wy, _zty);
        _lambdaZty = new double[_q];
        _solution = new double[_q];
        _score = new double[_q];
        _b = new double[_q];
        _g = new double[_p * _p];
        _beta = new double[_p];
        _traces = [.. model.Terms.Select(t => new double[t.Width * t.LatentWidth])];
        Modes = new double[_latent];
    }

    public RandomEffectsSystem System => _system;

    /// <summary>W, an entry for each observation.</summary>
    public double[] Weights { get; }

    /// <summary>Spherical conditional modes at the last θ: b = Λu.</summary>
    public double[] Modes { get; }

    /// <summary>Penalised residual sum of squares at the last θ.</summary>
    public double ResidualSum { get; private set; }

    /// <summary>Weighted total sum of squares of the response about its fixed-effects fit.</summary>
    public double TotalSum => _ywy;

    /// <summary>Weighted sum of squares of the response, less its offset.</summary>
    public double ResponseSum { get; }

    /// <summary>The estimate of σ at the last θ.</summary>
    public double Sigma => Math.Sqrt(ResidualSum / DegreesOfFreedom);

    /// <summary>n, or n − p for REML.</summary>
    public int DegreesOfFreedom => _reml ? _n - _p : _n;

    public int EvaluationCount { get; private set; }

    /// <summary>Evaluations with a gradient so far.</summary>
    public int GradientCount { get; private set; }

    /// <summary>γ at the last θ.</summary>
    public double[] Coefficients()
    {
        var gamma = new double[_p];
        for (var j = 0; j < _p; j++) gamma[j] = _shift[j] + _beta[j];
        _fixed.ToBasis(gamma);
        return gamma;
    }

    /// <summary>σ²(QᵀV⁻¹Q)⁻¹ at the last θ: the covariance of γ given θ.</summary>
    public double[] CoefficientCovariance()
    {
        var inverse = (double[])_g.Clone();
        DenseCholesky.Invert(inverse, _p);
        var variance = Sigma * Sigma;
        for (var k = 0; k < inverse.Length; k++) inverse[k] *= variance;
        _fixed.ToBasisCovariance(inverse);
        return inverse;
    }

    /// <summary>Half the deviance (or REML criterion) at θ; +∞ when the system cannot be factorised.</summary>
    public double Evaluate(ReadOnlySpan<double> theta, Span<double> gradient)
    {
        if (_system.IsIterative && !gradient.IsEmpty && _last is { } last && theta.SequenceEqual(last.Theta))
        {
            // Only which probes the gradient is by can be another.
            Gradient(gradient);
            return last.Value;
        }

        _last = null;
        EvaluationCount++;
        if (!_system.Lambda.Set(theta) || !_system.TryFactor()) return double.PositiveInfinity;
        _system.Lambda.MultiplyTransposed(_zty, _lambdaZty);
        _lambdaZty.CopyTo(_solution, 0);
        _fixed.Eliminate(_g, _solution);
        _xwy.CopyTo(_beta, 0);
        _fixed.SubtractProjection(_solution, _beta);
        var h = (double[])_beta.Clone();
        if (!DenseCholesky.TryFactor(_g, _p)) return double.PositiveInfinity;
        DenseCholesky.Solve(_g, _p, _beta);
        ResidualSum = _ywy - Dot(_lambdaZty, _solution, _latent);
        for (var a = 0; a < _p; a++) ResidualSum -= h[a] * _beta[a];
        _solution.AsSpan(0, _latent).CopyTo(Modes);
        _fixed.SubtractSolutions(_beta, Modes);
        if (ResidualSum < CancellingShare * _ywy) ResidualSum = SumOfSquares();
        if (!(ResidualSum > 0)) return double.NegativeInfinity;

        var df = DegreesOfFreedom;
        var deviance = _system.LogDeterminant - _system.Lambda.LogDeterminant - _logWeights
            + (df * (1 + Math.Log(2 * Math.PI * ResidualSum / df)));
        if (_reml)
        {
            deviance += DenseCholesky.LogDeterminant(_g, _p) + (2 * _fixed.LogDeterminantOfBasis);
        }

        if (!gradient.IsEmpty) Gradient(gradient);
        _last = (theta.ToArray(), deviance / 2);
        return deviance / 2;
    }

    /// <summary>
    /// Copies what was computed at the last θ; what is returned brings it back, so that it need not be computed again. Null where
    /// that is as quick.
    /// </summary>
    public Action? Keep()
    {
        if ((!_system.IsFactorizationCostly && _p < ManyCoefficients) || _system.Keep() is not { } system) return null;
        var (sum, modes, beta, g) = (ResidualSum, (double[])Modes.Clone(), (double[])_beta.Clone(), (double[])_g.Clone());
        return () =>
        {
            system();
            ResidualSum = sum;
            modes.CopyTo(Modes, 0);
            beta.CopyTo(_beta, 0);
            g.CopyTo(_g, 0);
        };
    }

    /// <summary>The penalised residual sum of squares row by row, where it is so small that differences of sums lose it.</summary>
    private double SumOfSquares()
    {
        var fitted = new double[_n];
        _fixed.AddProduct(_beta, fitted);
        _system.Lambda.Multiply(Modes, _b);
        _system.AddZb(LinearPredictor.Conditional, _b, fitted);
        var sum = _system.Lambda.QuadraticForm(Modes);
        for (var i = 0; i < _n; i++) sum += (_model.Size.Length == 0 ? 1 : _model.Size[i]) * (_y[i] - fitted[i]) * (_y[i] - fitted[i]);
        return sum;
    }

    private void Gradient(Span<double> gradient)
    {
        GradientCount++;
        _system.SelectedInverse(_traces);
        Score(Modes, _score);
        for (var j = 0; j < _q; j++) _score[j] = _zty[j] - _score[j];
        _fixed.SubtractCross(_beta, _score);
        var scale = -DegreesOfFreedom / ResidualSum;
        AddOuter(scale, _score, Modes);
        AddPrecisionOuter(-0.5 * scale, Modes, Modes);
        if (_reml)
        {
            var inverse = (double[])_g.Clone();
            DenseCholesky.Invert(inverse, _p);
            _fixed.EachRestricted(inverse, (score, combined, solution) =>
            {
                AddOuter(-1, score, combined);
                AddPrecisionOuter(0.5, solution, combined);
            });
        }

        for (var t = 0; t < _model.Terms.Count; t++)
        {
            var term = _model.Terms[t];
            _system.Lambda.PullBack(t, _traces[t], _system.PrecisionAdjoint(t), -0.5, gradient.Slice(term.ThetaOffset, term.ThetaCount));
        }
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> z, int count)
    {
        var sum = 0.0;
        for (var k = 0; k < count; k++) sum += x[k] * z[k];
        return sum;
    }

    private static double[] Filled(int count, double value)
    {
        var result = new double[count];
        Array.Fill(result, value);
        return result;
    }
}
