using EcoGlmm.Numerics;

namespace EcoGlmm.Formulas;

/// <summary>
/// Finds linearly dependent columns as R's lm and lme4 do: in order, a column is dropped when what the columns kept
/// before it leave of it is shorter than 10⁻⁷ of its own length.
/// Source: LINPACK's dqrdc with the limited column pivoting of R's dqrdc2 (J. J. Dongarra et al. 1979, LINPACK Users'
/// Guide, chapter 9); rows are reduced in blocks (G. H. Golub &amp; C. F. Van Loan 2013, Matrix Computations, 5.2), which
/// leaves lengths and angles of columns as they are.
/// </summary>
internal static class RankDetection
{
    private const double Tolerance = 1e-7;

    /// <summary>A squared relative length so far above the tolerance that rounding in cross-products does not matter.</summary>
    private const double ClearlyIndependent = 1e-8;

    /// <summary>Products of so many numbers are worth waking other threads, and leaving out those of zeros.</summary>
    private const double FewestShared = 1e6;

    /// <summary>Of a constant column a computed mean leaves no more than this share.</summary>
    private const double RoundingOfConstant = 1e-12;

    /// <param name="x">Column-major, rows × columns.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <returns>For each column whether it depends on those before it.</returns>
    public static bool[] Dependent(double[] x, int rows, int columns, CancellationToken cancellation = default)
    {
        if (rows >= columns && HasClearlyFullRank(x, rows, columns, cancellation))
            return new bool[columns];
        var r = Triangle(Centred(x, rows, columns), rows, columns, cancellation);
        return DependentInTriangle(r, rows, columns, cancellation);
    }

    /// <summary>A squared relative length that no more than rounding in cross-products leaves of a dependent column.</summary>
    private const double ClearlyDependent = 1e-11;

    /// <summary>
    /// For each column of a sparse design whether it depends on those before it; null where cross-products cannot tell.
    /// </summary>
    public static bool[]? Dependent(SparseRows x, CancellationToken cancellation = default)
    {
        var p = x.Columns;
        if (x.Rows < p)
            return null;
        var c = x.CrossProduct([]);
        var length = new double[p];
        for (var j = 0; j < p; j++)
        {
            length[j] = Math.Sqrt(c[j * p + j]);
            if (!(length[j] > 0 && double.IsFinite(length[j])))
                return null;
        }
        for (var j = 0; j < p; j++)
        {
            for (var i = 0; i < p; i++)
                c[j * p + i] /= length[i] * length[j];
        }
        var factor = (double[])c.Clone();
        if (DenseCholesky.TryFactor(factor, p)
            && Enumerable.Range(0, p).All(j => factor[j * p + j] * factor[j * p + j] > ClearlyIndependent))
            return new bool[p];
        return DependentInProducts(c, p, cancellation);
    }

    // Column by column, a dependent one taken out as soon as it is met.
    private static bool[]? DependentInProducts(double[] c, int p, CancellationToken cancellation)
    {
        var dependent = new bool[p];
        for (var j = 0; j < p; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            var pivot = c[j * p + j];
            dependent[j] = pivot < ClearlyDependent;
            if (!dependent[j] && !(pivot > ClearlyIndependent))
                return null;
            if (dependent[j])
                continue;
            var column = c.AsSpan(j * p, p);
            for (var k = j + 1; k < p; k++)
            {
                var factor = column[k] / pivot;
                if (factor == 0)
                    continue;
                var target = c.AsSpan(k * p, p);
                for (var i = k; i < p; i++)
                    target[i] -= factor * column[i];
            }
        }
        return dependent;
    }

    // Less their means where the first column is constant: a date in seconds varies by hours around a billion, and is no constant.
    private static double[] Centred(double[] x, int rows, int columns)
    {
        if (columns < 2 || rows < 2 || x[0] == 0 || x.AsSpan(0, rows).ContainsAnyExcept(x[0]))
            return x;
        var centred = (double[])x.Clone();
        for (var j = 1; j < columns; j++)
        {
            var column = centred.AsSpan(j * rows, rows);
            var mean = LearningFunctions.Mean(column.ToArray());
            var before = Math.Sqrt(Dot(column, column));
            for (var i = 0; i < rows; i++)
                column[i] -= mean;
            // What rounding leaves of a constant is no variation.
            if (Math.Sqrt(Dot(column, column)) <= RoundingOfConstant * before)
                column.Clear();
        }
        return centred;
    }

