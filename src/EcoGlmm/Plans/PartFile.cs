using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>
/// The result of one part, or of all together, as a file: which plan and which replicates it is of, their numbers, and a digest over all of
/// it, so that one that was cut off, damaged or made for another plan is known as such.
/// </summary>
/// <param name="From">The first replicate, from 0.</param>
/// <param name="Replicates">The numbers of each replicate.</param>
/// <param name="VectorBits">The width of the processor's vectors, with which sums are added up in another order.</param>
internal sealed record PartFile(int From, double[][] Replicates, int VectorBits)
{
    private const int DigestLength = 32;

    private static readonly byte[] Magic = "EcoGlmm part 1\n\0"u8.ToArray();

    /// <summary>The width of this processor's vectors.</summary>
    public static int OwnVectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Writes the file whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(string path, byte[] plan) => AtomicFile.Write(path, stream =>
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(plan);
            writer.Write(VectorBits);
            writer.Write(From);
            writer.Write(Replicates.Length);
            foreach (var numbers in Replicates)
            {
                writer.Write(numbers.Length);
                writer.Write(MemoryMarshal.AsBytes<double>(numbers));
            }
        }

        content.Position = 0;
        var digest = SHA256.HashData(content);
        content.WriteTo(stream);
        stream.Write(digest);
    });

    /// <summary>Reads a file; null and the reason where it is not what it should be.</summary>
    /// <param name="path">The file, which exists.</param>
    /// <param name="plan">The digest of the plan it should be of.</param>
    /// <param name="from">The first replicate it should hold.</param>
    /// <param name="count">The number of replicates it should hold.</param>
    public static (PartFile? File, string? Fault) Read(string path, byte[] plan, int from, int count)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"it cannot be read: {e.Message}");
        }

        if (bytes.Length < Magic.Length || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            return (null, "it is not a result of EcoGlmm");
        var end = bytes.Length - DigestLength;
        if (end < Magic.Length || !SHA256.HashData(bytes.AsSpan(0, end)).AsSpan().SequenceEqual(bytes.AsSpan(end)))
            return (null, "it was cut off or damaged");
        using var reader = new BinaryReader(new MemoryStream(bytes, Magic.Length, end - Magic.Length));
        if (!reader.ReadBytes(plan.Length).AsSpan().SequenceEqual(plan)) return (null, "it is the result of another plan");
        var bits = reader.ReadInt32();
        if (reader.ReadInt32() != from || reader.ReadInt32() != count) return (null, "it is the result of another part");
        var replicates = new double[count][];
        for (var r = 0; r < count; r++)
        {
            var numbers = replicates[r] = new double[reader.ReadInt32()];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        }

        return (new PartFile(from, replicates, bits), null);
    }
}
