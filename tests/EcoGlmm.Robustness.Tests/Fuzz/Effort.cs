using System.Diagnostics;

namespace EcoGlmm.Robustness.Tests.Fuzz;

/// <summary>
/// How long a fuzzer goes on: about a minute, or as many seconds as ECOGLMM_FUZZ_SECONDS says; from trial 0, or from the trial that
/// ECOGLMM_FUZZ_FIRST says, which gives others in a longer search.
/// </summary>
internal static class Effort
{
    private const double Seconds = 60;

    /// <summary>Trials, the same in every run, until the time is over.</summary>
    public static IEnumerable<int> Trials(int most)
    {
        var limit = double.TryParse(Environment.GetEnvironmentVariable("ECOGLMM_FUZZ_SECONDS"), out var seconds) ? seconds : Seconds;
        var first = int.TryParse(Environment.GetEnvironmentVariable("ECOGLMM_FUZZ_FIRST"), out var trials) ? trials : 0;
        var clock = Stopwatch.StartNew();
        for (var trial = first; trial < first + most && clock.Elapsed.TotalSeconds < limit; trial++)
            yield return trial;
    }
}
