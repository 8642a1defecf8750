using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EcoGlmm.Numerics;

/// <summary>
/// exp, log and log(1 + x), four numbers at a time, to about one unit in the last place; and loads and stores that
/// cope with the end of a span, so that a kernel is written once.
/// </summary>
/// <remarks>
/// exp: Cody and Waite's reduction and a Taylor polynomial (Muller, <i>Elementary Functions</i>, 3rd ed., ch. 11).
/// log: the reduction and minimax polynomial of Sun's fdlibm, e_log.c. log1p: Kahan's correction of log(1 + x) by the
/// rounding error of 1 + x. A number's result does not depend on its place in the span.
/// </remarks>
internal static class VectorMath
{
    /// <summary>Numbers handled at a time.</summary>
    public const int Width = 4;

    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double RoundingShift = 6755399441055744.0; // 1.5 · 2⁵²: adding it rounds to an integer
    private const long SqrtHalfBits = 0x3fe6a09e667f3bcd;

    /// <summary>Four entries from position i; past the end, the last entry is repeated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(ReadOnlySpan<double> source, int i)
    {
        ref var first = ref MemoryMarshal.GetReference(source);
        return i + Width <= source.Length
            ? Vector256.LoadUnsafe(ref first, (nuint)i)
            : LoadEnd(source, i);
    }

    /// <summary>As <see cref="Load"/>, where a span of one entry stands for a constant and an empty one for ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> LoadOrConstant(ReadOnlySpan<double> source, int i) => source.Length switch
    {
        0 => Vector256<double>.One,
        1 => Vector256.Create(source[0]),
        _ => Load(source, i),
    };

