using System.Globalization;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// How often scans find a marker where none matters: populations with structure and families, a trait that is inherited by very
/// many genes and differs between populations by environment, and an illness that few have.
/// </summary>
internal static class GenomesCalibration
{
    private const int Individuals = 1000;

    private static readonly double[] Levels = [5e-2, 1e-2, 1e-3, 1e-4, 1e-5];

    public static void Run(Arguments arguments)
    {
        var replicates = int.Parse(arguments.Value("replicates") ?? "20", CultureInfo.InvariantCulture);
        var tests = new Dictionary<string, List<double>>();
        void Add(string name, AssociationScan scan, Func<MarkerAssociation, double> p, Func<MarkerAssociation, bool>? which = null)
        {
            if (!tests.TryGetValue(name, out var list)) tests[name] = list = [];
            list.AddRange(scan.Where(r => which is null || which(r)).Select(p).Where(v => !double.IsNaN(v)));
        }

        for (var replicate = 0; replicate < replicates; replicate++)
        {
            // the tested half of the genome has no part in the trait, which comes from the other half
            var design = new PopulationDesign
            {
                Individuals = Individuals, Markers = 4000, Chromosomes = 2, Populations = 2, Generations = 3, Fst = 0.05,
                Heritability = 0.5, PopulationDifference = 0.5, MinimumFrequency = 0.01, Prevalence = 0.01,
            };
            var simulated = Genotypes.Simulate(design, 1000 + replicate);
            var genes = simulated.Genotypes.Where(m => m.Chromosome == "2");
            var tested = simulated.Genotypes.Where(m => m.Chromosome == "1");
            var trait = GenomeTrait(simulated, genes, replicate);
            var relationship = simulated.Genotypes.RelationshipMatrix();
            var options = new ScanOptions { Individual = "id", Relationship = relationship };
            var with = Glmm.Scan("y ~ 1", trait, tested, options);
            Add("quantity, exact, Wald", with, r => r.WaldP);
            Add("quantity, exact, likelihood ratio", with, r => r.LikelihoodRatioP);
            Add("quantity, exact, score", with, r => r.ScoreP);
            Add("quantity, exact, Wald, relationships by the other chromosome", Glmm.Scan("y ~ 1", trait, tested,
                options with { Relationship = genes.RelationshipMatrix() }), r => r.WaldP);
            var unrelated = new double[Individuals, Individuals];
            for (var i = 0; i < Individuals; i++) unrelated[i, i] = 1;
            Add("quantity, without relationships", Glmm.Scan("y ~ 1", trait, tested,
                options with { Relationship = RelationshipMatrix.From(unrelated, [.. simulated.Genotypes.Individuals]),
                    Method = ScanMethod.Held }), r => r.WaldP);
            var rare = Glmm.Scan("ill ~ 1", trait, tested, options with { Family = Family.Binomial() });
            Add("illness of 1 %, saddlepoint, all markers", rare, r => r.ScoreP);
            Add("illness of 1 %, saddlepoint, alleles rarer than 5 %", rare, r => r.ScoreP, r => r.Frequency < 0.05);
            Add("illness of 1 %, normal tail, alleles rarer than 5 %", rare, Normal, r => r.Frequency < 0.05);
        }

        Console.WriteLine("| test | p-values | "
            + $"{string.Join(" | ", Levels.Select(l => l.ToString("0e0", CultureInfo.InvariantCulture)))} |");
        Console.WriteLine("|---|--:|" + string.Concat(Levels.Select(_ => "--:|")));
        foreach (var (name, p) in tests)
        {
            Console.WriteLine($"| {name} | {p.Count} | " + string.Join(" | ", Levels.Select(level =>
                (p.Count(v => v < level) / (double)p.Count).ToString("0.0e0", CultureInfo.InvariantCulture))) + " |");
        }
    }

    private static double Normal(MarkerAssociation r) =>
        2 * MathNet.Numerics.Distributions.Normal.CDF(0, 1, -Math.Abs(r.Beta / r.StandardError));

    // y = genes of chromosome 2 (half of the variance) + population + noise, and an illness that the highest 1 % have.
    private static FieldData GenomeTrait(SimulatedPopulation simulated, Genotypes genes, int seed)
    {
        var n = simulated.Genotypes.Individuals.Count;
        var random = new Random(seed);
        double Draw() => MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1);
        var value = new double[n];
        foreach (var marker in genes.Markers.Where((_, j) => j % 5 == 0))
        {
            var counts = genes.Counts(marker.Name);
            var mean = counts.Average();
            var effect = Draw() / Math.Sqrt(Math.Max(0.02, mean * (1 - mean / 2)));
            for (var i = 0; i < n; i++) value[i] += effect * (counts[i] - mean);
        }

        var deviation = Math.Sqrt(value.Sum(v => v * v) / n - Math.Pow(value.Average(), 2));
        var population = simulated.Data.Texts("population");
        double Trait(int i) => Math.Sqrt(0.5) * value[i] / deviation + (population[i] == "p2" ? 0.5 : 0) + Math.Sqrt(0.5) * Draw();
        var y = Enumerable.Range(0, n).Select(Trait).ToArray();
        var tendency = Enumerable.Range(0, n).Select(Trait).ToArray();
        var threshold = tendency.Order().ElementAt((int)(0.99 * n));
        return simulated.Data.With("y", y).With("ill", tendency.Select(t => t >= threshold ? 1.0 : 0));
    }
}
