using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Ancestors' chromosomes are mosaics of pieces (a latent number that says which allele a piece carries is drawn anew
/// where one begins); populations' frequencies spread around the ancestral ones as D. J. Balding and R. A. Nichols, Genetica
/// 96 (1995) 3-12, have it; the young inherit with crossing over without interference.
/// </summary>
internal sealed class PopulationSimulator
{
    private const long ChromosomeLength = 50_000_000;
    private const double SexEffect = 0.5;
    private const double TraitMean = 10;

    private readonly PopulationDesign _design;
    private readonly RandomStream _stream;
    private readonly int _n;
    private readonly int[] _population;
    private readonly int[] _generation;
    private readonly int[] _sire;
    private readonly int[] _dam;
    private readonly bool[] _isFemale;

    public PopulationSimulator(PopulationDesign design, long seed)
    {
        Check(design);
        this._design = design;
        _stream = new RandomStream(seed);
        _n = design.Individuals;
        _population = new int[_n];
        _generation = new int[_n];
        _sire = new int[_n];
        _dam = new int[_n];
        _isFemale = new bool[_n];
    }

    /// <param name="path">Where PLINK's three files are written, marker by marker; null keeps the genotypes in memory.</param>
    public SimulatedPopulation Run(string? path = null)
    {
        MakePedigree();
        var m = _design.Markers;
        var markers = new Marker[m];
        var polygenic = new double[_design.Chromosomes][];
        var causal = CausalPlaces();
        var causalCounts = new Dictionary<int, double[]>();
        void Chromosomes(Action<int, byte[][]> take) => Parallel.For(0, _design.Chromosomes,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, c =>
            {
                var from = (int)((long)m * c / _design.Chromosomes);
                var to = (int)((long)m * (c + 1) / _design.Chromosomes);
                polygenic[c] = Chromosome(c, from, to, take, markers, causal, causalCounts);
            });

        var genotypes = path is null ? InMemory(Chromosomes, markers) : InFiles(path, Chromosomes, markers);
        var genes = new double[_n];
        foreach (var part in polygenic)
        {
            for (var i = 0; i < _n; i++)
            {
                genes[i] += part[i];
            }
        }

        var effects = new double[causal.Length];
        var trait = Traits(genes, causal, causalCounts, effects, out var liability);
        return new SimulatedPopulation(genotypes, Data(trait, liability), Array.AsReadOnly(Array.ConvertAll(causal, j => markers[j])),
            Array.AsReadOnly(effects));
    }

    private IEnumerable<string> Individuals => Enumerable.Range(0, _n).Select(Name);

    private Genotypes InMemory(Action<Action<int, byte[][]>> simulate, Marker[] markers)
    {
        var rows = new byte[markers.Length][];
        simulate((from, some) => some.CopyTo(rows, from));
        return new Genotypes("a simulated population", [.. Individuals], markers, new GenotypeStore(_n, rows));
    }

    private Genotypes InFiles(string path, Action<Action<int, byte[][]>> simulate, Marker[] markers)
    {
        try
        {
            return PlinkFiles.Write(path, [.. Individuals], [.. Individuals], markers, bed => simulate((from, some) =>
            {
                lock (bed)
                {
                    bed.Position = PlinkFiles.HeaderBytes + ((long)from * ((_n + 3) / 4));
                    foreach (var row in some) bed.Write(row);
                }
            }));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GlmmException($"The simulated genotypes cannot be written to \"{path}\": {failure.Message}", failure);
        }
    }

    // Everyone of a generation is a child of a pair of the one before; who is not paired has no young.
    private void MakePedigree()
    {
        var random = _stream.Split(-1);
        for (var i = 0; i < _n; i++)
        {
            _generation[i] = (int)((long)i * _design.Generations / _n);
            _isFemale[i] = random.NextDouble() < 0.5;
            (_sire[i], _dam[i]) = (-1, -1);
            _population[i] = i % _design.Populations;
        }

        for (var g = 1; g < _design.Generations; g++)
        {
            for (var p = 0; p < _design.Populations; p++)
            {
                var fathers = Parents(g - 1, p, female: false);
                var mothers = Parents(g - 1, p, female: true);
                random.Shuffle<int>(fathers);
                random.Shuffle<int>(mothers);
                var pairs = Math.Min(fathers.Length, mothers.Length);
                if (pairs == 0)
                {
                    throw new GlmmException("There are too few individuals in each generation and population for pairs. Simulate more "
                        + "individuals, or fewer generations and populations.");
                }

                var k = 0;
                for (var i = 0; i < _n; i++)
                {
                    if (_generation[i] == g && _population[i] == p)
                    {
                        var pair = k++ / _design.FamilySize % pairs;
                        (_sire[i], _dam[i]) = (fathers[pair], mothers[pair]);
                    }
                }
            }
        }
    }

