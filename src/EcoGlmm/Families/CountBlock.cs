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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Draw(RandomStream random, Span<double> counts)
    {
        random.NextDoubles(_uniforms);
        for (var i = 0; i < counts.Length; i += VectorMath.Width)
        {
            var (u, f) = (VectorMath.Load(_uniforms, i), VectorMath.Load(Below, i));
            var (p, a, b) = (VectorMath.Load(Probability, i), VectorMath.Load(A, i), VectorMath.Load(B, i));
            var k = Vector256<double>.Zero;
            var isAbove = Vector256.LessThanOrEqual(f, u);
            for (var step = 1; step < Reciprocals.Length && Vector256.ExtractMostSignificantBits(isAbove) != 0; step++)
            {
                p *= VectorMath.MultiplyAdd(b, Vector256.Create(Reciprocals[step]), a);
                f += p;
                k += isAbove & Vector256<double>.One;
                isAbove &= Vector256.LessThanOrEqual(f, u);
            }
            // What is left after all steps is rounding.
            VectorMath.Store(k + ((f - f) * p) + (isAbove & Vector256.Create(double.NaN)), counts, i);
        }
    }
}
