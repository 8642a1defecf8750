using System.Diagnostics;
using System.Globalization;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Relationship matrix and exact scan beside GEMMA's, in processor seconds of one thread each, on the same simulated PLINK files:
/// GEMMA's whole process, EcoGlmm's calls once they are compiled.
/// </summary>
internal static class GenomesBenchmark
{
    public static void Run(Arguments arguments)
    {
        var individuals = Number(arguments, "individuals", 1000);
        var markers = Number(arguments, "markers", 50000);
        var prefix = Path.Combine(Repository.Artifacts, $"genomes-{individuals}-{markers}");
        var data = Prepare(prefix, individuals, markers);
        using var genotypes = Genotypes.Open(prefix + ".bed");
        using (var warm = Genotypes.Simulate(new PopulationDesign { Individuals = 300, Markers = 3000, Missing = 0.01 }).Genotypes)
        {
            var few = data.Where(r => warm.Individuals.Contains(r.Text("id")!));
            for (var i = 0; i < 4; i++)
            {
                var small = warm.RelationshipMatrix(maxThreads: 1);
                foreach (var method in new[] { ScanMethod.Exact, ScanMethod.Held })
                {
                    Glmm.Scan("trait ~ 1", few, warm, Options(small, method));
                }

                Thread.Sleep(300);
            }
        }

        RelationshipMatrix? matrix = null;
        var own = Seconds(() => matrix = genotypes.RelationshipMatrix(maxThreads: 1));
        var exact = Seconds(() => Glmm.Scan("trait ~ 1", data, genotypes, Options(matrix!, ScanMethod.Exact)));
        var held = Seconds(() => Glmm.Scan("trait ~ 1", data, genotypes, Options(matrix!, ScanMethod.Held)));
        var name = Path.GetFileName(prefix);
        var gk = Gemma($"-bfile {prefix} -gk 1 -maf 0 -miss 1 -outdir {Repository.Artifacts} -o {name}");
        double Scan(int test) => Gemma($"-bfile {prefix} -k {Path.Combine(Repository.Artifacts, name)}.cXX.txt -lmm {test} -maf 0 -miss 1 "
            + $"-outdir {Repository.Artifacts} -o {name}");
        var (lmm, wald) = (Scan(4), Scan(1));
        Console.WriteLine($"{individuals} individuals, {markers} markers, processor seconds of one thread:");
        Console.WriteLine();
        Console.WriteLine("| | EcoGlmm | GEMMA | times faster |");
        Console.WriteLine("|---|--:|--:|--:|");
        Row("relationship matrix, centred (`-gk 1`)", own, gk);
        Row("exact scan, three tests (`-lmm 4`)", exact, lmm);
        Row("the same beside Wald's test alone (`-lmm 1`)", exact, wald);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| scan with variances held | {held:F2} | | |"));
    }

    private static void Row(string what, double own, double other) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {own:F2} | {other:F1} | {other / own:F1} |"));

    private static ScanOptions Options(RelationshipMatrix matrix, ScanMethod method) =>
        new() { Individual = "id", Relationship = matrix, MaxThreads = 1, Method = method };

    private static int Number(Arguments arguments, string name, int otherwise) =>
        arguments.Value(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static FieldData Prepare(string prefix, int individuals, int markers)
    {
        var population = Genotypes.Simulate(new PopulationDesign
        {
            Individuals = individuals, Markers = markers, Chromosomes = 10, Generations = 3, Populations = 2, Missing = 0.01,
                CausalShares = [0.03, 0.02],
        }, seed: 7);
        population.Genotypes.WritePlink(prefix);

        // GEMMA looks for the trait in the .fam
        var trait = population.Data.Numbers("trait");
        var lines = File.ReadAllLines(prefix + ".fam");
        File.WriteAllLines(prefix + ".fam", lines.Select((line, i) =>
            line[..line.LastIndexOf('\t')] + "\t" + trait[i].ToString("R", CultureInfo.InvariantCulture)));
        return population.Data;
    }

    private static double Seconds(Action action)
    {
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        action();
        self.Refresh();
        return (self.TotalProcessorTime - before).TotalSeconds;
    }

    public static double Gemma(string arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"TIMEFORMAT='%U %S'; time gemma {arguments} > /dev/null 2> /dev/null");
        using var process = Process.Start(start)!;
        var times = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return times.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).TakeLast(2)
            .Sum(t => double.Parse(t, CultureInfo.InvariantCulture));
    }
}
