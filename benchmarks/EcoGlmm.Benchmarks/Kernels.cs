using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// The dense kernels of the factorisation beside one core's peak, which is that of fused multiplications and additions of registers.
/// </summary>
internal static unsafe class Kernels
{
    private const int Chains = 12;
    private static double _sink;

    public static void Run()
    {
        var peak = 0.0;
        for (var repeat = 0; repeat < 20; repeat++)
        {
            const int steps = 10_000_000;
            var from = Stopwatch.GetTimestamp();
            MultiplyAdd(steps);
            peak = Math.Max(peak, 2.0 * Chains * Vector256<double>.Count * steps / Stopwatch.GetElapsedTime(from).TotalSeconds);
            if (!Vector512.IsHardwareAccelerated) continue;
            from = Stopwatch.GetTimestamp();
            MultiplyAddWide(steps);
            peak = Math.Max(peak, 2.0 * Chains * Vector512<double>.Count * steps / Stopwatch.GetElapsedTime(from).TotalSeconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Peak of one core: {peak / 1e9:F1} GFlop/s."));
        Console.WriteLine();
        Console.WriteLine("| order | product (GFlop/s) | of the peak | update of depth 120 | of the peak | Cholesky | of the peak |");
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var n in new[] { 132, 260, 516, 1028, 2052 })
        {
            var (product, update, cholesky) = (Product(n, n), Product(n, 120), Cholesky(n));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {n} | {product / 1e9:F1} | {product / peak:P0} | {update / 1e9:F1} | {update / peak:P0} | {cholesky / 1e9:F1} | "
                + $"{cholesky / peak:P0} |"));
        }
    }

    private static double Product(int n, int depth)
    {
        var random = new Random(1);
        var a = Enumerable.Range(0, n * n).Select(_ => random.NextDouble()).ToArray();
        var c = new double[n * n];
        var flops = 2.0 * n * n * depth;
        fixed (double* pa = a, pc = c, workspace = new double[MatrixProduct.WorkspaceLength])
        {
            var best = 0.0;
            for (var repeat = 0; repeat < Math.Max(5, 1e9 / flops); repeat++)
            {
                var from = Stopwatch.GetTimestamp();
                MatrixProduct.Add(n, n, depth, true, pa, n, false, pa, n, true, pc, n, workspace);
                best = Math.Max(best, flops / Stopwatch.GetElapsedTime(from).TotalSeconds);
            }

            return best;
        }
    }

    private static double Cholesky(int n)
    {
        var best = 0.0;
        for (var repeat = 0; repeat < Math.Max(3, 1e9 / ((double)n * n * n)); repeat++)
        {
            var a = new double[n * n];
            for (var j = 0; j < n; j++)
            {
                for (var i = 0; i < n; i++) a[(j * n) + i] = i == j ? n : 1.0 / (1 + Math.Abs(i - j));
            }

            var from = Stopwatch.GetTimestamp();
            DenseCholesky.TryFactor(a, n);
            best = Math.Max(best, n / 3.0 * n * n / Stopwatch.GetElapsedTime(from).TotalSeconds);
        }

        return best;
    }

    /// <summary>Twelve chains, so that none waits for its own last result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyAdd(int steps)
    {
        var (m, a) = (Vector256.Create(0.999999), Vector256.Create(1e-9));
        var (x0, x1, x2, x3, x4, x5) = (a, a, a, a, a, a);
        var (y0, y1, y2, y3, y4, y5) = (a, a, a, a, a, a);
        for (var i = 0; i < steps; i++)
        {
            x0 = MatrixProduct.MultiplyAdd(x0, m, a);
            x1 = MatrixProduct.MultiplyAdd(x1, m, a);
            x2 = MatrixProduct.MultiplyAdd(x2, m, a);
            x3 = MatrixProduct.MultiplyAdd(x3, m, a);
            x4 = MatrixProduct.MultiplyAdd(x4, m, a);
            x5 = MatrixProduct.MultiplyAdd(x5, m, a);
            y0 = MatrixProduct.MultiplyAdd(y0, m, a);
            y1 = MatrixProduct.MultiplyAdd(y1, m, a);
            y2 = MatrixProduct.MultiplyAdd(y2, m, a);
            y3 = MatrixProduct.MultiplyAdd(y3, m, a);
            y4 = MatrixProduct.MultiplyAdd(y4, m, a);
            y5 = MatrixProduct.MultiplyAdd(y5, m, a);
        }

        _sink = Vector256.Sum(x0 + x1 + x2 + x3 + x4 + x5 + y0 + y1 + y2 + y3 + y4 + y5);
    }

    /// <summary>The same with registers of eight numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyAddWide(int steps)
    {
        var (m, a) = (Vector512.Create(0.999999), Vector512.Create(1e-9));
        var (x0, x1, x2, x3, x4, x5) = (a, a, a, a, a, a);
        var (y0, y1, y2, y3, y4, y5) = (a, a, a, a, a, a);
        for (var i = 0; i < steps; i++)
        {
            x0 = Vector512.FusedMultiplyAdd(x0, m, a);
            x1 = Vector512.FusedMultiplyAdd(x1, m, a);
            x2 = Vector512.FusedMultiplyAdd(x2, m, a);
            x3 = Vector512.FusedMultiplyAdd(x3, m, a);
            x4 = Vector512.FusedMultiplyAdd(x4, m, a);
            x5 = Vector512.FusedMultiplyAdd(x5, m, a);
            y0 = Vector512.FusedMultiplyAdd(y0, m, a);
            y1 = Vector512.FusedMultiplyAdd(y1, m, a);
            y2 = Vector512.FusedMultiplyAdd(y2, m, a);
            y3 = Vector512.FusedMultiplyAdd(y3, m, a);
            y4 = Vector512.FusedMultiplyAdd(y4, m, a);
            y5 = Vector512.FusedMultiplyAdd(y5, m, a);
        }

        _sink = Vector512.Sum(x0 + x1 + x2 + x3 + x4 + x5 + y0 + y1 + y2 + y3 + y4 + y5);
    }
}
