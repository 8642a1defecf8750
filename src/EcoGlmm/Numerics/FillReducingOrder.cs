namespace EcoGlmm.Numerics;

/// <summary>
/// The elimination order of a sparse symmetric matrix: first, in linear time, the rows that minimum degree would take
/// anyway (observation-level effects, units nested in few others), then approximate minimum degree for what is left; or,
/// where two crossed factors meet so often that the smaller one is full once the larger is gone, the larger one first.
/// </summary>
/// <remarks>
/// A million leaves hanging on a hundred levels would make minimum degree rescan the long list of each level at every
/// pivot. Leaves whose neighbours are all of far higher degree are therefore eliminated together, as in multiple
/// elimination (J. W. H. Liu, ACM Trans. Math. Softw. 11 (1985) 141-153); no two of them can be neighbours.
/// </remarks>
internal static class FillReducingOrder
{
    private const int LargestLeafDegree = 8;
    private const int NeighbourRatio = 4;

    /// <summary>The order: element k is the column to eliminate k-th.</summary>
    public static int[] Compute(SparsePattern pattern, CancellationToken cancellation = default)
    {
        var n = pattern.Order;
        var (pointers, neighbours) = Symmetrize(pattern);
        var order = new int[n];
        var done = 0;
        var names = new int[n];
        for (var i = 0; i < n; i++)
        {
            names[i] = i;
        }

        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var leaf = FindLeaves(pointers, neighbours, out var leaves);
            if (leaves == 0 || leaves < names.Length / 20)
            {
                break;
            }

            for (var i = 0; i < names.Length; i++)
            {
                if (leaf[i])
                {
                    order[done++] = names[i];
                }
            }

            names = Remove(leaf, names, ref pointers, ref neighbours);
        }

        var rest = CrossedFactors.TryOrder(pointers, neighbours) ?? ApproximateMinimumDegree.Order(pointers, neighbours, cancellation);
        foreach (var k in rest)
        {
            order[done++] = names[k];
        }

        return order;
    }

    /// <summary>The other rows that each row is linked to, of both triangles.</summary>
    internal static (int[] Pointers, int[] Neighbours) Symmetrize(SparsePattern pattern)
    {
        var n = pattern.Order;
        var pointers = new int[n + 1];
        for (var j = 0; j < n; j++)
        {
            pointers[j + 1] += pattern.ColumnPointers[j + 1] - pattern.ColumnPointers[j] - 1;
            for (var p = pattern.ColumnPointers[j] + 1; p < pattern.ColumnPointers[j + 1]; p++)
            {
                pointers[pattern.RowIndices[p] + 1]++;
            }
        }

        for (var j = 0; j < n; j++)
        {
            pointers[j + 1] += pointers[j];
        }

        var next = pointers.AsSpan(0, n).ToArray();
        var neighbours = new int[pointers[n]];
        for (var j = 0; j < n; j++)
        {
            for (var p = pattern.ColumnPointers[j] + 1; p < pattern.ColumnPointers[j + 1]; p++)
            {
                var i = pattern.RowIndices[p];
                neighbours[next[j]++] = i;
                neighbours[next[i]++] = j;
            }
        }

        return (pointers, neighbours);
    }

    private static bool[] FindLeaves(int[] pointers, int[] neighbours, out int count)
    {
        var n = pointers.Length - 1;
        var leaf = new bool[n];
        count = 0;
        for (var i = 0; i < n; i++)
        {
            var degree = pointers[i + 1] - pointers[i];
            if (degree > LargestLeafDegree)
            {
                continue;
            }

            // One neighbour costs no fill at all, so there it is enough that the two are not each other's leaf.
            var enough = degree == 1 ? 2 : NeighbourRatio * degree;
            var isLeaf = true;
            for (var p = pointers[i]; isLeaf && p < pointers[i + 1]; p++)
            {
                var j = neighbours[p];
                isLeaf = pointers[j + 1] - pointers[j] >= enough;
            }

            leaf[i] = isLeaf;
            count += isLeaf ? 1 : 0;
        }

        return leaf;
    }

    // The graph without the leaves, in which the neighbours of every leaf are linked to one another.
    private static int[] Remove(bool[] leaf, int[] names, ref int[] pointers, ref int[] neighbours)
    {
        var n = names.Length;
        var renamed = new int[n];
        var kept = 0;
        for (var i = 0; i < n; i++)
        {
            renamed[i] = leaf[i] ? -1 : kept++;
        }

        var keptNames = new int[kept];
        var mark = new int[kept];
        Array.Fill(mark, -1);
        var newPointers = new int[kept + 1];
        var newNeighbours = new int[neighbours.Length];
        var write = 0;
        for (var i = 0; i < n; i++)
        {
            var me = renamed[i];
            if (me < 0)
            {
                continue;
            }

            keptNames[me] = names[i];
            mark[me] = me;
            for (var p = pointers[i]; p < pointers[i + 1]; p++)
            {
                var j = neighbours[p];
                var from = leaf[j] ? pointers[j] : p;
                var to = leaf[j] ? pointers[j + 1] : p + 1;
                for (var q = from; q < to; q++)
                {
                    var other = renamed[neighbours[q]];
                    if (mark[other] != me)
                    {
                        mark[other] = me;
                        if (write == newNeighbours.Length)
                        {
                            Array.Resize(ref newNeighbours, 2 * write);
                        }

                        newNeighbours[write++] = other;
                    }
                }
            }

            newPointers[me + 1] = write;
        }

        Array.Resize(ref newNeighbours, write);
        pointers = newPointers;
        neighbours = newNeighbours;
        return keptNames;
    }
}
