using System.Runtime.Intrinsics;
using EcoGlmm.Families;
using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <content>Structural zeros: the family's density and derivatives become those of the mixture, or of the hurdle.</content>
internal sealed partial class ObservationModel
{
    private const int MixingRows = 128;

    private void MixZeros(double[] zeta, DerivativeLevel level, int start, int length)
    {
        ClearUnmixed(level, start, length);
        Span<double> p = stackalloc double[MixingRows];
        Span<double> logOnePlus = stackalloc double[MixingRows];
        Span<double> s = stackalloc double[MixingRows];
        Span<double> logOnePlusT = stackalloc double[MixingRows];
        for (var from = start; from < start + length; from += MixingRows)
        {
            var rows = Math.Min(MixingRows, start + length - from);
            var x = zeta.AsSpan(from, rows);
            var baseValue = _baseValue.AsSpan(from, rows);
            Logistic(x, p[..rows], logOnePlus[..rows]);
            for (var i = 0; i < rows; i++) Density[from + i] = baseValue[i] - logOnePlus[i];
            if (_isHurdle)
            {
                for (var i = 0; i < rows; i++)
                {
                    if (_y[from + i] == 0) Density[from + i] = x[i] - logOnePlus[i];
                }
            }
            else
            {
                for (var i = 0; i < rows; i++) s[i] = baseValue[i] - x[i];
                Logistic(s[..rows], s[..rows], logOnePlusT[..rows]);
                for (var i = 0; i < rows; i++)
                {
                    if (_y[from + i] == 0) Density[from + i] = x[i] - logOnePlus[i] + logOnePlusT[i];
                }
            }

            if (level == DerivativeLevel.Value) continue;
            if (!_isHurdle) MixDerivatives(s, level, from, rows);
            ZeroProbability(p[..rows], level, from);
        }
    }

    /// <summary>1 / (1 + e⁻ˣ) and log(1 + eˣ); the first two spans may be the same.</summary>
    private static void Logistic(ReadOnlySpan<double> x, Span<double> probability, Span<double> logOnePlus)
    {
        var (one, zero) = (Vector256<double>.One, Vector256<double>.Zero);
        for (var i = 0; i < x.Length; i += VectorMath.Width)
        {
            var xi = VectorMath.Load(x, i);
            var e = VectorMath.Exp(-Vector256.Abs(xi));
            var share = one / (one + e);
            VectorMath.Store(Vector256.Max(xi, zero) + VectorMath.Log1p(e), logOnePlus, i);
            VectorMath.Store(Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(xi, zero), share, e * share), probability, i);
        }
    }

    /// <summary>What log(1 + eˣ) of the zero inflation, and the zeros of a hurdle, add to the derivatives by ζ.</summary>
    private void ZeroProbability(ReadOnlySpan<double> p, DerivativeLevel level, int from)
    {
        const int z = LinearPredictor.ZeroInflation;
        var first = First[z].AsSpan(from, p.Length);
        var second = Second[LinearPredictor.Pair(z, z)].AsSpan(from, p.Length);
        for (var i = 0; i < p.Length; i++)
        {
            first[i] += (_y[from + i] == 0 ? 1 : 0) - p[i];
            second[i] -= p[i] * (1 - p[i]);
        }

        if (level < DerivativeLevel.Gradient) return;
        var third = Third[LinearPredictor.Triple(z, z, z)].AsSpan(from, p.Length);
        for (var i = 0; i < p.Length; i++) third[i] -= p[i] * (1 - p[i]) * (1 - (2 * p[i]));
    }

    /// <summary>The derivatives of log(1 + eᵗ) at the zeros, from those of the family and s = 1 / (1 + e⁻ᵗ).</summary>
    private void MixDerivatives(ReadOnlySpan<double> mixing, DerivativeLevel level, int from, int rows)
    {
        Span<double> t1 = stackalloc double[_predictorCount];
        Span<double> t2 = stackalloc double[LinearPredictor.PairCount(_predictorCount)];
        Span<double> t3 = stackalloc double[LinearPredictor.TripleCount(_predictorCount)];
        t2.Clear();
        t3.Clear();
        t1[LinearPredictor.ZeroInflation] = -1;
        var order = NuisanceOrder(level);
        for (var i = from; i < from + rows; i++)
        {
            if (_y[i] != 0) continue;
            var s = mixing[i - from];
            var s2 = s * (1 - s);
            var s3 = s2 * (1 - (2 * s));
            foreach (var c in _familyPredictors)
            {
                t1[c] = First[c]?[i] ?? 0;
                foreach (var b in _familyPredictors)
                {
                    if (b > c) break;
                    t2[LinearPredictor.Pair(b, c)] = Second[LinearPredictor.Pair(b, c)]?[i] ?? 0;
                    if (level < DerivativeLevel.Gradient) continue;
                    foreach (var a in _familyPredictors)
                    {
                        if (a > b) break;
                        var k = LinearPredictor.Triple(a, b, c);
                        t3[k] = Third[k]?[i] ?? 0;
                    }
                }
            }

            for (var c = 0; c < _predictorCount; c++)
            {
                if (IsNuisance(c) > order) continue;
                if (First[c] is { } first) first[i] = s * t1[c];
                for (var b = 0; b <= c; b++)
                {
                    var bc = LinearPredictor.Pair(b, c);
                    if (IsNuisance(b) + IsNuisance(c) > order) continue;
                    if (Second[bc] is { } second) second[i] = (s2 * t1[b] * t1[c]) + (s * t2[bc]);
                    if (level < DerivativeLevel.Gradient) continue;
                    for (var a = 0; a <= b; a++)
                    {
                        var abc = LinearPredictor.Triple(a, b, c);
                        if (Third[abc] is not { } third || IsNuisance(a) + IsNuisance(b) + IsNuisance(c) > order) continue;
                        var (ab, ac) = (LinearPredictor.Pair(a, b), LinearPredictor.Pair(a, c));
                        third[i] = (s3 * t1[a] * t1[b] * t1[c])
                            + (s2 * ((t2[ab] * t1[c]) + (t2[ac] * t1[b]) + (t2[bc] * t1[a])))
                            + (s * t3[abc]);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Sets to zero what the level asks for by ζ, which the family leaves alone, and at the zeros of a hurdle everything.
    /// </summary>
    private void ClearUnmixed(DerivativeLevel level, int start, int length)
    {
        if (level == DerivativeLevel.Value) return;
        void Clear(double[]? store, bool isByZeta)
        {
            if (store is null) return;
            if (isByZeta) store.AsSpan(start, length).Clear();
            if (isByZeta || !_isHurdle) return;
            for (var i = start; i < start + length; i++)
            {
                if (_y[i] == 0) store[i] = 0;
            }
        }

        const int z = LinearPredictor.ZeroInflation;
        var order = NuisanceOrder(level);
        for (var c = 0; c < _predictorCount; c++)
        {
            if (IsNuisance(c) <= order) Clear(First[c], c == z);
            for (var b = 0; b <= c; b++)
            {
                if (IsNuisance(b) + IsNuisance(c) <= order) Clear(Second[LinearPredictor.Pair(b, c)], b == z || c == z);
                for (var a = 0; a <= b && level > DerivativeLevel.Mode; a++)
                {
                    if (IsNuisance(a) + IsNuisance(b) + IsNuisance(c) > order) continue;
                    Clear(Third[LinearPredictor.Triple(a, b, c)], a == z || b == z || c == z);
                }
            }
        }
    }
}
