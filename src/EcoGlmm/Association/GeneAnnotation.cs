using System.Collections;
using System.Globalization;
using System.IO.Compression;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A gene on a chromosome.</summary>
/// <param name="Name">Its name, or its ID where it has none.</param>
/// <param name="Chromosome">The chromosome or scaffold.</param>
/// <param name="Start">Its first base pair, counted from 1.</param>
/// <param name="End">Its last base pair.</param>
public sealed record Gene(string Name, string Chromosome, long Start, long End)
{
    /// <summary>How many base pairs a position is away; 0 within the gene.</summary>
    /// <param name="position">In base pairs.</param>
    public long Distance(long position) => position < Start ? Start - position : position > End ? position - End : 0;
}

/// <summary>Where genes lie, from a GFF3 or GTF file; for the hover of a scan's figures, and for tables.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class GeneAnnotation : IReadOnlyList<Gene>
{
    private const int GffFields = 9;

    private readonly Gene[] _genes;
    private readonly Dictionary<string, Gene[]> _byChromosome;

    private GeneAnnotation(List<Gene> genes)
    {
        _genes = [.. genes];
        _byChromosome = genes.GroupBy(g => Bare(g.Chromosome)).ToDictionary(g => g.Key, g => g.OrderBy(gene => gene.Start).ToArray());
    }

    /// <inheritdoc/>
    public int Count => _genes.Length;

    /// <inheritdoc/>
    public Gene this[int index] => _genes[index];

    /// <summary>Reads the genes of a GFF3 (version 3, Sequence Ontology) or GTF file, compressed by gzip or not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">Which features are taken, by the third column.</param>
    /// <exception cref="GlmmException">The file is not there, a line is no feature, or there is no feature of that type.</exception>
    public static GeneAnnotation ReadGff(string path, string type = "gene")
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(type);
        if (!File.Exists(path))
        {
            throw new GlmmException($"The file \"{path}\" does not exist.");
        }

        using var file = File.OpenRead(path);
        var isCompressed = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        using var reader = new StreamReader(isCompressed ? new GZipStream(file, CompressionMode.Decompress) : file);
        var genes = new List<Gene>();
        var types = new HashSet<string>(StringComparer.Ordinal);
        var line = 0;
        while (reader.ReadLine() is { } text)
        {
            line++;
            if (text == "##FASTA")
            {
                break;
            }

            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            var fields = text.Split('\t');
            if (fields.Length != GffFields || !long.TryParse(fields[3], CultureInfo.InvariantCulture, out var start)
                || !long.TryParse(fields[4], CultureInfo.InvariantCulture, out var end))
            {
                throw new GlmmException($"Line {line} of \"{path}\" is no feature of a GFF file: nine fields between tabs, the fourth "
                    + "and fifth of which "
                    + "are where it starts and ends.");
            }

            types.Add(fields[2]);
            if (fields[2] == type)
            {
                genes.Add(new Gene(NameOf(fields[8]) ?? $"{fields[0]}:{start}", fields[0], start, end));
            }
        }

        return genes.Count > 0 ? new GeneAnnotation(genes) : throw new GlmmException($"The file \"{path}\" has no features of the type "
            + $"\"{type}\"{(types.Count == 0 ? "." : $"; it has {Names.List([.. types])}.")}");
    }

    /// <summary>The gene that is nearest to a position, one that holds it first; null if the chromosome has none.</summary>
    /// <param name="chromosome">The chromosome, with or without "chr".</param>
    /// <param name="position">In base pairs.</param>
    public Gene? Nearest(string chromosome, long position)
    {
        ArgumentNullException.ThrowIfNull(chromosome);
        return OfChromosome(chromosome).MinBy(g => (g.Distance(position), g.End - g.Start));
    }

    /// <summary>The genes that overlap a region, by where they start.</summary>
    /// <param name="chromosome">The chromosome, with or without "chr".</param>
    /// <param name="from">First position, in base pairs.</param>
    /// <param name="to">Last position.</param>
    public IReadOnlyList<Gene> Within(string chromosome, long from, long to)
    {
        ArgumentNullException.ThrowIfNull(chromosome);
        return Array.AsReadOnly(Array.FindAll(OfChromosome(chromosome), g => g.End >= from && g.Start <= to));
    }

    /// <inheritdoc/>
    public IEnumerator<Gene> GetEnumerator() => ((IEnumerable<Gene>)_genes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Gene[] OfChromosome(string chromosome) => _byChromosome.GetValueOrDefault(Bare(chromosome), []);

    private static string Bare(string chromosome) =>
        chromosome.StartsWith("chr", StringComparison.OrdinalIgnoreCase) && chromosome.Length > 3 ? chromosome[3..] : chromosome;

    // GFF3: Name=…; or ID=…; GTF: gene_name "…"; or gene_id "…";
    private static string? NameOf(string attributes)
    {
        string? best = null;
        var rank = 0;
        foreach (var attribute in attributes.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var cut = attribute.IndexOfAny(['=', ' ']);
            if (cut < 0)
            {
                continue;
            }

            var own = attribute[..cut] switch { "Name" or "gene_name" => 3, "gene_id" => 2, "ID" => 1, _ => 0 };
            if (own > rank)
            {
                (best, rank) = (Uri.UnescapeDataString(attribute[(cut + 1)..].Trim().Trim('"')), own);
            }
        }

        return best;
    }
}
