using EcoGlmm.Diagnostics;

namespace EcoGlmm;

public sealed partial class SimulatedResiduals
{
    private static readonly double[] s_quartiles = [0.25, 0.5, 0.75];

    /// <summary>
    /// Test of whether quantiles of the residuals lie where they should, whatever the value of a predictor. Smooth quantile
    /// curves are tested for their level and their shape (score tests on a spline basis), and the p-values adjusted for their
    /// number (Benjamini-Hochberg); one part for each quantile. Statistic: the largest score statistic.
    /// </summary>
    /// <param name="predictor">The predictor, one value for each row; the fitted response when null.</param>
    /// <param name="rank">Whether the predictor is replaced by its ranks.</param>
    /// <param name="quantiles">Quantiles between 0 and 1; 0.25, 0.5 and 0.75 when null.</param>
    /// <exception cref="GlmmException">The number of rows differs, a value is missing, or a quantile is not between 0 and 1.</exception>
    public TestResult TestQuantiles(double[]? predictor = null, bool rank = true, double[]? quantiles = null)
    {
        quantiles ??= s_quartiles;
        if (quantiles.Length == 0 || quantiles.Any(q => !(q > 0 && q < 1)))
            throw new GlmmException("TestQuantiles needs quantiles between 0 and 1, such as 0.25, 0.5 and 0.75.");
        double[] x = Checked(predictor ?? Fitted, "the predictor");
        return QuantileResult(QuantileSpline.Fit(rank ? RankTransform.Apply(x) : x, Scaled, quantiles).Curves);
    }

    private static TestResult QuantileResult(QuantileCurve[] curves)
    {
        double[] adjusted = PValueAdjustment.BenjaminiHochberg([.. curves.Select(c => c.PValue)]);
        TestResult[] parts =
        [
            .. curves.Select((c, i) => new TestResult(
                FormattableString.Invariant($"Quantile {c.Tau}"), c.Statistic, c.PValue, "two.sided", QuantileMessage(c))
            { AdjustedPValue = adjusted[i] }),
        ];
        double p = adjusted.Min();
        string pText = TestResult.FormatPValue(p, 0);
        string[] off = [.. parts.Where(t => t.IsSignificant).Select(t => t.Name["Quantile ".Length..])];
        string message = off.Length == 0
            ? $"The quantiles of the residuals lie where they should along the predictor ({pText})."
            : $"The residuals change with the predictor: {(off.Length == 1 ? "quantile" : "quantiles")} {string.Join(", ", off)} " +
              $"{(off.Length == 1 ? "does" : "do")} not stay in place ({pText}), as a missing curve, interaction or change in spread causes.";
        return new TestResult("Quantile test", curves.Max(c => c.Statistic), p, "two.sided", message)
        {
            Parts = parts,
            Verdict = off.Length == 0 ? "as expected" : "pattern",
        };
    }

    private static string QuantileMessage(QuantileCurve curve)
    {
        bool level = curve.LevelPValue < TestResult.SignificanceLevel, shape = curve.ShapePValue < TestResult.SignificanceLevel;
        return (level, shape) switch
        {
            (true, true) => "It lies away from its place on average, and is not flat.",
            (true, false) => "It lies away from its place on average.",
            (false, true) => "It is not flat.",
            _ => "It lies in its place and is flat.",
        };
    }

    /// <summary>
    /// Test of whether the residuals are uniform within every level of a factor and equally spread among levels. Parts: a
    /// Kolmogorov-Smirnov test for each level (adjusted by Holm's method for the number of levels) and Levene's test of equal
    /// spread. P-value: the smallest of all after Holm's adjustment; statistic: the largest distance of a level.
    /// </summary>
    /// <param name="levels">The level of each row.</param>
    /// <exception cref="GlmmException">The number of rows differs, or a level is missing.</exception>
    public TestResult TestCategorical(IReadOnlyList<string?> levels)
    {
        Grouping grouping = Grouping.From(levels, RowCount);
        int count = grouping.Levels.Length;
        (double Statistic, double PValue)[] tests =
            Array.ConvertAll(grouping.Rows, rows => KolmogorovSmirnov.Uniform(Array.ConvertAll(rows, row => Scaled[row]), Alternative.TwoSided));
        double[] adjusted = PValueAdjustment.Holm([.. tests.Select(t => t.PValue)]);
        List<TestResult> parts =
        [
            .. tests.Select((t, g) => new TestResult(
                grouping.Levels[g], t.Statistic, t.PValue, "two.sided",
                $"{grouping.Rows[g].Length} rows: " + (adjusted[g] < TestResult.SignificanceLevel ? "not uniform." : "no deviation from uniformity."))
            { AdjustedPValue = adjusted[g] }),
        ];
        List<double> all = [.. tests.Select(t => t.PValue)];
        bool unequal = false;
        (double f, double levene) = LeveneTest.Test(Scaled, grouping.Rows);
        if (!double.IsNaN(levene))
        {
            unequal = levene < TestResult.SignificanceLevel;
            parts.Add(new TestResult("Equal spread (Levene)", f, levene, "two.sided",
                unequal ? "The levels differ in spread." : "No difference in spread among levels."));
            all.Add(levene);
        }

        string[] off = [.. parts.Take(count).Where(t => t.IsSignificant).Select(t => t.Name)];
        string levelWord = off.Length == 1 ? "level" : "levels";
        string named = off.Length <= 5 ? string.Join(", ", off) : string.Join(", ", off.Take(5)) + $" and {off.Length - 5} more";
        double p = PValueAdjustment.Holm(all).Min();
        string pText = TestResult.FormatPValue(p, 0);
        string message = (off.Length, unequal) switch
        {
            (0, false) => $"The residuals are uniform within all {count} levels and equally spread ({pText}).",
            (0, true) => $"The residuals are uniform within each of {count} levels, but differ in spread among them ({pText} after adjustment for all tests).",
            (_, false) => $"The residuals are not uniform within {levelWord} {named} ({pText} after adjustment for all tests).",
            _ => $"The residuals are not uniform within {levelWord} {named}, and differ in spread among levels ({pText} after adjustment for all tests).",
        };
        return new TestResult("Categorical test", tests.Max(t => t.Statistic), p, "two.sided", message)
        {
            Parts = parts,
            Verdict = off.Length > 0 ? "not uniform in all" : unequal ? "unequal spread" : "as expected",
        };
    }

