using System.Diagnostics;
using System.Text.Json;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Times the benchmark models, warm, in one process, and prints one JSON object a line, as benchmarks/R/time_fits.R does:
/// [--seconds=5] [--threads=1] [model ...]. With --against=FILE, the lines that time_fits.R printed, it ends with a table
/// of ratios. benchmarks/compare.sh runs both.
/// </summary>
internal static class SideBySide
{
    public static void Run(Arguments arguments)
    {
        var timings = new List<Timing>();
        foreach (var model in BenchmarkModel.Chosen(arguments))
        {
            var data = model.Read();
            var watch = Stopwatch.StartNew();
            var fit = model.Fit(data, arguments.Threads);
            var first = watch.Elapsed.TotalSeconds;
            var times = new List<double>();
            while (times.Count < 3 || (times.Sum() + first < arguments.Seconds && times.Count < 200))
            {
                watch.Restart();
                fit = model.Fit(data, arguments.Threads);
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
                threads = arguments.Threads,
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

        if (arguments.Value("against") is { } file) RatioTable.Print(timings, Timing.Read(file));
    }
}
