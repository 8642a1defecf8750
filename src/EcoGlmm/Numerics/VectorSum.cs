using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EcoGlmm.Numerics;

/// <summary>Sums over short runs of numbers, vectorised.</summary>
internal static class VectorSum
{
    /// <summary>Σ x_i.</summary>
    public static double Of(ReadOnlySpan<double> x)
    {
        ref var p = ref MemoryMarshal.GetReference(x);
        var sums = Vector256<double>.Zero;
        var i = 0;
        for (; i <= x.Length - VectorMath.Width; i += VectorMath.Width) sums += Vector256.LoadUnsafe(ref p, (nuint)i);
        var sum = Vector256.Sum(sums);
        for (; i < x.Length; i++) sum += Unsafe.Add(ref p, i);
        return sum;
    }

    /// <summary>Σ x_i y_i of two runs of the same length.</summary>
    public static double Product(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        ref var p = ref MemoryMarshal.GetReference(x);
        ref var q = ref MemoryMarshal.GetReference(y);
        var sums = Vector256<double>.Zero;
        var i = 0;
        for (; i <= x.Length - VectorMath.Width; i += VectorMath.Width)
        {
            sums += Vector256.LoadUnsafe(ref p, (nuint)i) * Vector256.LoadUnsafe(ref q, (nuint)i);
        }

        var sum = Vector256.Sum(sums);
        for (; i < x.Length; i++) sum += Unsafe.Add(ref p, i) * Unsafe.Add(ref q, i);
        return sum;
    }

    /// <summary>y ← y + a x.</summary>
    public static void AddScaled(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        ref var p = ref MemoryMarshal.GetReference(x);
        ref var q = ref MemoryMarshal.GetReference(y);
        var factor = Vector256.Create(a);
        var i = 0;
        for (; i <= x.Length - VectorMath.Width; i += VectorMath.Width)
        {
            (Vector256.LoadUnsafe(ref q, (nuint)i) + (factor * Vector256.LoadUnsafe(ref p, (nuint)i))).StoreUnsafe(ref q, (nuint)i);
        }

        for (; i < x.Length; i++) Unsafe.Add(ref q, i) += a * Unsafe.Add(ref p, i);
    }

    /// <summary>y ← x z, entry by entry.</summary>
    public static void Multiply(ReadOnlySpan<double> x, ReadOnlySpan<double> z, Span<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(z.Length, x.Length);
        ref var p = ref MemoryMarshal.GetReference(x);
        ref var r = ref MemoryMarshal.GetReference(z);
        ref var q = ref MemoryMarshal.GetReference(y);
        var i = 0;
        for (; i <= x.Length - VectorMath.Width; i += VectorMath.Width)
            (Vector256.LoadUnsafe(ref p, (nuint)i) * Vector256.LoadUnsafe(ref r, (nuint)i)).StoreUnsafe(ref q, (nuint)i);
        for (; i < x.Length; i++) Unsafe.Add(ref q, i) = Unsafe.Add(ref p, i) * Unsafe.Add(ref r, i);
    }

    /// <summary>y ← y + a x z, entry by entry.</summary>
    public static void AddProducts(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> z, Span<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(z.Length, x.Length);
        ref var p = ref MemoryMarshal.GetReference(x);
        ref var r = ref MemoryMarshal.GetReference(z);
        ref var q = ref MemoryMarshal.GetReference(y);
        var factor = Vector256.Create(a);
        var i = 0;
        for (; i <= x.Length - VectorMath.Width; i += VectorMath.Width)
        {
            var product = factor * Vector256.LoadUnsafe(ref p, (nuint)i) * Vector256.LoadUnsafe(ref r, (nuint)i);
            (Vector256.LoadUnsafe(ref q, (nuint)i) + product).StoreUnsafe(ref q, (nuint)i);
        }

        for (; i < x.Length; i++) Unsafe.Add(ref q, i) += a * Unsafe.Add(ref p, i) * Unsafe.Add(ref r, i);
    }
}
