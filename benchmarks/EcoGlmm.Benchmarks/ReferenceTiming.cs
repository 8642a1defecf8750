using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// The reference fits of ar1, ou, cs, toep and exp beside glmmTMB's, whose processor seconds benchmarks/R/time_references.R wrote:
/// --r=FILE [--seconds=3]. One thread; a model is fitted until the seconds are used, and the later half of the fits counts.
/// </summary>
internal static class ReferenceTiming
{
    public static void Run(Arguments arguments)
    {
        var file = arguments.Value("r") ?? throw new ArgumentException("--r=FILE names what benchmarks/R/time_references.R printed.");
        var budget = double.Parse(arguments.Value("seconds") ?? "3", CultureInfo.InvariantCulture);
        using var fits = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Folder, "tests", "reference", "structures.json")));
        var models = fits.RootElement.GetProperty("fits").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!);
        Console.WriteLine("| model | EcoGlmm (s) | glmmTMB (s) | times faster | evaluations | log-likelihood, EcoGlmm − glmmTMB |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|");
        var ratios = new List<double>();
        foreach (var line in File.ReadLines(file).Select(l => l.Split('|')))
        {
            if (line.Length < 3 || !models.TryGetValue(line[0], out var model)) continue;
            // glmmTMB has no log-likelihood where its Hessian is not positive definite.
            var theirs = double.TryParse(line[2], CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
            var seconds = double.Parse(line[1], CultureInfo.InvariantCulture);
            var (mine, fit) = Time(model, budget);
            ratios.Add(seconds / mine);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {line[0]} | {mine:0.0000} | {seconds:0.000} | {seconds / mine:0.0} | "
                + $"{fit.Convergence.Evaluations} | {fit.LogLikelihood - theirs:0.0e0} |"));
        }

        if (ratios.Count == 0) return;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\nGeometric mean of {ratios.Count}: {Math.Exp(ratios.Average(Math.Log)):0.0}; least {ratios.Min():0.0}."));
    }

    /// <summary>Processor seconds of a fit, and the fit.</summary>
    private static (double Seconds, GlmmFit Fit) Time(JsonElement model, double budget)
    {
        string? Text(string name) => model.GetProperty(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        var data = FieldData.ReadCsv(Path.Combine(Repository.Folder, "datasets", Text("dataset") + ".csv"));
        if (model.GetProperty("factors") is { ValueKind: JsonValueKind.Object } factors)
        {
            foreach (var factor in factors.EnumerateObject())
                data = data.AsFactor(factor.Name, [.. factor.Value.EnumerateArray().Select(level => level.GetString()!)]);
        }

        var options = new GlmmOptions
        {
            Reml = model.GetProperty("reml").GetBoolean(),
            Dispersion = Text("dispersionFormula") ?? "~ 1",
            Control = new GlmmControl { MaxThreads = 1 },
        };
        var family = Family.Parse(Text("family")!, Text("link")!);
        var (watch, times) = (Stopwatch.StartNew(), new List<double>());
        GlmmFit? fit = null;
        while (watch.Elapsed.TotalSeconds < budget || times.Count < 6)
        {
            var before = Process.GetCurrentProcess().UserProcessorTime;
            const int together = 3;
            for (var k = 0; k < together; k++) fit = Glmm.Fit(Text("formula")!, data, family, options);
            times.Add((Process.GetCurrentProcess().UserProcessorTime - before).TotalSeconds / together);
        }

        // The clock of processor time may tick in hundredths: the mean, not the median.
        return (times.Skip(times.Count / 2).Average(), fit!);
    }
}