    private int[] Parents(int g, int p, bool female) =>
        [.. Enumerable.Range(0, _n).Where(i => _generation[i] == g && _population[i] == p && _isFemale[i] == female)];

    private int[] CausalPlaces()
    {
        // in the middle of stretches of equal length, so that they do not stand at one another's side
        var count = _design.CausalShares.Count;
        return [.. Enumerable.Range(0, count).Select(k => (int)((2L * k + 1) * _design.Markers / (2 * count)))];
    }

    private double[] Chromosome(int c, int from, int to, Action<int, byte[][]> take, Marker[] markers, int[] causal,
        Dictionary<int, double[]> causalCounts)
    {
        var random = _stream.Split(c);
        var length = to - from;
        var haplotypes = Haplotypes(random, length);
        var genes = new double[_n];
        var calls = random.Split(2);
        var weights = random.Split(3);
        var words = new ulong[2 * _n];
        var counts = new double[_n];
        for (var start = 0; start < length; start += SimulatedHaplotype.Word)
        {
            for (var h = 0; h < words.Length; h++) words[h] = haplotypes[h][start / SimulatedHaplotype.Word];
            var rows = new byte[Math.Min(SimulatedHaplotype.Word, length - start)][];
            for (var k = 0; k < rows.Length; k++)
            {
                var place = from + start + k;
                double mean = 0;
                for (var i = 0; i < _n; i++)
                {
                    counts[i] = ((words[2 * i] >> k) & 1) + ((words[(2 * i) + 1] >> k) & 1);
                    mean += counts[i] / _n;
                }

                // alleles are named so that the rarer one is counted, as PLINK does
                var isFlipped = mean > 1;
                rows[k] = Row(counts, mean, isFlipped, weights, calls, genes);
                markers[place] = Named(c, place, start + k, length, isFlipped);
                if (Array.IndexOf(causal, place) >= 0)
                {
                    lock (causalCounts)
                    {
                        causalCounts[place] = (double[])counts.Clone();
                    }
                }
            }

            take(from + start, rows);
        }

        return genes;
    }

    private ulong[][] Haplotypes(RandomStream random, int length)
    {
        var haplotypes = new ulong[2 * _n][];
        var frequencies = new double[_design.Populations][];
        var ancestral = new double[length];
        for (var j = 0; j < length; j++)
        {
            ancestral[j] = _design.MinimumFrequency + random.NextDouble() * (1 - 2 * _design.MinimumFrequency);
        }

        for (var p = 0; p < _design.Populations; p++)
        {
            frequencies[p] = _design.Populations == 1 ? ancestral : Array.ConvertAll(ancestral, f => Spread(random, f));
        }

        var mosaic = random.Split(1);
        for (var i = 0; i < _n; i++)
        {
            for (var h = 0; h < 2; h++)
            {
                var parent = h == 0 ? _sire[i] : _dam[i];
                haplotypes[2 * i + h] = parent < 0
                    ? SimulatedHaplotype.Ancestor(mosaic, frequencies[_population[i]], _design.Linkage)
                    : SimulatedHaplotype.Gamete(mosaic, haplotypes[2 * parent], haplotypes[2 * parent + 1], length);
            }
        }

        return haplotypes;
    }

    // A marker's packed calls; counts become those of the effect allele, and its share goes to the genes.
    private byte[] Row(double[] counts, double mean, bool isFlipped, RandomStream weights, RandomStream calls, double[] genes)
    {
        var row = GenotypeStore.NewRow(_n);
        var weight = weights.NextNormal() / Math.Sqrt(Math.Max(0.02, mean * (1 - mean / 2)));
        for (var i = 0; i < _n; i++)
        {
            genes[i] += weight * (counts[i] - mean);
            counts[i] = isFlipped ? 2 - counts[i] : counts[i];
            var isMissing = _design.Missing > 0 && calls.NextDouble() < _design.Missing;
            GenotypeStore.Set(row, i, isMissing ? -1 : (int)counts[i]);
        }

        return row;
    }

