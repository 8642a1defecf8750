namespace EcoGlmm.Association;

/// <summary>
/// The markers of a scan in blocks, in the order of the file; where chromosomes are left out, each block is of one chromosome. The
/// blocks do not depend on threads or parts, so neither do the numbers.
/// </summary>
internal sealed class ScanBlocks
{
    // Numbers of a block of markers that a thread holds at most
    private const int MostNumbers = 4_000_000;
    private const int MostMarkers = 192;
    private const int FewestMarkers = 16;

    private readonly int[]? _order;

    private ScanBlocks(IReadOnlyList<(int Start, int Count)> blocks, int[]? order) => (All, _order) = (blocks, order);

    /// <summary>Each block's first turn and number of markers; <see cref="Marker"/> tells whose turn it is.</summary>
    public IReadOnlyList<(int Start, int Count)> All { get; }

    /// <summary>Whether the markers' turns are in the order of the genotypes.</summary>
    public bool IsInOrder => _order is null;

    /// <summary>The place among the genotypes of the marker whose turn it is.</summary>
    public int Marker(int turn) => _order is null ? turn : _order[turn];

    /// <summary>Markers of a block: fewer where there are many rows.</summary>
    public static int Size(int rows) => Math.Clamp(MostNumbers / Math.Max(1, rows) / 4 * 4, FewestMarkers, MostMarkers);

    /// <param name="markers">The genotypes.</param>
    /// <param name="rows">Rows of the scan.</param>
    /// <param name="byChromosome">
    /// Whether a block is of one chromosome. Chromosomes of a file that has its markers in another order are then brought together, in the
    /// order of their first markers: what they have in common is costly.
    /// </param>
    public static ScanBlocks Of(Genotypes markers, int rows, bool byChromosome)
    {
        var (list, size) = (markers.Markers, Size(rows));
        var order = byChromosome ? Gathered(list) : null;
        string? Chromosome(int turn) => byChromosome ? list[order is null ? turn : order[turn]].Chromosome : null;
        var blocks = new List<(int, int)>();
        var start = 0;
        for (var j = 1; j <= list.Count; j++)
        {
            if (j == list.Count || j - start == size || Chromosome(j) != Chromosome(start))
            {
                blocks.Add((start, j - start));
                start = j;
            }
        }

        return new ScanBlocks(blocks, order);
    }

    /// <summary>The blocks of one part, from 1 to parts: from the first up to, but without, the second.</summary>
    public (int From, int To) Part(int part, int parts) =>
        ((int)((long)All.Count * (part - 1) / parts), (int)((long)All.Count * part / parts));

    // null where each chromosome's markers already stand together
    private static int[]? Gathered(IReadOnlyList<Marker> markers)
    {
        var rank = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var marker in markers) rank.TryAdd(marker.Chromosome, rank.Count);
        var order = Enumerable.Range(0, markers.Count).OrderBy(j => rank[markers[j].Chromosome]).ToArray();
        return order.Select((place, turn) => place == turn).All(same => same) ? null : order;
    }
}
