namespace EcoGlmm.Numerics;

/// <summary>
/// Where the entries of a supernodal factor lie in memory: panel after panel, each a column-major block of the supernode's
/// own rows followed by the rows below, so that its leading dimension is its number of rows.
/// </summary>
internal sealed class PanelLayout
{
    private readonly SupernodePartition partition;

    public PanelLayout(SupernodePartition partition)
    {
        this.partition = partition;
        PanelStarts = new int[partition.Count + 1];
        for (int s = 0; s < partition.Count; s++)
        {
            long width = Width(s);
            PanelStarts[s + 1] = checked((int)(PanelStarts[s] + width * (width + Below(s))));
        }
    }

    /// <summary>Where each panel starts.</summary>
    public int[] PanelStarts { get; }

    /// <summary>The length of the storage of all panels.</summary>
    public int Length => PanelStarts[^1];

    /// <summary>The place of every entry of the input pattern in the lower triangle of the permuted matrix.</summary>
    public int[] EntryPositions(SparsePattern pattern, int[] inverse)
    {
        var positions = new int[pattern.NonZeros];
        for (int j = 0; j < pattern.Order; j++)
        {
            int b = inverse[j];
            for (int p = pattern.ColumnPointers[j]; p < pattern.ColumnPointers[j + 1]; p++)
            {
                int a = inverse[pattern.RowIndices[p]];
                positions[p] = Position(Math.Max(a, b), Math.Min(a, b));
            }
        }

        return positions;
    }

    /// <summary>
    /// Which supernodes push their updates, and the places they push to: for each, the lower triangle of its update,
    /// column by column.
    /// </summary>
    public (bool[] Pushes, int[] Starts, int[] Positions) PushTargets(int largestWidth, int mostRows)
    {
        var pushes = new bool[partition.Count];
        var starts = new int[partition.Count + 1];
        for (int s = 0; s < partition.Count; s++)
        {
            int below = Below(s);
            pushes[s] = Width(s) <= largestWidth && below <= mostRows;
            starts[s + 1] = checked(starts[s] + (pushes[s] ? below * (below + 1) / 2 : 0));
        }

        var positions = new int[starts[^1]];
        for (int s = 0; s < partition.Count; s++)
        {
            if (pushes[s])
            {
                var rows = partition.Rows.AsSpan(partition.RowStarts[s]..partition.RowStarts[s + 1]);
                int write = starts[s];
                for (int j = 0; j < rows.Length; j++)
                {
                    for (int i = j; i < rows.Length; i++)
                    {
                        positions[write++] = Position(rows[i], rows[j]);
                    }
                }
            }
        }

        return (pushes, starts, positions);
    }

    /// <summary>
    /// For each supernode j, the earlier supernodes that do not push and have rows among j's columns, in ascending order,
    /// with the range of those rows.
    /// </summary>
    public (int[] Starts, int[] Supernodes, int[] Low, int[] High) Descendants(bool[] pushes)
    {
        var starts = new int[partition.Count + 1];
        VisitTargets(pushes, (_, j, _, _) => starts[j + 1]++);
        for (int j = 0; j < partition.Count; j++)
        {
            starts[j + 1] += starts[j];
        }

        var next = starts.AsSpan(0, partition.Count).ToArray();
        var supernodes = new int[starts[^1]];
        var low = new int[starts[^1]];
        var high = new int[starts[^1]];
        VisitTargets(pushes, (k, j, from, to) =>
        {
            int place = next[j]++;
            supernodes[place] = k;
            low[place] = from;
            high[place] = to;
        });
        return (starts, supernodes, low, high);
    }

    private void VisitTargets(bool[] pushes, Action<int, int, int, int> visit)
    {
        for (int k = 0; k < partition.Count; k++)
        {
            if (pushes[k])
            {
                continue;
            }

            int start = partition.RowStarts[k];
            int count = partition.RowStarts[k + 1] - start;
            for (int low = 0; low < count;)
            {
                int j = partition.SupernodeOfColumn[partition.Rows[start + low]];
                int high = low + 1;
                while (high < count && partition.Rows[start + high] < partition.FirstColumns[j + 1])
                {
                    high++;
                }

                visit(k, j, low, high);
                low = high;
            }
        }
    }

    private int Position(int row, int column)
    {
        int s = partition.SupernodeOfColumn[column];
        int firstColumn = partition.FirstColumns[s];
        int width = partition.FirstColumns[s + 1] - firstColumn;
        int start = partition.RowStarts[s];
        int count = partition.RowStarts[s + 1] - start;
        int local = row - firstColumn;
        if (local >= width)
        {
            local = width + Array.BinarySearch(partition.Rows, start, count, row) - start;
        }

        return PanelStarts[s] + (column - firstColumn) * (width + count) + local;
    }

    private int Width(int s) => partition.FirstColumns[s + 1] - partition.FirstColumns[s];

    private int Below(int s) => partition.RowStarts[s + 1] - partition.RowStarts[s];
}
