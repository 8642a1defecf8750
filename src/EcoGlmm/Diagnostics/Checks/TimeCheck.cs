using EcoGlmm.Data;

namespace EcoGlmm.Diagnostics;

/// <summary>Whether residuals near in time are alike, along every date and every number that is named like a time.</summary>
internal sealed class TimeCheck : ResidualCheck
{
    /// <summary>Fewer times than these say nothing about neighbours.</summary>
    private const int FewestTimes = 10;

    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "year", "day", "date", "time", "week", "month", "days", "years", "julian", "doy", "dayofyear", "occasion", "jdate", "night",
    };

    public override bool ShowsChart => true;

    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed)
    {
        foreach (var time in fit.Data.Columns.Where(IsTime).Select(c => c.Name))
        {
            if (Along(residuals, time) is { } test)
                yield return new Symptom(this, $"Autocorrelation along {time}", test) { Pattern = new Pattern(time, false, false,
                    false, false) };
        }
    }

    public override int RankOf(Symptom symptom, Symptoms all) => 4;

    public override string AdviceOn(Symptom symptom, Symptoms all) =>
        $"Let the model know about time: a trend or curve in {symptom.Pattern!.Name}, a random effect (1 | {symptom.Pattern.Name}) or "
        + $"ou(0 + {symptom.Pattern.Name} | 1), which lasts from one time to the next, or a predictor that changes with it, such as "
        + "weather.";

    public static bool IsTime(FieldColumn column) => column is DateColumn || (column is NumericColumn && Names.Contains(column.Name));

    /// <summary>Durbin-Watson on one residual a time; null where there are too few times or values are missing.</summary>
    private static TestResult? Along(SimulatedResiduals residuals, string time)
    {
        var numbers = residuals.Variable(time).Numbers!;
        if (numbers.Any(double.IsNaN))
            return null;
        double[] times = [.. numbers.Distinct().Order()];
        if (times.Length < FewestTimes)
            return null;
        var byTime = times.Length == numbers.Length ? residuals : residuals.Regroup(numbers);
        return byTime.TestTemporalAutocorrelation(times.Length == numbers.Length ? numbers : times);
    }
}
