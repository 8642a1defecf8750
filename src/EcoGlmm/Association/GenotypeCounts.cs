using System.Buffers.Binary;
using System.Numerics;

namespace EcoGlmm.Association;

/// <summary>How many individuals have two, one and no copies of the effect allele, or no call.</summary>
internal readonly record struct GenotypeCounts(int Two, int One, int None, int Missing)
{
    private const ulong LowBits = 0x5555555555555555;

    public int Called => Two + One + None;

    /// <summary>Frequency of the effect allele; NaN if nobody has a call.</summary>
    public double Frequency => (2.0 * Two + One) / (2.0 * Called);

    /// <summary>Mean number of copies.</summary>
    public double Mean => (2.0 * Two + One) / Called;

    /// <summary>Whether all calls are alike.</summary>
    public bool IsMonomorphic => Two == Called || One == Called || None == Called;

    /// <summary>Sum over those with a call of the squared deviation from the mean.</summary>
    public double SumOfSquares
    {
        get
        {
            var mean = Mean;
            return Called == 0 ? 0 : 4.0 * Two + One - Called * mean * mean;
        }
    }

    /// <summary>A mask with a bit in the lower of the two places of each chosen individual.</summary>
    public static ulong[] Mask(int individuals, ReadOnlySpan<int> chosen)
    {
        var mask = new ulong[(individuals + 31) / 32];
        foreach (var i in chosen)
        {
            mask[i >> 5] |= 1UL << (2 * (i & 31));
        }

        return mask;
    }

    /// <summary>Counts packed genotypes where the mask says so.</summary>
    public static GenotypeCounts Of(ReadOnlySpan<byte> row, ReadOnlySpan<ulong> mask)
    {
        var two = 0;
        var one = 0;
        var none = 0;
        var missing = 0;
        for (var w = 0; w < mask.Length; w++)
        {
            var word = Word(row, w);
            var low = word & LowBits;
            var high = (word >> 1) & LowBits;
            var chosen = mask[w];
            none += BitOperations.PopCount(low & high & chosen);
            one += BitOperations.PopCount(high & ~low & chosen);
            missing += BitOperations.PopCount(low & ~high & chosen);
            two += BitOperations.PopCount(~low & ~high & chosen);
        }

        return new GenotypeCounts(two, one, none, missing);
    }

    private static ulong Word(ReadOnlySpan<byte> row, int w)
    {
        var from = 8 * w;
        if (from + 8 <= row.Length)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(row[from..]);
        }

        ulong word = 0;
        for (var b = from; b < row.Length; b++)
        {
            word |= (ulong)row[b] << (8 * (b - from));
        }

        return word;
    }
}
