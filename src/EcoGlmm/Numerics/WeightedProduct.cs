using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EcoGlmm.Numerics;

/// <summary>
/// Sums over many rows of few columns, Σ w_i x_i y_iᵀ: some rows at a time, which stay in the cache, in tiles whose sums stay in registers.
/// The last tile of a side overlaps the one before it. Rows are added in order, one by one, as by plain loops.
/// </summary>
internal static class WeightedProduct
{
    /// <summary>Fewer columns on a side are none of its business.</summary>
    public const int LeastColumns = Tall;

    private const int Tall = 4;
    private const int Wide = 8;

    /// <summary>Numbers of a side that are gone through again and again while they are in the nearest cache.</summary>
    private const int CachedNumbers = 2048;

    /// <summary>Sets the result to Σ w_i x_i y_iᵀ.</summary>
    /// <param name="w">A weight for each row.</param>
    /// <param name="x">Rows × p, row-major.</param>
    /// <param name="p">At least four.</param>
    /// <param name="y">Rows × q, row-major.</param>
    /// <param name="q">At least four.</param>
    /// <param name="result">p × q, row-major.</param>
    public static void Set(ReadOnlySpan<double> w, ReadOnlySpan<double> x, int p, ReadOnlySpan<double> y, int q, Span<double> result) =>
        Set(w, x, p, y, q, result, isSymmetric: false);

    /// <summary>Sets the result to Σ w_i x_i x_iᵀ.</summary>
    public static void SetSymmetric(ReadOnlySpan<double> w, ReadOnlySpan<double> x, int p, Span<double> result)
    {
        Set(w, x, p, x, p, result, isSymmetric: true);
        for (var a = 1; a < p; a++)
        {
            for (var b = 0; b < a; b++) result[(a * p) + b] = result[(b * p) + a];
        }
    }

    private static void Set(ReadOnlySpan<double> w, ReadOnlySpan<double> x, int p, ReadOnlySpan<double> y, int q, Span<double> result,
        bool isSymmetric)
    {
        var width = q >= Wide ? Wide : Tall;
        var (down, across) = ((p + Tall - 1) / Tall, (q + width - 1) / width);
        var sums = ArrayPool<double>.Shared.Rent(down * across * Tall * Wide);
        Array.Clear(sums, 0, down * across * Tall * Wide);
        var rows = Math.Max(1, CachedNumbers / Math.Max(p, q));
        for (var first = 0; first < w.Length; first += rows)
        {
            var count = Math.Min(rows, w.Length - first);
            var weights = w.Slice(first, count);
            var left = x.Slice(first * p, count * p);
            var right = y.Slice(first * q, count * q);
            for (var tile = 0; tile < down * across; tile++)
            {
                var (row, column) = Place(tile, across, width, p, q);
                if (isSymmetric && column + width <= row) continue;
                var own = sums.AsSpan(tile * Tall * Wide, Tall * Wide);
                if (width == Wide) AddWide(weights, left[row..], p, right[column..], q, own);
                else AddNarrow(weights, left[row..], p, right[column..], q, own);
            }
        }

        for (var tile = 0; tile < down * across; tile++)
        {
            var (row, column) = Place(tile, across, width, p, q);
            if (isSymmetric && column + width <= row) continue;
            for (var a = 0; a < Tall; a++)
                sums.AsSpan((tile * Tall * Wide) + (a * Wide), width).CopyTo(result[(((row + a) * q) + column)..]);
        }

        ArrayPool<double>.Shared.Return(sums);
    }

    private static (int Row, int Column) Place(int tile, int across, int width, int p, int q) =>
        (Math.Min(tile / across * Tall, p - Tall), Math.Min(tile % across * width, q - width));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddWide(ReadOnlySpan<double> w, ReadOnlySpan<double> x, int p, ReadOnlySpan<double> y, int q, Span<double> sums)
    {
        ref var left = ref MemoryMarshal.GetReference(x);
        ref var right = ref MemoryMarshal.GetReference(y);
        ref var own = ref MemoryMarshal.GetReference(sums);
        var (s0, t0) = (Vector256.LoadUnsafe(ref own), Vector256.LoadUnsafe(ref own, 4));
        var (s1, t1) = (Vector256.LoadUnsafe(ref own, 8), Vector256.LoadUnsafe(ref own, 12));
        var (s2, t2) = (Vector256.LoadUnsafe(ref own, 16), Vector256.LoadUnsafe(ref own, 20));
        var (s3, t3) = (Vector256.LoadUnsafe(ref own, 24), Vector256.LoadUnsafe(ref own, 28));
        for (var i = 0; i < w.Length; i++)
        {
            var (first, second) = (Vector256.LoadUnsafe(ref right), Vector256.LoadUnsafe(ref right, 4));
            var weight = Vector256.Create(w[i] * left);
            s0 += weight * first;
            t0 += weight * second;
            weight = Vector256.Create(w[i] * Unsafe.Add(ref left, 1));
            s1 += weight * first;
            t1 += weight * second;
            weight = Vector256.Create(w[i] * Unsafe.Add(ref left, 2));
            s2 += weight * first;
            t2 += weight * second;
            weight = Vector256.Create(w[i] * Unsafe.Add(ref left, 3));
            s3 += weight * first;
            t3 += weight * second;
            left = ref Unsafe.Add(ref left, p);
            right = ref Unsafe.Add(ref right, q);
        }

        s0.StoreUnsafe(ref own);
        t0.StoreUnsafe(ref own, 4);
        s1.StoreUnsafe(ref own, 8);
        t1.StoreUnsafe(ref own, 12);
        s2.StoreUnsafe(ref own, 16);
        t2.StoreUnsafe(ref own, 20);
        s3.StoreUnsafe(ref own, 24);
        t3.StoreUnsafe(ref own, 28);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddNarrow(ReadOnlySpan<double> w, ReadOnlySpan<double> x, int p, ReadOnlySpan<double> y, int q, Span<double> sums)
    {
        ref var left = ref MemoryMarshal.GetReference(x);
        ref var right = ref MemoryMarshal.GetReference(y);
        ref var own = ref MemoryMarshal.GetReference(sums);
        var (s0, s1) = (Vector256.LoadUnsafe(ref own), Vector256.LoadUnsafe(ref own, 8));
        var (s2, s3) = (Vector256.LoadUnsafe(ref own, 16), Vector256.LoadUnsafe(ref own, 24));
        for (var i = 0; i < w.Length; i++)
        {
            var first = Vector256.LoadUnsafe(ref right);
            s0 += Vector256.Create(w[i] * left) * first;
            s1 += Vector256.Create(w[i] * Unsafe.Add(ref left, 1)) * first;
            s2 += Vector256.Create(w[i] * Unsafe.Add(ref left, 2)) * first;
            s3 += Vector256.Create(w[i] * Unsafe.Add(ref left, 3)) * first;
            left = ref Unsafe.Add(ref left, p);
            right = ref Unsafe.Add(ref right, q);
        }

        s0.StoreUnsafe(ref own);
        s1.StoreUnsafe(ref own, 8);
        s2.StoreUnsafe(ref own, 16);
        s3.StoreUnsafe(ref own, 24);
    }
}
