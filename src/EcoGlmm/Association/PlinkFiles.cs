using System.Globalization;
using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>
/// PLINK's three files: genotypes in .bed, markers in .bim, individuals in .fam. The format is described at
/// https://www.cog-genomics.org/plink/1.9/formats.
/// </summary>
internal static class PlinkFiles
{
    /// <summary>Bytes of a .bed file before the first marker.</summary>
    public const int HeaderBytes = 3;

    // Magic numbers, and that genotypes stand marker by marker
    private static ReadOnlySpan<byte> Header => [0x6c, 0x1b, 0x01];

    /// <summary>Opens the three files, of which one is named.</summary>
    public static Genotypes Open(string path)
    {
        var prefix = Path.ChangeExtension(path, null);
        var bed = prefix + ".bed";
        var bim = prefix + ".bim";
        var fam = prefix + ".fam";
        foreach (var file in new[] { bed, bim, fam })
        {
            if (!File.Exists(file))
            {
                throw new GlmmException($"The file \"{file}\" does not exist. PLINK's genotypes are three files of one name, "
                    + ".bed, .bim and .fam, in one folder.");
            }
        }

        var (individuals, families) = ReadIndividuals(fam);
        var markers = ReadMarkers(bim);
        CheckHeader(bed, individuals.Length, markers.Count);
        return new Genotypes(Path.GetFileName(bed), individuals, markers,
            new GenotypeStore(bed, HeaderBytes, individuals.Length, markers.Count)) { FamiliesOfFile = families };
    }

    /// <summary>Writes genotypes as PLINK's three files.</summary>
    public static void Write(Genotypes genotypes, string path)
    {
        var prefix = Prefix(path);
        WriteNames(prefix, genotypes.Individuals, genotypes.Families, genotypes.Markers);
        AtomicFile.Write(prefix + ".bed", bed => WriteCalls(genotypes, bed));
    }

    /// <summary>Writes PLINK's three files as their genotypes come, and opens them.</summary>
    /// <param name="path">The name of the .bed file, or the three files' name without extension.</param>
    /// <param name="individuals">The individuals.</param>
    /// <param name="families">Their families.</param>
    /// <param name="markers">The markers, known once the genotypes are written.</param>
    /// <param name="write">Writes the genotypes behind the header, in any order.</param>
    public static Genotypes Write(string path, IReadOnlyList<string> individuals, IReadOnlyList<string> families,
        IReadOnlyList<Marker> markers, Action<Stream> write)
    {
        var prefix = Prefix(path);
        AtomicFile.Write(prefix + ".bed", bed =>
        {
            bed.Write(Header);
            write(bed);
        });
        WriteNames(prefix, individuals, families, markers);
        return Open(prefix + ".bed");
    }

    private static string Prefix(string path) =>
        path.EndsWith(".bed", StringComparison.OrdinalIgnoreCase) ? Path.ChangeExtension(path, null) : path;

    private static void WriteNames(string prefix, IReadOnlyList<string> individuals, IReadOnlyList<string> families,
        IReadOnlyList<Marker> markers)
    {
        AtomicFile.Write(prefix + ".fam", stream =>
        {
            using var fam = new StreamWriter(stream, leaveOpen: true);
            foreach (var (name, family) in individuals.Zip(families))
            {
                fam.Write($"{family}\t{name}\t0\t0\t0\t-9\n");
            }
        });
        AtomicFile.Write(prefix + ".bim", stream =>
        {
            using var bim = new StreamWriter(stream, leaveOpen: true);
            foreach (var m in markers)
            {
                bim.Write(string.Create(CultureInfo.InvariantCulture,
                    $"{m.Chromosome}\t{m.Name}\t0\t{m.Position}\t{m.EffectAllele}\t{m.OtherAllele}\n"));
            }
        });
    }

