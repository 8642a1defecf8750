using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EcoGlmm.Numerics;

/// <summary>
/// Matrix products C += σ op(A) op(B) of column-major matrices, for panels of moderate size: both operands are packed into
/// slabs that a register-blocked kernel of 12 by 4 walks through. K. Goto and R. A. van de Geijn, "Anatomy of
/// high-performance matrix multiplication", ACM Trans. Math. Softw. 34 (2008) 12.
/// </summary>
/// <remarks>
/// Every entry of the product is summed in the same order (by blocks of <see cref="DepthBlock"/> terms, fused) wherever
/// it lies in a tile, so a result does not depend on how a caller divides the rows and columns of C among threads.
/// </remarks>
internal static unsafe class MatrixProduct
{
    public const int TileRows = 12;
    public const int TileColumns = 4;
    public const int DepthBlock = 256;
    private const int ColumnBlock = 192;
    private const int SmallWork = 600;
    private const int ColumnsAhead = 12;

    /// <summary>The number of doubles of workspace that <see cref="Add"/> needs.</summary>
    public const int WorkspaceLength = DepthBlock * (ColumnBlock + TileRows) + TileRows * TileColumns;

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
        var tile = packedA + DepthBlock * TileRows;
        for (var j0 = 0; j0 < n; j0 += ColumnBlock)
        {
            var columns = Math.Min(ColumnBlock, n - j0);
            for (var p0 = 0; p0 < k && !cancellation.IsCancellationRequested; p0 += DepthBlock)
            {
                var depth = Math.Min(DepthBlock, k - p0);
                PackB(columns, depth, transposeB ? b + j0 + (long)p0 * ldb : b + p0 + (long)j0 * ldb, ldb, transposeB, packedB);
                for (var i0 = lowerOnly ? j0 / TileRows * TileRows : 0; i0 < m; i0 += TileRows)
                {
                    var rows = Math.Min(TileRows, m - i0);
                    var slab = transposeA ? a + p0 + (long)i0 * lda : a + i0 + (long)p0 * lda;
                    var step = TileRows;
                    if (transposeA || rows < TileRows || columns > 2 * TileColumns)
                    {
                        PackA(rows, depth, slab, lda, transposeA, packedA);
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
                        if (rows == TileRows && width == TileColumns)
                        {
                            Tile(depth, slab, step, bSlab, target, ldc, subtract);
                        }
                        else
                        {
                            new Span<double>(tile, TileRows * TileColumns).Clear();
                            Tile(depth, slab, step, bSlab, tile, TileRows, false);
                            AddTile(rows, width, tile, target, ldc, subtract);
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
    private static void AddTile(int rows, int width, double* tile, double* c, int ldc, bool subtract)
    {
        for (var j = 0; j < width; j++)
        {
            var column = c + (long)j * ldc;
            var from = tile + j * TileRows;
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

    /// <summary>a·b + c, fused where the processor can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Fma.IsSupported ? Fma.MultiplyAdd(a, b, c) : a * b + c;

    /// <summary>a·b + c, rounded as <see cref="MultiplyAdd(Vector256{double}, Vector256{double}, Vector256{double})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MultiplyAdd(double a, double b, double c) =>
        Fma.IsSupported ? Math.FusedMultiplyAdd(a, b, c) : a * b + c;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackA(int rows, int depth, double* a, int lda, bool transpose, double* packed)
    {
        if (transpose)
        {
            var done = 0;
            for (; Avx.IsSupported && done + 4 <= rows; done += 4)
            {
                PackFour(depth, a + (long)done * lda, lda, packed + done, TileRows);
            }

            for (var i = done; i < rows; i++)
            {
                var from = a + (long)i * lda;
                var to = packed + i;
                for (var p = 0; p < depth; p++)
                {
                    to[p * TileRows] = from[p];
                }
            }

            for (var i = rows; i < TileRows; i++)
            {
                for (var p = 0; p < depth; p++)
                {
                    packed[p * TileRows + i] = 0;
                }
            }

            return;
        }

        for (var p = 0; p < depth; p++, a += lda, packed += TileRows)
        {
            if (rows == TileRows)
            {
                Fetch(a + (long)ColumnsAhead * lda);
                Vector256.Load(a).Store(packed);
                Vector256.Load(a + 4).Store(packed + 4);
                Vector256.Load(a + 8).Store(packed + 8);
                continue;
            }

            for (var i = 0; i < TileRows; i++)
            {
                packed[i] = i < rows ? a[i] : 0;
            }
        }
    }

    // Four columns side by side, row by row: 4 by 4 blocks are transposed in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackFour(int depth, double* from, int ld, double* to, int step)
    {
        var from1 = from + ld;
        var from2 = from1 + ld;
        var from3 = from2 + ld;
        var p = 0;
        for (; p + 4 <= depth; p += 4, to += 4 * step)
        {
            var x0 = Vector256.Load(from + p);
            var x1 = Vector256.Load(from1 + p);
            var x2 = Vector256.Load(from2 + p);
            var x3 = Vector256.Load(from3 + p);
            var low01 = Avx.UnpackLow(x0, x1);
            var high01 = Avx.UnpackHigh(x0, x1);
            var low23 = Avx.UnpackLow(x2, x3);
            var high23 = Avx.UnpackHigh(x2, x3);
            Avx.Permute2x128(low01, low23, 0x20).Store(to);
            Avx.Permute2x128(high01, high23, 0x20).Store(to + step);
            Avx.Permute2x128(low01, low23, 0x31).Store(to + 2 * step);
            Avx.Permute2x128(high01, high23, 0x31).Store(to + 3 * step);
        }

        for (; p < depth; p++, to += step)
        {
            to[0] = from[p];
            to[1] = from1[p];
            to[2] = from2[p];
            to[3] = from3[p];
        }
    }

    // Four columns of op(B) at a time, row by row; a missing column is filled with zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackB(int columns, int depth, double* b, int ldb, bool transpose, double* packed)
    {
        for (var j = 0; j < columns; j += TileColumns, packed += (long)depth * TileColumns)
        {
            var width = Math.Min(TileColumns, columns - j);
            if (transpose)
            {
                var from = b + j;
                for (var p = 0; p < depth; p++, from += ldb)
                {
                    if (width == TileColumns)
                    {
                        Vector256.Load(from).Store(packed + p * TileColumns);
                        continue;
                    }

                    for (var q = 0; q < TileColumns; q++)
                    {
                        packed[p * TileColumns + q] = q < width ? from[q] : 0;
                    }
                }
            }
            else if (Avx.IsSupported && width == TileColumns)
            {
                PackFour(depth, b + (long)j * ldb, ldb, packed, TileColumns);
            }
            else
            {
                for (var q = 0; q < TileColumns; q++)
                {
                    var from = b + (long)(j + q) * ldb;
                    for (var p = 0; p < depth; p++)
                    {
                        packed[p * TileColumns + q] = q < width ? from[p] : 0;
                    }
                }
            }
        }
    }

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
