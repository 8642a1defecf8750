using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Sums z zᵀ over markers, where z are the centred (or centred and scaled) copies of the effect allele of all individuals;
/// a missing call counts as the mean. The products are taken by blocks of markers, which threads share by blocks of the
/// result, so that the bits do not depend on the number of threads.
/// </summary>
internal sealed unsafe class RelationshipSum
{
    private const int MarkersTogether = 512;
    private const int MarkersOfTask = 16;

    private readonly Genotypes _genotypes;
    private readonly bool _isStandardised;
    private readonly int _threads;
    private readonly GenotypeDecoder _decoder;

    public RelationshipSum(Genotypes genotypes, bool isStandardised, int threads)
    {
        (this._genotypes, this._isStandardised, this._threads) = (genotypes, isStandardised, threads);
        _decoder = genotypes.Decoder();
    }

    /// <summary>Adds markers to the lower triangle of a sum (column-major).</summary>
    /// <returns>How many markers were added: all but those at which everybody is alike.</returns>
    public int Add(IReadOnlyList<int> markers, double[] sum, CancellationToken cancellation, Action<int>? progress = null)
    {
        var n = _decoder.Count;
        var counted = markers.Select(j => (Marker: j, Counts: _genotypes.CountsAt(j))).Where(m => !m.Counts.IsMonomorphic).ToArray();
        var polymorphic = Array.ConvertAll(counted, m => m.Marker);
        if (!_isStandardised && counted.Sum(m => (double)m.Counts.Missing) <= AlleleProducts.MostMissing * n * (double)polymorphic.Length)
        {
            AddByWholeNumbers(polymorphic, Array.ConvertAll(counted, m => m.Counts), sum, cancellation, progress);
            return polymorphic.Length;
        }

        var storage = GC.AllocateUninitializedArray<double>(checked(n * MarkersTogether), pinned: true);
        var workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);
        fixed (double* z = storage, work = workspace, target = sum)
        {
            var matrix = z;
            var from = 0;
            var count = 0;
            var decoders = new WorkTeam(_threads, (_, task) =>
            {
                for (var k = task * MarkersOfTask; k < Math.Min(count, (task + 1) * MarkersOfTask); k++)
                {
                    Decode(polymorphic[from + k], new Span<double>(matrix + (long)k * n, n));
                }
            });
            var products = new BlockProduct(work, _threads > 1 ? new BlockProduct.Team(_threads) : null);
            for (; from < polymorphic.Length; from += MarkersTogether)
            {
                cancellation.ThrowIfCancellationRequested();
                count = Math.Min(MarkersTogether, polymorphic.Length - from);
                decoders.Run((count + MarkersOfTask - 1) / MarkersOfTask);
                products.Add(n, n, count, false, z, n, false, z, n, true, target, n, ProductShape.LowerResult);
                progress?.Invoke(count);
            }
        }

        return polymorphic.Length;
    }

    private void AddByWholeNumbers(int[] markers, GenotypeCounts[] counts, double[] sum, CancellationToken cancellation,
        Action<int>? progress)
    {
        var products = new AlleleProducts(_genotypes, sum, _threads);
        for (var from = 0; from < markers.Length; from += AlleleProducts.BlockMarkers)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(AlleleProducts.BlockMarkers, markers.Length - from);
            products.Add(markers[from..(from + count)], counts[from..(from + count)]);
            progress?.Invoke(count);
        }

        products.Finish();
    }

    private void Decode(int marker, Span<double> result)
    {
        var counts = _genotypes.CountsAt(marker);
        var mean = counts.Mean;
        var individuals = counts.Called + counts.Missing;

        // GEMMA's variance: over all individuals, a missing call being at the mean
        var scale = _isStandardised ? 1 / Math.Sqrt(counts.SumOfSquares / individuals) : 1;
        _decoder.Decode(_genotypes.Row(marker), (2 - mean) * scale, (1 - mean) * scale, -mean * scale, 0, result);
    }
}
