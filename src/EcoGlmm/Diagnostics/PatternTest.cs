using EcoGlmm.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// Whether residuals change with a variable, whatever their distribution: of their ranks, so that a misfit which is the same
/// everywhere, such as overdispersion, is not called a pattern of every predictor.
/// </summary>
internal static class PatternTest
{
    private const string Name = "Pattern test";

    /// <summary>Shape of the quantile curves of the residuals' ranks along a number; parts: the quantiles.</summary>
    public static TestResult Along(string variable, double[] position, double[] scaled)
    {
        var curves = QuantileSpline.Test(position, Ranks(scaled), [0.25, 0.5, 0.75]);
        var adjusted = PValueAdjustment.Holm([.. curves.Select(c => c.ShapePValue)]);
        TestResult[] parts =
        [
            .. curves.Select((c, i) => new TestResult(FormattableString.Invariant($"Quantile {c.Tau}"), c.Statistic,
                c.ShapePValue, "two.sided",
                adjusted[i] < TestResult.SignificanceLevel ? "It is not flat." : "It is flat.")
            { AdjustedPValue = adjusted[i] }),
        ];
        var p = adjusted.Min();
        var pText = TestResult.FormatPValue(p, 0);
        return new TestResult(Name, curves.Max(c => c.Statistic), p, "two.sided", p < TestResult.SignificanceLevel
            ? $"The residuals change along {variable} ({pText})."
            : $"The residuals do not change along {variable} ({pText}).")
        { Parts = parts };
    }

    /// <summary>
    /// Differences among levels: in location by the test of W. H. Kruskal and W. A. Wallis (1952, Journal of the American
    /// Statistical Association 47), in spread by Levene's on the ranks; parts: the two.
    /// </summary>
    public static TestResult Among(string variable, Grouping grouping, double[] scaled)
    {
        var ranks = Ranks(scaled);
        int n = grouping.Rows.Sum(rows => rows.Length), count = grouping.Levels.Length;
        var mean = grouping.Rows.Sum(rows => rows.Sum(row => ranks[row])) / n;
        var squares = grouping.Rows.Sum(rows => rows.Sum(row => (ranks[row] - mean) * (ranks[row] - mean)));
        var between = grouping.Rows.Sum(rows =>
        {
            var difference = rows.Average(row => ranks[row]) - mean;
            return rows.Length * difference * difference;
        });
        var statistic = count > 1 ? (n - 1) * between / squares : 0;
        var location = count > 1 ? MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(0.5 * (count - 1), 0.5 * statistic) : 1;
        (var f, var spread) = LeveneTest.Test(ranks, grouping.Rows);
        if (double.IsNaN(spread))
            spread = 1;
        var adjusted = PValueAdjustment.Holm([location, spread]);
        var p = adjusted.Min();
        var pText = TestResult.FormatPValue(p, 0);
        bool shifted = adjusted[0] < TestResult.SignificanceLevel, unequal = adjusted[1] < TestResult.SignificanceLevel;
        var message = (shifted, unequal) switch
        {
            (true, true) => $"The residuals differ in level and spread among the levels of {variable} ({pText}).",
            (true, false) => $"The residuals of some levels of {variable} are higher than those of others ({pText}).",
            (false, true) => $"The residuals differ in spread among the levels of {variable} ({pText}).",
            _ => $"The residuals do not differ among the levels of {variable} ({pText}).",
        };
        return new TestResult(Name, statistic, p, "two.sided", message)
        {
            Parts =
            [
                new TestResult("Location (Kruskal-Wallis)", statistic, location, "two.sided", shifted ? "Levels differ."
                    : "Levels do not differ.") { AdjustedPValue = adjusted[0] },
                new TestResult("Spread (Levene)", f, spread, "two.sided", unequal ? "Levels differ."
                    : "Levels do not differ.") { AdjustedPValue = adjusted[1] },
            ],
        };
    }

    /// <summary>
    /// The test of the middle of the residuals alone, for where their spread is not that of the model: about the modes of small groups,
    /// which take up the more of it the more their rows say.
    /// </summary>
    public static TestResult OfMiddle(string variable, TestResult test)
    {
        if (test.Parts.Count < 2) return test;
        var isFactor = test.Parts.Count == 2;
        var middle = test.Parts[isFactor ? 0 : 1];
        var changes = isFactor ? $"differ in level among the levels of {variable}" : $"change in level along {variable}";
        return new TestResult(Name, middle.Statistic, middle.PValue, "two.sided",
            $"The residuals {(middle.PValue < TestResult.SignificanceLevel ? "" : "do not ")}{changes} "
            + $"({TestResult.FormatPValue(middle.PValue, 0)}).");
    }

    /// <summary>Whether the pattern is in the spread alone, not in the middle of the residuals.</summary>
    public static bool IsSpreadAlone(TestResult test) => test.Parts.Count > 0 && (test.Parts.Count == 2
        ? !test.Parts[0].IsSignificant
        : !test.Parts[1].IsSignificant);

    private static double[] Ranks(double[] scaled) => Array.ConvertAll(RankTransform.Apply(scaled), r =>
        r * scaled.Length / (scaled.Length + 1));
}
