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
                    Series = new Series(time, group, AreSteps(times), correlation > expected, IsModelled(fit, time, group)),
                };
            }
        }
    }

    public override int RankOf(Symptom symptom, Symptoms all) => 4;

    public override string AdviceOn(Symptom symptom, Symptoms all) => symptom.Series switch
    {
        { IsSmoother: true } series => $"The model lets levels of {series.Group} change with {series.Time} already; what is left is "
            + $"smoother than {all.Fit.Family.Name} data scatter." + (all.Fit.Family.Alternatives.LessScatter is [var less, ..]
                ? $" Try a family that may scatter less: {less.Words}." : " Look whether the rows are means, or were smoothed before."),
        { AreAlike: true } series => $"Let a level change with time: add {series.Structure}, or give it a slope of {series.Time}.",
        var series => $"Look at what alternates along {series!.Time}: every other occasion may have been recorded otherwise.",
    };

    /// <summary>Whether the model has effects of the group's levels that follow each other along the times.</summary>
    private static bool IsModelled(GlmmFit fit, string time, string group)
    {
        var name = MissingEffects.Quoted(time);
        return fit.Estimate.Model.Terms.Any(t => t.Group == group && t.Positions is not null
            && (t.Title.Contains($"(0 + {name} |", StringComparison.Ordinal) || t.Title.Contains($"({name})", StringComparison.Ordinal)));
    }

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
/// <param name="IsModelled">Whether the model has effects that follow each other along these times already.</param>
internal sealed record Series(string Time, string Group, bool AreSteps, bool AreAlike, bool IsModelled)
{
    /// <summary>Whether the data are alike beyond effects that follow each other: they scatter less than the family does.</summary>
    public bool IsSmoother => AreAlike && IsModelled;

    /// <summary>The term that lets each level change with time: a correlation for each step, or by any spacing.</summary>
    public string Structure => $"{(AreSteps ? "ar1" : "ou")}(0 + {MissingEffects.Quoted(Time)} | {MissingEffects.Quoted(Group)})";
}
