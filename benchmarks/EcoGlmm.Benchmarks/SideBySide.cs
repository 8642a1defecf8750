using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Times the benchmark models, warm, in one process, and prints one JSON object a line, as benchmarks/R/time_fits.R does:
/// [--seconds=5] [--threads=1] [--also=2] [model ...]; --also times that many threads beside. With --against=FILE, the lines that
/// time_fits.R printed, it ends with a table of ratios. benchmarks/compare.sh runs both.
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
            double Warm(int threads, out int repeats)
            {
                var times = new List<double>();
                while (times.Count < 3 || (times.Sum() + first < arguments.Seconds))
                {
                    watch.Restart();
                    fit = model.Fit(data, threads);
                    times.Add(watch.Elapsed.TotalSeconds);
                }

                // Tiered compilation needs some thirty calls: the later half is warm.
                var warm = times.Skip(times.Count / 2).Order().ToArray();
                repeats = times.Count;
                return warm[warm.Length / 2];
            }

            var seconds = Warm(arguments.Threads, out var count);
            var also = arguments.Value("also") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
            var timing = new Timing(model.Name, "EcoGlmm", seconds, fit.LogLikelihood, also > 0 ? Warm(also, out _) : double.NaN);
            timings.Add(timing);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                model = model.Name,
                package = "EcoGlmm",
                rows = fit.ObservationCount,
                threads = arguments.Threads,
                seconds = timing.Seconds,
                secondsAlso = double.IsNaN(timing.SecondsAlso) ? (double?)null : timing.SecondsAlso,
                first,
                repeats = count,
                logLik = fit.LogLikelihood,
                status = fit.Convergence.Status.ToString(),
                iterations = fit.Convergence.Iterations,
                evaluations = fit.Convergence.Evaluations,
                factorizations = fit.Convergence.Factorizations,
            }));
        }

        if (arguments.Value("against") is { } file) RatioTable.Print(timings, Timing.Read(file), arguments.Value("also"));
    }
}
