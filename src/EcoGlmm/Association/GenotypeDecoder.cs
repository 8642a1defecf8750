using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EcoGlmm.Association;

/// <summary>
/// Turns packed genotypes into numbers: one value for each of the four codes, for all individuals or for chosen ones, in
/// the order chosen.
/// </summary>
/// <param name="chosen">Indices of individuals in the file; null for all of them.</param>
/// <param name="individuals">How many individuals the file has.</param>
internal sealed unsafe class GenotypeDecoder(int[]? chosen, int individuals)
{
    /// <summary>How many numbers a marker gives.</summary>
    public int Count { get; } = chosen?.Length ?? individuals;

    /// <summary>Writes a number for each individual.</summary>
    /// <param name="row">The packed genotypes of a marker.</param>
    /// <param name="two">The number for two copies of the effect allele.</param>
    /// <param name="one">For one copy.</param>
    /// <param name="none">For none.</param>
    /// <param name="missing">For no call.</param>
    /// <param name="result"><see cref="Count"/> numbers.</param>
    [SkipLocalsInit]
    public void Decode(ReadOnlySpan<byte> row, double two, double one, double none, double missing, Span<double> result)
    {
        Span<double> value = [two, missing, one, none];
        if (chosen is not null)
        {
            for (var i = 0; i < chosen.Length; i++)
            {
                var individual = chosen[i];
                result[i] = value[(row[individual >> 2] >> (2 * (individual & 3))) & 3];
            }

            return;
        }

        // pairs of genotypes by the four bits that hold them
        Span<double> pairs = stackalloc double[32];
        for (var k = 0; k < 16; k++)
        {
            pairs[2 * k] = value[k & 3];
            pairs[2 * k + 1] = value[k >> 2];
        }

        var table = MemoryMarshal.Cast<double, System.Runtime.Intrinsics.Vector128<double>>(pairs);
        var whole = individuals / 4;
        var target = MemoryMarshal.Cast<double, System.Runtime.Intrinsics.Vector128<double>>(result[..(4 * whole)]);
        for (var b = 0; b < whole; b++)
        {
            int code = row[b];
            target[2 * b] = table[code & 15];
            target[2 * b + 1] = table[code >> 4];
        }

        for (var i = 4 * whole; i < individuals; i++)
        {
            result[i] = value[(row[i >> 2] >> (2 * (i & 3))) & 3];
        }
    }

    /// <summary>Writes copies of the effect allele, none for no call, to every so many bytes.</summary>
    /// <param name="row">The packed genotypes of a marker.</param>
    /// <param name="target">The first individual's byte.</param>
    /// <param name="step">Bytes from one individual to the next.</param>
    public void Copies(ReadOnlySpan<byte> row, byte* target, int step)
    {
        const int copiesOfCodes = 0x0102;    // two copies for code 0, one for code 2, by bits of four
        if (chosen is not null)
        {
            for (var i = 0; i < chosen.Length; i++)
            {
                var individual = chosen[i];
                var code = (row[individual >> 2] >> (2 * (individual & 3))) & 3;
                target[(long)i * step] = (byte)((copiesOfCodes >> (4 * code)) & 3);
            }

            return;
        }

        for (var i = 0; i < individuals; i += 4)
        {
            int codes = row[i >> 2];
            for (var k = 0; k < Math.Min(4, individuals - i); k++, codes >>= 2)
            {
                target[(long)(i + k) * step] = (byte)((copiesOfCodes >> (4 * (codes & 3))) & 3);
            }
        }
    }
}
