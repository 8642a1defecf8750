using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EcoGlmm.Numerics;

/// <content>Operands side by side in the order in which the kernels read them.</content>
internal static unsafe partial class MatrixProduct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackA(int rows, int height, int depth, double* a, int lda, bool transpose, double* packed)
    {
        if (transpose)
        {
            var done = 0;
            for (; Avx.IsSupported && done + 4 <= rows; done += 4)
            {
                PackFour(depth, a + (long)done * lda, lda, packed + done, height);
            }

            for (var i = done; i < rows; i++)
            {
                var from = a + (long)i * lda;
                var to = packed + i;
                for (var p = 0; p < depth; p++)
                {
                    to[p * height] = from[p];
                }
            }

            for (var i = rows; i < height; i++)
            {
                for (var p = 0; p < depth; p++)
                {
                    packed[p * height + i] = 0;
                }
            }

            return;
        }

        for (var p = 0; p < depth; p++, a += lda, packed += height)
        {
            if (rows == height)
            {
                Fetch(a + (long)ColumnsAhead * lda);
                if (height == MostTileRows)
                {
                    Fetch(a + (long)ColumnsAhead * lda + TileRows);
                }

                for (var i = 0; i < height; i += 4)
                {
                    Vector256.Load(a + i).Store(packed + i);
                }

                continue;
            }

            for (var i = 0; i < height; i++)
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
}
