using System.Globalization;

namespace EcoGlmm.Benchmarks;

/// <summary>How many causal markers the exact scan finds, and how many GEMMA finds on the same files.</summary>
internal static class GenomesPower
{
    private static readonly double[] Levels = [1e-3, 1e-4, 1e-5, 2.5e-5];
    private static readonly string[] Tests = ["p_wald", "p_lrt", "p_score"];

    public static void Run(Arguments arguments)
    {
        var replicates = int.Parse(arguments.Value("replicates") ?? "40", CultureInfo.InvariantCulture);
        var (own, other) = (new List<double>[3], new List<double>[3]);
        for (var t = 0; t < 3; t++) (own[t], other[t]) = ([], []);
        double worst = 0;
        for (var replicate = 0; replicate < replicates; replicate++)
        {
            var prefix = Path.Combine(Repository.Artifacts, "genomes-power");
            var simulated = Genotypes.Simulate(new PopulationDesign
            {
                Individuals = 600, Markers = 2000, Chromosomes = 5, Populations = 2, Generations = 3, Missing = 0.01, Heritability = 0.3,
                CausalShares = [0.02, 0.03, 0.04, 0.05],
            }, 2000 + replicate);
            simulated.Genotypes.WritePlink(prefix);
            var trait = simulated.Data.Numbers("trait");
            File.WriteAllLines(prefix + ".phe", trait.Select(v => v.ToString("R", CultureInfo.InvariantCulture)));
            GenomesBenchmark.Gemma($"-bfile {prefix} -p {prefix}.phe -gk 1 -maf 0 -miss 1 -outdir {Repository.Artifacts} -o power");
            GenomesBenchmark.Gemma($"-bfile {prefix} -p {prefix}.phe -k {Path.Combine(Repository.Artifacts, "power")}.cXX.txt -lmm 4 "
                + $"-maf 0 -miss 1 -r2 1 -outdir {Repository.Artifacts} -o power");
            var gemma = Gemma(Path.Combine(Repository.Artifacts, "power.assoc.txt"));
            var scan = Glmm.Scan("trait ~ 1", simulated.Data, simulated.Genotypes, new ScanOptions { Individual = "id" });
            foreach (var (name, theirs) in gemma)
            {
                var r = scan[name];
                double[] ours = [r.WaldP, r.LikelihoodRatioP, r.ScoreP];
                for (var t = 0; t < 3; t++) worst = Math.Max(worst, Math.Abs(ours[t] - theirs[t]) / theirs[t]);
                if (!simulated.Causal.Any(c => c.Name == name)) continue;
                for (var t = 0; t < 3; t++) (own[t], other[t]) = ([.. own[t], ours[t]], [.. other[t], theirs[t]]);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{own[0].Count} causal markers; largest relative difference of a p-value, of all markers and tests: {worst:0.0e0}"));
        Console.WriteLine();
        Console.WriteLine("| test | p below | found by EcoGlmm | found by GEMMA | by one of them alone |");
        Console.WriteLine("|---|--:|--:|--:|--:|");
        for (var t = 0; t < 3; t++)
        {
            foreach (var level in Levels.OrderDescending())
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {Tests[t]} | {level:0.0e0} "
                    + $"| {own[t].Count(p => p < level)} | {other[t].Count(p => p < level)} "
                    + $"| {own[t].Zip(other[t]).Count(p => p.First < level != p.Second < level)} |"));
            }
        }
    }

    private static IEnumerable<(string Name, double[] P)> Gemma(string path)
    {
        var lines = File.ReadAllLines(path);
        var heading = lines[0].Split('\t');
        var places = Array.ConvertAll(Tests, t => Array.IndexOf(heading, t));
        return lines.Skip(1).Select(line => line.Split('\t')).Select(f =>
            (f[1], Array.ConvertAll(places, p => double.Parse(f[p], CultureInfo.InvariantCulture))));
    }
}
