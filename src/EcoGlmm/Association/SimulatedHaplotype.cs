using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>A simulated chromosome of one parent: an allele in one bit, the first marker in the lowest.</summary>
internal static class SimulatedHaplotype
{
    /// <summary>Markers of a word.</summary>
    public const int Word = 64;

    /// <summary>Words that so many markers take.</summary>
    public static int Words(int markers) => (markers + Word - 1) / Word;

    /// <summary>A mosaic of pieces: within one, a latent number says which alleles it carries.</summary>
    /// <param name="random">The draws.</param>
    /// <param name="frequency">Of each marker's allele.</param>
    /// <param name="linkage">Chance that a piece goes on from one marker to the next.</param>
    public static ulong[] Ancestor(RandomStream random, double[] frequency, double linkage)
    {
        var haplotype = new ulong[Words(frequency.Length)];
        var piece = random.NextDouble();
        for (var j = 0; j < frequency.Length; j++)
        {
            if (random.NextDouble() >= linkage)
            {
                piece = random.NextDouble();
            }

            if (piece < frequency[j]) haplotype[j / Word] |= 1UL << (j % Word);
        }

        return haplotype;
    }

    /// <summary>What a parent hands on: crossovers on one Morgan are a Poisson process of one event on average.</summary>
    /// <param name="random">The draws.</param>
    /// <param name="first">One of the parent's two.</param>
    /// <param name="second">The other.</param>
    /// <param name="length">Markers of the chromosome.</param>
    public static ulong[] Gamete(RandomStream random, ulong[] first, ulong[] second, int length)
    {
        var gamete = new ulong[first.Length];
        var now = random.NextDouble() < 0.5 ? first : second;
        var next = -Math.Log(random.NextDouble()) * length;
        for (var from = 0; ;)
        {
            var to = (int)Math.Min(length, Math.Floor(next) + 1);
            Copy(now, gamete, from, to);
            if (to == length) return gamete;
            from = to;
            now = now == first ? second : first;
            next -= Math.Log(random.NextDouble()) * length;
        }
    }

    // Bits from one marker up to, but without, another
    private static void Copy(ulong[] source, ulong[] target, int from, int to)
    {
        for (var word = from / Word; word * Word < to; word++)
        {
            var mask = ulong.MaxValue;
            if (from > word * Word) mask &= ulong.MaxValue << (from - (word * Word));
            if (to < (word + 1) * Word) mask &= ~(ulong.MaxValue << (to - (word * Word)));
            target[word] |= source[word] & mask;
        }
    }
}