    /// <inheritdoc cref="TestCategorical(IReadOnlyList{string?})"/>
    public TestResult TestCategorical(IReadOnlyList<int> levels) => TestCategorical(Grouping.AsText(levels));

    /// <summary>
    /// Durbin-Watson test of autocorrelation of the residuals in time order. Statistic: about 2 without autocorrelation, nearer
    /// 0 with positive and nearer 4 with negative autocorrelation.
    /// </summary>
    /// <param name="time">The time of each row, all different; <see cref="Regroup(IReadOnlyList{double}, Func{double[], double}?)"/> first if they are not.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/> looks for positive autocorrelation alone.</param>
    /// <exception cref="GlmmException">The number of rows differs, a time is missing, or times are repeated.</exception>
    public TestResult TestTemporalAutocorrelation(double[] time, Alternative alternative = Alternative.TwoSided)
    {
        double[] sorted = (double[])Checked(time, "the time").Clone();
        double[] values = (double[])Scaled.Clone();
        Array.Sort(sorted, values);
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] == sorted[i - 1])
            {
                throw new GlmmException(FormattableString.Invariant(
                    $"Time {sorted[i]} occurs more than once; autocorrelation in time needs one residual for each time. Use Regroup(time) first, or test each site or individual by itself."));
            }
        }

        (double d, double p) = DurbinWatson.Test(values, alternative);
        string pText = TestResult.FormatPValue(p, 0);
        string message = !(p < TestResult.SignificanceLevel)
            ? $"No sign that residuals near in time are alike or unlike ({pText})."
            : d < 2
                ? $"Residuals near in time are alike ({pText}): the model misses something that changes slowly in time."
                : $"Residuals near in time are unlike ({pText}): high and low values alternate more than they should.";
        return new TestResult("Temporal autocorrelation (Durbin-Watson)", d, p, alternative.RName(), message);
    }

    /// <summary>
    /// Moran's I test of autocorrelation of the residuals in space, with inverse distances as weights. Statistic: I, about
    /// −1 / (rows − 1) without autocorrelation and larger when near residuals are alike.
    /// </summary>
    /// <param name="x">First coordinate of each row, in the same unit as the second (not degrees, over any distance that matters).</param>
    /// <param name="y">Second coordinate of each row.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/> looks for near residuals that are alike.</param>
    /// <exception cref="GlmmException">
    /// The number of rows differs, a coordinate is missing, a place occurs twice, or there are fewer than four rows.
    /// </exception>
    public TestResult TestSpatialAutocorrelation(double[] x, double[] y, Alternative alternative = Alternative.TwoSided)
    {
        Checked(x, "the x coordinate");
        Checked(y, "the y coordinate");
        if (RowCount < 4)
            throw new GlmmException($"Moran's I needs at least four rows, but there are {RowCount}.");
        var places = new HashSet<(double, double)>();
        for (int i = 0; i < RowCount; i++)
        {
            if (!places.Add((x[i], y[i])))
            {
                throw new GlmmException(FormattableString.Invariant(
                    $"The place ({x[i]}, {y[i]}) occurs more than once; autocorrelation in space needs one residual for each place. Use Regroup(place) first, or test each time by itself."));
            }
        }

        (double I, double expected, _, double p) = MoranI.Test(Scaled, x, y, alternative);
        string pText = TestResult.FormatPValue(p, 0);
        string message = !(p < TestResult.SignificanceLevel)
            ? $"No sign that residuals near in space are alike or unlike ({pText})."
            : I > expected
                ? $"Residuals near in space are alike ({pText}): the model misses something that changes from place to place."
                : $"Residuals near in space are unlike ({pText}): neighbours differ more than they should.";
        return new TestResult("Spatial autocorrelation (Moran's I)", I, p, alternative.RName(), message);
    }

    private double[] Checked(double[] values, string what)
    {
        if (values is null)
            throw new GlmmException($"A value is needed for each row, but {what} is null.");
        if (values.Length != RowCount)
        {
            throw new GlmmException(
                $"There are {values.Length} values of {what} for {RowCount} rows of residuals. Rows with missing values, which the model left out, must be left out here too.");
        }

        int row = Array.FindIndex(values, v => !double.IsFinite(v));
        return row < 0 ? values : throw new GlmmException($"The value of {what} is missing or not finite at row {row + 1}.");
    }
}
