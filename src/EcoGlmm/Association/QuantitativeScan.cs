using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>A scan of a quantitative trait, with one record of each individual.</summary>
internal static class QuantitativeScan
{
    public static AssociationScan Run(
        string formula, ScanData data, Genotypes markers, ScanOptions options, Action<ScanProgress> progress, CancellationToken cancellation)
    {
        RefuseRepeats(data, markers);
        int n = data.Y.Length;
        if (n < data.Columns + 3)
        {
            throw new GlmmException($"There are {Names.Count(n, "row")} and {Names.Count(data.Columns, "covariate")} (with the intercept); a scan needs "
                + "more individuals than that.");
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

            progress(new ScanProgress("eigenvectors", done, total));
            var matrix = relationship.OfRows(chromosome, isCentred, cancellation);
            double scale = MeanDiagonal(matrix, n);
            var scan = ExactScan.Create(matrix, data.Y, data.X, data.Columns, options.Method == ScanMethod.Exact, options.MaxThreads, cancellation);
            double lambda = Math.Exp(scan.Model.LogLambdaReml) * scale;
            heritability = double.IsNaN(heritability) ? lambda / (lambda + 1) : heritability;
            OrderedBlocks.Run<MarkerTests>(from, end, options.MaxThreads, () => new BlockTester(scan, data, markers, blocks, isCentred).Test, (block, tests) =>
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
        var seen = new HashSet<int>();
        foreach (int i in data.Individuals)
        {
            if (!seen.Add(i))
            {
                throw new GlmmException($"The individual \"{markers.Individuals[i]}\" has more than one row in the data. Take a mean of each "
                    + $"individual first, or add what individuals have in common beside their genes: (1 | {data.IndividualColumn}).");
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
            : options.LeaveOneChromosomeOut ? "relationships by the markers of the other chromosomes" : "relationships by all markers (centred)";
        return new ScanDescription
        {
            Formula = formula,
            Response = data.Specification.Response.Name,
            Source = markers.Source,
            Individuals = data.Individuals.Distinct().Count(),
            Rows = data.Y.Length,
            Method = (options.Method == ScanMethod.Exact
                ? "Linear mixed model, both variances estimated anew at each marker"
                : "Linear mixed model, variances held at those without markers") + "; " + relationship + ".",
            Heritability = heritability,
            Notes = notes,
        };
    }

    // Decodes and tests blocks for one thread.
    private sealed class BlockTester
    {
        private readonly ExactScanWorker worker;
        private readonly Genotypes markers;
        private readonly ScanBlocks blocks;
        private readonly bool isCentred;
        private readonly GenotypeDecoder decoder;
        private readonly ulong[] mask;

        public BlockTester(ExactScan scan, ScanData data, Genotypes markers, ScanBlocks blocks, bool isCentred)
        {
            worker = new ExactScanWorker(scan);
            (this.markers, this.blocks, this.isCentred) = (markers, blocks, isCentred);
            var chosen = Array.ConvertAll(data.Individuals, markers.StoreIndividual);
            bool isWhole = chosen.Length == markers.StoreIndividuals && chosen.Select((c, i) => c == i).All(same => same);
            decoder = new GenotypeDecoder(isWhole ? null : chosen, markers.StoreIndividuals);
            mask = GenotypeCounts.Mask(markers.StoreIndividuals, chosen);
        }

        public MarkerTests Test(int block)
        {
            var (start, count) = blocks.All[block];
            var tests = new MarkerTests(count);
            for (int m = 0; m < count; m++)
            {
                var row = markers.Row(start + m);
                var counts = GenotypeCounts.Of(row, mask);
                tests.Frequency[m] = counts.Frequency;
                tests.Called[m] = counts.Called;
                var values = worker.Marker(m);
                if (counts.IsMonomorphic)
                {
                    values.Clear();
                    continue;
                }

                double mean = counts.Mean;
                double shift = isCentred ? mean : 0;
                decoder.Decode(row, 2 - shift, 1 - shift, -shift, mean - shift, values);
            }

            worker.Test(count, tests);
            return tests;
        }
    }
}
