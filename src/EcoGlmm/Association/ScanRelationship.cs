using EcoGlmm.Numerics;
using EcoGlmm.Relationships;
using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>The relationships of a scan's rows: given ones, those by all markers, or those by all but one chromosome.</summary>
internal sealed class ScanRelationship
{
    private readonly Genotypes _markers;
    private readonly ScanOptions _options;
    private readonly double[] _all;
    private readonly int _markerCount;

    private ScanRelationship(Genotypes markers, ScanOptions options, double[] all, int markerCount)
    {
        (this._markers, this._options) = (markers, options);
        (this._all, this._markerCount) = (all, markerCount);
    }

    /// <exception cref="GlmmException">There are no relationships to be found.</exception>
    public static ScanRelationship Create(
        Genotypes markers, ScanOptions options, Action<ScanProgress> progress, CancellationToken cancellation)
    {
        if (options.Relationship is { } given)
        {
            if (options.LeaveOneChromosomeOut)
            {
                throw new GlmmException("To leave a chromosome out, relationships have to be made from the markers; a given matrix "
                    + "does not tell what each chromosome adds. Leave ScanOptions.Relationship out.");
            }

            return new ScanRelationship(markers, options, (given.Entries as DenseEntries)?.Values ?? [], 1);
        }

        var n = markers.Individuals.Count;
        var sum = new double[(long)n * n];
        var total = markers.Markers.Count;
        var done = 0;
        var adder = new RelationshipSum(markers, isStandardised: false, options.MaxThreads);
        var count = adder.Add([.. Enumerable.Range(0, total)], sum, cancellation,
            k => progress(new ScanProgress("relationships", done += k, total)));
        if (count == 0)
        {
            throw new GlmmException("All individuals are alike at every marker, so that there are no relationships to be found.");
        }

        return new ScanRelationship(markers, options, sum, count);
    }

    /// <summary>Relationships by sums over all markers that were made before.</summary>
    public static ScanRelationship Of(Genotypes markers, ScanOptions options, double[] sum, int markerCount) =>
        new(markers, options, sum, markerCount);

    /// <summary>The sums over all markers (column-major), and how many markers they are of; null where a matrix is given.</summary>
    public (double[] Sum, int MarkerCount)? Summed => _options.Relationship is null ? (_all, _markerCount) : null;

    /// <summary>The numbers that the given matrix is known by; null if it comes from the markers themselves.</summary>
    public double[]? Given => _options.Relationship is null ? null
        : Sparse is { } sparse ? [.. sparse.Lower().SelectMany(e => new[] { e.Row, e.Column, e.Value })] : _all;

    /// <summary>The given matrix, if it is sparse.</summary>
    private SparseEntries? Sparse => _options.Relationship?.Entries as SparseEntries;

    /// <summary>The eigenvectors of the relationships of rows.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="chromosomeLeftOut">A chromosome whose markers do not count; null for none.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Them, whether records have random effects of their own beside, and the mean of the matrix's diagonal.</returns>
    /// <exception cref="GlmmException">An individual has no relationships, or they are not those of a covariance matrix.</exception>
    public (ScanRotation Rotation, bool HasEffects, double MeanDiagonal) Rotation(ScanData data, string? chromosomeLeftOut,
        CancellationToken cancellation)
    {
        var n = data.Y.Length;
        if (Sparse is { } sparse)
        {
            var (families, hasOwn) = Families(data, sparse, cancellation);
            return (families, hasOwn, Places(data).Average(p => sparse.At(p, p)));
        }

        var matrix = OfRows(data, chromosomeLeftOut, cancellation);
        double diagonal = 0;
        for (var i = 0; i < n; i++)
        {
            diagonal += matrix[i + (long)i * n] / n;
        }

        var factor = RecordCovariance.Factor(data, matrix, _options.MaxThreads, cancellation);
        return (DenseRotation.Create(matrix, n, factor, _options.MaxThreads, cancellation), factor is not null, diagonal);
    }

    /// <summary>
    /// The search for the variance of what is inherited: by families where relationships are sparse, so that it is linear in their number.
    /// </summary>
    public MakeSearch Search(ScanData data, string? chromosomeLeftOut, CancellationToken cancellation)
    {
        var n = data.Y.Length;
        if (Sparse is { } sparse)
        {
            var (blocks, ofBlock) = FamilyBlocks(data, sparse);
            return (x, columns, more) =>
            {
                var all = blocks.ToList();
                var matrices = Enumerable.Range(0, blocks.Length).Select(f => (double[][])[ofBlock(f)]).ToList();
                for (var k = 0; k < more; k++)
                {
                    all.Add([n + k]);
                    matrices.Add([[0]]);
                }

                return new BlockInformation([.. all], [.. matrices], x, columns, new double[n + more]);
            };
        }

        var whole = RecordCovariance.Whole(OfRows(data, chromosomeLeftOut, cancellation), n);
        return (x, columns, more) =>
        {
            var padded = more == 0 ? whole : new double[(long)(n + more) * (n + more)];
            for (var j = 0; j < n && more > 0; j++) whole.AsSpan(j * n, n).CopyTo(padded.AsSpan(j * (n + more), n));
            return new AverageInformation([padded], x, columns, n + more, _options.MaxThreads);
        };
    }

