using System.Runtime.Intrinsics;

namespace EcoGlmm.Numerics;

/// <summary>Products with tall dense matrices, column-major, as model matrices are.</summary>
internal static unsafe class DenseMatrix
{
    private const int RowBlock = 256;

    /// <summary>result = X v, where X has as many columns as v has entries.</summary>
    public static void Multiply(ReadOnlySpan<double> x, int rows, ReadOnlySpan<double> v, Span<double> result)
    {
        result[..rows].Clear();
        AddProduct(x, rows, v, result);
    }

    /// <summary>result += X v.</summary>
    public static void AddProduct(ReadOnlySpan<double> x, int rows, ReadOnlySpan<double> v, Span<double> result)
    {
        Check(x.Length, rows, v.Length);
        Check(result.Length, rows, 1);
        fixed (double* px = x, pv = v, pr = result)
        {
            DensePanel.MultiplyAdd(rows, v.Length, px, rows, pv, pr);
        }
    }

    /// <summary>result = Xᵀ v, where v has one entry per row of X.</summary>
    public static void TransposeMultiply(ReadOnlySpan<double> x, int rows, ReadOnlySpan<double> v, Span<double> result)
    {
        Check(x.Length, rows, result.Length);
        Check(v.Length, rows, 1);
        fixed (double* px = x, pv = v)
        {
            for (var j = 0; j < result.Length; j++)
            {
                result[j] = DensePanel.Dot(rows, px + (long)j * rows, pv);
            }
        }
    }

    /// <summary>
    /// result = Xᵀ diag(w) X, both triangles, order <paramref name="columns"/>; no weights means all 1. Rows are taken in
    /// blocks that stay in cache.
    /// </summary>
    public static void WeightedCrossProduct(
        ReadOnlySpan<double> x, int rows, int columns, ReadOnlySpan<double> weights, Span<double> result)
    {
        Check(x.Length, rows, columns);
        Check(result.Length, columns, columns);
        if (!weights.IsEmpty)
        {
            Check(weights.Length, rows, 1);
        }

        result.Clear();
        var workspace = DenseCholesky.Workspace(MatrixProduct.WorkspaceLength + RowBlock * Math.Max(columns, 1));
        fixed (double* px = x, pw = weights, pr = result, products = workspace)
        {
            var weighted = products + MatrixProduct.WorkspaceLength;
            for (var start = 0; start < rows; start += RowBlock)
            {
                var count = Math.Min(RowBlock, rows - start);
                for (var j = 0; j < columns; j++)
                {
                    WeightedColumn(count, px + start + (long)j * rows, pw == null ? null : pw + start, weighted + j * RowBlock);
                }

                if (columns >= MatrixProduct.TileRows)
                {
                    MatrixProduct.Add(
                        columns, columns, count, false, px + start, rows, true, weighted, RowBlock, false, pr, columns,
                        products, true);
                    continue;
                }

                for (var j = 0; j < columns; j++)
                {
                    var xj = px + start + (long)j * rows;
                    for (var i = j; i < columns; i++)
                    {
                        pr[i + j * columns] += DensePanel.Dot(count, weighted + i * RowBlock, xj);
                    }
                }
            }
        }

        for (var j = 0; j < columns; j++)
        {
            for (var i = j + 1; i < columns; i++)
            {
                result[j + i * columns] = result[i + j * columns];
            }
        }
    }

    private static void WeightedColumn(int n, double* x, double* w, double* result)
    {
        if (w == null)
        {
            new ReadOnlySpan<double>(x, n).CopyTo(new Span<double>(result, n));
            return;
        }

        var i = 0;
        for (; i + 4 <= n; i += 4)
        {
            (Vector256.Load(x + i) * Vector256.Load(w + i)).Store(result + i);
        }

        for (; i < n; i++)
        {
            result[i] = x[i] * w[i];
        }
    }

    private static void Check(int length, int rows, int columns)
    {
        if (length != (long)rows * columns)
        {
            throw new ArgumentException($"{rows} by {columns} values were expected, but there are {length}.");
        }
    }
}
