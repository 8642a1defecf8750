using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EcoGlmm.Benchmarks;

// Times the benchmark models, warm, in one process, and prints one JSON object a line, as benchmarks/R/time_fits.R does:
//   dotnet run -c Release --project benchmarks/EcoGlmm.Benchmarks -- [--seconds=5] [--threads=1] [model ...]
// --residuals-data=FOLDER and --residuals=FOLDER belong to benchmarks/residuals.sh.
// With --against=FILE, the lines that time_fits.R printed, it ends with a table of ratios. benchmarks/compare.sh runs both.
string? Given(string name) => args.FirstOrDefault(a => a.StartsWith($"--{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];
if (Given("residuals-data") is { } residualsData)
{
    ResidualTiming.WriteData(residualsData);
    return;
}

if (Given("residuals") is { } residualsFolder)
{
    ResidualTiming.Run(residualsFolder, Given("against"));
    return;
}

var budget = double.Parse(Given("seconds") ?? "5", CultureInfo.InvariantCulture);
var threads = int.Parse(Given("threads") ?? "1", CultureInfo.InvariantCulture);
var chosen = args.Where(a => !a.StartsWith("--", StringComparison.Ordinal)).ToArray();
var timings = new List<Timing>();
foreach (var model in BenchmarkModel.All.Where(m => chosen.Length == 0 || chosen.Contains(m.Name)))
{
    var data = model.Read();
    var watch = Stopwatch.StartNew();
    var fit = model.Fit(data, threads);
    var first = watch.Elapsed.TotalSeconds;
    var times = new List<double>();
    while (times.Count < 3 || (times.Sum() + first < budget && times.Count < 200))
    {
        watch.Restart();
        fit = model.Fit(data, threads);
        times.Add(watch.Elapsed.TotalSeconds);
    }

    // Tiered compilation needs some thirty calls: the later half is warm.
    var warm = times.Skip(times.Count / 2).Order().ToArray();
    var timing = new Timing(model.Name, "EcoGlmm", warm[warm.Length / 2], fit.LogLikelihood);
    timings.Add(timing);
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        model = model.Name,
        package = "EcoGlmm",
        rows = fit.ObservationCount,
        threads,
        seconds = timing.Seconds,
        first,
        repeats = times.Count,
        logLik = fit.LogLikelihood,
        status = fit.Convergence.Status.ToString(),
        iterations = fit.Convergence.Iterations,
        evaluations = fit.Convergence.Evaluations,
        factorizations = fit.Convergence.Factorizations,
    }));
}

if (Given("against") is { } file) RatioTable.Print(timings, Timing.Read(file));
