using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EcoGlmm.Numerics;

/// <summary>
/// Matrix products C += σ op(A) op(B) of column-major matrices, for panels of moderate size: both operands are packed into
/// slabs that a register-blocked kernel of 12 by 4 walks through, of 24 by 4 where registers hold eight numbers. K. Goto and
/// R. A. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM Trans. Math. Softw. 34 (2008) 12.
/// </summary>
/// <remarks>
/// Every entry of the product is summed in the same order (by blocks of <see cref="DepthBlock"/> terms, fused) wherever
/// it lies in a tile, so a result does not depend on how a caller divides the rows and columns of C among threads.
/// </remarks>
internal static unsafe partial class MatrixProduct
{
    public const int TileRows = 12;
    private const int MostTileRows = 2 * TileRows;
    public const int TileColumns = 4;
    public const int DepthBlock = 256;
    private const int ColumnBlock = 192;
    private const int SmallWork = 600;
    private const int ColumnsAhead = 12;

    /// <summary>The number of doubles of workspace that <see cref="Add"/> needs.</summary>
    public const int WorkspaceLength = DepthBlock * (ColumnBlock + MostTileRows) + MostTileRows * TileColumns;

    private static bool HasWideRegisters => Avx512F.IsSupported && Vector512.IsHardwareAccelerated;

