using System.Runtime.Intrinsics;
using EcoGlmm.Families;
using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>Densities and first derivatives alone, which is what the nodes of a quadrature need.</summary>
internal sealed partial class ObservationModel
{
    /// <summary>
    /// Evaluates ℓ and, with <paramref name="wantsFirst"/>, its first derivatives by every linear predictor, on the calling thread and
    /// without allocating once warm. What second and third derivatives then hold is undefined.
    /// </summary>
    public void EvaluateScores(double[]?[] predictors, bool wantsFirst)
    {
        EvaluationCount++;
        var terms = SeriesEffort.Begin();
        var level = !wantsFirst ? DerivativeLevel.Value
            : _family.HasDispersion || _shapeCount > 0 ? DerivativeLevel.Gradient
            : DerivativeLevel.Mode;
        Allocate(level);
        for (var start = 0; start < _y.Length; start += _chunkSize)
        {
            var length = Math.Min(_chunkSize, _y.Length - start);
            EvaluateFamily(predictors, level, start, length);
            if (IsZeroInflated) MixZeroScores(predictors[LinearPredictor.ZeroInflation].AsSpan(start, length), wantsFirst, start);
            if (_weights is not null) WeightScores(wantsFirst, start, length);
        }

        SeriesTerms += SeriesEffort.Terms - terms;
    }

    /// <summary>The formulas of this class's remarks; with π = logit⁻¹(ζ) and s = logit⁻¹(t), ℓ′ is s log′ f where y = 0.</summary>
    private void MixZeroScores(ReadOnlySpan<double> zeta, bool wantsFirst, int start)
    {
        var length = zeta.Length;
        ReadOnlySpan<double> y = _y.AsSpan(start, length);
        ReadOnlySpan<double> density = _baseValue.AsSpan(start, length);
        var mixed = Density.AsSpan(start, length);
        var (zero, one) = (Vector256<double>.Zero, Vector256<double>.One);
        for (var i = 0; i < length; i += VectorMath.Width)
        {
            var x = VectorMath.Load(zeta, i);
            var f = VectorMath.Load(density, i);
            var isZero = Vector256.Equals(VectorMath.Load(y, i), zero);
            var (logOnePlus, p) = Softplus(x);
            var share = zero;
            var atZero = x;
            if (!_isHurdle)
            {
                (var logRatio, share) = Softplus(f - x);
                atZero += logRatio;
            }

            VectorMath.Store(Vector256.ConditionalSelect(isZero, atZero, f) - logOnePlus, mixed, i);
            if (!wantsFirst) continue;
            share = Vector256.ConditionalSelect(isZero, share, one);
            var isStructural = Vector256.Equals(share, zero);
            foreach (var k in _familyPredictors)
            {
                if (First[k] is not { } store) continue;
                var first = store.AsSpan(start, length);
                VectorMath.Store(Vector256.ConditionalSelect(isStructural, zero, share * VectorMath.Load(first, i)), first, i);
            }

            VectorMath.Store(one - share - p, First[LinearPredictor.ZeroInflation].AsSpan(start, length), i);
        }
    }

    /// <summary>log(1 + eˣ) and its derivative.</summary>
    private static (Vector256<double> Value, Vector256<double> Derivative) Softplus(Vector256<double> x)
    {
        var e = VectorMath.Exp(-Vector256.Abs(x));
        var near = Vector256<double>.One / (Vector256<double>.One + e);
        var isPositive = Vector256.GreaterThanOrEqual(x, Vector256<double>.Zero);
        return (Vector256.Max(x, Vector256<double>.Zero) + VectorMath.Log1p(e), Vector256.ConditionalSelect(isPositive, near, e * near));
    }

    private void WeightScores(bool wantsFirst, int start, int length)
    {
        ReadOnlySpan<double> weights = _weights.AsSpan(start, length);
        Weight(weights, Density.AsSpan(start, length));
        for (var k = 0; k < _predictorCount && wantsFirst; k++)
        {
            if (First[k] is { } first) Weight(weights, first.AsSpan(start, length));
        }
    }

    private static void Weight(ReadOnlySpan<double> weights, Span<double> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] *= weights[i];
    }
}
