namespace EcoGlmm.Numerics;

/// <summary>
/// The order of two crossed factors that leave nothing sparse: all levels of the larger one, which are independent, then those of the
/// smaller one, which are full by then. Minimum degree finds about as many operations after much longer.
/// </summary>
internal static class CrossedFactors
{
    /// <summary>Levels of the larger factor that two of the smaller one have in common, on average, so that nearly all have one.</summary>
    private const int CommonLevels = 8;

    /// <summary>Rows linked to one in so many of all belong to a factor of few levels, and go last.</summary>
    private const int HubShare = 4;

    private const sbyte Hub = 2;

    /// <summary>The order, or null where the graph is not of this kind.</summary>
    /// <param name="pointers">Where the neighbours of each row begin.</param>
    /// <param name="neighbours">The other rows that each is linked to.</param>
    public static int[]? TryOrder(int[] pointers, int[] neighbours)
    {
        var n = pointers.Length - 1;
        if (Sides(pointers, neighbours) is not { } side) return null;
        var eliminated = side.Count(s => s == 0) >= side.Count(s => s == 1) ? 0 : 1;
        var (kept, common) = (0L, 0.0);
        for (var i = 0; i < n; i++)
        {
            double degree = pointers[i + 1] - pointers[i];
            if (side[i] == eliminated) common += degree * degree;
            else kept++;
        }

        if (kept == 0 || common < CommonLevels * (double)kept * kept) return null;
        return [.. Enumerable.Range(0, n).OrderBy(i => side[i] == eliminated ? 0 : side[i] == Hub ? 2 : 1)];
    }

    /// <summary>0 and 1 so that no two of a side are linked; null where that cannot be.</summary>
    private static sbyte[]? Sides(int[] pointers, int[] neighbours)
    {
        var n = pointers.Length - 1;
        var (side, queue) = (new sbyte[n], new Queue<int>());
        for (var i = 0; i < n; i++) side[i] = pointers[i + 1] - pointers[i] > n / HubShare ? Hub : (sbyte)-1;
        for (var start = 0; start < n; start++)
        {
            if (side[start] >= 0) continue;
            side[start] = 0;
            queue.Enqueue(start);
            while (queue.TryDequeue(out var i))
            {
                foreach (var j in neighbours.AsSpan(pointers[i]..pointers[i + 1]))
                {
                    if (side[j] == side[i]) return null;
                    if (side[j] >= 0) continue;
                    side[j] = (sbyte)(1 - side[i]);
                    queue.Enqueue(j);
                }
            }
        }

        return side;
    }
}
