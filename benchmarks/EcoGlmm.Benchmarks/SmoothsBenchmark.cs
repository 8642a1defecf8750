using System.Diagnostics;
using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Models with smooths beside random effects: [part of a name ...] [--repeats=3] [--threads=1] [--data=FOLDER]. Processor seconds, least
/// of the repeats. With --data the tables are written as CSV for benchmarks/R/time_smooths.R, which fits the same models by gamm4, glmmTMB
/// and bam.
/// </summary>
internal static class SmoothsBenchmark
{
    private sealed record Case(string Name, string Formula, string Family, int Rows, int Groups);

    private static readonly Case[] Cases =
    [
        new("gaussian-4000", "y ~ s(x) + s(z) + (1 | g)", "gaussian", 4_000, 200),
        new("poisson-4000", "count ~ s(x) + s(z) + (1 | g)", "poisson", 4_000, 200),
        new("binomial-4000", "hit ~ s(x) + s(z) + (1 | g)", "binomial", 4_000, 200),
        new("gaussian-by-4000", "y ~ f + s(x, by = f) + (1 | g)", "gaussian", 4_000, 200),
        new("gaussian-100000", "y ~ s(x) + s(z) + (1 | g)", "gaussian", 100_000, 1_000),
        new("poisson-100000", "count ~ s(x) + s(z) + (1 | g)", "poisson", 100_000, 1_000),
        new("binomial-100000", "hit ~ s(x) + s(z) + (1 | g)", "binomial", 100_000, 1_000),
        new("gaussian-surface-4000", "y ~ s(x, z) + (1 | g)", "gaussian", 4_000, 200),
        new("gaussian-surface-100000", "y ~ s(x, z) + (1 | g)", "gaussian", 100_000, 1_000),
        new("poisson-surface-100000", "count ~ s(x, z) + (1 | g)", "poisson", 100_000, 1_000),
        new("binomial-surface-100000", "hit ~ s(x, z) + (1 | g)", "binomial", 100_000, 1_000),
    ];

    public static void Run(Arguments arguments)
    {
        var repeats = arguments.Value("repeats") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : 3;
        Console.WriteLine("| model | processor seconds | first call | log-likelihood | effective degrees of freedom | evaluations |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|");
        foreach (var one in Cases.Where(c => arguments.Names.Length < 2 || arguments.Names.Skip(1).Any(c.Name.Contains)))
        {
            var data = Table(one.Rows, one.Groups);
            if (arguments.Value("data") is { } folder) data.WriteCsv(Path.Combine(folder, one.Name + ".csv"));
            var seconds = new double[repeats];
            GlmmFit? fit = null;
            for (var k = 0; k < repeats; k++)
            {
                var before = Process.GetCurrentProcess().TotalProcessorTime;
                fit = Glmm.Fit(one.Formula, data, Family.Parse(one.Family), new GlmmOptions
                {
                    Reml = one.Family == "gaussian", Control = new GlmmControl { MaxThreads = arguments.Threads },
                });
                seconds[k] = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {one.Name} | {seconds.Min():0.00} | {seconds[0]:0.00} | "
                + $"{fit!.LogLikelihood:0.000} | {string.Join(", ", fit.Smooths.Select(s => s.Edf.ToString("0.00",
                    CultureInfo.InvariantCulture)))} | {fit.Convergence.Evaluations} |"));
        }
    }

    /// <summary>A wave in x, a slope that flattens in z, groups of any size with a standard deviation of 0.4.</summary>
    private static FieldData Table(int n, int groups)
    {
        var random = new RandomStream(21);
        double[] own = [.. Enumerable.Range(0, groups).Select(_ => 0.4 * random.NextNormal())];
        var (x, z, y, count, hit, g, f) = (new double[n], new double[n], new double[n], new double[n], new double[n], new string[n],
            new string[n]);
        for (var i = 0; i < n; i++)
        {
            (x[i], z[i]) = (random.NextDouble(), random.NextDouble());
            var group = (int)(groups * random.NextDouble());
            (g[i], f[i]) = ($"g{group}", $"f{(int)(3 * random.NextDouble())}");
            var eta = Math.Sin(7 * x[i]) + (2 * Math.Sqrt(z[i])) - 1 + own[group];
            y[i] = eta + random.NextNormal();
            count[i] = random.NextPoisson(Math.Exp(0.5 * eta));
            hit[i] = random.NextDouble() < 1 / (1 + Math.Exp(-eta)) ? 1 : 0;
        }

        return FieldData.From(new Dictionary<string, object>
        {
            ["x"] = x, ["z"] = z, ["y"] = y, ["count"] = count, ["hit"] = hit, ["g"] = g, ["f"] = f,
        });
    }
}
