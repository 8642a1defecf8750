using EcoGlmm.Association;

namespace EcoGlmm;

public sealed partial class Genotypes
{
    /// <summary>
    /// Markers that are not in close linkage disequilibrium with one another: in a window that slides along each chromosome,
    /// of each pair with r² above the limit the one with the rarer allele goes (PLINK's <c>--indep-pairwise</c>).
    /// </summary>
    /// <param name="rSquared">The largest r² that two neighbours may have.</param>
    /// <param name="window">Markers of a window.</param>
    /// <param name="step">By how many markers it moves on.</param>
    /// <returns>A view of the same file; markers at which everybody is alike are left out.</returns>
    /// <exception cref="GlmmException">A number is out of its range.</exception>
    public Genotypes Pruned(double rSquared = 0.2, int window = 50, int step = 5)
    {
        if (!(rSquared > 0 && rSquared <= 1) || window < 2 || step < 1)
        {
            throw new GlmmException("Pruning needs an r² between 0 and 1, a window of two markers or more, and a step of one or more.");
        }

        var kept = new bool[_markers.Length];
        var chromosomes = _markers.Select((m, j) => (m.Chromosome, j)).GroupBy(p => p.Chromosome, p => p.j).Select(g => g.ToArray())
            .ToArray();
        Parallel.ForEach(chromosomes, places => PruneChromosome(places, rSquared, window, step, kept));
        return AtMarkers([.. Enumerable.Range(0, kept.Length).Where(j => kept[j])]);
    }

    // The same as PLINK 1.9 does, except for pairs that rounding puts on the limit.
    private void PruneChromosome(int[] places, double rSquared, int window, int step, bool[] kept)
    {
        var linkage = new LinkageDisequilibrium(this);
        var polymorphic = Array.FindAll(places, j => !CountsAt(j).IsMonomorphic);
        var frequency = Array.ConvertAll(polymorphic, j => Math.Min(CountsAt(j).Frequency, 1 - CountsAt(j).Frequency));
        var planes = new ulong[polymorphic.Length][];
        var isGone = new bool[polymorphic.Length];
        for (var start = 0; start < polymorphic.Length; start += step)
        {
            var end = Math.Min(polymorphic.Length, start + window);
            for (var a = start; a < end; a++)
            {
                planes[a] ??= linkage.Planes(polymorphic[a]);
                for (var b = a + 1; b < end && !isGone[a]; b++)
                {
                    planes[b] ??= linkage.Planes(polymorphic[b]);
                    if (!isGone[b] && linkage.RSquared(planes[a], planes[b]) > rSquared)
                    {
                        var isFirstRarer = frequency[a] < frequency[b] * (1 - 1e-7);
                        isGone[isFirstRarer ? a : b] = true;
                    }
                }
            }

            for (var j = start; j < Math.Min(start + step, end); j++)
            {
                planes[j] = [];
            }

            if (end == polymorphic.Length)
            {
                break;
            }
        }

        for (var j = 0; j < polymorphic.Length; j++)
        {
            kept[polymorphic[j]] = !isGone[j];
        }
    }
}
