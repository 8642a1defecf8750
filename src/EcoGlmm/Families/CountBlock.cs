using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Distributions of counts of several rows by their recurrences, laid out for draws of four rows at a time by inversion: from
/// F = <see cref="Below"/> and P = <see cref="Probability"/> at zero, P ← P (A + B/k) and F ← F + P for k = 1, 2, …
/// </summary>
internal readonly ref struct CountBlock
{
    /// <summary>Numbers for each row: four results, and what is needed to draw.</summary>
    public const int Columns = 5;

    private static readonly double[] Reciprocals = [.. Enumerable.Range(0, CountRecurrence.Longest + 1).Select(k => k == 0 ? 0 : 1.0 / k)];

    private readonly Span<double> _uniforms;

    /// <param name="mean">Means.</param>
    /// <param name="dispersion">Dispersions, of each row or one for all; empty: all one.</param>
    /// <param name="size">Trials or weights; empty: all one.</param>
    /// <param name="scratch">Room for <see cref="Columns"/> numbers for each row.</param>
    public CountBlock(ReadOnlySpan<double> mean, ReadOnlySpan<double> dispersion, ReadOnlySpan<double> size, Span<double> scratch)
    {
        var n = mean.Length;
        Mean = mean;
        Dispersion = dispersion;
        Size = size;
        Below = scratch[..n];
        Probability = scratch.Slice(n, n);
        A = scratch.Slice(2 * n, n);
        B = scratch.Slice(3 * n, n);
        _uniforms = scratch.Slice(4 * n, n);
    }

    public ReadOnlySpan<double> Mean { get; }

    public ReadOnlySpan<double> Dispersion { get; }

    public ReadOnlySpan<double> Size { get; }

    /// <summary>F(0); NaN where the row has to be drawn in another way.</summary>
    public Span<double> Below { get; }

    public Span<double> Probability { get; }

    public Span<double> A { get; }

    public Span<double> B { get; }

    /// <summary>Makes zeros more probable.</summary>
    /// <param name="zero">Probabilities of a zero of another kind.</param>
    public void Inflate(ReadOnlySpan<double> zero)
    {
        for (var i = 0; i < zero.Length; i++)
        {
            Probability[i] *= 1 - zero[i];
            Below[i] = zero[i] + ((1 - zero[i]) * Below[i]);
        }
    }

    /// <summary>A count for each row: the first k with u &lt; F(k); NaN where the row has to be drawn in another way.</summary>
    public void Draw(RandomStream random, Span<double> counts)
    {
        random.NextDoubles(_uniforms);
        var i = 0;
        for (; i + (4 * VectorMath.Width) <= counts.Length; i += 4 * VectorMath.Width)
            DrawSixteen(counts, i);
        for (; i < counts.Length; i += VectorMath.Width)
            DrawFour(counts, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DrawFour(Span<double> counts, int i)
    {
        var (u, f) = (VectorMath.Load(_uniforms, i), VectorMath.Load(Below, i));
        var (p, a, b) = (VectorMath.Load(Probability, i), VectorMath.Load(A, i), VectorMath.Load(B, i));
        var k = Vector256<double>.Zero;
        var isAbove = Vector256.LessThanOrEqual(f, u);
        for (var step = 1; step < Reciprocals.Length && Vector256.ExtractMostSignificantBits(isAbove) != 0; step++)
            Step(Vector256.Create(Reciprocals[step]), u, a, b, ref p, ref f, ref k, ref isAbove);
        Write(f, p, k, isAbove, counts, i);
    }

    // Sixteen rows take little longer than four, of which each step waits for the one before; the numbers are the same.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DrawSixteen(Span<double> counts, int i)
    {
        int i1 = i + VectorMath.Width, i2 = i1 + VectorMath.Width, i3 = i2 + VectorMath.Width;
        var (u0, f0) = (VectorMath.Load(_uniforms, i), VectorMath.Load(Below, i));
        var (u1, f1) = (VectorMath.Load(_uniforms, i1), VectorMath.Load(Below, i1));
        var (u2, f2) = (VectorMath.Load(_uniforms, i2), VectorMath.Load(Below, i2));
        var (u3, f3) = (VectorMath.Load(_uniforms, i3), VectorMath.Load(Below, i3));
        var (p0, a0, b0) = (VectorMath.Load(Probability, i), VectorMath.Load(A, i), VectorMath.Load(B, i));
        var (p1, a1, b1) = (VectorMath.Load(Probability, i1), VectorMath.Load(A, i1), VectorMath.Load(B, i1));
        var (p2, a2, b2) = (VectorMath.Load(Probability, i2), VectorMath.Load(A, i2), VectorMath.Load(B, i2));
        var (p3, a3, b3) = (VectorMath.Load(Probability, i3), VectorMath.Load(A, i3), VectorMath.Load(B, i3));
        var k0 = Vector256<double>.Zero;
        var (k1, k2, k3) = (k0, k0, k0);
        var (is0, is1) = (Vector256.LessThanOrEqual(f0, u0), Vector256.LessThanOrEqual(f1, u1));
        var (is2, is3) = (Vector256.LessThanOrEqual(f2, u2), Vector256.LessThanOrEqual(f3, u3));
        for (var step = 1; step < Reciprocals.Length && Vector256.ExtractMostSignificantBits(is0 | is1 | is2 | is3) != 0; step++)
        {
            var reciprocal = Vector256.Create(Reciprocals[step]);
            Step(reciprocal, u0, a0, b0, ref p0, ref f0, ref k0, ref is0);
            Step(reciprocal, u1, a1, b1, ref p1, ref f1, ref k1, ref is1);
            Step(reciprocal, u2, a2, b2, ref p2, ref f2, ref k2, ref is2);
            Step(reciprocal, u3, a3, b3, ref p3, ref f3, ref k3, ref is3);
        }

        Write(f0, p0, k0, is0, counts, i);
        Write(f1, p1, k1, is1, counts, i1);
        Write(f2, p2, k2, is2, counts, i2);
        Write(f3, p3, k3, is3, counts, i3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(Vector256<double> reciprocal, Vector256<double> u, Vector256<double> a, Vector256<double> b,
        ref Vector256<double> p, ref Vector256<double> f, ref Vector256<double> k, ref Vector256<double> isAbove)
    {
        p *= VectorMath.MultiplyAdd(b, reciprocal, a);
        f += p;
        k += isAbove & Vector256<double>.One;
        isAbove &= Vector256.LessThanOrEqual(f, u);
    }

    // What is left after all steps is rounding.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector256<double> f, Vector256<double> p, Vector256<double> k, Vector256<double> isAbove, Span<double> counts,
        int i) => VectorMath.Store(k + ((f - f) * p) + (isAbove & Vector256.Create(double.NaN)), counts, i);
}