    /// <summary>Writes a .bed file.</summary>
    public static void WriteCalls(Genotypes genotypes, Stream bed)
    {
        bed.Write(Header);
        for (var j = 0; j < genotypes.Markers.Count; j++)
        {
            bed.Write(genotypes.Packed(j));
        }
    }

    private static (string[] Names, string[] Families) ReadIndividuals(string path)
    {
        var family = new List<string>();
        var names = new List<string>();
        var line = 0;
        foreach (var text in File.ReadLines(path))
        {
            line++;
            var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0)
            {
                continue;
            }

            if (fields.Length < 2)
            {
                throw Error(path, line, "needs at least a family and the name of an individual");
            }

            family.Add(fields[0]);
            names.Add(fields[1]);
        }

        // Names that recur in several families are told apart by the family.
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Count)
        {
            var both = names.Select((name, i) => family[i] + "_" + name).ToList();
            GenotypeNames.RefuseDuplicates(both, "individual", path);
            return ([.. both], [.. family]);
        }

        return names.Count > 0 ? ([.. names], [.. family]) : throw new GlmmException($"The file \"{path}\" has no individuals.");
    }

    private static List<Marker> ReadMarkers(string path)
    {
        var markers = new List<Marker>();
        var chromosomes = new Dictionary<string, string>(StringComparer.Ordinal);
        var (line, unnamed) = (0, false);
        Span<Range> fields = stackalloc Range[8];
        foreach (var text in File.ReadLines(path))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            var row = text.AsSpan().Trim();
            var count = row.SplitAny(fields, "\t ", StringSplitOptions.RemoveEmptyEntries);
            if (count != 6)
            {
                throw Error(path, line, $"has {Names.Count(count, "field")} instead of 6: chromosome, name, position in "
                    + "centimorgans, position in base pairs, and two alleles");
            }

            if (!long.TryParse(row[fields[3]], NumberStyles.Integer, CultureInfo.InvariantCulture, out var position))
            {
                throw Error(path, line, $"has the position \"{row[fields[3]]}\", which is not a whole number");
            }

            var chromosome = row[fields[0]].ToString();
            chromosome = chromosomes.TryGetValue(chromosome, out var known) ? known : chromosomes[chromosome] = chromosome;
            var name = row[fields[1]].ToString();
            markers.Add(new Marker(name, chromosome, position, GenotypeNames.Allele(row[fields[4]]), GenotypeNames.Allele(row[fields[5]])));
            unnamed |= markers[^1].IsUnnamed;
        }

        if (unnamed) GenotypeNames.NameByPosition(markers);
        GenotypeNames.RefuseDuplicates(markers.Select(m => m.Name), "marker", path);
        return markers.Count > 0 ? markers : throw new GlmmException($"The file \"{path}\" has no markers.");
    }

    private static void CheckHeader(string path, int individuals, int markers)
    {
        using var file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        var read = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        if (read < HeaderBytes || header[0] != 0x6c || header[1] != 0x1b)
        {
            throw new GlmmException($"The file \"{path}\" does not begin as a PLINK .bed file does (bytes 6c 1b). It may be another "
                + "kind of file, such as a BED file of genomic intervals, or it is damaged.");
        }

        if (header[2] != 1)
        {
            throw new GlmmException($"The file \"{path}\" holds its genotypes individual by individual, a layout that PLINK gave up "
                + "in 2009. Write it anew with plink --bfile … --make-bed.");
        }

        var expected = HeaderBytes + (long)markers * ((individuals + 3) / 4);
        if (file.Length != expected)
        {
            var way = file.Length < expected ? "it was cut short, as by an interrupted copy" : "something was written behind its end";
            throw new GlmmException($"The file \"{path}\" has {file.Length} bytes, but {individuals} individuals (.fam) and {markers} "
                + $"markers (.bim) take {expected}. Either {way}, or the three files do not "
                + "belong together: copy or make them again.");
        }
    }

    private static GlmmException Error(string path, int line, string what) => new($"Line {line} of \"{path}\" {what}.");
}
