namespace EcoGlmm.Numerics;

/// <summary>
/// The columns of a Cholesky factor gathered into supernodes: runs of columns whose nonzeros below the run are the same,
/// each stored as one dense panel. C. Ashcraft and R. Grimes, "The influence of relaxed supernode partitions on the
/// multifrontal method", ACM Trans. Math. Softw. 15 (1989) 291-309.
/// </summary>
internal sealed class SupernodePartition
{
    /// <summary>Wider supernodes are cut into panels of about this many columns.</summary>
    public const int PanelWidth = 120;

    private SupernodePartition(int[] firstColumns, int[] supernodeOfColumn, int[] rowStarts, int[] rows)
    {
        FirstColumns = firstColumns;
        SupernodeOfColumn = supernodeOfColumn;
        RowStarts = rowStarts;
        Rows = rows;
    }

    /// <summary>The number of supernodes.</summary>
    public int Count => RowStarts.Length - 1;

    /// <summary>The first column of each supernode; one more entry than there are supernodes.</summary>
    public int[] FirstColumns { get; }

    /// <summary>The supernode of each column.</summary>
    public int[] SupernodeOfColumn { get; }

    /// <summary>Where each supernode's rows start in <see cref="Rows"/>.</summary>
    public int[] RowStarts { get; }

    /// <summary>The rows below each supernode's own columns, ascending.</summary>
    public int[] Rows { get; }

    public static SupernodePartition Build(EliminationTree tree)
    {
        var blocks = Blocks(tree);
        var (starts, rows) = BlockRows(tree, blocks);
        return Cut(blocks, starts, rows);
    }

    // First columns of the supernodes (and n at the end): exact ones, then relaxed by storing some zeros.
    private static int[] Blocks(EliminationTree tree)
    {
        var n = tree.Parent.Length;
        var parent = tree.Parent;
        var counts = tree.Counts;
        var first = new List<int>();
        for (var j = 0; j < n; j++)
        {
            if (j == 0 || parent[j - 1] != j || counts[j - 1] != counts[j] + 1)
            {
                first.Add(j);
            }
        }

        // Going down, each block may join the block that follows it if its parent column lies there. A merged block is
        // described at its first exact block: width, rows below, and zeros stored.
        var m = first.Count;
        first.Add(n);
        var width = new int[m];
        var zeros = new double[m];
        var joined = new bool[m + 1];
        for (var s = m - 1; s >= 0; s--)
        {
            width[s] = first[s + 1] - first[s];
            var last = first[s + 1] - 1;
            var next = s + 1;
            if (next == m || parent[last] < 0 || parent[last] >= first[next] + width[next])
            {
                continue;
            }

            var nextLast = first[next] + width[next] - 1;
            var below = counts[nextLast] - 1;
            var added = (double)width[s] * (width[next] + below - (counts[last] - 1)) + zeros[next];
            double w = width[s] + width[next];
            var total = w * (w + 1) / 2 + w * below;
            if (added <= AllowedZeros(w, below) * total)
            {
                joined[next] = true;
                width[s] += width[next];
                zeros[s] = added;
            }
        }

        var blocks = new List<int>();
        for (var s = 0; s < m; s++)
        {
            if (!joined[s])
            {
                blocks.Add(first[s]);
            }
        }

        blocks.Add(n);
        return [.. blocks];
    }

    // Narrow supernodes with few rows are cheap by themselves; others gain from being merged.
    private static double AllowedZeros(double width, int below) => width switch
    {
        <= 4 => below <= 8 ? 0.1 : 0.4,
        <= 16 => 0.3,
        <= 48 => 0.1,
        _ => 0.05,
    };

    private static (int[] Starts, int[] Rows) BlockRows(EliminationTree tree, int[] blocks)
    {
        var n = tree.Parent.Length;
        var m = blocks.Length - 1;
        var starts = new int[m + 1];
        for (var s = 0; s < m; s++)
        {
            starts[s + 1] = checked(starts[s] + tree.Counts[blocks[s + 1] - 1] - 1);
        }

        var blockOf = new int[n];
        for (var s = 0; s < m; s++)
        {
            blockOf.AsSpan(blocks[s]..blocks[s + 1]).Fill(s);
        }

        var rows = new int[starts[m]];
        var mark = new int[n];
        Array.Fill(mark, -1);
        var firstChild = new int[m];
        var sibling = new int[m];
        Array.Fill(firstChild, -1);
        for (var s = 0; s < m; s++)
        {
            var end = blocks[s + 1];
            var write = starts[s];
            for (var p = tree.ColumnStarts[blocks[s]]; p < tree.ColumnStarts[end]; p++)
            {
                AddRow(tree.Rows[p]);
            }

            for (var child = firstChild[s]; child >= 0; child = sibling[child])
            {
                for (var p = starts[child]; p < starts[child + 1]; p++)
                {
                    AddRow(rows[p]);
                }
            }

            var mine = rows.AsSpan(starts[s]..write);
            mine.Sort();
            if (!mine.IsEmpty)
            {
                var up = blockOf[mine[0]];
                sibling[s] = firstChild[up];
                firstChild[up] = s;
            }

            void AddRow(int row)
            {
                if (row >= end && mark[row] != s)
                {
                    mark[row] = s;
                    rows[write++] = row;
                }
            }
        }

        return (starts, rows);
    }

    private static SupernodePartition Cut(int[] blocks, int[] blockStarts, int[] blockRows)
    {
        var n = blocks[^1];
        var first = new List<int>(blocks.Length);
        var starts = new List<int>(blocks.Length) { 0 };
        var any = false;
        for (var s = 0; s + 1 < blocks.Length; s++)
        {
            var width = blocks[s + 1] - blocks[s];
            var below = blockStarts[s + 1] - blockStarts[s];
            var panels = width <= PanelWidth * 3 / 2 ? 1 : (width + PanelWidth - 1) / PanelWidth;
            any |= panels > 1;
            for (var k = 0; k < panels; k++)
            {
                var end = PanelEnd(width, panels, k);
                first.Add(blocks[s] + (k == 0 ? 0 : PanelEnd(width, panels, k - 1)));
                starts.Add(checked(starts[^1] + below + width - end));
            }
        }

        first.Add(n);
        int[] firstColumns = [.. first];
        int[] rowStarts = [.. starts];
        var rows = any ? CutRows(blocks, blockStarts, blockRows, firstColumns, rowStarts) : blockRows;
        var supernodeOf = new int[n];
        for (var s = 0; s + 1 < firstColumns.Length; s++)
        {
            supernodeOf.AsSpan(firstColumns[s]..firstColumns[s + 1]).Fill(s);
        }

        return new SupernodePartition(firstColumns, supernodeOf, rowStarts, rows);
    }

    // Where panel k of a block ends; multiples of 12, the height of the kernel's tile.
    private static int PanelEnd(int width, int panels, int k) =>
        k == panels - 1 ? width : (int)((long)width * (k + 1) / panels / 12 * 12);

    private static int[] CutRows(int[] blocks, int[] blockStarts, int[] blockRows, int[] first, int[] starts)
    {
        var rows = new int[starts[^1]];
        for (int s = 0, k = 0; s + 1 < blocks.Length; s++)
        {
            var end = blocks[s + 1];
            for (; k + 1 < first.Length && first[k] < end; k++)
            {
                var write = starts[k];
                for (var row = first[k + 1]; row < end; row++)
                {
                    rows[write++] = row;
                }

                blockRows.AsSpan(blockStarts[s]..blockStarts[s + 1]).CopyTo(rows.AsSpan(write));
            }
        }

        return rows;
    }
}