    /// <summary>
    /// Relationships of the rows, column-major, lower triangle, centred (where there is an intercept) as GEMMA centres them: the
    /// mean of all rows is left to the intercept.
    /// </summary>
    public double[] OfRows(ScanData data, string? chromosomeLeftOut, CancellationToken cancellation)
    {
        var n = data.Y.Length;
        var order = _options.Relationship?.Names.Count ?? _markers.Individuals.Count;
        var rowPlaces = Places(data);
        var (source, count) = Without(chromosomeLeftOut, cancellation);
        var rows = new double[(long)n * n];
        for (var j = 0; j < n; j++)
        {
            for (var i = j; i < n; i++)
            {
                var a = Math.Max(rowPlaces[i], rowPlaces[j]);
                var b = Math.Min(rowPlaces[i], rowPlaces[j]);
                rows[i + (long)j * n] = source[a + (long)b * order] / count;
            }
        }

        if (data.Specification.Conditional.HasIntercept)
        {
            Centre(rows, n);
        }

        return rows;
    }

    private (double[] Sum, int Count) Without(string? chromosome, CancellationToken cancellation)
    {
        if (chromosome is null)
        {
            return (_all, _markerCount);
        }

        var own = new double[_all.Length];
        var places = Enumerable.Range(0, _markers.Markers.Count).Where(j => _markers.Markers[j].Chromosome == chromosome).ToArray();
        var count = _markerCount - new RelationshipSum(_markers, isStandardised: false, _options.MaxThreads).Add(places, own, cancellation);
        if (count == 0)
        {
            throw new GlmmException($"All markers lie on chromosome {chromosome}; none are left to find relationships by when it is left "
                + "out. Give a ScanOptions.Relationship, or do not leave chromosomes out.");
        }

        for (long i = 0; i < own.LongLength; i++)
        {
            own[i] = _all[i] - own[i];
        }

        return (own, count);
    }

    private (FamilyRotation Rotation, bool HasEffects) Families(ScanData data, SparseEntries sparse, CancellationToken cancellation)
    {
        var (blocks, ofBlock) = FamilyBlocks(data, sparse);
        var factors = RecordCovariance.Factors(data, blocks, ofBlock, cancellation);
        return (new FamilyRotation(blocks, ofBlock, factors, _options.MaxThreads, cancellation), factors is not null);
    }

    // Rows by families, and the relationships of a family's rows
    private (int[][] Blocks, Func<int, double[]> OfBlock) FamilyBlocks(ScanData data, SparseEntries sparse)
    {
        var places = Places(data);
        var blocks = Blocks(data, sparse, places);
        var largest = blocks.Max(f => f.Length);
        if (largest > EcoGlmm.RelationshipMatrix.MostLevels)
        {
            var terms = data.Specification.Conditional.Training.RandomTerms;
            throw new GlmmException(terms.Length == 0
                ? $"The sparse relationships tie {Names.Count(largest, "individual")} together directly or through others, too many for a "
                    + "scan by families. Leave weak relationships out with a higher threshold."
                : $"Relationships and {Names.List([.. terms.Select(t => t.Title)])} tie {Names.Count(largest, "record")} together, too "
                    + "many for a scan by families. Random effects have to stay within families, as those of individuals do; make others, "
                    + "as years, fixed effects, and leave weak relationships out with a higher threshold.");
        }

        double[] OfBlock(int f)
        {
            var (rows, size) = (blocks[f], blocks[f].Length);
            var matrix = new double[size * size];
            for (var j = 0; j < size; j++)
            {
                for (var i = 0; i < size; i++)
                {
                    var (a, b) = (places[rows[i]], places[rows[j]]);
                    matrix[i + (j * size)] = sparse.At(Math.Max(a, b), Math.Min(a, b));
                }
            }

            return matrix;
        }

        return (blocks, OfBlock);
    }

    // Rows that hang together by relationships or by a level of a random effect.
    private static int[][] Blocks(ScanData data, SparseEntries sparse, int[] places)
    {
        var families = sparse.Families();
        var familyOf = new int[sparse.Order];
        for (var f = 0; f < families.Count; f++)
        {
            foreach (var level in families[f]) familyOf[level] = f;
        }

        var sets = new DisjointSets(families.Count);
        foreach (var term in data.Specification.Conditional.Training.RandomTerms)
        {
            var first = new Dictionary<int, int>();
            for (var i = 0; i < places.Length; i++)
            {
                var own = familyOf[places[i]];
                if (!first.TryAdd(term.Codes[i], own)) sets.Join(own, first[term.Codes[i]]);
            }
        }

        return [.. Enumerable.Range(0, places.Length).GroupBy(i => sets.Root(familyOf[places[i]])).Select(g => g.ToArray())];
    }

    private static void Centre(double[] lower, int n)
    {
        var means = new double[n];
        for (var j = 0; j < n; j++)
        {
            means[j] += lower[j + (long)j * n];
            for (var i = j + 1; i < n; i++)
            {
                means[i] += lower[i + (long)j * n];
                means[j] += lower[i + (long)j * n];
            }
        }

        double grand = 0;
        for (var i = 0; i < n; i++)
        {
            means[i] /= n;
            grand += means[i] / n;
        }

        for (var j = 0; j < n; j++)
        {
            for (var i = j; i < n; i++)
            {
                lower[i + (long)j * n] -= means[i] + means[j] - grand;
            }
        }
    }

    // For each row the place of its individual in the matrix
    private int[] Places(ScanData data)
    {
        if (_options.Relationship is not { } given)
        {
            return data.Individuals;
        }

        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < given.Names.Count; i++)
        {
            index[given.Names[i]] = i;
        }

        var unknown = data.Individuals.Select(i => _markers.Individuals[i]).Where(name => !index.ContainsKey(name)).Distinct().ToArray();
        return unknown.Length == 0
            ? Array.ConvertAll(data.Individuals, i => index[_markers.Individuals[i]])
            : throw new GlmmException($"The relationship matrix does not have {Names.List(unknown)}, of whom there are records. Make it "
                + "from "
                + "markers of all individuals, or leave these rows out.");
    }
}
