using System.Diagnostics;

namespace EcoGlmm.Robustness.Tests.Fuzz;

/// <summary>How long a fuzzer goes on: about a minute, or as many seconds as ECOGLMM_FUZZ_SECONDS says.</summary>
internal static class Effort
{
    private const double Seconds = 60;

    /// <summary>Trials from 0 up, the same in every run, until the time is over.</summary>
    public static IEnumerable<int> Trials(int most)
    {
        var limit = double.TryParse(Environment.GetEnvironmentVariable("ECOGLMM_FUZZ_SECONDS"), out var seconds) ? seconds : Seconds;
        var clock = Stopwatch.StartNew();
        for (var trial = 0; trial < most && clock.Elapsed.TotalSeconds < limit; trial++)
            yield return trial;
    }
}
