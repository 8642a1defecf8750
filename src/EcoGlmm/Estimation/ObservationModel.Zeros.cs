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
        logOnePlusT.Clear();
        for (var from = start; from < start + length; from += MixingRows)
        {
            var rows = Math.Min(MixingRows, start + length - from);
            var x = zeta.AsSpan(from, rows);
            var baseValue = _baseValue.AsSpan(from, rows);
            Logistic(x, p[..rows], logOnePlus[..rows]);
            if (!_isHurdle)
            {
                for (var i = 0; i < rows; i += VectorMath.Width)
                    VectorMath.Store(VectorMath.Load(baseValue, i) - VectorMath.Load(x, i), s, i);
                Logistic(s[..rows], s[..rows], logOnePlusT[..rows]);
            }

            MixDensities(_y.AsSpan(from, rows), baseValue, x, logOnePlus[..rows], logOnePlusT[..rows], Density.AsSpan(from, rows));
            if (level == DerivativeLevel.Value) continue;
            if (!_isHurdle) MixDerivatives(s, level, from, rows);
            ZeroProbability(p[..rows], level, from);
        }
    }

    private static void MixDensities(ReadOnlySpan<double> y, ReadOnlySpan<double> value, ReadOnlySpan<double> zeta,
        ReadOnlySpan<double> logOnePlus, ReadOnlySpan<double> logOnePlusT, Span<double> density)
    {
        for (var i = 0; i < y.Length; i += VectorMath.Width)
        {
            var isZero = IsZero(y, i);
            var log = VectorMath.Load(logOnePlus, i);
            VectorMath.Store(Vector256.ConditionalSelect(isZero, VectorMath.Load(zeta, i) - log + VectorMath.Load(logOnePlusT, i),
                VectorMath.Load(value, i) - log), density, i);
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
            VectorMath.Store(Vector256.Max(xi, zero) + VectorMath.Log1pOfUnit(e), logOnePlus, i);
            VectorMath.Store(Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(xi, zero), share, e * share), probability, i);
        }
    }

    /// <summary>What log(1 + eˣ) of the zero inflation, and the zeros of a hurdle, add to the derivatives by ζ.</summary>
    private void ZeroProbability(ReadOnlySpan<double> p, DerivativeLevel level, int from)
    {
        const int z = LinearPredictor.ZeroInflation;
        var y = _y.AsSpan(from, p.Length);
        var first = First[z].AsSpan(from, p.Length);
        var second = Second[LinearPredictor.Pair(z, z)].AsSpan(from, p.Length);
        var third = level < DerivativeLevel.Gradient ? default : Third[LinearPredictor.Triple(z, z, z)].AsSpan(from, p.Length);
        var one = Vector256<double>.One;
        for (var i = 0; i < y.Length; i += VectorMath.Width)
        {
            var pi = VectorMath.Load(p, i);
            var variance = pi * (one - pi);
            var residual = Vector256.ConditionalSelect(IsZero(y, i), one, Vector256<double>.Zero) - pi;
            VectorMath.Store(VectorMath.Load(first, i) + residual, first, i);
            VectorMath.Store(VectorMath.Load(second, i) - variance, second, i);
            if (level < DerivativeLevel.Gradient) continue;
            VectorMath.Store(VectorMath.Load(third, i) - (variance * (one - pi - pi)), third, i);
        }
    }

    /// <summary>
    /// The derivatives of log(1 + eᵗ) at the zeros, from those of the family and s = 1 / (1 + e⁻ᵗ): highest orders first, which need
    /// those of lower ones as they were.
    /// </summary>
    private void MixDerivatives(ReadOnlySpan<double> mixing, DerivativeLevel level, int from, int rows)
    {
        Span<double> none = stackalloc double[rows];
        Span<double> minus = stackalloc double[rows];
        none.Clear();
        minus.Fill(-1);
        var y = _y.AsSpan(from, rows);
        var s = mixing[..rows];
        var order = NuisanceOrder(level);
        for (var c = 0; c < _predictorCount && level >= DerivativeLevel.Gradient; c++)
        {
            for (var b = 0; b <= c; b++)
            {
                for (var a = 0; a <= b; a++)
                {
                    if (Third[LinearPredictor.Triple(a, b, c)] is null || IsNuisance(a) + IsNuisance(b) + IsNuisance(c) > order) continue;
                    MixThird(y, s, OfFirst(a, minus, none, from), OfFirst(b, minus, none, from), OfFirst(c, minus, none, from),
                        OfSecond(a, b, none, from), OfSecond(a, c, none, from), OfSecond(b, c, none, from),
                        Third[LinearPredictor.Triple(a, b, c)].AsSpan(from, rows));
                }
            }
        }

        for (var c = 0; c < _predictorCount; c++)
        {
            for (var b = 0; b <= c; b++)
            {
                if (Second[LinearPredictor.Pair(b, c)] is not { } second || IsNuisance(b) + IsNuisance(c) > order) continue;
                MixSecond(y, s, OfFirst(b, minus, none, from), OfFirst(c, minus, none, from), second.AsSpan(from, rows));
            }
        }

        for (var c = 0; c < _predictorCount; c++)
        {
            if (First[c] is not { } first || IsNuisance(c) > order) continue;
            MixFirst(y, s, OfFirst(c, minus, none, from), first.AsSpan(from, rows));
        }
    }

    // t = log f − ζ.
    private ReadOnlySpan<double> OfFirst(int c, ReadOnlySpan<double> minus, ReadOnlySpan<double> none, int from) =>
        c == LinearPredictor.ZeroInflation ? minus : First[c] is { } first ? first.AsSpan(from, none.Length) : none;

    private ReadOnlySpan<double> OfSecond(int b, int c, ReadOnlySpan<double> none, int from) =>
        Second[LinearPredictor.Pair(b, c)] is { } second ? second.AsSpan(from, none.Length) : none;

    private static void MixThird(ReadOnlySpan<double> y, ReadOnlySpan<double> s, ReadOnlySpan<double> a, ReadOnlySpan<double> b,
        ReadOnlySpan<double> c, ReadOnlySpan<double> ab, ReadOnlySpan<double> ac, ReadOnlySpan<double> bc, Span<double> abc)
    {
        var one = Vector256<double>.One;
        for (var i = 0; i < y.Length; i += VectorMath.Width)
        {
            var si = VectorMath.Load(s, i);
            var s2 = si * (one - si);
            var (ai, bi, ci) = (VectorMath.Load(a, i), VectorMath.Load(b, i), VectorMath.Load(c, i));
            var own = VectorMath.Load(abc, i);
            var pairs = (VectorMath.Load(ab, i) * ci) + (VectorMath.Load(ac, i) * bi) + (VectorMath.Load(bc, i) * ai);
            var mixed = (s2 * (one - si - si) * ai * bi * ci) + (s2 * pairs) + (si * own);
            VectorMath.Store(Vector256.ConditionalSelect(IsZero(y, i), mixed, own), abc, i);
        }
    }

    private static void MixSecond(ReadOnlySpan<double> y, ReadOnlySpan<double> s, ReadOnlySpan<double> b, ReadOnlySpan<double> c,
        Span<double> bc)
    {
        for (var i = 0; i < y.Length; i += VectorMath.Width)
        {
            var (si, own) = (VectorMath.Load(s, i), VectorMath.Load(bc, i));
            var mixed = (si * (Vector256<double>.One - si) * VectorMath.Load(b, i) * VectorMath.Load(c, i)) + (si * own);
            VectorMath.Store(Vector256.ConditionalSelect(IsZero(y, i), mixed, own), bc, i);
        }
    }

    private static void MixFirst(ReadOnlySpan<double> y, ReadOnlySpan<double> s, ReadOnlySpan<double> t, Span<double> first)
    {
        for (var i = 0; i < y.Length; i += VectorMath.Width)
        {
            var own = VectorMath.Load(first, i);
            VectorMath.Store(Vector256.ConditionalSelect(IsZero(y, i), VectorMath.Load(s, i) * VectorMath.Load(t, i), own), first, i);
        }
    }

    private static Vector256<double> IsZero(ReadOnlySpan<double> y, int i) =>
        Vector256.Equals(VectorMath.Load(y, i), Vector256<double>.Zero);

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
