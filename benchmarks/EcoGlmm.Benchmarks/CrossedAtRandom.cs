using System.Diagnostics;
using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Three large factors crossed at random, which fill a factorisation: a million rows of 30,000 × 15,001 × 200 levels, Gaussian and
/// Bernoulli, by one thread and by two.
/// </summary>
internal static class CrossedAtRandom
{
    private static readonly int[] Levels = [30_000, 15_001, 200];
    private static readonly double[] Deviations = [0.7, 0.5, 0.3];

    public static void Run(Arguments arguments)
    {
        var rows = int.Parse(arguments.Value("rows") ?? "1000000", CultureInfo.InvariantCulture);
        var share = rows / 1_000_000.0;
        var levels = Array.ConvertAll(Levels, l => Math.Max(20, (int)(l * share)));
        if (arguments.Value("family") is { } family)
        {
            Measure(rows, levels, family, arguments.Threads);
            return;
        }

        Console.WriteLine($"{rows} rows, {string.Join(" × ", levels)} levels crossed at random:");
        Console.WriteLine();
        Console.WriteLine("| family | threads | fit (s) | processor (s) | peak (MB) | log-likelihood ± Monte Carlo error | standard "
            + "deviations |");
        Console.WriteLine("|---|--:|--:|--:|--:|---|---|");
        foreach (var each in new[] { "gaussian", "binomial" })
        {
            foreach (var threads in new[] { 1, 2 })
                Console.Write(Repository.RunSelf("crossed", $"--rows={rows}", $"--family={each}", $"--threads={threads}"));
        }
    }

    private static void Measure(int rows, int[] levels, string family, int threads)
    {
        var data = Simulate(rows, levels, family == "gaussian", new RandomStream(1));
        var process = Process.GetCurrentProcess();
        var (watch, before) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        var fit = Glmm.Fit("y ~ x + (1 | a) + (1 | b) + (1 | c)", data, Family.Parse(family),
            new GlmmOptions { Control = new GlmmControl { MaxThreads = threads } });
        process.Refresh();
        var deviations = fit.VarianceComponents.Select(v => v.StandardDeviation.ToString("R", CultureInfo.InvariantCulture));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {family} | {threads} | {watch.Elapsed.TotalSeconds:0.0} | {(process.TotalProcessorTime - before).TotalSeconds:0.0} | "
            + $"{process.PeakWorkingSet64 / 1e6:0} | {fit.LogLikelihood:R} ± {fit.LogLikelihoodError:0.00} | "
            + $"{string.Join(", ", deviations)} |"));
    }

    private static FieldData Simulate(int rows, int[] levels, bool isGaussian, RandomStream random)
    {
        var effects = Deviations.Select((sd, t) => Enumerable.Range(0, levels[t]).Select(_ => sd * random.NextNormal()).ToArray())
            .ToArray();
        var codes = levels.Select(_ => new double[rows]).ToArray();
        var (x, y) = (new double[rows], new double[rows]);
        for (var i = 0; i < rows; i++)
        {
            x[i] = random.NextNormal();
            var eta = 0.2 + (0.3 * x[i]);
            for (var t = 0; t < levels.Length; t++)
            {
                var level = (int)(random.NextDouble() * levels[t]);
                codes[t][i] = level;
                eta += effects[t][level];
            }

            y[i] = isGaussian ? eta + random.NextNormal() : random.NextDouble() < 1 / (1 + Math.Exp(-eta)) ? 1 : 0;
        }

        return FieldData.From(new Dictionary<string, double[]> { ["a"] = codes[0], ["b"] = codes[1], ["c"] = codes[2],
            ["x"] = x, ["y"] = y })
            .AsFactor("a").AsFactor("b").AsFactor("c");
    }
}
