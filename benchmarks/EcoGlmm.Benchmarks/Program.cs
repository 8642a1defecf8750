using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EcoGlmm.Benchmarks;

// Times the benchmark models, warm, in one process, and prints one JSON object a line, as benchmarks/R/time_fits.R does:
//   dotnet run -c Release --project benchmarks/EcoGlmm.Benchmarks -- [--seconds=10] [--threads=1] [model ...]
double Option(string name, double otherwise) => args.FirstOrDefault(a => a.StartsWith($"--{name}=", StringComparison.Ordinal)) is { } given
    ? double.Parse(given[(name.Length + 3)..], CultureInfo.InvariantCulture)
    : otherwise;
var budget = Option("seconds", 5);
var threads = (int)Option("threads", 1);
var chosen = args.Where(a => !a.StartsWith("--", StringComparison.Ordinal)).ToArray();
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
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        model = model.Name,
        package = "EcoGlmm",
        rows = fit.ObservationCount,
        threads,
        seconds = warm[warm.Length / 2],
        first,
        repeats = times.Count,
        logLik = fit.LogLikelihood,
        status = fit.Convergence.Status.ToString(),
        iterations = fit.Convergence.Iterations,
        evaluations = fit.Convergence.Evaluations,
        factorizations = fit.Convergence.Factorizations,
    }));
}
