using System.Runtime.InteropServices;
using System.Text;

namespace EcoGlmm.Relationships;

/// <summary>What relates levels, and meshes, as files that read back to the bit, for the same version of the library.</summary>
internal static class StoredRelatedness
{
    private const string Magic = "EcoGlmm relatedness 1";

    /// <exception cref="GlmmException">It is of a kind that cannot be written.</exception>
    public static void Write(Relatedness relatedness, Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        switch (relatedness)
        {
            case Pedigree pedigree:
                var records = pedigree.Records;
                writer.Write(nameof(Pedigree));
                foreach (var names in new[] { records.Names, records.Added, records.Groups }) Write(writer, names);
                foreach (var numbers in new[] { records.Sires, records.Dams, records.SireGroups, records.DamGroups })
                    Write(writer, numbers);
                break;
            case PhylogeneticTree tree:
                var nodes = tree.Nodes;
                writer.Write(nameof(PhylogeneticTree));
                writer.Write(tree.Rule is { } of ? TreePrecision.Models.First(m => m.Value(nodes)?.GetType() == of.GetType()).Key : "");
                Write(writer, nodes.Names);
                Write(writer, nodes.Parents);
                Write(writer, nodes.Lengths);
                Write(writer, nodes.Tips);
                writer.Write(nodes.ZeroLengths);
                break;
            case RelationshipMatrix matrix:
                writer.Write(nameof(RelationshipMatrix));
                Write(writer, [.. matrix.Names]);
                if (matrix.Entries is SparseEntries sparse)
                {
                    var lower = sparse.Lower().ToArray();
                    writer.Write(true);
                    Write(writer, Array.ConvertAll(lower, e => e.Row));
                    Write(writer, Array.ConvertAll(lower, e => e.Column));
                    Write(writer, Array.ConvertAll(lower, e => e.Value));
                }
                else
                {
                    writer.Write(false);
                    Write(writer, ((DenseEntries)matrix.Entries).Values);
                }

                break;
            default:
                throw new GlmmException($"A {relatedness.Noun} of this kind cannot be written to a file.");
        }
    }

    public static void Write(Mesh mesh, Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(nameof(Mesh));
        var (x, y, corners) = mesh.Stored;
        Write(writer, x);
        Write(writer, y);
        Write(writer, corners);
    }

    /// <summary>A pedigree, a tree, a relationship matrix or a mesh.</summary>
    /// <exception cref="GlmmException">The stream holds something else, or ends too early.</exception>
    public static object Read(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            if (reader.ReadString() != Magic) throw new InvalidDataException("it does not begin as such a file does");
            switch (reader.ReadString())
            {
                case nameof(Pedigree):
                    string[] names = Texts(reader), added = Texts(reader), groups = Texts(reader);
                    int[] sires = Numbers<int>(reader), dams = Numbers<int>(reader);
                    return Pedigree.Of(new PedigreeRecords(names, sires, dams, added, groups, Numbers<int>(reader), Numbers<int>(reader)));
                case nameof(PhylogeneticTree):
                    var rule = reader.ReadString();
                    var tree = PhylogeneticTree.Of(TreeNodes.Of(Texts(reader), Numbers<int>(reader), Numbers<double>(reader),
                        Numbers<int>(reader), reader.ReadInt32()));
                    return rule.Length == 0 ? tree : tree.Evolving(rule);
                case nameof(RelationshipMatrix):
                    var levels = Texts(reader);
                    if (!reader.ReadBoolean())
                        return RelationshipMatrix.Of(new DenseEntries(Numbers<double>(reader), levels.Length), levels);
                    int[] rows = Numbers<int>(reader), columns = Numbers<int>(reader);
                    var values = Numbers<double>(reader);
                    return RelationshipMatrix.Of(new SparseEntries(levels.Length,
                        [.. rows.Select((row, k) => (row, columns[k], values[k]))]), levels);
                case nameof(Mesh):
                    return Mesh.Of(Numbers<double>(reader), Numbers<double>(reader), Numbers<int>(reader));
                default:
                    throw new InvalidDataException("it is of an unknown kind");
            }
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or IndexOutOfRangeException or OverflowException)
        {
            throw GlmmException.InFile($"The file holds no relationships of EcoGlmm, or is damaged: {e.Message}", e);
        }
    }

    private static void Write(BinaryWriter writer, string[] texts)
    {
        writer.Write(texts.Length);
        foreach (var text in texts) writer.Write(text);
    }

    private static void Write<T>(BinaryWriter writer, T[] numbers) where T : struct
    {
        writer.Write(numbers.Length);
        writer.Write(MemoryMarshal.AsBytes<T>(numbers));
    }

    private static string[] Texts(BinaryReader reader)
    {
        var texts = new string[reader.ReadInt32()];
        for (var k = 0; k < texts.Length; k++) texts[k] = reader.ReadString();
        return texts;
    }

    private static T[] Numbers<T>(BinaryReader reader) where T : struct
    {
        var numbers = new T[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }
}
