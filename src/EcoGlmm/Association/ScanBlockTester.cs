namespace EcoGlmm.Association;

/// <summary>Tests blocks of markers, for one thread.</summary>
internal interface IMarkerWorker
{
    /// <summary>Where the genotypes of a marker of the block go, a number for each row.</summary>
    Span<double> Marker(int m);

    /// <summary>Tests the first markers for each trait; those whose numbers are all zero stay NaN.</summary>
    void Test(int count, MarkerTests[] tests);
}

/// <summary>Decodes blocks of markers for the rows of a scan and has them tested; belongs to one thread.</summary>
internal sealed class ScanBlockTester
{
    private readonly IMarkerWorker worker;
    private readonly Genotypes markers;
    private readonly ScanBlocks blocks;
    private readonly bool isCentred;
    private readonly GenotypeDecoder decoder;
    private readonly ulong[] mask;
    private readonly int traits;

    /// <param name="worker">What tests.</param>
    /// <param name="data">The rows.</param>
    /// <param name="markers">The genotypes.</param>
    /// <param name="blocks">The blocks.</param>
    /// <param name="isCentred">Whether the mean is taken off, which leaves nothing to the intercept.</param>
    /// <param name="traits">How many traits are tested together.</param>
    public ScanBlockTester(IMarkerWorker worker, ScanData data, Genotypes markers, ScanBlocks blocks, bool isCentred, int traits = 1)
    {
        this.traits = traits;
        (this.worker, this.markers, this.blocks, this.isCentred) = (worker, markers, blocks, isCentred);
        var chosen = Array.ConvertAll(data.Individuals, markers.StoreIndividual);
        decoder = new GenotypeDecoder(AllInOrder(chosen, markers) ? null : chosen, markers.StoreIndividuals);
        mask = GenotypeCounts.Mask(markers.StoreIndividuals, chosen);
    }

    public MarkerTests[] Test(int block)
    {
        var (start, count) = blocks.All[block];
        var tests = new MarkerTests[traits];
        for (int k = 0; k < traits; k++)
        {
            tests[k] = new MarkerTests(count);
        }

        for (int m = 0; m < count; m++)
        {
            var row = markers.Row(start + m);
            var counts = GenotypeCounts.Of(row, mask);
            foreach (var trait in tests)
            {
                trait.Frequency[m] = counts.Frequency;
                trait.Called[m] = counts.Called;
            }

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

    /// <summary>Whether the rows are all individuals of the file in its order, each once.</summary>
    public static bool AllInOrder(int[] chosen, Genotypes markers) =>
        chosen.Length == markers.StoreIndividuals && chosen.Select((c, i) => c == i).All(same => same);
}
