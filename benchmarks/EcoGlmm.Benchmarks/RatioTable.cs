using System.Globalization;

namespace EcoGlmm.Benchmarks;

/// <summary>EcoGlmm beside the faster of lme4 and glmmTMB, model by model, as a Markdown table.</summary>
internal static class RatioTable
{
    /// <param name="own">What EcoGlmm took.</param>
    /// <param name="others">What packages of R took.</param>
    /// <param name="also">The number of threads that EcoGlmm was timed with too; null for none.</param>
    public static void Print(IEnumerable<Timing> own, IReadOnlyList<Timing> others, string? also)
    {
        Console.WriteLine();
        Console.WriteLine("| model | EcoGlmm (s) | fastest in R (s) | package | times faster | log-likelihood, EcoGlmm − R |"
            + (also is null ? "" : $" EcoGlmm, {also} threads (s) | times faster than one |"));
        Console.WriteLine("|---|--:|--:|---|--:|--:|" + (also is null ? "" : "--:|--:|"));
        var logs = new List<double>();
        foreach (var timing in own)
        {
            if (others.Where(o => o.Model == timing.Model).MinBy(o => o.Seconds) is not { } best) continue;
            var ratio = best.Seconds / timing.Seconds;
            logs.Add(Math.Log(ratio));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {timing.Model} | {timing.Seconds:F4} | {best.Seconds:F3} | {best.Package} | {ratio:F1} | "
                + $"{timing.LogLikelihood - best.LogLikelihood:E1} |")
                + (also is null ? "" : string.Create(CultureInfo.InvariantCulture,
                    $" {timing.SecondsAlso:F4} | {timing.Seconds / timing.SecondsAlso:F2} |")));
        }

        if (logs.Count > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"\nGeometric mean: {Math.Exp(logs.Average()):F1} times faster; least: {Math.Exp(logs.Min()):F1} times."));
    }
}