    /// <summary>
    /// C += σ op(A) op(B), where C is m by n, op(A) m by k, op(B) k by n, and σ is +1 or -1 (<paramref name="subtract"/>).
    /// With <paramref name="lowerOnly"/>, tiles wholly above the diagonal of C may be left alone. Once cancelled it leaves C unfinished
    /// and returns, on any thread: it is for the caller to throw.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(
        int m, int n, int k, bool subtract, double* a, int lda, bool transposeA, double* b, int ldb, bool transposeB,
        double* c, int ldc, double* workspace, bool lowerOnly = false, CancellationToken cancellation = default)
    {
        if (m == 0 || n == 0 || k == 0)
        {
            return;
        }

        if ((long)m * n * k <= SmallWork)
        {
            AddSmall(m, n, k, subtract, a, lda, transposeA, b, ldb, transposeB, c, ldc, lowerOnly);
            return;
        }

        var packedB = workspace;
        var packedA = packedB + DepthBlock * ColumnBlock;
        var tile = packedA + DepthBlock * MostTileRows;
        for (var j0 = 0; j0 < n; j0 += ColumnBlock)
        {
            var columns = Math.Min(ColumnBlock, n - j0);
            for (var p0 = 0; p0 < k && !cancellation.IsCancellationRequested; p0 += DepthBlock)
            {
                var depth = Math.Min(DepthBlock, k - p0);
                PackB(columns, depth, transposeB ? b + j0 + (long)p0 * ldb : b + p0 + (long)j0 * ldb, ldb, transposeB, packedB);
                for (int i0 = lowerOnly ? j0 / TileRows * TileRows : 0, height; i0 < m; i0 += height)
                {
                    height = HasWideRegisters && m - i0 > TileRows ? MostTileRows : TileRows;
                    var rows = Math.Min(height, m - i0);
                    var slab = transposeA ? a + p0 + (long)i0 * lda : a + i0 + (long)p0 * lda;
                    var step = height;
                    if (transposeA || rows < height || columns > 2 * TileColumns)
                    {
                        PackA(rows, height, depth, slab, lda, transposeA, packedA);
                        slab = packedA;
                    }
                    else
                    {
                        step = lda;
                    }

                    var columnEnd = lowerOnly ? Math.Min(columns, i0 + rows - j0) : columns;
                    for (var j = 0; j < columnEnd; j += TileColumns)
                    {
                        var target = c + i0 + (long)(j0 + j) * ldc;
                        var bSlab = packedB + (long)j * depth;
                        var width = Math.Min(TileColumns, columns - j);
                        var whole = rows == height && width == TileColumns;
                        var to = whole ? target : tile;
                        var ld = whole ? ldc : height;
                        if (!whole)
                        {
                            new Span<double>(tile, height * TileColumns).Clear();
                        }

                        if (height == MostTileRows)
                        {
                            WideTile(depth, slab, step, bSlab, to, ld, whole && subtract);
                        }
                        else
                        {
                            Tile(depth, slab, step, bSlab, to, ld, whole && subtract);
                        }

                        if (!whole)
                        {
                            AddTile(rows, height, width, tile, target, ldc, subtract);
                        }
                    }
                }
            }
        }
    }

    /// <summary>C += AᵀB of column-major matrices, C being m by n, A k by m, B k by n.</summary>
    public static void AddTransposedProduct(int m, int n, int k, double[] a, double[] b, double[] c)
    {
        fixed (double* pa = a, pb = b, pc = c, workspace = new double[WorkspaceLength])
        {
            Add(m, n, k, false, pa, k, true, pb, k, false, pc, m, workspace);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTile(int rows, int height, int width, double* tile, double* c, int ldc, bool subtract)
    {
        for (var j = 0; j < width; j++)
        {
            var column = c + (long)j * ldc;
            var from = tile + j * height;
            if (subtract)
            {
                for (var i = 0; i < rows; i++)
                {
                    column[i] -= from[i];
                }
            }
            else
            {
                for (var i = 0; i < rows; i++)
                {
                    column[i] += from[i];
                }
            }
        }
    }

    // The 12 by 4 tile lives in twelve registers; three more hold a column of A, one an element of B.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(int depth, double* a, int step, double* b, double* c, int ldc, bool subtract)
    {
        Fetch(c);
        Fetch(c + ldc);
        Fetch(c + 2L * ldc);
        Fetch(c + 3L * ldc);
        var c00 = Vector256<double>.Zero;
        var c10 = c00;
        var c20 = c00;
        var c01 = c00;
        var c11 = c00;
        var c21 = c00;
        var c02 = c00;
        var c12 = c00;
        var c22 = c00;
        var c03 = c00;
        var c13 = c00;
        var c23 = c00;
        for (var p = 0; p < depth; p++)
        {
            var a0 = Vector256.Load(a);
            var a1 = Vector256.Load(a + 4);
            var a2 = Vector256.Load(a + 8);
            var bj = Vector256.Create(b[0]);
            c00 = MultiplyAdd(a0, bj, c00);
            c10 = MultiplyAdd(a1, bj, c10);
            c20 = MultiplyAdd(a2, bj, c20);
            bj = Vector256.Create(b[1]);
            c01 = MultiplyAdd(a0, bj, c01);
            c11 = MultiplyAdd(a1, bj, c11);
            c21 = MultiplyAdd(a2, bj, c21);
            bj = Vector256.Create(b[2]);
            c02 = MultiplyAdd(a0, bj, c02);
            c12 = MultiplyAdd(a1, bj, c12);
            c22 = MultiplyAdd(a2, bj, c22);
            bj = Vector256.Create(b[3]);
            c03 = MultiplyAdd(a0, bj, c03);
            c13 = MultiplyAdd(a1, bj, c13);
            c23 = MultiplyAdd(a2, bj, c23);
            a += step;
            b += TileColumns;
        }

        AddColumn(c, c00, c10, c20, subtract);
        AddColumn(c + ldc, c01, c11, c21, subtract);
        AddColumn(c + 2L * ldc, c02, c12, c22, subtract);
        AddColumn(c + 3L * ldc, c03, c13, c23, subtract);
    }

    // The same with registers of eight: every entry is the same sum in the same order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WideTile(int depth, double* a, int step, double* b, double* c, int ldc, bool subtract)
    {
        for (var j = 0; j < TileColumns; j++)
        {
            Fetch(c + (long)j * ldc);
            Fetch(c + (long)j * ldc + TileRows);
        }

        var c00 = Vector512<double>.Zero;
        var c10 = c00;
        var c20 = c00;
        var c01 = c00;
        var c11 = c00;
        var c21 = c00;
        var c02 = c00;
        var c12 = c00;
        var c22 = c00;
        var c03 = c00;
        var c13 = c00;
        var c23 = c00;
        for (var p = 0; p < depth; p++)
        {
            var a0 = Vector512.Load(a);
            var a1 = Vector512.Load(a + 8);
            var a2 = Vector512.Load(a + 16);
            var bj = Vector512.Create(b[0]);
            c00 = Avx512F.FusedMultiplyAdd(a0, bj, c00);
            c10 = Avx512F.FusedMultiplyAdd(a1, bj, c10);
            c20 = Avx512F.FusedMultiplyAdd(a2, bj, c20);
            bj = Vector512.Create(b[1]);
            c01 = Avx512F.FusedMultiplyAdd(a0, bj, c01);
            c11 = Avx512F.FusedMultiplyAdd(a1, bj, c11);
            c21 = Avx512F.FusedMultiplyAdd(a2, bj, c21);
            bj = Vector512.Create(b[2]);
            c02 = Avx512F.FusedMultiplyAdd(a0, bj, c02);
            c12 = Avx512F.FusedMultiplyAdd(a1, bj, c12);
            c22 = Avx512F.FusedMultiplyAdd(a2, bj, c22);
            bj = Vector512.Create(b[3]);
            c03 = Avx512F.FusedMultiplyAdd(a0, bj, c03);
            c13 = Avx512F.FusedMultiplyAdd(a1, bj, c13);
            c23 = Avx512F.FusedMultiplyAdd(a2, bj, c23);
            a += step;
            b += TileColumns;
        }

        AddColumn(c, c00, c10, c20, subtract);
        AddColumn(c + ldc, c01, c11, c21, subtract);
        AddColumn(c + 2L * ldc, c02, c12, c22, subtract);
        AddColumn(c + 3L * ldc, c03, c13, c23, subtract);
    }

    // Twelve rows of a column into the cache, while others are worked on: columns are too far apart for the processor to foresee.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(double* column)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(column);
            Sse.Prefetch0(column + TileRows - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddColumn(
        double* c, Vector256<double> v0, Vector256<double> v1, Vector256<double> v2, bool subtract)
    {
        if (subtract)
        {
            (Vector256.Load(c) - v0).Store(c);
            (Vector256.Load(c + 4) - v1).Store(c + 4);
            (Vector256.Load(c + 8) - v2).Store(c + 8);
        }
        else
        {
            (Vector256.Load(c) + v0).Store(c);
            (Vector256.Load(c + 4) + v1).Store(c + 4);
            (Vector256.Load(c + 8) + v2).Store(c + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddColumn(
        double* c, Vector512<double> v0, Vector512<double> v1, Vector512<double> v2, bool subtract)
    {
        if (subtract)
        {
            (Vector512.Load(c) - v0).Store(c);
            (Vector512.Load(c + 8) - v1).Store(c + 8);
            (Vector512.Load(c + 16) - v2).Store(c + 16);
        }
        else
        {
            (Vector512.Load(c) + v0).Store(c);
            (Vector512.Load(c + 8) + v1).Store(c + 8);
            (Vector512.Load(c + 16) + v2).Store(c + 16);
        }
    }

    /// <summary>a·b + c, fused where the processor can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Fma.IsSupported ? Fma.MultiplyAdd(a, b, c) : a * b + c;

    /// <summary>a·b + c, rounded as <see cref="MultiplyAdd(Vector256{double}, Vector256{double}, Vector256{double})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MultiplyAdd(double a, double b, double c) =>
        Fma.IsSupported ? Math.FusedMultiplyAdd(a, b, c) : a * b + c;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSmall(
        int m, int n, int k, bool subtract, double* a, int lda, bool transposeA, double* b, int ldb, bool transposeB,
        double* c, int ldc, bool lowerOnly)
    {
        long aRow = transposeA ? lda : 1;
        long aStep = transposeA ? 1 : lda;
        long bColumn = transposeB ? 1 : ldb;
        long bStep = transposeB ? ldb : 1;
        for (var j = 0; j < n; j++)
        {
            for (var i = lowerOnly ? j : 0; i < m; i++)
            {
                var x = a + i * aRow;
                var y = b + j * bColumn;
                double sum = 0;
                for (var p = 0; p < k; p++, x += aStep, y += bStep)
                {
                    sum = MultiplyAdd(*x, *y, sum);
                }

                var target = c + i + (long)j * ldc;
                *target += subtract ? -sum : sum;
            }
        }
    }
}
