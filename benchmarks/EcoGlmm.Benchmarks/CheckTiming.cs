using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// What <c>Check()</c> takes beside the fit that it checks: counts of many small groups, right and sick, and tables of sites by species.
/// The first call in a process and a warm one, on one thread, each model in a process of its own.
/// </summary>
internal static class CheckTiming
{
    /// <summary>What a check may take: so many times the fit and so many seconds more.</summary>
    private const double MostTimes = 2, MostSeconds = 2;

    /// <param name="Name">What is fitted.</param>
    /// <param name="Data">The data, from the folder of tables of species.</param>
    /// <param name="Formula">The formula.</param>
    /// <param name="Family">The family.</param>
    private sealed record Model(string Name, Func<string, FieldData> Data, string Formula, Family Family);

    private const string Groups = "y ~ x + z + treatment + (1 | animal) + (1 | site)";

    private static readonly Model[] All =
    [
        new("Poisson, right", _ => Counts(14_397, r => r.Poisson), Groups, Family.Poisson()),
        new("overdispersed, Poisson fitted", _ => Counts(14_397, r => r.Overdispersed), Groups, Family.Poisson()),
        new("overdispersed with zeros, Poisson fitted", _ => Counts(14_397, r => r.ZeroInflated), Groups, Family.Poisson()),
        new("the same, negative binomial fitted", _ => Counts(14_397, r => r.ZeroInflated), Groups, Family.NegativeBinomial2()),
        new("overdispersed with zeros, Poisson fitted", _ => Counts(100_000, r => r.ZeroInflated), Groups, Family.Poisson()),
        new("Poisson, right", _ => Counts(100_000, r => r.Poisson), Groups, Family.Poisson()),
        Species("caddisflies", "n ~ temperature + wind + humidity + (1 | night) + (temperature | species)"),
        Species("fish", "n ~ date + site + (1 | place) + (1 | species)"),
        Species("snails", "n ~ season + method + duration + (1 | place) + (1 | site) + (1 | species)"),
        Species("plants", "n ~ clay + elevation + (1 | place) + (clay + elevation | species)"),
        Species("prairie", "n ~ x + y + (1 | place) + (1 | species)"),
    ];

    public static void Run(Arguments arguments)
    {
        var folder = arguments.Value("data");
        if (arguments.Value("model") is { } number)
        {
            Measure(All[int.Parse(number, CultureInfo.InvariantCulture)], folder ?? "", arguments.Threads);
            return;
        }

        Console.WriteLine("| model | rows | fit, first (s) | check, first (s) | fit (s) | check (s) | 2 fits + 2 s | proposal |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|---|");
        for (var k = 0; k < All.Length; k++)
        {
            if (folder is not null || !All[k].Formula.StartsWith("n ", StringComparison.Ordinal))
                Console.Write(Repository.RunSelf("check", $"--model={k}", $"--threads={arguments.Threads}", $"--data={folder}"));
        }
    }

    private static void Measure(Model model, string folder, int threads)
    {
        var data = model.Data(folder);
        var options = new GlmmOptions { Control = new GlmmControl { MaxThreads = threads } };
        GlmmFit Fit() => Glmm.Fit(model.Formula, data, model.Family, options);
        var (fit, firstFit) = Timed(Fit);
        var (check, firstCheck) = Timed(() => fit.Check());
        var (fits, checks) = (double.PositiveInfinity, double.PositiveInfinity);
        for (var repeat = 0; repeat < 3; repeat++)
        {
            (fit, var seconds) = Timed(Fit);
            fits = Math.Min(fits, seconds);
            checks = Math.Min(checks, Timed(() => fit.Check()).Seconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {model.Name} | {fit.ObservationCount:N0} | {firstFit:F2} | {firstCheck:F2} | {fits:F2} | {checks:F2} | "
            + $"{(checks <= (MostTimes * fits) + MostSeconds ? "kept" : "**broken**")} | {check.Cure?.Change ?? "none"} |"));
    }

    /// <summary>Seconds of the processor, so that others on the machine do not count.</summary>
    private static (T Result, double Seconds) Timed<T>(Func<T> run)
    {
        var before = Environment.CpuUsage.TotalTime;
        var result = run();
        return (result, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    private static Model Species(string name, string formula) => new(name, folder => FieldData.ReadCsv(Path.Combine(folder, $"{name}.csv")),
        formula, Family.Poisson());

    private sealed record Draws(double Poisson, double Overdispersed, double ZeroInflated);

    /// <summary>Counts of 4,500 animals at 60 sites, by two covariates and a treatment; a year is there too.</summary>
    private static FieldData Counts(int rows, Func<Draws, double> response)
    {
        var random = new RandomStream(rows);
        double[] animals = [.. Enumerable.Range(0, 4500).Select(_ => 0.6 * random.NextNormal())];
        double[] sites = [.. Enumerable.Range(0, 60).Select(_ => 0.3 * random.NextNormal())];
        return FieldData.From(Enumerable.Range(0, rows).Select(i =>
        {
            var (animal, site, treatment) = (i % animals.Length, (int)(sites.Length * random.NextDouble()), i / 7 % 3);
            double x = random.NextNormal(), z = random.NextNormal();
            var mean = Math.Exp(1 + (0.3 * x) - (0.2 * z) + (0.2 * treatment) + animals[animal] + sites[site]);
            var draws = new Draws(random.NextPoisson(mean), random.NextNegativeBinomial(mean, 1.5), random.NextDouble() < 0.25
                ? 0 : random.NextNegativeBinomial(mean, 1.5));
            return new { y = response(draws), x, z, treatment = "abc"[treatment].ToString(), animal = $"a{animal}", site = $"s{site}",
                year = 2001.0 + (i / 11 % 15) };
        }).ToArray());
    }
}
