using System.Globalization;

namespace EcoGlmm.Benchmarks;

/// <summary>EcoGlmm beside the faster of lme4 and glmmTMB, model by model, as a Markdown table.</summary>
internal static class RatioTable
{
    public static void Print(IEnumerable<Timing> own, IReadOnlyList<Timing> others)
    {
        Console.WriteLine();
        Console.WriteLine("| model | EcoGlmm (s) | fastest in R (s) | package | times faster | log-likelihood, EcoGlmm − R |");
        Console.WriteLine("|---|--:|--:|---|--:|--:|");
        var logs = new List<double>();
        foreach (var timing in own)
        {
            if (others.Where(o => o.Model == timing.Model).MinBy(o => o.Seconds) is not { } best) continue;
            var ratio = best.Seconds / timing.Seconds;
            logs.Add(Math.Log(ratio));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {timing.Model} | {timing.Seconds:F4} | {best.Seconds:F3} | {best.Package} | {ratio:F1} | "
                + $"{timing.LogLikelihood - best.LogLikelihood:E1} |"));
        }

        if (logs.Count > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"\nGeometric mean: {Math.Exp(logs.Average()):F1} times faster."));
    }
}
