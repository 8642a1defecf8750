using EcoGlmm.Formulas;
using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>Scans, block by block: of quantitative traits by the linear mixed model, of others by score tests.</summary>
internal static class ScanRun
{
    public static AssociationScan Run(
        string formula, ScanData data, Genotypes markers, ScanOptions options, Action<ScanProgress> progress,
        CancellationToken cancellation)
    {
        RefuseRepeats(data, markers);
        int n = data.Y.Length;
        if (n < data.Columns + 3)
        {
            throw new GlmmException($"There are {Names.Count(n, "row")} and {Names.Count(data.Columns, "covariate")} (with the intercept); "
                + "a scan needs more individuals than that.");
        }

        var relationship = ScanRelationship.Create(markers, data, options, progress, cancellation);
        var blocks = ScanBlocks.Of(markers, ExactScanWorker.BlockMarkers);
        var (from, to) = blocks.Part(options.Part, options.Parts);
        using var output = options.Output is null ? null
            : ScanOutput.Open(options.Output, ScanFingerprint.Of(formula, data, markers, options, relationship.Given), options.Overwrite);
        var rows = new List<MarkerAssociation>();
        if (output is not null)
        {
            from += output.BlocksDone;
            rows.AddRange(ScanCsv.Read(options.Output!));
        }

        bool isCentred = data.Specification.Conditional.HasIntercept;
        int total = blocks.All.Skip(from).Take(Math.Max(0, to - from)).Sum(b => b.Count);
        int done = 0;
        double heritability = double.NaN;
        while (from < to)
        {
            string? chromosome = options.LeaveOneChromosomeOut ? markers.Markers[blocks.All[from].Start].Chromosome : null;
            int end = from;
            while (end < to && (chromosome is null || markers.Markers[blocks.All[end].Start].Chromosome == chromosome))
            {
                end++;
            }

            progress(new ScanProgress("model without markers", done, total));
            var matrix = relationship.OfRows(chromosome, isCentred, cancellation);
            var makeWorker = options.Family is { } family
                ? ScoreTests(data, family, matrix, options, cancellation)
                : LinearTests(data, matrix, options, cancellation, ref heritability);
            OrderedBlocks.Run<MarkerTests>(from, end, options.MaxThreads, () => new ScanBlockTester(makeWorker(), data, markers, blocks,
                isCentred).Test, (block, tests) =>
            {
                var results = Rows(markers, blocks.All[block].Start, tests);
                rows.AddRange(results);
                output?.Write(results);
                progress(new ScanProgress("markers", done += tests.Count, total));
            }, cancellation);
            from = end;
        }

        return new AssociationScan(rows, Describe(formula, data, markers, options, heritability));
    }

    private static Func<IMarkerWorker> LinearTests(
        ScanData data, double[] matrix, ScanOptions options, CancellationToken cancellation, ref double heritability)
    {
        int n = data.Y.Length;
        double scale = MeanDiagonal(matrix, n);
        var factor = RecordCovariance.Factor(data, matrix, options.MaxThreads, cancellation);
        var scan = ExactScan.Create(matrix, data.Deviations, data.X, data.Columns, factor, options.Method == ScanMethod.Exact,
            options.MaxThreads, cancellation);
        double lambda = Math.Exp(scan.Model.LogLambdaReml) * scale;
        heritability = double.IsNaN(heritability) && factor is null ? lambda / (lambda + 1) : heritability;
        return () => new ExactScanWorker(scan);
    }

    private static Func<IMarkerWorker> ScoreTests(
        ScanData data, Family family, double[] matrix, ScanOptions options, CancellationToken cancellation)
    {
        if (data.Specification.Conditional.Training.RandomTerms.Length > 0)
        {
            throw new GlmmException($"A scan of a {family.Name} trait has no random effects beside relationships. Leave the terms with a "
                + $"bar out of the formula.");
        }

        var model = NullGlmm.Fit(data, family, RecordCovariance.Whole(matrix, data.Y.Length), options.MaxThreads, cancellation);
        return () => new ScoreScanWorker(model, data.X, data.Columns);
    }

    private static MarkerAssociation[] Rows(Genotypes markers, int start, MarkerTests tests)
    {
        var rows = new MarkerAssociation[tests.Count];
        for (int m = 0; m < rows.Length; m++)
        {
            rows[m] = new MarkerAssociation(markers.Markers[start + m], tests.Frequency[m], tests.Called[m], tests.Beta[m],
                tests.StandardError[m], tests.Wald[m], tests.LikelihoodRatio[m], tests.Score[m]);
        }

        return rows;
    }

    private static double MeanDiagonal(double[] matrix, int n)
    {
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            sum += matrix[i + (long)i * n];
        }

        return sum / n;
    }

    private static void RefuseRepeats(ScanData data, Genotypes markers)
    {
        var terms = data.Specification.Conditional.Training.RandomTerms;
        if (Array.Exists(terms, t => t.Group == data.IndividualColumn))
        {
            return;
        }

        var seen = new HashSet<int>();
        foreach (int i in data.Individuals)
        {
            if (!seen.Add(i))
            {
                throw new GlmmException($"The individual \"{markers.Individuals[i]}\" has more than one row in the data. Take a mean "
                    + $"of each individual first, or add what its records have in common beside its genes: (1 | {data.IndividualColumn}).");
            }
        }
    }

    private static ScanDescription Describe(string formula, ScanData data, Genotypes markers, ScanOptions options, double heritability)
    {
        var notes = new List<string>();
        if (data.Strangers > 0)
        {
            notes.Add($"{Names.Count(data.Strangers, "row")} of individuals without genotypes left out.");
        }

        if (data.Specification.DroppedRowCount > 0)
        {
            notes.Add($"{Names.Count(data.Specification.DroppedRowCount, "row")} with a missing value left out.");
        }

        if (data.WithoutRecord > 0)
        {
            notes.Add($"{Names.Count(data.WithoutRecord, "individual")} with genotypes but without a record not used.");
        }

        if (options.Parts > 1)
        {
            notes.Add($"This is part {options.Part} of {options.Parts}.");
        }

        string relationship = options.Relationship is not null ? "given relationships"
            : options.LeaveOneChromosomeOut ? "relationships by the markers of the other chromosomes"
            : "relationships by all markers (centred)";
        return new ScanDescription
        {
            Formula = formula,
            Response = data.Specification.Response.Name,
            Source = markers.Source,
            Individuals = data.Individuals.Distinct().Count(),
            Rows = data.Y.Length,
            Method = (options.Family is { } family
                ? $"Score tests in a generalized linear mixed model ({family}), with saddlepoint tails; effects by one step from the model "
                    + "without markers"
                : options.Method == ScanMethod.Exact
                ? "Linear mixed model, both variances estimated anew at each marker"
                : "Linear mixed model, variances held at those without markers") + "; " + relationship + ".",
            Heritability = heritability,
            Notes = notes,
        };
    }
}
