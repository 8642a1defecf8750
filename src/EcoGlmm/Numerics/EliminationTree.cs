namespace EcoGlmm.Numerics;

/// <summary>
/// The elimination tree of a permuted sparse symmetric matrix and the column counts of its Cholesky factor: J. W. H. Liu,
/// "The role of elimination trees in sparse factorization", SIAM J. Matrix Anal. Appl. 11 (1990) 134-172; T. A. Davis,
/// Direct Methods for Sparse Linear Systems (SIAM, 2006), chapter 4.
/// </summary>
internal sealed class EliminationTree
{
    private EliminationTree(int[] permutation, int[] inverse, int[] parent, int[] counts, int[] columnStarts, int[] rows)
    {
        Permutation = permutation;
        Inverse = inverse;
        Parent = parent;
        Counts = counts;
        ColumnStarts = columnStarts;
        Rows = rows;
    }

    /// <summary>The original index of each permuted column; the columns are in postorder of the tree.</summary>
    public int[] Permutation { get; }

    /// <summary>The permuted column of each original index.</summary>
    public int[] Inverse { get; }

    /// <summary>The parent of each permuted column, -1 for a root.</summary>
    public int[] Parent { get; }

    /// <summary>The number of nonzeros of each column of the factor, the diagonal included.</summary>
    public int[] Counts { get; }

    /// <summary>Where each permuted column starts in <see cref="Rows"/>.</summary>
    public int[] ColumnStarts { get; }

    /// <summary>The rows below the diagonal of the permuted matrix, column by column, ascending.</summary>
    public int[] Rows { get; }

    /// <summary>Builds the tree of a pattern eliminated in the given order, and refines that order to a postorder.</summary>
    public static EliminationTree Build(SparsePattern pattern, int[] order)
    {
        var n = pattern.Order;
        var inverse = Invert(order);
        var (starts, columns) = RowLists(pattern, inverse);
        var parent = Parents(starts, columns);
        var postorder = Postorder(parent);

        var permutation = new int[n];
        var place = Invert(postorder);
        var newParent = new int[n];
        for (var k = 0; k < n; k++)
        {
            permutation[k] = order[postorder[k]];
            var up = parent[postorder[k]];
            newParent[k] = up < 0 ? -1 : place[up];
        }

        var newInverse = Invert(permutation);
        (starts, columns) = RowLists(pattern, newInverse);
        var counts = ColumnCounts(starts, columns, newParent);
        var (columnStarts, rows) = Transpose(starts, columns);
        return new EliminationTree(permutation, newInverse, newParent, counts, columnStarts, rows);
    }

    // For each permuted row, its columns left of the diagonal.
    private static (int[] Starts, int[] Columns) RowLists(SparsePattern pattern, int[] inverse)
    {
        var n = pattern.Order;
        var starts = new int[n + 1];
        var pointers = pattern.ColumnPointers;
        var rowIndices = pattern.RowIndices;
        for (var j = 0; j < n; j++)
        {
            var b = inverse[j];
            for (var p = pointers[j] + 1; p < pointers[j + 1]; p++)
            {
                starts[Math.Max(inverse[rowIndices[p]], b) + 1]++;
            }
        }

        for (var i = 0; i < n; i++)
        {
            starts[i + 1] += starts[i];
        }

        var next = starts.AsSpan(0, n).ToArray();
        var columns = new int[starts[n]];
        for (var j = 0; j < n; j++)
        {
            var b = inverse[j];
            for (var p = pointers[j] + 1; p < pointers[j + 1]; p++)
            {
                var a = inverse[rowIndices[p]];
                columns[next[Math.Max(a, b)]++] = Math.Min(a, b);
            }
        }

        return (starts, columns);
    }

    // Liu's algorithm with path compression.
    private static int[] Parents(int[] starts, int[] columns)
    {
        var n = starts.Length - 1;
        var parent = new int[n];
        var ancestor = new int[n];
        for (var i = 0; i < n; i++)
        {
            parent[i] = ancestor[i] = -1;
            for (var p = starts[i]; p < starts[i + 1]; p++)
            {
                var k = columns[p];
                while (k != -1 && k < i)
                {
                    var up = ancestor[k];
                    ancestor[k] = i;
                    if (up == -1)
                    {
                        parent[k] = i;
                    }

                    k = up;
                }
            }
        }

        return parent;
    }

    private static int[] Postorder(int[] parent)
    {
        var n = parent.Length;
        var firstChild = new int[n];
        var sibling = new int[n];
        Array.Fill(firstChild, -1);
        var firstRoot = -1;
        for (var j = n - 1; j >= 0; j--)
        {
            ref var head = ref (parent[j] < 0 ? ref firstRoot : ref firstChild[parent[j]]);
            sibling[j] = head;
            head = j;
        }

        var order = new int[n];
        var done = 0;
        for (var root = firstRoot; root >= 0; root = sibling[root])
        {
            var j = root;
            while (true)
            {
                while (firstChild[j] >= 0)
                {
                    var child = firstChild[j];
                    firstChild[j] = sibling[child];
                    j = child;
                }

                order[done++] = j;
                if (j == root)
                {
                    break;
                }

                j = parent[j];
            }
        }

        return order;
    }

    // The nonzeros of row i of the factor are the columns met when climbing the tree from each nonzero of row i of A.
    private static int[] ColumnCounts(int[] starts, int[] columns, int[] parent)
    {
        var n = parent.Length;
        var counts = new int[n];
        var mark = new int[n];
        for (var i = 0; i < n; i++)
        {
            counts[i]++;
            mark[i] = i;
            for (var p = starts[i]; p < starts[i + 1]; p++)
            {
                for (var k = columns[p]; mark[k] != i; k = parent[k])
                {
                    counts[k]++;
                    mark[k] = i;
                }
            }
        }

        return counts;
    }

    private static (int[] Starts, int[] Rows) Transpose(int[] starts, int[] columns)
    {
        var n = starts.Length - 1;
        var columnStarts = new int[n + 1];
        foreach (var k in columns)
        {
            columnStarts[k + 1]++;
        }

        for (var k = 0; k < n; k++)
        {
            columnStarts[k + 1] += columnStarts[k];
        }

        var next = columnStarts.AsSpan(0, n).ToArray();
        var rows = new int[columns.Length];
        for (var i = 0; i < n; i++)
        {
            for (var p = starts[i]; p < starts[i + 1]; p++)
            {
                rows[next[columns[p]]++] = i;
            }
        }

        return (columnStarts, rows);
    }

    private static int[] Invert(int[] order)
    {
        var inverse = new int[order.Length];
        for (var k = 0; k < order.Length; k++)
        {
            inverse[order[k]] = k;
        }

        return inverse;
    }
}
