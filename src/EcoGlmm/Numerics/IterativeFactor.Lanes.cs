using System.Runtime.Intrinsics;

namespace EcoGlmm.Numerics;

/// <summary>Arithmetic on eight columns side by side, one to a lane.</summary>
internal sealed unsafe partial class IterativeFactor
{
    /// <summary>Storage whose offset starts a line of the processor's cache, so that eight lanes are one line.</summary>
    private static double[] Aligned(long length, out int offset)
    {
        var storage = GC.AllocateUninitializedArray<double>(checked((int)length + Lanes), pinned: true);
        fixed (double* start = storage) offset = (int)((64 - ((long)start & 63)) & 63) / sizeof(double);
        return storage;
    }

    private void Dots(double* a, double* b, Span<double> result)
    {
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (var end = a + ((long)_n * Lanes); a < end; a += Lanes, b += Lanes)
        {
            low += Vector256.Load(a) * Vector256.Load(b);
            high += Vector256.Load(a + 4) * Vector256.Load(b + 4);
        }

        low.CopyTo(result);
        high.CopyTo(result[4..]);
    }

    /// <summary>y += α p, r −= α q.</summary>
    private void Step(double[] alpha, double* p, double* y, double* q, double* r)
    {
        var (low, high) = (Vector256.Create<double>(alpha), Vector256.Create(alpha, 4));
        for (var end = p + ((long)_n * Lanes); p < end; p += Lanes, y += Lanes, q += Lanes, r += Lanes)
        {
            (Vector256.Load(y) + (low * Vector256.Load(p))).Store(y);
            (Vector256.Load(y + 4) + (high * Vector256.Load(p + 4))).Store(y + 4);
            (Vector256.Load(r) - (low * Vector256.Load(q))).Store(r);
            (Vector256.Load(r + 4) - (high * Vector256.Load(q + 4))).Store(r + 4);
        }
    }

    /// <summary>p = r + β p.</summary>
    private void Turn(double[] beta, double* r, double* p)
    {
        var (low, high) = (Vector256.Create<double>(beta), Vector256.Create(beta, 4));
        for (var end = p + ((long)_n * Lanes); p < end; p += Lanes, r += Lanes)
        {
            (Vector256.Load(r) + (low * Vector256.Load(p))).Store(p);
            (Vector256.Load(r + 4) + (high * Vector256.Load(p + 4))).Store(p + 4);
        }
    }
}