    /// <summary>Writes four entries from position i, or as many as there is room for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<double> value, Span<double> target, int i)
    {
        if (i + Width <= target.Length)
        {
            value.StoreUnsafe(ref MemoryMarshal.GetReference(target), (nuint)i);
        }
        else
        {
            StoreEnd(value, target, i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector256<double> LoadEnd(ReadOnlySpan<double> source, int i)
    {
        var last = source.Length - 1;
        return Vector256.Create(
            source[i], source[Math.Min(i + 1, last)], source[Math.Min(i + 2, last)], source[Math.Min(i + 3, last)]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreEnd(Vector256<double> value, Span<double> target, int i)
    {
        for (var k = 0; i + k < target.Length; k++)
        {
            target[i + k] = value.GetElement(k);
        }
    }

    /// <summary>a · b + c, in one rounding where the machine can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Fma.IsSupported ? Fma.MultiplyAdd(a, b, c) : (a * b) + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> MultiplyAdd(Vector256<double> a, Vector256<double> b, double c) =>
        MultiplyAdd(a, b, Vector256.Create(c));

    /// <summary>eˣ; zero below −746, infinite above 709.78.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Exp(Vector256<double> x)
    {
        x = Vector256.Max(Vector256.Create(-746.0), Vector256.Min(Vector256.Create(710.0), x));
        var shift = Vector256.Create(RoundingShift);
        var shifted = MultiplyAdd(x, Vector256.Create(1.4426950408889634), shift);
        var n = shifted - shift;
        var r = MultiplyAdd(n, Vector256.Create(-Ln2High), x);
        r = MultiplyAdd(n, Vector256.Create(-Ln2Low), r);

        // Σ rᵏ/k! to k = 13, split in even and odd parts to shorten the chain.
        var r2 = r * r;
        var even = MultiplyAdd(r2, Vector256.Create(1.0 / 479001600), 1.0 / 3628800);
        var odd = MultiplyAdd(r2, Vector256.Create(1.0 / 6227020800), 1.0 / 39916800);
        even = MultiplyAdd(even, r2, 1.0 / 40320);
        odd = MultiplyAdd(odd, r2, 1.0 / 362880);
        even = MultiplyAdd(even, r2, 1.0 / 720);
        odd = MultiplyAdd(odd, r2, 1.0 / 5040);
        even = MultiplyAdd(even, r2, 1.0 / 24);
        odd = MultiplyAdd(odd, r2, 1.0 / 120);
        even = MultiplyAdd(even, r2, 0.5);
        odd = MultiplyAdd(odd, r2, 1.0 / 6);
        var tail = MultiplyAdd(odd * r2, r, even * r2);
        var p = Vector256<double>.One + (r + tail);

        // 2ⁿ in two factors, so that neither overflows before the product does.
        var half = (n * Vector256.Create(0.5)) + shift;
        var n1 = half.AsInt64() - shift.AsInt64();
        var n2 = shifted.AsInt64() - shift.AsInt64() - n1;
        var bias = Vector256.Create(1023L);
        var scale1 = Vector256.ShiftLeft(n1 + bias, 52).AsDouble();
        var scale2 = Vector256.ShiftLeft(n2 + bias, 52).AsDouble();
        return p * scale1 * scale2;
    }

    /// <summary>Natural logarithm; −∞ at zero, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Log(Vector256<double> x)
    {
        var subnormal = Vector256.LessThan(x, Vector256.Create(2.2250738585072014e-308));
        var scaled = Vector256.ConditionalSelect(subnormal, x * Vector256.Create(18014398509481984.0), x);
        var bits = scaled.AsInt64();

        // x = 2ᵏ m with m in [√½, √2); the exponent is kept positive by 1024, since only a logical shift is fast.
        var k1024 = Vector256.ShiftRightLogical(bits - Vector256.Create(SqrtHalfBits - (1024L << 52)), 52);
        var m = (bits - Vector256.ShiftLeft(k1024 - Vector256.Create(1024L), 52)).AsDouble();
        var k = (k1024 | Vector256.Create(0x4330000000000000L)).AsDouble() - Vector256.Create(4503599627370496.0 + 1024);
        k -= Vector256.ConditionalSelect(subnormal, Vector256.Create(54.0), Vector256<double>.Zero);

        var result = LogOfParts(k, m - Vector256<double>.One);
        var infinity = Vector256.Create(double.PositiveInfinity);
        result = Vector256.ConditionalSelect(Vector256.LessThan(x, infinity), result, x);
        result = Vector256.ConditionalSelect(Vector256.Equals(x, Vector256<double>.Zero), -infinity, result);
        return Vector256.ConditionalSelect(
            Vector256.LessThan(x, Vector256<double>.Zero), Vector256.Create(double.NaN), result);
    }

    /// <summary>log(1 + x), accurate for small x; for x ≥ −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Log1p(Vector256<double> x)
    {
        var u = Vector256<double>.One + x;
        var lost = x - (u - Vector256<double>.One);
        var correction = Vector256.ConditionalSelect(
            Vector256.LessThan(x, Vector256.Create(1e16)) & Vector256.GreaterThan(u, Vector256<double>.Zero),
            lost / u,
            Vector256<double>.Zero);
        return Log(u) + correction;
    }

    /// <summary>log(1 + x) for 0 ≤ x ≤ 1: the same polynomial, at f = x or, from √2 on, at half of what is left above two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Log1pOfUnit(Vector256<double> x)
    {
        var isHigh = Vector256.GreaterThan(x, Vector256.Create(0.41421356237309503));
        var f = Vector256.ConditionalSelect(isHigh, Vector256.Create(0.5) * (x - Vector256<double>.One), x);
        var k = Vector256.ConditionalSelect(isHigh, Vector256<double>.One, Vector256<double>.Zero);
        return LogOfParts(k, f);
    }

    /// <summary>k log 2 + log(1 + f), for f near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> LogOfParts(Vector256<double> k, Vector256<double> f)
    {
        var s = f / (Vector256.Create(2.0) + f);
        var halfSquare = Vector256.Create(0.5) * f * f;
        var low = MultiplyAdd(k, Vector256.Create(Ln2Low), s * (halfSquare + LogRemainder(s)));
        return (k * Vector256.Create(Ln2High)) - (halfSquare - low - f);
    }

    /// <summary>What log(1 + f) has beyond 2s, s = f / (2 + f), as a share of s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> LogRemainder(Vector256<double> s)
    {
        var z = s * s;
        var w = z * z;
        var t1 = MultiplyAdd(w, Vector256.Create(1.531383769920937332e-01), 2.222219843214978396e-01);
        t1 = MultiplyAdd(w, t1, 3.999999999940941908e-01);
        var t2 = MultiplyAdd(w, Vector256.Create(1.479819860511658591e-01), 1.818357216161805012e-01);
        t2 = MultiplyAdd(w, t2, 2.857142874366239149e-01);
        t2 = MultiplyAdd(w, t2, 6.666666666666735130e-01);
        return MultiplyAdd(z, t2, w * t1);
    }

    /// <summary>log(1 + x) − x without cancellation, for −0.4 ≤ x ≤ 0.7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Log1pMinusSmall(Vector256<double> x)
    {
        var s = x / (Vector256.Create(2.0) + x);
        var z = s * s;
        var w = z * z;
        var even = MultiplyAdd(w, Vector256.Create(1.0 / 27), 1.0 / 23);
        var odd = MultiplyAdd(w, Vector256.Create(1.0 / 29), 1.0 / 25);
        even = MultiplyAdd(w, even, 1.0 / 19);
        odd = MultiplyAdd(w, odd, 1.0 / 21);
        even = MultiplyAdd(w, even, 1.0 / 15);
        odd = MultiplyAdd(w, odd, 1.0 / 17);
        even = MultiplyAdd(w, even, 1.0 / 11);
        odd = MultiplyAdd(w, odd, 1.0 / 13);
        even = MultiplyAdd(w, even, 1.0 / 7);
        odd = MultiplyAdd(w, odd, 1.0 / 9);
        even = MultiplyAdd(w, even, 1.0 / 3);
        odd = MultiplyAdd(w, odd, 1.0 / 5);
        return s * (((z + z) * MultiplyAdd(z, odd, even)) - x);
    }

    /// <summary>eˣ − 1, accurate for small x: Kahan's correction by the logarithm of the rounded eˣ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Expm1(Vector256<double> x)
    {
        var u = Exp(x);
        var less = u - Vector256<double>.One;
        var log = Log(u);
        var corrected = Vector256.ConditionalSelect(Vector256.Equals(log, Vector256<double>.Zero), x, less * (x / log));
        return Vector256.ConditionalSelect(Vector256.LessThan(Vector256.Abs(x), Vector256.Create(30.0)), corrected, less);
    }

    /// <summary>eˣ by the vector algorithm, so that a lone number gets the same result as one in a span.</summary>
    public static double Exp(double x) => Exp(Vector256.Create(x)).ToScalar();

    /// <summary>log x by the vector algorithm.</summary>
    public static double Log(double x) => Log(Vector256.Create(x)).ToScalar();

    /// <summary>log(1 + x) by the vector algorithm.</summary>
    public static double Log1p(double x) => Log1p(Vector256.Create(x)).ToScalar();

    /// <summary>Element by element eˣ; the spans may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exp(ReadOnlySpan<double> x, Span<double> result)
    {
        for (var i = 0; i < x.Length; i += Width)
        {
            Store(Exp(Load(x, i)), result, i);
        }
    }
}
