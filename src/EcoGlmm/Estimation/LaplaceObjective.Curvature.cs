using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <content>
/// The Hessian. With f eliminated exactly (<see cref="CurvatureGuess"/>) there remains that of ½ log |H|. Along a direction of the fixed
/// effects the modes move by du, the linear predictors by dη = dXβ + ZΛdu and c by Mdη + ½ ℓ‴ dq, where M holds a fourth derivative of
/// each row and what the modes' own curvature adds, and dq is the change of the variances q = zᵀΛH⁻¹Λᵀz with the weights. Only q needs
/// another factorisation; neither modes nor densities are computed again.
/// </content>
internal sealed partial class LaplaceObjective
{
    /// <summary>Move of the linear predictors, on a log or probability scale, for fourth derivatives and for changes of H⁻¹: the errors
    /// are its square, and itself.</summary>
    private const double DensityMove = 1e-3, WeightMove = 1e-6;

    /// <summary>
    /// Whether what ½ log |H| has can be had in closed form: by Laplace's approximation, on a log or probability scale.
    /// </summary>
    public bool HasExactCurvature => _quadrature is null && !_system.IsIterative && !_model.IsOnResponseScale && _system.LatentCount > 0;

    /// <summary>
    /// The Hessian at the last evaluation, which must have been at ψ with a gradient: by differences of the gradient with steps along the
    /// parameters, where <see cref="HasExactCurvature"/> along those of the random effects alone. The modes move along their tangents, on
    /// which the gradient has the same derivative. An element that cannot be had is NaN.
    /// </summary>
    /// <param name="psi">ψ.</param>
    /// <param name="atPsi">The gradient at ψ.</param>
    /// <param name="guess">The approximation by <see cref="CurvatureGuess.Hessian"/>.</param>
    /// <param name="moves">The moves of the modes that it wrote.</param>
    /// <param name="known">Fixed effects whose columns of the guess are exact.</param>
    /// <param name="steps">Steps along the parameters.</param>
    /// <param name="isOneSided">Whether differences are forward ones.</param>
    public double[] Hessian(double[] psi, double[] atPsi, double[] guess, double[] moves, (int First, int Count) known, double[] steps,
        bool isOneSided)
    {
        var (p, q, d) = (_model.FixedCount, _system.EffectCount, _model.ParameterCount);
        var hessian = (double[])guess.Clone();
        var (modes, tangents) = ((double[])_search.Modes.Clone(), new double[_model.ThetaCount][]);
        var (point, plus, minus) = ((double[])psi.Clone(), new double[d], new double[d]);
        for (var k = 0; k < tangents.Length; k++)
        {
            point[p + k] += steps[p + k];
            tangents[k] = new double[q];
            _search.ModeChange(point, psi, tangents[k]);
            point[p + k] = psi[p + k];
        }

        var first = HasExactCurvature && AddLogDeterminant(moves, known, hessian) ? p : 0;
        var moved = _ztl;
        for (var j = first; j < d; j++)
        {
            if (j >= known.First && j < known.First + known.Count) continue;
            var isFinite = At(1, plus);
            if (isOneSided) atPsi.CopyTo(minus, 0);
            else isFinite &= At(-1, minus);
            var width = isOneSided ? steps[j] : 2 * steps[j];
            for (var i = 0; i < d; i++) hessian[(j * d) + i] = isFinite ? (plus[i] - minus[i]) / width : double.NaN;

            bool At(int sign, double[] gradient)
            {
                point[j] = psi[j] + (sign * steps[j]);
                for (var l = 0; l < modes.Length; l++)
                    moved[l] = modes[l] + (sign * (j < p ? steps[j] * moves[(j * q) + l] : tangents[j - p][l]));
                EvaluationCount++;
                _lastGradient = null;
                var value = _search.Put(point, moved) ? EvaluateAtModes(point, gradient) : double.NaN;
                point[j] = psi[j];
                return double.IsFinite(value);
            }
        }

        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var own = hessian[(i * d) + j];
                hessian[(i * d) + j] = hessian[(j * d) + i] = i >= first && j < first ? own : 0.5 * (own + hessian[(j * d) + i]);
            }
        }

        _search.Put(psi, modes);
        _observations.Evaluate(_search.Predictors, _search.ModeLevel);
        _search.TakeWeights();
        _lastGradient = null;
        if (!_system.TryFactor()) _search.Forget();
        return hessian;
    }

    /// <summary>
    /// Adds what ½ log |H| has to the block of the fixed effects in a Hessian; false where a factorisation fails. The last evaluation must
    /// have been at ψ with a gradient. It leaves <see cref="RandomEffectsSystem"/> at other weights.
    /// </summary>
    /// <param name="moves">H⁻¹C, see <see cref="CurvatureGuess.Hessian"/>.</param>
    /// <param name="known">Fixed effects of which all is known without.</param>
    /// <param name="hessian">d × d.</param>
    private bool AddLogDeterminant(double[] moves, (int First, int Count) known, double[] hessian)
    {
        var (n, p, q, d) = (_model.ObservationCount, _model.FixedCount, _system.EffectCount, _model.ParameterCount);
        var (active, random) = (_model.ActivePredictors, _model.RandomPredictors);
        (int A, int B)[] pairs = [.. random.SelectMany(b => random.Where(a => a <= b), (b, a) => (a, b))];
        var variances = Array.ConvertAll(pairs, _ => new double[n]);
        for (var s = 0; s < pairs.Length; s++) _system.PredictorCovariance(pairs[s].A, pairs[s].B, variances[s]);
        var mixed = FourthDerivatives(pairs, variances);
        var weights = Array.ConvertAll(pairs, _ => new double[n]);

        // Rows and effects that the gradient at ψ leaves behind, and that the next one computes anew.
        var (change, eta, adjoint, ztx) = (_leverage, _zv, _adjusted, _ztd);
        var (row, block) = (new double[p], new double[p * p]);
        foreach (var k in active)
        {
            for (var j = 0; j < _model.Basis[k]!.Columns; j++)
            {
                var at = _model.FixedOffset[k] + j;
                if (at >= known.First && at < known.First + known.Count) continue;
                _cancellation.ThrowIfCancellationRequested();
                _model.Basis[k]!.Column(j, change).CopyTo(eta[k]);
                _system.Lambda.Multiply(moves.AsSpan(at * q, q), _b);
                foreach (var m in active)
                {
                    if (m != k) Array.Clear(eta[m]);
                    Array.Clear(adjoint[m]);
                    if (random.Contains(m)) _system.AddZb(m, _b, eta[m]);
                }

                var scale = WeightMove / Math.Max(Largest(eta, active), double.Epsilon);
                for (var s = 0; s < pairs.Length; s++) MoveWeights(pairs[s].A, pairs[s].B, eta, scale, weights[s]);
                _system.SetWeights((a, b) => weights[Array.IndexOf(pairs, (Math.Min(a, b), Math.Max(a, b)))]);
                if (!_system.TryFactor()) return false;
                _system.SelectedInverse(null);
                for (var s = 0; s < pairs.Length; s++)
                {
                    _system.PredictorCovariance(pairs[s].A, pairs[s].B, change);
                    AddVarianceChange(pairs[s].A, pairs[s].B, change, variances[s], 1 / scale, adjoint);
                }

                Array.Clear(ztx);
                foreach (var m in active)
                {
                    var y = adjoint[m];
                    foreach (var l in active)
                    {
                        if (mixed[LinearPredictor.Pair(m, l)] is { } w && (l == k || random.Contains(l))) AddProducts(1, w, eta[l], y);
                    }

                    _model.Basis[m]!.TransposedProduct(y, row.AsSpan(_model.FixedOffset[m], _model.Basis[m]!.Columns));
                    if (random.Contains(m)) _system.AddZtx(m, y, ztx);
                }

                _system.Lambda.MultiplyTransposed(ztx, ztx);
                for (var i = 0; i < p; i++)
                {
                    var sum = row[i];
                    for (var l = 0; l < _system.LatentCount; l++) sum += moves[(i * q) + l] * ztx[l];
                    block[(at * p) + i] = sum;
                }
            }
        }

        for (var i = 0; i < p; i++)
        {
            for (var j = 0; j < p; j++) hessian[(i * d) + j] += 0.5 * (block[(i * p) + j] + block[(j * p) + i]);
        }

        return true;
    }

    /// <summary>
    /// M of each row by pair of linear predictors, Σ½q ∂⁴ℓ + Σ (ZΛv) ℓ‴ with the sign of −ℓ in H, by differences of the derivatives that
    /// the family gives; null where it is zero.
    /// </summary>
    private double[]?[] FourthDerivatives((int A, int B)[] pairs, double[][] variances)
    {
        var n = _model.ObservationCount;
        var active = _model.ActivePredictors;
        var mixed = new double[]?[LinearPredictor.PairCount(_model.PredictorCount)];
        var moved = _leverage;
        foreach (var l in active)
        {
            var kept = _search.Predictors[l]!;
            foreach (var sign in (ReadOnlySpan<int>)[1, -1])
            {
                for (var i = 0; i < n; i++) moved[i] = kept[i] + (sign * DensityMove);
                _search.Predictors[l] = moved;
                _observations.Evaluate(_search.Predictors, _gradientLevel);
                _search.Predictors[l] = kept;
                foreach (var m in active.Where(m => m <= l))
                    AddDerivatives(m, sign / (2 * DensityMove), pairs, variances, ref mixed[LinearPredictor.Pair(m, l)]);
            }
        }

        _observations.Evaluate(_search.Predictors, _gradientLevel);
        return mixed;
    }

    private void AddDerivatives(int m, double factor, (int A, int B)[] pairs, double[][] variances, ref double[]? sum)
    {
        for (var s = 0; s < pairs.Length; s++)
        {
            var (a, b) = pairs[s];
            if (_observations.Third[LinearPredictor.Triple(a, b, m)] is { } third)
                AddProducts((a == b ? -0.5 : -1) * factor, variances[s], third, sum ??= new double[third.Length]);
        }

        foreach (var a in _model.RandomPredictors)
        {
            if (_observations.Second[LinearPredictor.Pair(a, m)] is { } second)
                AddProducts(factor, _zv[a], second, sum ??= new double[second.Length]);
        }
    }

    private void AddProducts(double a, double[] x, double[] z, double[] y) => _system.Passes.For(y.Length, (from, to) =>
        VectorSum.AddProducts(a, x.AsSpan(from, to - from), z.AsSpan(from, to - from), y.AsSpan(from, to - from)));

    private static double Largest(double[][] eta, int[] active)
    {
        var largest = 0.0;
        foreach (var k in active)
        {
            foreach (var x in eta[k]) largest = Math.Max(largest, Math.Abs(x));
        }

        return largest;
    }

    /// <summary>W + scale · dW, dW = −Σ ℓ‴dη.</summary>
    private void MoveWeights(int a, int b, double[][] eta, double scale, double[] result)
    {
        _search.Weight(a, b).CopyTo(result, 0);
        foreach (var m in _model.ActivePredictors)
        {
            if (_observations.Third[LinearPredictor.Triple(a, b, m)] is { } third) AddProducts(-scale, third, eta[m], result);
        }
    }

    /// <summary>What a change of the variances does to c.</summary>
    private void AddVarianceChange(int a, int b, double[] now, double[] before, double perMove, double[][] adjoint)
    {
        var factor = (a == b ? -0.5 : -1) * perMove;
        for (var i = 0; i < now.Length; i++) now[i] -= before[i];
        foreach (var m in _model.ActivePredictors)
        {
            if (_observations.Third[LinearPredictor.Triple(a, b, m)] is { } third) AddProducts(factor, now, third, adjoint[m]);
        }
    }
}
