using System.Runtime.InteropServices;
using System.Text;
using EcoGlmm.Association;

namespace EcoGlmm.Plans;

/// <summary>The sums over all markers that relationships are made of, in a plan: made once, for all parts.</summary>
internal static class StoredRelationships
{
    /// <summary>Numbers that are written or read at a time.</summary>
    private const int Piece = 1 << 20;

    /// <returns>The file's name; null where the relationships were given.</returns>
    public static string? Write(ScanRelationship relationship, PlanFiles files)
    {
        if (relationship.Summed is not { } summed) return null;
        var name = files.NewName("relationships", "bin");
        files.Write(name, stream =>
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            writer.Write(summed.MarkerCount);
            foreach (var (from, count) in Pieces(summed.Sum.Length)) writer.Write(MemoryMarshal.AsBytes(At(summed.Sum, from, count)));
        });
        return name;
    }

    public static ScanRelationship Read(PlanFiles files, string name, Genotypes markers, ScanOptions options)
    {
        using var stream = new FileStream(files.PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        Span<byte> count = stackalloc byte[sizeof(int)];
        stream.ReadExactly(count);
        var sum = new double[(long)markers.Individuals.Count * markers.Individuals.Count];
        foreach (var (from, length) in Pieces(sum.Length)) stream.ReadExactly(MemoryMarshal.AsBytes(At(sum, from, length)));
        return ScanRelationship.Of(markers, options, sum, BitConverter.ToInt32(count));
    }

    private static IEnumerable<(int From, int Count)> Pieces(int length)
    {
        for (var from = 0L; from < length; from += Piece) yield return ((int)from, (int)Math.Min(Piece, length - from));
    }

    private static Span<double> At(double[] values, int from, int count) => values.AsSpan(from, count);
}
