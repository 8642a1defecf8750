using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Association;

/// <summary>The simulated herd in datasets, and what GEMMA and PLINK say of it (tests/reference/genomes.R).</summary>
internal static class Herd
{
    public static JsonElement Reference { get; } = Read();

    public static string Path(string ending) => System.IO.Path.Combine(ReferenceFit.RepositoryFolder, "datasets", "herd" + ending);

    public static Genotypes Open() => Genotypes.Open(Path(".bed"));

    public static FieldData Data() => FieldData.ReadCsv(Path(".csv"));

    public static double[] Numbers(this JsonElement element, params string[] path) =>
        [.. Find(element, path).EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number ? v.GetDouble() : double.NaN)];

    public static string[] Texts(this JsonElement element, params string[] path) => [.. Find(element, path).EnumerateArray()
        .Select(v => v.GetString()!)];

    /// <summary>A folder of one test's own, which goes with it.</summary>
    public sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("herd");

        public string File(string name) => System.IO.Path.Combine(_folder.FullName, name);

        /// <summary>Copies of the herd's three files.</summary>
        public string Copy()
        {
            foreach (var ending in new[] { ".bed", ".bim", ".fam" })
            {
                System.IO.File.Copy(Path(ending), File("herd" + ending), overwrite: true);
            }

            return File("herd.bed");
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }

    private static JsonElement Find(JsonElement element, string[] path) => path.Aggregate(element, (e, name) => e.GetProperty(name));

    private static JsonElement Read()
    {
        using var stream = File.OpenRead(System.IO.Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "genomes.json"));
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
