using System.Globalization;
using EcoGlmm.Data;
using EcoGlmm.Relationships;

namespace EcoGlmm;

/// <summary>
/// Who descends from whom. For <c>pedigree(1 | animal)</c>: additive genetic effects with covariance A σ², A the numerator
/// relationship matrix with inbreeding. A's inverse is written down directly from the pedigree (Henderson 1976, Quaas 1976),
/// inbreeding found by Meuwissen and Luo (1992).
/// </summary>
/// <remarks>
/// Parents who have no row of their own are added as founders. Rows may stand in any order, and an animal may have several
/// rows, such as one for each measurement, as long as they name the same parents. A parent is unknown where the cell is
/// empty, NA, <c>0</c>, <c>*</c> or <c>.</c>.
/// <para>C. R. Henderson (1976), Biometrics 32, 69-83. R. L. Quaas (1976), Biometrics 32, 949-953. T. H. E. Meuwissen and
/// Z. Luo (1992), Genetics Selection Evolution 24, 305-313.</para>
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed class Pedigree : Relatedness
{
    private readonly PedigreeRecords _records;
    private readonly double[] _inbreeding;
    private readonly double[] _variances;
    private readonly Lazy<SparsePrecision> _precision;

    private Pedigree(PedigreeRecords records)
        : base(records.Names)
    {
        _records = records;
        _inbreeding = Relationships.Inbreeding.Coefficients(records.Sires, records.Dams);
        _variances = Array.ConvertAll(_inbreeding, f => 1 + f);
        _precision = new(() => HendersonInverse.Build(records.Sires, records.Dams, _inbreeding));
    }

    /// <summary>Reads a pedigree from a table.</summary>
    /// <param name="table">A FieldData, a DataFrame or anything else that <see cref="FieldData.From(object)"/> takes.</param>
    /// <param name="id">The column that names the animal (plant, person, line).</param>
    /// <param name="sire">The column of its father.</param>
    /// <param name="dam">The column of its mother.</param>
    /// <param name="hermaphrodites">Whether one individual may be father and mother, also of the same offspring (selfing).</param>
    /// <param name="groups">
    /// Names of genetic groups: where one stands in the column of a parent, the parent is unknown and comes from that group
    /// (immigrants, farmed fish, a base population). See <see cref="GroupContributions"/>.
    /// </param>
    /// <exception cref="GlmmException">
    /// A column is missing, an animal has no name, has rows that name different parents, is its own parent or ancestor, or is
    /// both a father and a mother; the message names the animals and rows.
    /// </exception>
    public static Pedigree From(object table, string id, string sire, string dam, bool hermaphrodites = false,
        IEnumerable<string>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(sire);
        ArgumentNullException.ThrowIfNull(dam);
        var data = table as FieldData ?? FieldData.From(table);
        return new Pedigree(PedigreeReader.Read(data, id, sire, dam, hermaphrodites, [.. groups ?? []]));
    }

    /// <summary>Reads a pedigree from a CSV file.</summary>
    /// <param name="path">The file, compressed by gzip or not.</param>
    /// <param name="id">The column that names the animal.</param>
    /// <param name="sire">The column of its father.</param>
    /// <param name="dam">The column of its mother.</param>
    /// <param name="hermaphrodites">Whether one individual may be father and mother.</param>
    /// <param name="groups">Names of genetic groups, as in <see cref="From"/>.</param>
    /// <exception cref="GlmmException">The file cannot be read, or as in <see cref="From"/>.</exception>
    public static Pedigree ReadCsv(string path, string id, string sire, string dam, bool hermaphrodites = false,
        IEnumerable<string>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(sire);
        ArgumentNullException.ThrowIfNull(dam);
        return From(FieldData.ReadCsv(path), id, sire, dam, hermaphrodites, groups);
    }

    /// <summary>
    /// A pedigree of discrete generations with random mating, for studies of power and for trying things out. Animals are called
    /// g1-1 (the first of the first generation), g1-2 and so on.
    /// </summary>
    /// <param name="generations">Generations, the founders' included.</param>
    /// <param name="size">Animals in each.</param>
    /// <param name="sires">Fathers of each next generation.</param>
    /// <param name="dams">Mothers of each next generation.</param>
    /// <param name="seed">The same seed gives the same pedigree.</param>
    /// <exception cref="GlmmException">There are more parents than animals, or none.</exception>
    public static Pedigree Simulate(int generations, int size, int sires, int dams, long seed = 1) =>
        new(SimulatedPedigree.Make(generations, size, sires, dams, seed));

    /// <summary>A pedigree of records that were checked before.</summary>
    internal static Pedigree Of(PedigreeRecords records) => new(records);

    /// <summary>The coefficient of inbreeding F of each animal, in the order of <see cref="Relatedness.Names"/>.</summary>
    public IReadOnlyList<double> Inbreeding => Array.AsReadOnly(_inbreeding);

    /// <summary>Animals of whom no parent is known.</summary>
    public int FounderCount => Enumerable.Range(0, Count).Count(i => Sires[i] < 0 && Dams[i] < 0);

    /// <summary>Parents who had no row of their own and were added as founders.</summary>
    public IReadOnlyList<string> Added => Array.AsReadOnly(_records.Added);

    /// <summary>The number of generations: one more than the longest line of descent has steps.</summary>
    public int Generations => Count == 0 ? 0 : Relationships.Inbreeding.Depths(Sires, Dams).Max() + 1;

    /// <summary>The father of an animal, null if unknown.</summary>
    /// <param name="name">The animal.</param>
    /// <exception cref="GlmmException">There is no animal of that name.</exception>
    public string? SireOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return NameOrNull(Sires[Locate([name], "name")[0]]);
    }

    /// <summary>The mother of an animal, null if unknown.</summary>
    /// <param name="name">The animal.</param>
    /// <exception cref="GlmmException">There is no animal of that name.</exception>
    public string? DamOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return NameOrNull(Dams[Locate([name], "name")[0]]);
    }

    /// <summary>
    /// The share of each genetic group in each animal's genome, a row for each animal: the column <c>name</c> and one column
    /// for each group; a parent who is unknown and of no group belongs to the base population. Join them to the data and add
    /// all of them (or, where every founder has a group, all but one) as fixed effects: the groups' means are then estimated
    /// beside the animals' deviations (L. R. Schaeffer 1994; M. E. Wolak and J. M. Reid 2017, Journal of Animal Ecology 86, 7-20).
    /// </summary>
    /// <exception cref="GlmmException">No groups were named when the pedigree was read.</exception>
    public FieldData GroupContributions()
    {
        if (_records.Groups.Length == 0)
        {
            throw new GlmmException("This pedigree has no genetic groups. Put a group's name in the place of an unknown parent and "
                + "name the groups: Pedigree.From(table, id, sire, dam, groups: [\"immigrant\"]).");
        }
        var data = new FieldData([CategoricalColumn.FromTexts("name", Names)]);
        var shares = GeneticGroups.Shares(_records);
        for (var g = 0; g < _records.Groups.Length; g++)
            data = data.With(_records.Groups[g], shares[g]);
        return data;
    }

    /// <summary>
    /// Relationships by dominance, for <c>kinship(1 | animal)</c> beside the additive effect: the probability that two animals
    /// share both alleles of a gene by descent, ¼ (a(s,s') a(d,d') + a(s,d') a(d,s')), exact without inbreeding
    /// (C. C. Cockerham 1954).
    /// </summary>
    /// <param name="names">The animals wanted; null for all.</param>
    /// <exception cref="GlmmException">A name is not in the pedigree, or there are too many for a dense matrix.</exception>
    public RelationshipMatrix DominanceMatrix(IEnumerable<string>? names = null)
    {
        var chosen = names?.ToArray() ?? [.. Names];
        if (chosen.Length > RelationshipMatrix.MostLevels)
            throw new GlmmException($"A dominance matrix of {chosen.Length} animals does not fit into memory; name those who have "
                + $"records.");
        return RelationshipMatrix.FromSymmetric(Dominance.Between(this, Locate(chosen, "names")), chosen);
    }

    internal int[] Sires => _records.Sires;

    internal int[] Dams => _records.Dams;

    internal int Count => _records.Names.Length;

    internal PedigreeRecords Records => _records;

    internal override string Noun => "pedigree";

    internal override SparsePrecision Precision => _precision.Value;

    internal override IReadOnlyList<double> Variances => _variances;

    private protected override string MissingAdvice =>
        "Every animal with records needs a row in the pedigree; leave its parents empty where they are unknown.";

    /// <summary>Animals, founders, generations and inbreeding in a few lines.</summary>
    public override string ToString()
    {
        var both = Enumerable.Range(0, Count).Count(i => Sires[i] >= 0 && Dams[i] >= 0);
        var one = Count - both - FounderCount;
        var culture = CultureInfo.InvariantCulture;
        var text = string.Create(culture, $"Pedigree of {Count} animals in {Generations} generations: {FounderCount} founders, ")
            + string.Create(culture, $"{both} with both parents known, {one} with one.");
        var inbred = _inbreeding.Count(f => f > 1e-12);
        text += inbred == 0
            ? " Nobody is inbred."
            : string.Create(culture, $" {inbred} are inbred, mean F {_inbreeding.Average():0.####}, largest {_inbreeding.Max():0.####}.");
        if (Added.Count > 0)
            text += $"\nAdded as founders, without a row of their own: {EcoGlmm.Text.Names.List(Added)}.";
        return text;
    }

    private string? NameOrNull(int index) => index < 0 ? null : _records.Names[index];
}