    // Cholesky of the cross-products of columns scaled to length one: the pivots are the squared lengths that remain.
    private static bool HasClearlyFullRank(double[] x, int rows, int columns, CancellationToken cancellation)
    {
        var c = CrossProducts(x, rows, columns, cancellation);
        var length = new double[columns];
        for (var j = 0; j < columns; j++)
        {
            length[j] = Math.Sqrt(c[j * columns + j]);
            if (!(length[j] > 0 && double.IsFinite(length[j])))
                return false;
        }
        for (var j = 0; j < columns; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = j; i < columns; i++)
            {
                var sum = c[j * columns + i] / (length[i] * length[j]);
                for (var k = 0; k < j; k++)
                    sum -= c[k * columns + i] * c[k * columns + j];
                if (i == j)
                {
                    if (!(sum > ClearlyIndependent))
                        return false;
                    c[j * columns + j] = Math.Sqrt(sum);
                }
                else
                    c[j * columns + i] = sum / c[j * columns + j];
            }
        }
        return true;
    }

    // Design rows are mostly zeros when there are factors, so each row is first reduced to its non-zero entries. The order
    // of summation may vary with the number of threads: it decides nothing but whether to look closer.
    private static double[] CrossProducts(double[] x, int rows, int columns, CancellationToken cancellation)
    {
        const int block = 256;
        var total = new double[columns * columns];
        if ((double)rows * columns * columns < FewestShared)
        {
            for (var j = 0; j < columns; j++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (var i = j; i < columns; i++)
                    total[j * columns + i] = Dot(x.AsSpan(j * rows, rows), x.AsSpan(i * rows, rows));
            }
            return total;
        }
        Parallel.For(0, (rows + block - 1) / block, new ParallelOptions { CancellationToken = cancellation },
            () => (Products: new double[columns * columns], At: new int[block * columns],
                Values: new double[block * columns], Count: new int[block]),
            (index, _, local) =>
            {
                var start = index * block;
                var height = Math.Min(block, rows - start);
                Array.Clear(local.Count);
                for (var j = 0; j < columns; j++)
                {
                    var column = x.AsSpan(j * rows + start, height);
                    for (var row = 0; row < height; row++)
                    {
                        if (column[row] == 0)
                            continue;
                        var place = row * columns + local.Count[row]++;
                        local.At[place] = j;
                        local.Values[place] = column[row];
                    }
                }
                for (var row = 0; row < height; row++)
                {
                    var at = local.At.AsSpan(row * columns, local.Count[row]);
                    var values = local.Values.AsSpan(row * columns, local.Count[row]);
                    for (var p = 0; p < at.Length; p++)
                    {
                        for (var q = p; q < at.Length; q++)
                            local.Products[at[p] * columns + at[q]] += values[p] * values[q];
                    }
                }
                return local;
            },
            local =>
            {
                lock (total)
                {
                    for (var i = 0; i < total.Length; i++)
                        total[i] += local.Products[i];
                }
            });
        return total;
    }

    // Returns the p × p upper triangle R of X = QR, column-major; Householder on [R; next block of rows].
    private static double[] Triangle(double[] x, int rows, int columns, CancellationToken cancellation)
    {
        var block = Math.Max(256, columns);
        var height = columns + block;
        var work = new double[height * columns];
        for (var start = 0; start < rows; start += block)
        {
            var count = Math.Min(block, rows - start);
            for (var j = 0; j < columns; j++)
            {
                var column = work.AsSpan(j * height, height);
                x.AsSpan(j * rows + start, count).CopyTo(column[columns..]);
                column[(columns + count)..].Clear();
            }
            Reduce(work, height, columns, cancellation);
        }
        var r = new double[columns * columns];
        for (var j = 0; j < columns; j++)
            work.AsSpan(j * height, j + 1).CopyTo(r.AsSpan(j * columns));
        return r;
    }

    private static void Reduce(double[] work, int height, int columns, CancellationToken cancellation)
    {
        for (var k = 0; k < columns; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            // Rows above k are finished; of the triangle below only row k itself is not zero in column k.
            var v = work.AsSpan(k * height + columns, height - columns);
            ref var head = ref work[k * height + k];
            var tail = Dot(v, v);
            if (tail == 0)
                continue;
            var norm = Math.Sqrt(head * head + tail);
            var first = head + (head < 0 ? -norm : norm);
            var scale = 2 / (first * first + tail);
            for (var j = k + 1; j < columns; j++)
            {
                var column = work.AsSpan(j * height + columns, height - columns);
                var projection = scale * (first * work[j * height + k] + Dot(v, column));
                work[j * height + k] -= projection * first;
                for (var i = 0; i < column.Length; i++)
                    column[i] -= projection * v[i];
            }
            head = head < 0 ? norm : -norm;
            v.Clear();
        }
    }

    private static bool[] DependentInTriangle(double[] r, int rows, int columns, CancellationToken cancellation)
    {
        var dependent = new bool[columns];
        var kept = new List<double[]>();
        for (var j = 0; j < columns; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            var column = r.AsSpan(j * columns, columns).ToArray();
            var length = Math.Sqrt(Dot(column, column));
            // Gram-Schmidt, twice: once more removes what cancellation left behind (Kahan & Parlett's "twice is enough").
            for (var pass = 0; pass < 2; pass++)
            {
                foreach (var q in kept)
                {
                    var projection = Dot(q, column);
                    for (var i = 0; i < columns; i++)
                        column[i] -= projection * q[i];
                }
            }
            var rest = Math.Sqrt(Dot(column, column));
            dependent[j] = kept.Count == rows || !(rest >= Tolerance * length && rest > 0);
            if (!dependent[j])
                kept.Add(Array.ConvertAll(column, value => value / rest));
        }
        return dependent;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = System.Numerics.Vector<double>.Zero;
        var width = System.Numerics.Vector<double>.Count;
        var i = 0;
        for (; i <= a.Length - width; i += width)
            sum += new System.Numerics.Vector<double>(a[i..]) * new System.Numerics.Vector<double>(b[i..]);
        var total = System.Numerics.Vector.Sum(sum);
        for (; i < a.Length; i++)
            total += a[i] * b[i];
        return total;
    }
}
