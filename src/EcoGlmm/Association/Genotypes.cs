using EcoGlmm.Association;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// The genotypes of individuals at many markers, each with two alleles: 0, 1 or 2 copies of the effect allele, or no call.
/// A PLINK file is mapped into memory and read as it is needed, so that it may be larger than the memory. Filters give a
/// new view of the same file; dispose of the first one when all are done with.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
/// <example>
/// <code>
/// using var markers = Genotypes.Open("herd.bed");
/// var common = markers.Where(new GenotypeFilter { MinimumFrequency = 0.01, MaximumMissing = 0.05 });
/// </code>
/// </example>
public sealed partial class Genotypes : IDisposable, IRichDisplay
{
    // Files of genotypes that other programs turn into .bed
    private static readonly (string Ending, string What, string Cure)[] Foreign =
    [
        (".ped", "PLINK's text files", "plink --file NAME --make-bed"), (".map", "PLINK's text files", "plink --file NAME --make-bed"),
        (".tped", "PLINK's transposed text files", "plink --tfile NAME --make-bed"),
        (".raw", "PLINK's exported counts", "plink --bfile NAME, with the genotypes that it was exported from, needs no export"),
        (".pgen", "PLINK 2's files", "plink2 --pfile NAME --make-bed"), (".pvar", "PLINK 2's files", "plink2 --pfile NAME --make-bed"),
        (".bgen", "BGEN files", "plink2 --bgen NAME.bgen ref-first --make-bed"), (".bcf", "binary VCF files", "bcftools view -O z"),
        (".hmp.txt", "HapMap files", "TASSEL exports them as PLINK or VCF"),
    ];

    private readonly GenotypeStore _store;
    private readonly Genotypes? _origin;
    private readonly string[] _individuals;
    private readonly Marker[] _markers;
    private readonly int[]? _chosenIndividuals;
    private readonly int[]? _chosenMarkers;
    private readonly ulong[] _mask;
    private readonly Lazy<Dictionary<string, int>> _markerIndex;

    internal Genotypes(string source, IReadOnlyList<string> individuals, IReadOnlyList<Marker> markers, GenotypeStore store)
    {
        Source = source;
        _individuals = [.. individuals];
        _markers = [.. markers];
        _store = store;
        _mask = GenotypeCounts.Mask(store.Individuals, Enumerable.Range(0, store.Individuals).ToArray());
        _markerIndex = new Lazy<Dictionary<string, int>>(IndexMarkers);
    }

    private Genotypes(Genotypes origin, int[]? chosenIndividuals, int[]? chosenMarkers)
    {
        Source = origin.Source;
        _origin = origin._origin ?? origin;
        _store = origin._store;
        _chosenIndividuals = chosenIndividuals;
        _chosenMarkers = chosenMarkers;
        _individuals = chosenIndividuals is null ? _origin._individuals : Array.ConvertAll(chosenIndividuals, i => _origin._individuals[i]);
        _markers = chosenMarkers is null ? _origin._markers : Array.ConvertAll(chosenMarkers, j => _origin._markers[j]);
        _mask = chosenIndividuals is null ? _origin._mask : GenotypeCounts.Mask(_store.Individuals, chosenIndividuals);
        _markerIndex = new Lazy<Dictionary<string, int>>(IndexMarkers);
    }

