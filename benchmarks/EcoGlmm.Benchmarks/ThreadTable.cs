using System.Diagnostics;
using System.Globalization;

namespace EcoGlmm.Benchmarks;

/// <summary>Fits with one thread and with --threads (two by default), in turn: the least time of each, and whether the results are the same
/// bits.</summary>
internal static class ThreadTable
{
    public static void Run(Arguments arguments)
    {
        var threads = Math.Max(2, arguments.Threads);
        Console.WriteLine();
        Console.WriteLine($"| model | 1 thread (s) | {threads} threads (s) | times faster | same bits |");
        Console.WriteLine("|---|--:|--:|--:|---|");
        foreach (var model in BenchmarkModel.Chosen(arguments))
        {
            var data = model.Read();
            var (one, many, same, total) = (double.PositiveInfinity, double.PositiveInfinity, true, 0.0);
            for (var repeat = 0; repeat < 3 || (repeat < 100 && total < arguments.Seconds); repeat++)
            {
                var (first, firstSeconds) = Timed(model, data, 1);
                var (second, secondSeconds) = Timed(model, data, threads);
                (one, many, total) = (Math.Min(one, firstSeconds), Math.Min(many, secondSeconds), total + firstSeconds + secondSeconds);
                same &= first.ToJson() == second.ToJson();
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {model.Name} | {one:F4} | {many:F4} | {one / many:F2} | {(same ? "yes" : "no")} |"));
        }
    }

    private static (GlmmFit Fit, double Seconds) Timed(BenchmarkModel model, FieldData data, int threads)
    {
        var from = Stopwatch.GetTimestamp();
        var fit = model.Fit(data, threads);
        return (fit, Stopwatch.GetElapsedTime(from).TotalSeconds);
    }
}
