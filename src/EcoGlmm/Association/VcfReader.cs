using System.Globalization;
using System.IO.Compression;
using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>
/// Variant Call Format (The Variant Call Format Specification, version 4.3), plain or compressed by blocks (bgzip). The
/// genotypes (GT) of variants with two alleles are kept, two bits each; the alternative allele is counted.
/// </summary>
internal static class VcfReader
{
    private const int FirstSample = 9;

    public static Genotypes Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new GlmmException($"The file \"{path}\" does not exist.");
        }

        try
        {
            using var file = File.OpenRead(path);
            var isCompressed = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
            if (isCompressed && LacksItsEnd(file))
            {
                throw new GlmmException($"The file \"{path}\" lacks the mark that bgzip puts at the end: it was cut short, as by an "
                    + "interrupted copy. Copy or make it again.");
            }

            file.Position = 0;
            using var reader = new StreamReader(isCompressed ? new GZipStream(file, CompressionMode.Decompress) : file);
            return Read(reader, path);
        }
        catch (InvalidDataException damaged)
        {
            throw new GlmmException($"The file \"{path}\" cannot be decompressed, it is damaged or incomplete: {damaged.Message}", damaged);
        }
    }

    // Files in blocks (BGZF) have a field "BC" in their heading and end with an empty block.
    private static bool LacksItsEnd(FileStream file)
    {
        ReadOnlySpan<byte> end =
            [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Span<byte> read = stackalloc byte[end.Length];
        file.Position = 0;
        if (file.ReadAtLeast(read, end.Length, throwOnEndOfStream: false) < end.Length || read[3] != 4
            || !read[12..14].SequenceEqual(end[12..14]))
        {
            return false;
        }

        file.Position = file.Length - end.Length;
        file.ReadExactly(read);
        return !read.SequenceEqual(end);
    }

    private static Genotypes Read(StreamReader reader, string path)
    {
        string[]? individuals = null;
        var markers = new List<Marker>();
        var rows = new List<byte[]>();
        var skipped = 0;
        var line = 0;
        while (reader.ReadLine() is { } text)
        {
            line++;
            if (text.StartsWith("##", StringComparison.Ordinal) || text.Length == 0)
            {
                continue;
            }

            if (text[0] == '#')
            {
                individuals = [.. text.Split('\t').Skip(FirstSample)];
                GenotypeNames.RefuseDuplicates(individuals, "individual", path);
                continue;
            }

            if (individuals is null)
            {
                throw Error(path, line, "comes before the heading #CHROM; this is not a VCF file");
            }

            skipped += TryAdd(text, individuals.Length, markers, rows, path, line) ? 0 : 1;
        }

        if (individuals is null || rows.Count == 0)
        {
            throw new GlmmException($"The file \"{path}\" has no genotypes of variants with two alleles.");
        }

        GenotypeNames.RefuseDuplicates(markers.Select(m => m.Name), "marker", path);
        return new Genotypes(Path.GetFileName(path), individuals, markers, new GenotypeStore(individuals.Length, rows))
        {
            Note = skipped == 0 ? null : $"{Names.Count(skipped, "variant")} with more than two alleles or without genotypes left out",
        };
    }

    private static bool TryAdd(string text, int individuals, List<Marker> markers, List<byte[]> rows, string path, int line)
    {
        var fields = text.Split('\t', FirstSample + 1);
        if (fields.Length <= FirstSample)
        {
            throw Error(path, line, $"has {Names.Count(fields.Length, "field")}, too few for genotypes");
        }

        if (!long.TryParse(fields[1], NumberStyles.Integer, CultureInfo.InvariantCulture, out var position))
        {
            throw Error(path, line, $"has the position \"{fields[1]}\", which is not a whole number");
        }

        if (fields[4].Contains(',') || fields[4] == "." || !(fields[8] == "GT" || fields[8].StartsWith("GT:", StringComparison.Ordinal)))
        {
            return false;
        }

        var row = GenotypeStore.NewRow(individuals);
        var i = 0;
        for (var start = 0; start <= fields[FirstSample].Length; i++)
        {
            var end = fields[FirstSample].IndexOf('\t', start);
            end = end < 0 ? fields[FirstSample].Length : end;
            if (i < individuals)
            {
                GenotypeStore.Set(row, i, Copies(fields[FirstSample].AsSpan(start, end - start)));
            }

            start = end + 1;
        }

        if (i != individuals)
        {
            throw Error(path, line, $"has the genotypes of {i} individuals, but the heading names {individuals}; the file may be "
                + "cut short");
        }

        var name = fields[2] == "." ? $"{fields[0]}:{position}:{fields[3]}:{fields[4]}" : fields[2];
        markers.Add(new Marker(name, fields[0], position, GenotypeNames.Allele(fields[4]), GenotypeNames.Allele(fields[3])));
        rows.Add(row);
        return true;
    }

    // "0/1", "1|1", "./.", or one allele alone, as males have of an X chromosome: it counts as two like ones.
    private static int Copies(ReadOnlySpan<char> sample)
    {
        var end = sample.IndexOf(':');
        var genotype = end < 0 ? sample : sample[..end];
        int Allele(char c) => c switch { '0' => 0, '1' => 1, _ => -1 };
        if (genotype.Length == 1)
        {
            var only = Allele(genotype[0]);
            return only < 0 ? -1 : 2 * only;
        }

        if (genotype.Length != 3)
        {
            return -1;
        }

        var first = Allele(genotype[0]);
        var second = Allele(genotype[2]);
        return first < 0 || second < 0 ? -1 : first + second;
    }

    private static GlmmException Error(string path, int line, string what) => new($"Line {line} of \"{path}\" {what}.");
}
