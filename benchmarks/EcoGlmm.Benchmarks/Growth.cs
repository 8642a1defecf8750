using System.Diagnostics;
using System.Globalization;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// How time and memory grow with the number of rows: Poisson counts with an observation-level effect and two crossed
/// factors, read from a CSV file and fitted, each size in a process of its own.
/// </summary>
/// <remarks>
/// Two designs: in "fixed" the factors keep 100 and 30 levels, so that only the rows grow; in "growing" the first factor is
/// individuals with ten records each, crossed with 30 years.
/// </remarks>
internal static class Growth
{
    private const int Years = 30;
    private static readonly int[] Sizes = [1_000, 10_000, 100_000, 1_000_000];

    public static void Run(Arguments arguments)
    {
        if (arguments.Value("file") is { } file)
        {
            Measure(file, arguments.Value("warm-up")!, arguments.Threads);
            return;
        }

        var largest = int.Parse(arguments.Value("rows") ?? "1000000", CultureInfo.InvariantCulture);
        foreach (var design in new[] { "fixed", "growing" })
        {
            Console.WriteLine();
            Console.WriteLine(design == "fixed"
                ? "log(μ) = x + site + year + observation; 100 sites, 30 years:"
                : "log(μ) = x + individual + year + observation; ten rows an individual, 30 years:");
            Console.WriteLine();
            Console.WriteLine("| rows | read (s) | fit (s) | processor, µs a row | peak (MB) | above the runtime, bytes a row | "
                + "evaluations | factorisations | status |");
            Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|---|");
            string Simulated(int rows)
            {
                var path = Path.Combine(Repository.Artifacts, $"growth-{design}-{rows}.csv");
                Simulate(path, rows, design == "fixed" ? 100 : rows / 10);
                return path;
            }

            var warmUp = Simulated(500);
            foreach (var rows in Sizes.Where(n => n <= largest))
            {
                var path = Simulated(rows);
                Console.Write(Repository.RunSelf("growth", $"--file={path}", $"--warm-up={warmUp}", $"--threads={arguments.Threads}"));
                File.Delete(path);
            }
        }
    }

    private static void Simulate(string path, int rows, int groups)
    {
        var random = new Random(rows);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var group = Enumerable.Range(0, groups).Select(_ => 0.5 * Normal()).ToArray();
        var year = Enumerable.Range(0, Years).Select(_ => 0.3 * Normal()).ToArray();
        using var writer = new StreamWriter(path);
        writer.WriteLine("count,x,group,year");
        for (var i = 0; i < rows; i++)
        {
            var (g, t, x) = (random.Next(groups), random.Next(Years), Normal());
            var mean = Math.Exp(0.5 + (0.3 * x) + group[g] + year[t] + (0.4 * Normal()));
            var count = 0;
            var limit = Math.Exp(-mean);
            for (var product = random.NextDouble(); product > limit; product *= random.NextDouble()) count++;
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count},{x:F4},g{g},{2000 + t}"));
        }
    }

    private static void Measure(string file, string warmUp, int threads)
    {
        GlmmFit Fit(FieldData table) => Glmm.Fit("count ~ x + (1 | group) + (1 | year) + (1 | olre)", table, Family.Poisson(),
            new GlmmOptions { Control = new GlmmControl { MaxThreads = threads } });

        // What compiled code takes is not the data's.
        for (var repeat = 0; repeat < 3; repeat++) Fit(FieldData.ReadCsv(warmUp));
        var before = PeakMemory();
        var watch = Stopwatch.StartNew();
        var data = FieldData.ReadCsv(file);
        var read = watch.Elapsed.TotalSeconds;
        var (seconds, processor) = (double.PositiveInfinity, double.PositiveInfinity);
        GlmmFit Timed()
        {
            var used = Environment.CpuUsage.TotalTime;
            watch.Restart();
            var fit = Fit(data);
            seconds = Math.Min(seconds, watch.Elapsed.TotalSeconds);
            processor = Math.Min(processor, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
            return fit;
        }

        var fit = Timed();
        var peak = PeakMemory();

        // Small models are compiled rather than timed in their first fit.
        for (var repeat = 0; repeat < 20 && data.RowCount <= 10_000; repeat++)
        {
            Timed();
        }

        var n = data.RowCount;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {n:N0} | {read:F3} | {seconds:F3} | {1e6 * processor / n:F2} | {peak / 1e6:F0} | {(double)(peak - before) / n:F0} | "
            + $"{fit.Convergence.Evaluations} | {fit.Convergence.Factorizations} | {fit.Convergence.Status} |"));
    }

    /// <summary>The most memory that this process has had in RAM, in bytes.</summary>
    private static long PeakMemory()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                return 1024 * long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture);
        }

        return Process.GetCurrentProcess().PeakWorkingSet64;
    }
}
