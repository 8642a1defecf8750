using System.Numerics;
using System.Runtime.CompilerServices;

namespace EcoGlmm.Numerics;

/// <summary>
/// A dense design as it stands in memory, column-major, not copied. Rows are worked on by blocks that stay in the processor's cache
/// while all columns go over them, so that the design is read once for each product.
/// </summary>
internal sealed class DenseColumns(double[] x, int rows, int columns) : DesignColumns(rows, columns)
{
    private const int BlockRows = 4096;

    public override double First(int column) => x[(long)column * Rows];

    public override void AddProduct(ReadOnlySpan<double> beta, Span<double> result)
    {
        for (var from = 0; from < Rows; from += BlockRows)
        {
            var to = result.Slice(from, Math.Min(BlockRows, Rows - from));
            for (var j = 0; j < Columns; j++) AddScaled(beta[j], Block(j, from), to);
        }
    }

    public override void TransposedProduct(ReadOnlySpan<double> y, Span<double> result)
    {
        result[..Columns].Clear();
        for (var from = 0; from < Rows; from += BlockRows)
        {
            var part = y.Slice(from, Math.Min(BlockRows, Rows - from));
            for (var j = 0; j < Columns; j++) result[j] += Dot(Block(j, from), part);
        }
    }

    public override double[] CrossProduct(ReadOnlySpan<double> w)
    {
        var result = new double[Columns * Columns];
        var weighted = w.IsEmpty ? [] : new double[BlockRows];
        for (var from = 0; from < Rows; from += BlockRows)
        {
            for (var j = 0; j < Columns; j++)
            {
                var column = Block(j, from);
                if (!w.IsEmpty)
                {
                    for (var i = 0; i < column.Length; i++) weighted[i] = w[from + i] * column[i];
                    column = weighted.AsSpan(0, column.Length);
                }

                for (var k = j; k < Columns; k++) result[(j * Columns) + k] += Dot(column, Block(k, from));
            }
        }

        for (var j = 0; j < Columns; j++)
        {
            for (var k = j + 1; k < Columns; k++) result[(k * Columns) + j] = result[(j * Columns) + k];
        }

        return result;
    }

    private ReadOnlySpan<double> Block(int column, int from) =>
        x.AsSpan((column * Rows) + from, Math.Min(BlockRows, Rows - from));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var width = Vector<double>.Count;
        var (first, second) = (Vector<double>.Zero, Vector<double>.Zero);
        var i = 0;
        for (; i <= a.Length - (2 * width); i += 2 * width)
        {
            first += new Vector<double>(a[i..]) * new Vector<double>(b[i..]);
            second += new Vector<double>(a[(i + width)..]) * new Vector<double>(b[(i + width)..]);
        }

        var sum = Vector.Sum(first + second);
        for (; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(double factor, ReadOnlySpan<double> a, Span<double> b)
    {
        var width = Vector<double>.Count;
        var f = new Vector<double>(factor);
        var i = 0;
        for (; i <= b.Length - width; i += width)
            (new Vector<double>(b[i..]) + (f * new Vector<double>(a[i..]))).CopyTo(b[i..]);
        for (; i < b.Length; i++) b[i] += factor * a[i];
    }
}