    private static Marker Named(int c, int place, int j, int length, bool isFlipped)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"m{place + 1}");
        var position = 1 + ChromosomeLength * j / Math.Max(1, length);
        var chromosome = (c + 1).ToString(CultureInfo.InvariantCulture);
        return isFlipped ? new Marker(name, chromosome, position, "C", "A") : new Marker(name, chromosome, position, "A", "C");
    }

    private double Spread(RandomStream random, double f)
    {
        var concentration = (1 - _design.Fst) / Math.Max(1e-6, _design.Fst);
        return random.NextBeta(f * concentration, (1 - f) * concentration);
    }

    // The genetic value in standard deviations of the trait, and the trait.
    private double[] Traits(double[] genes, int[] causal, Dictionary<int, double[]> counts, double[] effects, out double[] liability)
    {
        var random = _stream.Split(-2);
        var value = Standardised(genes);
        for (var i = 0; i < _n; i++)
        {
            value[i] *= Math.Sqrt(_design.Heritability);
        }

        for (var k = 0; k < causal.Length; k++)
        {
            var x = counts[causal[k]];
            var deviation = Deviation(x, out var mean);
            effects[k] = deviation > 0 ? Math.Sqrt(_design.CausalShares[k]) / deviation * (k % 2 == 0 ? 1 : -1) : 0;
            for (var i = 0; i < _n; i++)
            {
                value[i] += effects[k] * (x[i] - mean);
            }
        }

        liability = value;
        var residual = Math.Sqrt(Math.Max(0, 1 - _design.Heritability - _design.CausalShares.Sum()));
        var trait = new double[_n];
        for (var i = 0; i < _n; i++)
        {
            trait[i] = TraitMean + value[i] + (_isFemale[i] ? SexEffect : 0) + _design.PopulationDifference * _population[i]
                + residual * random.NextNormal();
        }

        return trait;
    }

    private FieldData Data(double[] trait, double[] liability)
    {
        var random = _stream.Split(-3);
        var residual = Math.Sqrt(Math.Max(0, 1 - _design.Heritability - _design.CausalShares.Sum()));
        var tendency = Array.ConvertAll(liability, l => l + residual * random.NextNormal());
        var sorted = tendency.Order().ToArray();
        var threshold = sorted[Math.Clamp((int)((1 - _design.Prevalence) * _n), 0, _n - 1)];
        return FieldData.From(new (string, object)[]
        {
            ("id", Enumerable.Range(0, _n).Select(Name)),
            ("sire", _sire.Select(i => i < 0 ? null : Name(i))),
            ("dam", _dam.Select(i => i < 0 ? null : Name(i))),
            ("generation", _generation.Select(g => (double)g)),
            ("population", _population.Select(p => "p" + (p + 1).ToString(CultureInfo.InvariantCulture))),
            ("sex", _isFemale.Select(f => f ? "female" : "male")),
            ("trait", trait),
            ("ill", tendency.Select(t => t >= threshold ? 1.0 : 0)),
            ("parasites", liability.Select(l => (double)random.NextPoisson(Math.Exp(1 + 0.5 * l)))),
        }.Select(column => KeyValuePair.Create(column.Item1, column.Item2)));
    }

    private static double[] Standardised(double[] x)
    {
        var deviation = Deviation(x, out var mean);
        return Array.ConvertAll(x, v => deviation > 0 ? (v - mean) / deviation : 0);
    }

    private static double Deviation(double[] x, out double mean)
    {
        var average = x.Average();
        mean = average;
        return Math.Sqrt(x.Sum(v => (v - average) * (v - average)) / x.Length);
    }

    private static string Name(int i) => "i" + (i + 1).ToString(CultureInfo.InvariantCulture);

    private static void Check(PopulationDesign design)
    {
        void Require(bool isPossible, string what)
        {
            if (!isPossible)
            {
                throw new GlmmException($"This population cannot be simulated: {what}.");
            }
        }

        Require(design.Individuals >= 2 && design.Markers >= 1, "it needs two individuals and a marker at least");
        Require(design.Chromosomes >= 1 && design.Chromosomes <= design.Markers, "each chromosome needs a marker");
        Require(design.Populations >= 1 && design.Generations >= 1 && design.FamilySize >= 1, "populations, generations and family size "
            + "are 1 at least");
        Require(design.Fst is > 0 and < 1, "F_ST lies between 0 and 1");
        Require(design.MinimumFrequency is >= 0 and < 0.5, "the least frequency of the rarer allele lies between 0 and a half");
        Require(design.Linkage is >= 0 and < 1 && design.Missing is >= 0 and < 1,
            "linkage and the share of missing calls lie between 0 and 1");
        Require(design.Heritability >= 0 && design.CausalShares.All(s => s >= 0) && design.Heritability + design.CausalShares.Sum() <= 1,
            "heritability and the causal markers' shares are positive and sum to 1 at most");
        Require(design.CausalShares.Count <= design.Markers, "there are more causal markers than markers");
    }
}
