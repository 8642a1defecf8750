namespace EcoGlmm.Numerics;

/// <summary>
/// A design matrix of which most entries are zero, as indicators of the levels of factors are: for each row its entries that may
/// be other than zero, and for each column likewise.
/// </summary>
internal sealed class SparseRows : DesignColumns
{
    private readonly Lazy<(int[] Starts, int[] Rows, double[] Values)> _columns;

    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="starts">The entries of row i are those from starts[i] to starts[i + 1].</param>
    /// <param name="indices">The column of each entry.</param>
    /// <param name="values">Its value.</param>
    public SparseRows(int rows, int columns, int[] starts, int[] indices, double[] values)
        : base(rows, columns)
    {
        Starts = starts;
        Indices = indices;
        Values = values;
        _columns = new(ByColumn);
    }

    public int[] Starts { get; }

    public int[] Indices { get; }

    public double[] Values { get; }

    /// <summary>From entries in any order; those of one row keep theirs.</summary>
    public static SparseRows Of(int rows, int columns, List<int> row, List<int> column, List<double> value)
    {
        var starts = new int[rows + 1];
        foreach (var i in row) starts[i + 1]++;
        for (var i = 0; i < rows; i++) starts[i + 1] += starts[i];
        var next = starts.AsSpan(0, rows).ToArray();
        var (indices, values) = (new int[row.Count], new double[row.Count]);
        for (var e = 0; e < row.Count; e++)
        {
            var at = next[row[e]]++;
            indices[at] = column[e];
            values[at] = value[e];
        }

        return new SparseRows(rows, columns, starts, indices, values);
    }

    /// <summary>The rows of a column, ascending, and its entries there.</summary>
    public (ReadOnlyMemory<int> Rows, ReadOnlyMemory<double> Values) Column(int j)
    {
        var (starts, rows, values) = _columns.Value;
        var range = starts[j]..starts[j + 1];
        return (rows.AsMemory(range), values.AsMemory(range));
    }

    /// <summary>The matrix without some of its columns.</summary>
    public SparseRows WithoutColumns(bool[] left)
    {
        var position = new int[Columns];
        var kept = 0;
        for (var j = 0; j < Columns; j++) position[j] = left[j] ? -1 : kept++;
        var starts = new int[Rows + 1];
        var (indices, values) = (new List<int>(Indices.Length), new List<double>(Indices.Length));
        for (var i = 0; i < Rows; i++)
        {
            for (var e = Starts[i]; e < Starts[i + 1]; e++)
            {
                if (position[Indices[e]] < 0) continue;
                indices.Add(position[Indices[e]]);
                values.Add(Values[e]);
            }

            starts[i + 1] = indices.Count;
        }

        return new SparseRows(Rows, kept, starts, [.. indices], [.. values]);
    }

    /// <summary>Rows × columns, column-major.</summary>
    public double[] ToDense()
    {
        var x = new double[(long)Rows * Columns];
        for (var i = 0; i < Rows; i++)
        {
            for (var e = Starts[i]; e < Starts[i + 1]; e++) x[((long)Indices[e] * Rows) + i] = Values[e];
        }

        return x;
    }

    public override double First(int column)
    {
        for (var e = Starts[0]; e < Starts[1]; e++)
        {
            if (Indices[e] == column) return Values[e];
        }

        return 0;
    }

    /// <inheritdoc/>
    public override void AddProduct(ReadOnlySpan<double> beta, Span<double> result)
    {
        for (var i = 0; i < Rows; i++)
        {
            var sum = 0.0;
            for (var e = Starts[i]; e < Starts[i + 1]; e++) sum += Values[e] * beta[Indices[e]];
            result[i] += sum;
        }
    }

    /// <inheritdoc/>
    public override void TransposedProduct(ReadOnlySpan<double> x, Span<double> result)
    {
        result.Clear();
        for (var i = 0; i < Rows; i++)
        {
            for (var e = Starts[i]; e < Starts[i + 1]; e++) result[Indices[e]] += Values[e] * x[i];
        }
    }

    /// <inheritdoc/>
    public override double[] CrossProduct(ReadOnlySpan<double> w)
    {
        var result = new double[Columns * Columns];
        for (var i = 0; i < Rows; i++)
        {
            for (var e = Starts[i]; e < Starts[i + 1]; e++)
            {
                var value = w.IsEmpty ? Values[e] : w[i] * Values[e];
                for (var f = Starts[i]; f <= e; f++)
                    result[((long)Math.Min(Indices[e], Indices[f]) * Columns) + Math.Max(Indices[e], Indices[f])] += value * Values[f];
            }
        }

        for (var j = 0; j < Columns; j++)
        {
            for (var i = j + 1; i < Columns; i++) result[((long)i * Columns) + j] = result[((long)j * Columns) + i];
        }

        return result;
    }

    private (int[] Starts, int[] Rows, double[] Values) ByColumn()
    {
        var starts = new int[Columns + 1];
        foreach (var j in Indices) starts[j + 1]++;
        for (var j = 0; j < Columns; j++) starts[j + 1] += starts[j];
        var next = starts.AsSpan(0, Columns).ToArray();
        var (rows, values) = (new int[Indices.Length], new double[Indices.Length]);
        for (var i = 0; i < Rows; i++)
        {
            for (var e = Starts[i]; e < Starts[i + 1]; e++)
            {
                var at = next[Indices[e]]++;
                rows[at] = i;
                values[at] = Values[e];
            }
        }

        return (starts, rows, values);
    }
}