    /// <summary>Opens a file of genotypes: PLINK's .bed (with .bim and .fam beside it), VCF (also compressed), or a table.</summary>
    /// <param name="path">
    /// A .bed, .bim or .fam file or their name without extension; .vcf, .vcf.gz or .vcf.bgz; or any other text file, which
    /// is read as a table with the names of individuals in the first column and a column of 0, 1, 2 for each marker.
    /// </param>
    /// <returns>The genotypes. PLINK files stay open until they are disposed of.</returns>
    /// <exception cref="GlmmException">The file is not there, is damaged, or holds something else; the message says what.</exception>
    public static Genotypes Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new GlmmException("The path of the genotypes is empty. Give the name of a .bed, a .vcf or a table of genotypes.");
        }

        var lower = path.ToLowerInvariant();
        if (lower.EndsWith(".bed", StringComparison.Ordinal) || lower.EndsWith(".bim", StringComparison.Ordinal)
            || lower.EndsWith(".fam", StringComparison.Ordinal))
        {
            return PlinkFiles.Open(path);
        }

        if (!File.Exists(path) && File.Exists(path + ".bed"))
        {
            return PlinkFiles.Open(path + ".bed");
        }

        if (Array.Find(Foreign, f => lower.EndsWith(f.Ending, StringComparison.Ordinal)) is { Ending: not null } other)
        {
            throw new GlmmException($"\"{path}\" ends as {other.What} do, which cannot be read. Make a .bed of it first: {other.Cure}.");
        }

        if (lower.EndsWith(".vcf", StringComparison.Ordinal) || lower.EndsWith(".vcf.gz", StringComparison.Ordinal)
            || lower.EndsWith(".vcf.bgz", StringComparison.Ordinal))
        {
            return VcfReader.Open(path);
        }

        var table = FieldData.ReadCsv(path);
        return TableGenotypes.Read(table, table.ColumnNames[0], null, Path.GetFileName(path));
    }

    /// <summary>Genotypes from a table with a row for each individual and a column of 0, 1, 2 or missing for each marker.</summary>
    /// <param name="table">Any table that <see cref="FieldData.From(object)"/> takes.</param>
    /// <param name="individual">The column of the individuals' names.</param>
    /// <param name="markers">What is known of the markers, in any order, by the names of their columns; null for just the names.</param>
    /// <returns>The genotypes, in memory.</returns>
    /// <exception cref="GlmmException">A name is missing or stands twice, or a value is not 0, 1, 2 or missing.</exception>
    public static Genotypes From(object table, string individual, IEnumerable<Marker>? markers = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(individual);
        return TableGenotypes.Read(FieldData.From(table), individual, markers, "a table");
    }

    /// <summary>The file the genotypes came from.</summary>
    public string Source { get; }

    /// <summary>The individuals' names (PLINK's within-family IDs), in the order of the file.</summary>
    public IReadOnlyList<string> Individuals => Array.AsReadOnly(_individuals);

    /// <summary>
    /// The individuals' families (PLINK's family IDs), in the order of <see cref="Individuals"/>; the individual's own name where the
    /// file tells none.
    /// </summary>
    public IReadOnlyList<string> Families => _origin?.FamiliesOfFile is null && FamiliesOfFile is null ? Individuals
        : Array.AsReadOnly(Enumerable.Range(0, _individuals.Length).Select(i => (_origin ?? this).FamiliesOfFile![StoreIndividual(i)])
            .ToArray());

    /// <summary>The markers, in the order of the file.</summary>
    public IReadOnlyList<Marker> Markers => Array.AsReadOnly(_markers);

    /// <summary>Copies of the effect allele that each individual has at a marker; NaN where there is no call.</summary>
    /// <param name="marker">The marker's name.</param>
    /// <returns>A new array, in the order of <see cref="Individuals"/>.</returns>
    /// <exception cref="GlmmException">There is no marker of that name.</exception>
    public double[] Counts(string marker)
    {
        ArgumentNullException.ThrowIfNull(marker);
        var result = new double[_individuals.Length];
        Decoder().Decode(Row(IndexOf(marker)), 2, 1, 0, double.NaN, result);
        return result;
    }

    /// <summary>The markers that pass a filter, with frequencies among the individuals of this view.</summary>
    /// <param name="filter">What markers have to fulfil.</param>
    /// <returns>A view of the same file.</returns>
    /// <exception cref="GlmmException">No marker passes.</exception>
    public Genotypes Where(GenotypeFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.Check();
        return Chosen(j => filter.Passes(_markers[j], CountsAt(j)), "that passes the filter");
    }

    /// <summary>The markers for which a condition holds.</summary>
    /// <param name="condition">For example <c>m => m.Chromosome == "3"</c>.</param>
    /// <returns>A view of the same file.</returns>
    /// <exception cref="GlmmException">It holds for none.</exception>
    public Genotypes Where(Func<Marker, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Chosen(j => condition(_markers[j]), "for which the condition holds");
    }

    /// <summary>Some of the individuals, in the order asked for.</summary>
    /// <param name="names">Their names.</param>
    /// <returns>A view of the same file.</returns>
    /// <exception cref="GlmmException">A name is not among the individuals, or stands twice.</exception>
    public Genotypes WithIndividuals(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var wanted = names.ToArray();
        GenotypeNames.RefuseDuplicates(wanted, "individual", "the names asked for");
        var index = IndividualIndex();
        var unknown = Array.FindAll(wanted, name => !index.ContainsKey(name));
        if (unknown.Length > 0)
        {
            throw new GlmmException($"{Names.List(unknown)} cannot be found among the {Names.Count(_individuals.Length, "individual")} of "
                + $"{Source}{NearestName.Suggestion(unknown[0], _individuals)}");
        }

        return new Genotypes(this, Array.ConvertAll(wanted, name => StoreIndividual(index[name])), _chosenMarkers);
    }

    /// <summary>Writes the genotypes as PLINK's .bed, .bim and .fam.</summary>
    /// <param name="path">The name of the .bed file, or the three files' name without extension.</param>
    public void WritePlink(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        PlinkFiles.Write(this, path);
    }

    /// <summary>Closes the file. Views of it cannot be used any more; disposing of a view does nothing.</summary>
    public void Dispose()
    {
        if (_origin is null)
        {
            _store.Dispose();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Source}: {NumberFormat.Count(_individuals.Length)} individuals, "
        + $"{NumberFormat.Count(_markers.Length)} markers on {NumberFormat.Count(_markers.Select(m => m.Chromosome).Distinct().Count())} "
        + "chromosomes"
        + (Note is null ? "" : $". {Note}");

    /// <inheritdoc/>
    public string ToHtml() => new HtmlWriter().Heading("Genotypes").Paragraph(ToString() + ".").ToHtml();

    /// <summary>What was left out on reading; null for nothing.</summary>
    internal string? Note { get; init; }

    /// <summary>The family of each individual of the file; null if the file tells none.</summary>
    internal string[]? FamiliesOfFile { get; init; }

    /// <summary>The place of a marker.</summary>
    internal int IndexOf(string marker) => _markerIndex.Value.TryGetValue(marker, out var j)
        ? j
        : throw new GlmmException($"There is no marker \"{marker}\" in "
            + $"{Source}{NearestName.Suggestion(marker, _markers.Take(2000).Select(m => m.Name))}");

    /// <summary>The places of the individuals by their names.</summary>
    internal Dictionary<string, int> IndividualIndex()
    {
        var index = new Dictionary<string, int>(_individuals.Length, StringComparer.Ordinal);
        for (var i = 0; i < _individuals.Length; i++)
        {
            index.Add(_individuals[i], i);
        }

        return index;
    }

    /// <summary>The place in the file of an individual of this view.</summary>
    internal int StoreIndividual(int i) => _chosenIndividuals is null ? i : _chosenIndividuals[i];

    /// <summary>How many individuals the file has.</summary>
    internal int StoreIndividuals => _store.Individuals;

    /// <summary>The packed genotypes of a marker of this view, of all individuals of the file.</summary>
    internal ReadOnlySpan<byte> Row(int marker) => _store.Row(_chosenMarkers is null ? marker : _chosenMarkers[marker]);

    /// <summary>How many of this view's individuals have which genotype.</summary>
    internal GenotypeCounts CountsAt(int marker) => GenotypeCounts.Of(Row(marker), _mask);

    /// <summary>What turns rows into numbers for the individuals of this view.</summary>
    internal GenotypeDecoder Decoder() => new(_chosenIndividuals, _store.Individuals);

    /// <summary>The packed genotypes of this view's individuals alone.</summary>
    internal byte[] Packed(int marker)
    {
        var row = Row(marker);
        if (_chosenIndividuals is null)
        {
            return row.ToArray();
        }

        var packed = new byte[(_individuals.Length + 3) / 4];
        for (var i = 0; i < _individuals.Length; i++)
        {
            var from = _chosenIndividuals[i];
            packed[i >> 2] |= (byte)(((row[from >> 2] >> (2 * (from & 3))) & 3) << (2 * (i & 3)));
        }

        return packed;
    }

    /// <summary>A view of some markers, by their places in this one.</summary>
    internal Genotypes AtMarkers(IReadOnlyList<int> places) =>
        new(this, _chosenIndividuals, [.. places.Select(j => _chosenMarkers is null ? j : _chosenMarkers[j])]);

    private Genotypes Chosen(Func<int, bool> passes, string which)
    {
        var places = Enumerable.Range(0, _markers.Length).Where(passes).ToArray();
        return places.Length > 0
            ? AtMarkers(places)
            : throw new GlmmException($"Of the {Names.Count(_markers.Length, "marker")} of {Source} there is none {which}. Ask for less.");
    }

    private Dictionary<string, int> IndexMarkers()
    {
        var index = new Dictionary<string, int>(_markers.Length, StringComparer.Ordinal);
        for (var j = 0; j < _markers.Length; j++)
        {
            index[_markers[j].Name] = j;
        }

        return index;
    }
}
