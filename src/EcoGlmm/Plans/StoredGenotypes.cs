using System.Text;
using EcoGlmm.Association;

namespace EcoGlmm.Plans;

/// <summary>Genotypes in a plan: the calls as a .bed file, which is mapped and may be large, and the names beside it.</summary>
internal static class StoredGenotypes
{
    private const string Magic = "EcoGlmm genotypes 1";

    /// <summary>Writes the individuals and markers of a view, and no others.</summary>
    /// <returns>The names of the two files.</returns>
    public static (string Names, string Calls) Write(Genotypes markers, PlanFiles files)
    {
        var names = files.NewName("genotypes", "bin");
        files.Write(names, stream =>
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            writer.Write(Magic);
            writer.Write(markers.Source);
            writer.Write(markers.Individuals.Count);
            foreach (var name in markers.Individuals) writer.Write(name);
            writer.Write(markers.Markers.Count);
            foreach (var m in markers.Markers)
            {
                writer.Write(m.Name);
                writer.Write(m.Chromosome);
                writer.Write(m.Position);
                writer.Write(m.EffectAllele);
                writer.Write(m.OtherAllele);
            }
        });
        var calls = files.NewName("genotypes", "bed");
        files.Write(calls, stream => PlinkFiles.WriteCalls(markers, stream));
        return (names, calls);
    }

    /// <summary>Individuals and markers, without calls: for what is put together of results.</summary>
    public static Genotypes ReadNames(PlanFiles files, string names) => Read(files, names, (individuals, _) => new(individuals, []));

    /// <summary>The genotypes, of which the calls stay in their file.</summary>
    public static Genotypes Read(PlanFiles files, string names, string calls) => Read(files, names, (individuals, markers) =>
        new(files.PathOf(calls), PlinkFiles.HeaderBytes, individuals, markers));

    private static Genotypes Read(PlanFiles files, string file, Func<int, int, GenotypeStore> store) => files.Read(file, stream =>
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        if (reader.ReadString() != Magic)
            throw GlmmException.InFile($"The plan's file {file} is not one of this version of EcoGlmm.");
        var source = reader.ReadString();
        var individuals = new string[reader.ReadInt32()];
        for (var i = 0; i < individuals.Length; i++) individuals[i] = reader.ReadString();
        var markers = new Marker[reader.ReadInt32()];
        for (var j = 0; j < markers.Length; j++)
        {
            var (name, chromosome, position) = (reader.ReadString(), reader.ReadString(), reader.ReadInt64());
            markers[j] = new Marker(name, string.Intern(chromosome), position, string.Intern(reader.ReadString()),
                string.Intern(reader.ReadString()));
        }

        return new Genotypes(source, individuals, markers, store(individuals.Length, markers.Length));
    });
}
