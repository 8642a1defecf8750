namespace EcoGlmm.Association;

/// <summary>
/// The markers of a scan in blocks: consecutive markers of one chromosome, in the order of the file. The blocks do not depend
/// on threads or parts, so neither do the numbers.
/// </summary>
internal sealed class ScanBlocks
{
    // Numbers of a block of markers that a thread holds at most
    private const int MostNumbers = 4_000_000;
    private const int MostMarkers = 192;
    private const int FewestMarkers = 16;

    private ScanBlocks(IReadOnlyList<(int Start, int Count)> blocks) => All = blocks;

    /// <summary>Each block's first marker and number of markers.</summary>
    public IReadOnlyList<(int Start, int Count)> All { get; }

    /// <summary>Markers of a block: fewer where there are many rows.</summary>
    public static int Size(int rows) => Math.Clamp(MostNumbers / Math.Max(1, rows) / 4 * 4, FewestMarkers, MostMarkers);

    public static ScanBlocks Of(Genotypes markers, int size)
    {
        var blocks = new List<(int, int)>();
        var list = markers.Markers;
        var start = 0;
        for (var j = 1; j <= list.Count; j++)
        {
            if (j == list.Count || j - start == size || list[j].Chromosome != list[start].Chromosome)
            {
                blocks.Add((start, j - start));
                start = j;
            }
        }

        return new ScanBlocks(blocks);
    }

    /// <summary>The blocks of one part, from 1 to parts: from the first up to, but without, the second.</summary>
    public (int From, int To) Part(int part, int parts) =>
        ((int)((long)All.Count * (part - 1) / parts), (int)((long)All.Count * part / parts));
}
