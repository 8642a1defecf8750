namespace EcoGlmm.Diagnostics;

/// <summary>Whether residuals that follow each other in time within a group of the model are alike, along every column of times.</summary>
internal sealed class SeriesCheck : ResidualCheck
{
    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed)
    {
        var groups = fit.Estimate.Model.Terms.Where(t => !t.IsCurve && t.Entries is null && t.GroupLevels.Count > 1)
            .Select(t => t.Group).Distinct().ToArray();
        foreach (var time in fit.Data.Columns.Where(TimeCheck.IsTime).Select(c => c.Name))
        {
            var times = residuals.Variable(time).Numbers!;
            if (times.Any(double.IsNaN)) continue;
            foreach (var group in groups.Where(g => g != time))
            {
                var (correlation, expected, deviation, p) = SerialCorrelation.Test(SeriesOf(residuals, residuals.ScaledValues,
                    times, group));
                if (double.IsNaN(p)) continue;
                if (DependentRows.AreIn(residuals))
                    (expected, deviation, p) = DependentRows.Correlation(residuals, u => SerialCorrelation.Test(SeriesOf(residuals, u,
                        times, group)).Correlation);
                var text = TestResult.FormatPValue(p, 0);
                var test = new TestResult($"Correlation of neighbours along {time} within {group} (Wald-Wolfowitz)", correlation, p,
                    "two.sided", !(p < TestResult.SignificanceLevel)
                        ? $"Residuals that follow each other along {time} within {group} are neither alike nor unlike ({text})."
                        : correlation > expected
                            ? $"Residuals that follow each other along {time} within {group} are alike ({text}): what a level is like at "
                                + "one time lasts to the next."
                            : $"Residuals that follow each other along {time} within {group} are unlike ({text}): high and low values "
                                + "alternate.")
                {
                    Expected = expected,
                    StandardDeviation = deviation,
                    Verdict = !(p < TestResult.SignificanceLevel) ? "as expected" : correlation > expected ? "neighbours are alike"
                        : "neighbours are unlike",
                };
                yield return new Symptom(this, $"Autocorrelation along {time} within {group}", test)
                {
                    Series = new Series(time, group, AreSteps(times), correlation > expected),
                };
            }
        }
    }

    public override int RankOf(Symptom symptom, Symptoms all) => 4;

    public override string AdviceOn(Symptom symptom, Symptoms all) => symptom.Series is { AreAlike: true } series
        ? $"Let a level change with time: add {series.Structure}, or give it a slope of {series.Time}."
        : $"Look at what alternates along {symptom.Series!.Time}: every other occasion may have been recorded otherwise.";

    /// <summary>The mean residual of each group at each of its times, in their order.</summary>
    private static IEnumerable<double[]> SeriesOf(SimulatedResiduals residuals, double[] scaled, double[] times, string group)
    {
        var column = residuals.Variable(group);
        var labels = column.Texts ?? Grouping.AsText(column.Numbers!);
        return Enumerable.Range(0, times.Length).Where(row => labels[row] is not null).GroupBy(row => labels[row])
            .Select(rows => rows.GroupBy(row => times[row]).OrderBy(at => at.Key).Select(at => at.Average(row => scaled[row])).ToArray());
    }

    /// <summary>Whether times are whole numbers.</summary>
    private static bool AreSteps(double[] times) => Array.TrueForAll(times, t => t == Math.Round(t));
}

/// <summary>Series of residuals along which neighbours are alike or unlike.</summary>
/// <param name="Time">The column of times.</param>
/// <param name="Group">The grouping factor, each level of which is a series.</param>
/// <param name="AreSteps">Whether times are whole numbers, which steps can be counted by.</param>
/// <param name="AreAlike">Whether neighbours are alike.</param>
internal sealed record Series(string Time, string Group, bool AreSteps, bool AreAlike)
{
    /// <summary>The term that lets each level change with time: a correlation for each step, or by any spacing.</summary>
    public string Structure => $"{(AreSteps ? "ar1" : "ou")}(0 + {MissingEffects.Quoted(Time)} | {MissingEffects.Quoted(Group)})";
}
