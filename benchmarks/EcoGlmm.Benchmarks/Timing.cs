using System.Text.Json;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Median seconds that a package takes for a model, the log-likelihood that it reaches, and the seconds with another number of threads.
/// </summary>
internal sealed record Timing(string Model, string Package, double Seconds, double LogLikelihood, double SecondsAlso = double.NaN)
{
    /// <summary>The lines that benchmarks/R/time_fits.R prints; fits that failed are left out.</summary>
    public static List<Timing> Read(string file)
    {
        var timings = new List<Timing>();
        foreach (var line in File.ReadLines(file).Where(l => l.StartsWith('{')))
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (root.GetProperty("logLik").ValueKind != JsonValueKind.Number) continue;
            timings.Add(new Timing(root.GetProperty("model").GetString()!, root.GetProperty("package").GetString()!,
                root.GetProperty("seconds").GetDouble(), root.GetProperty("logLik").GetDouble()));
        }

        return timings;
    }
}
