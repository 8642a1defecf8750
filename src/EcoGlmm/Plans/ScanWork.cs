using System.Text.Json;
using EcoGlmm.Association;
using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>A scan of markers: a replicate is a block of them.</summary>
internal sealed class ScanWork : PlanWork
{
    public const string Name = "scan";

    /// <summary>The most individuals of a dense matrix that is written beside a plan: its numbers are one piece of memory.</summary>
    private const int MostOfGiven = 16_000;

    private readonly string _formula;
    private readonly int _markerCount;
    private readonly int _blocks;
    private readonly Func<Genotypes> _names;
    private readonly Func<Genotypes> _markers;
    private readonly Func<FieldData> _data;
    private readonly Func<ScanOptions> _options;
    private readonly Func<Genotypes, ScanOptions, CancellationToken, ScanRelationship> _relationship;

    public ScanWork(string formula, FieldData data, Genotypes markers, ScanOptions options)
    {
        if (options.Output is not null || options.Part != 1 || options.Parts != 1)
        {
            throw new GlmmException("A plan divides a scan itself, and its parts have files of their own: leave Output, Part and Parts "
                + "out of ScanOptions, and say how many parts in ToFolder(…) or ToSlurm(…).");
        }

        options = Glmm.CheckedScan(options);
        if (options.Relationship is { IsSparse: false } given && given.Names.Count > MostOfGiven)
        {
            throw new GlmmException($"A plan takes a dense relationship matrix of {NumberFormat.Count(MostOfGiven)} individuals at most. "
                + "Give a sparse one, or none, so that relationships are made from the markers.");
        }

        (_formula, _markerCount) = (formula, markers.Markers.Count);
        (_data, _names, _markers, _options) = (() => data, () => markers, () => markers, () => options);
        ScanRelationship? made = null;
        _relationship = (m, o, stop) => made ??= ScanRelationship.Create(m, o, static _ => { }, stop);
        var trait = Trait(markers, options);
        trait.Check(markers);
        _ = trait.Environment();
        _blocks = BlocksOf(trait, markers).All.Count;
    }

    private ScanWork(JsonElement json, PlanFiles files)
    {
        string? Text(string name) => json.GetProperty(name).GetString();
        _formula = Text("formula")!;
        (_markerCount, _blocks) = (json.GetProperty("markers").GetInt32(), json.GetProperty("blocks").GetInt32());
        var (data, names, calls, sums, given) = (Text("data")!, Text("names")!, Text("calls")!, Text("relationships"), Text("relatedness"));
        var options = new ScanOptions
        {
            Individual = Text("individual"),
            LeaveOneChromosomeOut = json.GetProperty("leaveOneChromosomeOut").GetBoolean(),
            Method = ModelJson.Enum<ScanMethod>(json, "method"),
            Family = json.TryGetProperty("family", out _) ? ModelJson.ReadFamily(json) : null,
            Interaction = Text("interaction"),
        };
        _data = () => files.ReadTable(data);
        _names = () => StoredGenotypes.ReadNames(files, names);
        _markers = () => StoredGenotypes.Read(files, names, calls);
        _options = () => given is null ? options : options with { Relationship = (RelationshipMatrix)files.ReadRelatedness(given) };
        _relationship = (m, o, stop) => sums is null ? ScanRelationship.Create(m, o, static _ => { }, stop)
            : StoredRelationships.Read(files, sums, m, o);
    }

    public override string Kind => Name;

    public override string What => $"Scan of {NumberFormat.Count(_markerCount)} markers, {_formula}";

    public override int Replicates => _blocks;

    public override Type ResultType => typeof(AssociationScan);

    public static ScanWork Read(JsonElement json, PlanFiles files) => new(json, files);

    public override void Write(Utf8JsonWriter json, PlanFiles files)
    {
        var (markers, options) = (_markers(), _options());
        using var live = LiveProgress.Start($"Writing the plan of a scan of {NumberFormat.Count(_markerCount)} markers");
        var (names, calls) = StoredGenotypes.Write(markers, files);
        json.WriteString("formula", _formula);
        json.WriteString("data", files.WriteTable(_data()));
        json.WriteString("names", names);
        json.WriteString("calls", calls);
        json.WriteString("relationships", StoredRelationships.Write(_relationship(markers, options, live.Cancellation), files));
        json.WriteString("relatedness", options.Relationship is { } given ? files.WriteRelatedness(given) : null);
        json.WriteNumber("markers", _markerCount);
        json.WriteNumber("blocks", _blocks);
        json.WriteString("individual", options.Individual);
        json.WriteBoolean("leaveOneChromosomeOut", options.LeaveOneChromosomeOut);
        json.WriteString("method", options.Method.ToString());
        json.WriteString("interaction", options.Interaction);
        if (options.Family is { } family) ModelJson.Write(json, family);
    }

    public override Func<int, CancellationToken, double[]> Prepare(int maxThreads, CancellationToken cancellation)
    {
        var (markers, options) = (_markers(), _options() with { MaxThreads = maxThreads });
        var trait = Trait(markers, options);
        var blocks = BlocksOf(trait, markers);
        var testers = new ScanTesters(trait, markers, blocks, _relationship(markers, options, cancellation), maxThreads);
        return (block, stop) =>
        {
            stop.ThrowIfCancellationRequested();
            var (tests, heritability) = testers.Test(block, stop);
            return [heritability, .. tests.Frequency, .. tests.Called.Select(c => (double)c), .. tests.Beta, .. tests.StandardError,
                .. tests.Wald, .. tests.LikelihoodRatio, .. tests.Score];
        };
    }

    public override object Merge(IReadOnlyList<double[]> replicates)
    {
        var (markers, options) = (_names(), _options());
        var trait = Trait(markers, options);
        var blocks = BlocksOf(trait, markers);
        var rows = new MarkerAssociation[_markerCount];
        for (var b = 0; b < replicates.Count; b++)
        {
            var (start, count) = blocks.All[b];
            var numbers = replicates[b];
            double At(int quantity, int m) => numbers[1 + (quantity * count) + m];
            for (var m = 0; m < count; m++)
            {
                var place = blocks.Marker(start + m);
                rows[place] = new MarkerAssociation(markers.Markers[place], At(0, m), (int)At(1, m), At(2, m), At(3, m), At(4, m),
                    At(5, m), At(6, m));
            }
        }

        trait.Heritability = replicates[0][0];
        return new AssociationScan(rows, trait.Describe(markers));
    }

    public override void WriteCsv(object result, string path) => ((AssociationScan)result).WriteCsv(path);

    private ScanTrait Trait(Genotypes markers, ScanOptions options) =>
        new(_formula, ScanData.Create(_formula, _data(), markers, options), options);

    private static ScanBlocks BlocksOf(ScanTrait trait, Genotypes markers) =>
        ScanBlocks.Of(markers, trait.Data.Y.Length, trait.Options.LeaveOneChromosomeOut);
}
