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

    /// <summary>Writes copies of the effect allele, none for no call, a byte for each individual.</summary>
    /// <param name="row">The packed genotypes of a marker.</param>
    /// <param name="target"><see cref="Count"/> bytes.</param>
    public void Copies(ReadOnlySpan<byte> row, Span<byte> target)
    {
        const int copiesOfCodes = 0x0102;    // two copies for code 0, one for code 2, by bits of four
        if (chosen is not null)
        {
            for (var i = 0; i < chosen.Length; i++)
            {
                var individual = chosen[i];
                var code = (row[individual >> 2] >> (2 * (individual & 3))) & 3;
                target[i] = (byte)((copiesOfCodes >> (4 * code)) & 3);
            }

            return;
        }

        var fours = MemoryMarshal.Cast<byte, uint>(target);
        for (var b = 0; b < fours.Length; b++) fours[b] = FourCopies[row[b]];
        for (var i = 4 * fours.Length; i < individuals; i++)
        {
            target[i] = (byte)((copiesOfCodes >> (4 * ((row[i >> 2] >> (2 * (i & 3))) & 3))) & 3);
        }
    }

    /// <summary>Adds the places, among the individuals asked for, that have no call.</summary>
    public void AddMissing(ReadOnlySpan<byte> row, List<int> places)
    {
        if (chosen is not null)
        {
            for (var i = 0; i < chosen.Length; i++)
            {
                if (((row[chosen[i] >> 2] >> (2 * (chosen[i] & 3))) & 3) == Missing) places.Add(i);
            }

            return;
        }

        for (var b = 0; b < row.Length; b++)
        {
            // the lower bit of a code without the higher one
            var found = row[b] & ~(row[b] >> 1) & 0x55;
            for (; found != 0; found &= found - 1)
            {
                var i = (4 * b) + (System.Numerics.BitOperations.TrailingZeroCount(found) >> 1);
                if (i < individuals) places.Add(i);
            }
        }
    }

    private const int Missing = 1;

    /// <summary>Copies of four individuals, a byte each, by the byte that holds their codes.</summary>
    private static readonly uint[] FourCopies = [.. Enumerable.Range(0, 256).Select(codes => Enumerable.Range(0, 4)
        .Select(k => (codes >> (2 * k)) & 3).Select((code, k) => (code == 0 ? 2u : code == 2 ? 1u : 0) << (8 * k))
        .Aggregate((a, b) => a | b))];
}
