namespace EcoGlmm.Numerics;

/// <summary>
/// The nonzero pattern of a symmetric matrix: its lower triangle by columns (compressed sparse columns), rows ascending
/// within a column, the diagonal always present and therefore first.
/// </summary>
internal sealed class SparsePattern
{
    public SparsePattern(int order, int[] columnPointers, int[] rowIndices)
    {
        Order = order;
        ColumnPointers = columnPointers;
        RowIndices = rowIndices;
    }

    /// <summary>The number of rows and of columns.</summary>
    public int Order { get; }

    /// <summary>Where each column starts in <see cref="RowIndices"/>; one more entry than there are columns.</summary>
    public int[] ColumnPointers { get; }

    /// <summary>The row of each stored entry.</summary>
    public int[] RowIndices { get; }

    /// <summary>The number of stored entries.</summary>
    public int NonZeros => RowIndices.Length;

    /// <summary>y ← y + (A ⊗ I) x for the symmetric matrix A with these values on the pattern; x and y are order × d.</summary>
    public void AddProduct(ReadOnlySpan<double> values, ReadOnlySpan<double> x, int d, Span<double> y)
    {
        var (pointers, rows) = (ColumnPointers, RowIndices);
        for (var a = 0; a < Order; a++)
        {
            for (var c = 0; c < d; c++)
            {
                var xa = x[(a * d) + c];
                var sum = values[pointers[a]] * xa;
                for (var k = pointers[a] + 1; k < pointers[a + 1]; k++)
                {
                    var b = (rows[k] * d) + c;
                    sum += values[k] * x[b];
                    y[b] += values[k] * xa;
                }

                y[(a * d) + c] += sum;
            }
        }
    }

    /// <summary>
    /// The pattern of a matrix whose nonzeros are at the given pairs; either triangle, repeats and missing diagonal
    /// entries allowed.
    /// </summary>
    public static SparsePattern FromPairs(int order, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns)
    {
        if (rows.Length != columns.Length)
        {
            throw new ArgumentException("The lists of rows and of columns differ in length.", nameof(columns));
        }

        var starts = new int[order + 2];
        for (var e = 0; e < rows.Length; e++)
        {
            CheckIndex(rows[e], order);
            CheckIndex(columns[e], order);
            starts[Math.Max(rows[e], columns[e]) + 2]++;
        }

        Accumulate(starts);
        var smaller = new int[rows.Length];
        for (var e = 0; e < rows.Length; e++)
        {
            smaller[starts[Math.Max(rows[e], columns[e]) + 1]++] = Math.Min(rows[e], columns[e]);
        }

        return FromRowLists(order, starts, smaller);
    }

    /// <summary>
    /// The pattern of a sum of terms that each link a set of indices to one another, such as ZᵀWZ, where every
    /// observation links its random effects: clique c holds members[starts[c]] up to members[starts[c + 1]].
    /// An index of -1 is skipped.
    /// </summary>
    public static SparsePattern FromCliques(int order, ReadOnlySpan<int> starts, ReadOnlySpan<int> members)
    {
        var largest = 0;
        long pairs = 0;
        for (var c = 0; c + 1 < starts.Length; c++)
        {
            var size = starts[c + 1] - starts[c];
            largest = Math.Max(largest, size);
            pairs += (long)size * (size - 1) / 2;
        }

        if (largest <= 1)
        {
            return FromPairs(order, [], []);
        }

        // The pairs are gathered by their larger index, so that each row is deduplicated by itself.
        var rowStarts = new int[order + 2];
        for (var c = 0; c + 1 < starts.Length; c++)
        {
            var clique = members[starts[c]..starts[c + 1]];
            for (var i = 0; i < clique.Length; i++)
            {
                if (clique[i] >= order || clique[i] < -1)
                {
                    CheckIndex(clique[i], order);
                }

                for (var j = 0; j < i; j++)
                {
                    var larger = Math.Max(clique[i], clique[j]);
                    if (Math.Min(clique[i], clique[j]) >= 0)
                    {
                        rowStarts[larger + 2]++;
                    }
                }
            }
        }

        Accumulate(rowStarts);
        var smaller = new int[checked((int)pairs)];
        for (var c = 0; c + 1 < starts.Length; c++)
        {
            var clique = members[starts[c]..starts[c + 1]];
            for (var i = 0; i < clique.Length; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    var low = Math.Min(clique[i], clique[j]);
                    if (low >= 0)
                    {
                        smaller[rowStarts[Math.Max(clique[i], clique[j]) + 1]++] = low;
                    }
                }
            }
        }

        return FromRowLists(order, rowStarts, smaller);
    }

    /// <summary>The pattern of a sum of terms, each linking the indices of one list to one another.</summary>
    public static SparsePattern FromCliques(int order, IReadOnlyList<int[]> cliques)
    {
        var starts = new int[cliques.Count + 1];
        for (var c = 0; c < cliques.Count; c++)
        {
            starts[c + 1] = starts[c] + cliques[c].Length;
        }

        var members = new int[starts[^1]];
        for (var c = 0; c < cliques.Count; c++)
        {
            cliques[c].CopyTo(members, starts[c]);
        }

        return FromCliques(order, starts, members);
    }

    /// <summary>The place of entry (row, column), in either triangle, within <see cref="RowIndices"/>; -1 if absent.</summary>
    public int IndexOf(int row, int column)
    {
        (row, column) = row >= column ? (row, column) : (column, row);
        var start = ColumnPointers[column];
        var found = Array.BinarySearch(RowIndices, start, ColumnPointers[column + 1] - start, row);
        return found >= 0 ? found : -1;
    }

    // Row i's smaller partners stand at [starts[i], starts[i + 1]), repeats included. Walking the rows in ascending order
    // fills each column with ascending rows.
    private static SparsePattern FromRowLists(int order, int[] starts, int[] smaller)
    {
        var lastRow = new int[order];
        Array.Fill(lastRow, -1);
        var pointers = new int[order + 1];
        var kept = 0;
        for (int i = 0, begin = 0; i < order; i++)
        {
            var end = starts[i + 1];
            starts[i] = kept;
            lastRow[i] = i;
            pointers[i + 1]++;
            for (var p = begin; p < end; p++)
            {
                var j = smaller[p];
                if (lastRow[j] != i)
                {
                    lastRow[j] = i;
                    pointers[j + 1]++;
                    smaller[kept++] = j;
                }
            }

            begin = end;
        }

        for (var j = 0; j < order; j++)
        {
            pointers[j + 1] += pointers[j];
        }

        var next = pointers.AsSpan(0, order).ToArray();
        var rowIndices = new int[pointers[order]];
        for (var i = 0; i < order; i++)
        {
            var end = i + 1 < order ? starts[i + 1] : kept;
            for (var p = starts[i]; p < end; p++)
            {
                rowIndices[next[smaller[p]]++] = i;
            }

            // Column i receives its first row here: every later entry of it comes from a later row.
            rowIndices[next[i]++] = i;
        }

        return new SparsePattern(order, pointers, rowIndices);
    }

    private static void Accumulate(int[] starts)
    {
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }
    }

    private static void CheckIndex(int index, int order)
    {
        if ((uint)index >= (uint)order)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"Not an index of a matrix of order {order}.");
        }
    }
}
