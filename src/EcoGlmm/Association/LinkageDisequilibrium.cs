using System.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Squared correlations of markers' genotypes over the individuals that have a call at both, by counting bits: a marker is
/// three planes of bits, for one copy, for two, and for having a call.
/// </summary>
internal sealed class LinkageDisequilibrium
{
    private readonly Genotypes _genotypes;
    private readonly int[] _individuals;
    private readonly int _words;

    public LinkageDisequilibrium(Genotypes genotypes)
    {
        this._genotypes = genotypes;
        _individuals = [.. Enumerable.Range(0, genotypes.Individuals.Count).Select(genotypes.StoreIndividual)];
        _words = (_individuals.Length + 63) / 64;
    }

    /// <summary>The three planes of a marker, one after another.</summary>
    public ulong[] Planes(int marker)
    {
        var row = _genotypes.Row(marker);
        var planes = new ulong[3 * _words];
        for (var i = 0; i < _individuals.Length; i++)
        {
            var from = _individuals[i];
            var code = (row[from >> 2] >> (2 * (from & 3))) & 3;
            var bit = 1UL << (i & 63);
            var w = i >> 6;
            if (code == 2)
            {
                planes[w] |= bit;
            }

            if (code == 0)
            {
                planes[_words + w] |= bit;
            }

            if (code != 1)
            {
                planes[2 * _words + w] |= bit;
            }
        }

        return planes;
    }

    /// <summary>r² of two markers; 0 if one does not vary among those with a call at both.</summary>
    public double RSquared(ulong[] x, ulong[] y)
    {
        long n = 0;
        long oneX = 0;
        long twoX = 0;
        long oneY = 0;
        long twoY = 0;
        long products = 0;
        for (var w = 0; w < _words; w++)
        {
            var x1 = x[w];
            var x2 = x[_words + w];
            var y1 = y[w];
            var y2 = y[_words + w];
            var called = x[2 * _words + w] & y[2 * _words + w];
            n += BitOperations.PopCount(called);
            oneX += BitOperations.PopCount(x1 & called);
            twoX += BitOperations.PopCount(x2 & called);
            oneY += BitOperations.PopCount(y1 & called);
            twoY += BitOperations.PopCount(y2 & called);
            products += BitOperations.PopCount(x1 & y1) + 2 * (BitOperations.PopCount(x1 & y2) + BitOperations.PopCount(x2 & y1))
                + 4 * BitOperations.PopCount(x2 & y2);
        }

        var sumX = oneX + 2.0 * twoX;
        var sumY = oneY + 2.0 * twoY;
        var xx = n * (oneX + 4.0 * twoX) - sumX * sumX;
        var yy = n * (oneY + 4.0 * twoY) - sumY * sumY;
        var xy = n * (double)products - sumX * sumY;
        return xx > 0 && yy > 0 ? xy * xy / (xx * yy) : 0;
    }
}
