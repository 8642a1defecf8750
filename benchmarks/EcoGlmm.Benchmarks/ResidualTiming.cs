using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>Times simulated residuals and their tests on the models of benchmarks/R/time_residuals.R.</summary>
internal static class ResidualTiming
{
    private const string Large = "residuals-100000.csv";
    private const string Owls = "SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)";

    /// <summary>Writes responses of 1,000 sites with 100 rows each: Poisson, negative binomial, Gaussian, and successes in ten
    /// trials.</summary>
    public static void WriteData(string folder)
    {
        var random = new RandomStream(1);
        double[] site = [.. Enumerable.Range(0, 1000).Select(_ => 0.5 * random.NextNormal())];
        using var file = new StreamWriter(Path.Combine(folder, Large));
        file.WriteLine("y,z,w,s,x,site");
        for (var i = 0; i < 100_000; i++)
        {
            var x = random.NextNormal();
            var mean = Math.Exp(1 + (0.3 * x) + site[i % 1000]);
            file.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{random.NextPoisson(mean)},{random.NextNegativeBinomial(mean, 2)},"
                + $"{(0.3 * x) + site[i % 1000] + random.NextNormal():R},{random.NextBinomial(10, mean / (1 + mean))},{x:R},s{i % 1000}"));
        }
    }

    /// <summary>Prints a Markdown table of seconds beside DHARMa's, read from the lines that the R script printed.</summary>
    public static void Run(string folder, string? against)
    {
        var models = Models(folder);
        var others = against is null ? [] : File.ReadLines(against).Where(l => l.StartsWith('{'))
            .Select(l => JsonDocument.Parse(l).RootElement)
            .ToDictionary(e => e.GetProperty("model").GetString()!);
        Console.WriteLine("| model | simulations | residuals (s) | DHARMa (s) | times faster | processor (s) | DHARMa (s) | times less | "
            + "tests (s) | DHARMa (s) | times faster | peak memory (MB) |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var (name, fit, count) in models)
        {
            var repeats = fit.ObservationCount > 10_000 ? 5 : 400;
            var (residuals, make, cpu) = Median(repeats, () => fit.SimulatedResiduals(count));
            var (_, test, _) = Median(Math.Min(repeats, 20), () => residuals.TestAll());
            var other = others.TryGetValue(name, out var found) ? found : (JsonElement?)null;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {count} | {make:F4} | {Seconds(other, "seconds")} | {Ratio(other, "seconds", make)} | {cpu:F4} | "
                + $"{Seconds(other, "cpu")} | {Ratio(other, "cpu", cpu)} | {test:F4} | {Seconds(other, "testSeconds")} | "
                + $"{Ratio(other, "testSeconds", test)} | {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576} |"));
        }
    }

    /// <summary>The same with random effects drawn anew, 100 simulations: least times of twenty runs.</summary>
    public static void RunUnconditional(string folder)
    {
        Console.WriteLine("| model | on the clock (s) | processor (s) |");
        Console.WriteLine("|---|--:|--:|");
        foreach (var (name, fit, _) in Models(folder).Where(model => model.Fit.ObservationCount > 10_000))
        {
            var (clock, processor) = (double.PositiveInfinity, double.PositiveInfinity);
            for (var i = 0; i < 20; i++)
            {
                var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
                fit.SimulatedResiduals(100, mode: SimulationMode.Unconditional);
                clock = Math.Min(clock, watch.Elapsed.TotalSeconds);
                processor = Math.Min(processor, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {clock:F3} | {processor:F3} |"));
        }
    }

    private static (string Name, GlmmFit Fit, int Count)[] Models(string folder)
    {
        var owls = FieldData.ReadCsv(Path.Combine(Repository.Folder, "datasets", "owls.csv"));
        var large = FieldData.ReadCsv(Path.Combine(folder, Large));
        return
        [
            ("owls poisson", Glmm.Fit(Owls, owls, Family.Poisson()), 250),
            ("owls nbinom2", Glmm.Fit(Owls, owls, Family.NegativeBinomial2()), 250),
            ("100,000 rows poisson", Glmm.Fit("y ~ x + (1 | site)", large, Family.Poisson()), 1000),
            ("100,000 rows nbinom2", Glmm.Fit("z ~ x + (1 | site)", large, Family.NegativeBinomial2()), 1000),
            ("100,000 rows gaussian", Glmm.Fit("w ~ x + (1 | site)", large), 1000),
            ("100,000 rows binomial", Glmm.Fit("cbind(s, 10 - s) ~ x + (1 | site)", large, Family.Binomial()), 1000),
        ];
    }

    private static (T Result, double Seconds, double Processor) Median<T>(int repeats, Func<T> run)
    {
        var result = run();
        var times = new double[repeats];
        var cpu = new double[repeats];
        for (var i = 0; i < repeats; i++)
        {
            var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            result = run();
            cpu[i] = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            times[i] = watch.Elapsed.TotalSeconds;
        }

        return (result, WarmMedian(times), WarmMedian(cpu));
    }

    /// <summary>The median of the later half: tiered compilation needs some calls.</summary>
    private static double WarmMedian(double[] times) => times.Skip(times.Length / 2).Order()
        .ElementAt((times.Length - (times.Length / 2)) / 2);

    private static double? Number(JsonElement? other, string name) =>
        other?.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    private static string Seconds(JsonElement? other, string name) => Number(other, name)?.ToString("F3", CultureInfo.InvariantCulture)
        ?? "";

    private static string Ratio(JsonElement? other, string name, double own) =>
        Number(other, name) is { } seconds ? (seconds / own).ToString("F0", CultureInfo.InvariantCulture) : "";
}
