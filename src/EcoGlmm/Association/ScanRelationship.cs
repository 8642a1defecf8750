using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>The relationships of a scan's rows: given ones, those by all markers, or those by all but one chromosome.</summary>
internal sealed class ScanRelationship
{
    private readonly Genotypes markers;
    private readonly ScanData data;
    private readonly ScanOptions options;
    private readonly double[] all;
    private readonly int markerCount;
    private readonly int[] rowPlaces;

    private ScanRelationship(Genotypes markers, ScanData data, ScanOptions options, double[] all, int markerCount, int[] rowPlaces)
    {
        (this.markers, this.data, this.options) = (markers, data, options);
        (this.all, this.markerCount, this.rowPlaces) = (all, markerCount, rowPlaces);
    }

    private int Order => options.Relationship?.Names.Count ?? markers.Individuals.Count;

    /// <exception cref="GlmmException">An individual has no relationships.</exception>
    public static ScanRelationship Create(
        Genotypes markers, ScanData data, ScanOptions options, Action<ScanProgress> progress, CancellationToken cancellation)
    {
        if (options.Relationship is { } given)
        {
            if (options.LeaveOneChromosomeOut)
            {
                throw new GlmmException("To leave a chromosome out, relationships have to be made from the markers; a given matrix "
                    + "does not tell what each chromosome adds. Leave ScanOptions.Relationship out.");
            }

            return new ScanRelationship(markers, data, options, given.Entries, 1, Places(given, markers, data));
        }

        int n = markers.Individuals.Count;
        var sum = new double[(long)n * n];
        int total = markers.Markers.Count;
        int done = 0;
        var adder = new RelationshipSum(markers, isStandardised: false, options.MaxThreads);
        int count = adder.Add([.. Enumerable.Range(0, total)], sum, cancellation,
            k => progress(new ScanProgress("relationships", done += k, total)));
        if (count == 0)
        {
            throw new GlmmException("All individuals are alike at every marker, so that there are no relationships to be found.");
        }

        return new ScanRelationship(markers, data, options, sum, count, data.Individuals);
    }

    /// <summary>The matrix a scan is known by; null if it comes from the markers themselves.</summary>
    public double[]? Given => options.Relationship is null ? null : all;

    /// <summary>
    /// Relationships of the rows, column-major, lower triangle, centred as GEMMA centres them: the mean of all rows is left to
    /// the intercept.
    /// </summary>
    public double[] OfRows(string? chromosomeLeftOut, bool isCentred, CancellationToken cancellation)
    {
        var source = all;
        int count = markerCount;
        int order = Order;
        if (chromosomeLeftOut is not null)
        {
            var own = new double[all.Length];
            var places = Enumerable.Range(0, markers.Markers.Count).Where(j => markers.Markers[j].Chromosome == chromosomeLeftOut)
                .ToArray();
            count -= new RelationshipSum(markers, isStandardised: false, options.MaxThreads).Add(places, own, cancellation);
            if (count == 0)
            {
                throw new GlmmException($"All markers lie on chromosome {chromosomeLeftOut}; none are left to find relationships by when "
                    + "it is left out. Give a ScanOptions.Relationship, or do not leave chromosomes out.");
            }

            for (long i = 0; i < own.LongLength; i++)
            {
                own[i] = all[i] - own[i];
            }

            source = own;
        }

        int n = data.Y.Length;
        var rows = new double[(long)n * n];
        for (int j = 0; j < n; j++)
        {
            for (int i = j; i < n; i++)
            {
                int a = Math.Max(rowPlaces[i], rowPlaces[j]);
                int b = Math.Min(rowPlaces[i], rowPlaces[j]);
                rows[i + (long)j * n] = source[a + (long)b * order] / count;
            }
        }

        if (isCentred)
        {
            Centre(rows, n);
        }

        return rows;
    }

    private static void Centre(double[] lower, int n)
    {
        var means = new double[n];
        for (int j = 0; j < n; j++)
        {
            means[j] += lower[j + (long)j * n];
            for (int i = j + 1; i < n; i++)
            {
                means[i] += lower[i + (long)j * n];
                means[j] += lower[i + (long)j * n];
            }
        }

        double grand = 0;
        for (int i = 0; i < n; i++)
        {
            means[i] /= n;
            grand += means[i] / n;
        }

        for (int j = 0; j < n; j++)
        {
            for (int i = j; i < n; i++)
            {
                lower[i + (long)j * n] -= means[i] + means[j] - grand;
            }
        }
    }

    private static int[] Places(RelationshipMatrix given, Genotypes markers, ScanData data)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < given.Names.Count; i++)
        {
            index[given.Names[i]] = i;
        }

        var unknown = data.Individuals.Select(i => markers.Individuals[i]).Where(name => !index.ContainsKey(name)).Distinct().ToArray();
        return unknown.Length == 0
            ? Array.ConvertAll(data.Individuals, i => index[markers.Individuals[i]])
            : throw new GlmmException($"The relationship matrix does not have {Names.List(unknown)}, of whom there are records. Make "
                + "it from markers of all individuals, or leave these rows out.");
    }
}
