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
    private readonly IMarkerWorker _worker;
    private readonly Genotypes _markers;
    private readonly ScanBlocks _blocks;
    private readonly bool _isCentred;
    private readonly GenotypeDecoder _decoder;
    private readonly ulong[] _mask;
    private readonly int _traits;

    /// <param name="worker">What tests.</param>
    /// <param name="data">The rows.</param>
    /// <param name="markers">The genotypes.</param>
    /// <param name="blocks">The blocks.</param>
    /// <param name="isCentred">Whether the mean is taken off, which leaves nothing to the intercept.</param>
    /// <param name="traits">How many traits are tested together.</param>
    public ScanBlockTester(IMarkerWorker worker, ScanData data, Genotypes markers, ScanBlocks blocks, bool isCentred, int traits = 1)
    {
        this._traits = traits;
        (this._worker, this._markers, this._blocks, this._isCentred) = (worker, markers, blocks, isCentred);
        var chosen = Array.ConvertAll(data.Individuals, markers.StoreIndividual);
        _decoder = new GenotypeDecoder(AllInOrder(chosen, markers) ? null : chosen, markers.StoreIndividuals);
        _mask = GenotypeCounts.Mask(markers.StoreIndividuals, chosen);
    }

    public MarkerTests[] Test(int block)
    {
        var (start, count) = _blocks.All[block];
        var tests = new MarkerTests[_traits];
        for (var k = 0; k < _traits; k++)
        {
            tests[k] = new MarkerTests(count);
        }

        for (var m = 0; m < count; m++)
        {
            var row = _markers.Row(_blocks.Marker(start + m));
            var counts = GenotypeCounts.Of(row, _mask);
            foreach (var trait in tests)
            {
                trait.Frequency[m] = counts.Frequency;
                trait.Called[m] = counts.Called;
            }

            var values = _worker.Marker(m);
            if (counts.IsMonomorphic)
            {
                values.Clear();
                continue;
            }

            var mean = counts.Mean;
            var shift = _isCentred ? mean : 0;
            _decoder.Decode(row, 2 - shift, 1 - shift, -shift, mean - shift, values);
        }

        _worker.Test(count, tests);
        return tests;
    }

    /// <summary>Whether the rows are all individuals of the file in its order, each once.</summary>
    public static bool AllInOrder(int[] chosen, Genotypes markers) =>
        chosen.Length == markers.StoreIndividuals && chosen.Select((c, i) => c == i).All(same => same);
}
