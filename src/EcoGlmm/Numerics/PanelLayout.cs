namespace EcoGlmm.Numerics;

/// <summary>
/// Where the entries of a supernodal factor lie in memory: panel after panel, each a column-major block of the supernode's
/// own rows followed by the rows below, so that its leading dimension is its number of rows.
/// </summary>
internal sealed class PanelLayout
{
    private readonly SupernodePartition _partition;

    public PanelLayout(SupernodePartition partition)
    {
        this._partition = partition;
        PanelStarts = new int[partition.Count + 1];
        for (var s = 0; s < partition.Count; s++)
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
        for (var j = 0; j < pattern.Order; j++)
        {
            var b = inverse[j];
            for (var p = pattern.ColumnPointers[j]; p < pattern.ColumnPointers[j + 1]; p++)
            {
                var a = inverse[pattern.RowIndices[p]];
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
        var pushes = new bool[_partition.Count];
        var starts = new int[_partition.Count + 1];
        for (var s = 0; s < _partition.Count; s++)
        {
            var below = Below(s);
            pushes[s] = Width(s) <= largestWidth && below <= mostRows;
            starts[s + 1] = checked(starts[s] + (pushes[s] ? below * (below + 1) / 2 : 0));
        }

        var positions = new int[starts[^1]];
        for (var s = 0; s < _partition.Count; s++)
        {
            if (pushes[s])
            {
                var rows = _partition.Rows.AsSpan(_partition.RowStarts[s].._partition.RowStarts[s + 1]);
                var write = starts[s];
                for (var j = 0; j < rows.Length; j++)
                {
                    for (var i = j; i < rows.Length; i++)
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
        var starts = new int[_partition.Count + 1];
        VisitTargets(pushes, (_, j, _, _) => starts[j + 1]++);
        for (var j = 0; j < _partition.Count; j++)
        {
            starts[j + 1] += starts[j];
        }

        var next = starts.AsSpan(0, _partition.Count).ToArray();
        var supernodes = new int[starts[^1]];
        var low = new int[starts[^1]];
        var high = new int[starts[^1]];
        VisitTargets(pushes, (k, j, from, to) =>
        {
            var place = next[j]++;
            supernodes[place] = k;
            low[place] = from;
            high[place] = to;
        });
        return (starts, supernodes, low, high);
    }

    private void VisitTargets(bool[] pushes, Action<int, int, int, int> visit)
    {
        for (var k = 0; k < _partition.Count; k++)
        {
            if (pushes[k])
            {
                continue;
            }

            var start = _partition.RowStarts[k];
            var count = _partition.RowStarts[k + 1] - start;
            for (var low = 0; low < count;)
            {
                var j = _partition.SupernodeOfColumn[_partition.Rows[start + low]];
                var high = low + 1;
                while (high < count && _partition.Rows[start + high] < _partition.FirstColumns[j + 1])
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
        var s = _partition.SupernodeOfColumn[column];
        var firstColumn = _partition.FirstColumns[s];
        var width = _partition.FirstColumns[s + 1] - firstColumn;
        var start = _partition.RowStarts[s];
        var count = _partition.RowStarts[s + 1] - start;
        var local = row - firstColumn;
        if (local >= width)
        {
            local = width + Array.BinarySearch(_partition.Rows, start, count, row) - start;
        }

        return PanelStarts[s] + (column - firstColumn) * (width + count) + local;
    }

    private int Width(int s) => _partition.FirstColumns[s + 1] - _partition.FirstColumns[s];

    private int Below(int s) => _partition.RowStarts[s + 1] - _partition.RowStarts[s];
}
