using System.Globalization;
using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;

namespace EcoGlmm;

public sealed partial class SimulatedResiduals
{
    private static readonly double[] Quartiles = [0.25, 0.5, 0.75];

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
        quantiles ??= Quartiles;
        if (quantiles.Length == 0 || quantiles.Any(q => !(q > 0 && q < 1)))
            throw new GlmmException("TestQuantiles needs quantiles between 0 and 1, such as 0.25, 0.5 and 0.75.");
        var x = Checked(predictor ?? _fitted, "the predictor");
        var variable = new PanelPredictor(predictor is null ? "Prediction" : "Predictor", x, rank) { IsPrediction = predictor is null };
        var fit = QuantileSpline.Fit(variable.Position, _scaled, quantiles);
        var test = QuantileResult(fit.Curves);
        return test with
        {
            Chart = new TestChart(() => Assemble("Quantiles of the residuals", ResidualFigures.AgainstPredictor(this, _rows,
                variable, null, fit, test, TestOutliers().IsSignificant, _simulations.Rows))),
        };
    }

    /// <summary>The quantile test against a numeric column of the data.</summary>
    /// <inheritdoc cref="TestQuantiles(double[], bool, double[])"/>
    public TestResult TestQuantiles(string predictor, bool rank = true, double[]? quantiles = null)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        return TestQuantiles(NumbersOf(predictor), rank, quantiles);
    }

    private static TestResult QuantileResult(QuantileCurve[] curves)
    {
        var adjusted = PValueAdjustment.BenjaminiHochberg([.. curves.Select(c => c.PValue)]);
        TestResult[] parts =
        [
            .. curves.Select((c, i) => new TestResult(
                FormattableString.Invariant($"Quantile {c.Tau}"), c.Statistic, c.PValue, "two.sided", QuantileMessage(c))
            { AdjustedPValue = adjusted[i] }),
        ];
        var p = adjusted.Min();
        var pText = TestResult.FormatPValue(p, 0);
        string[] off = [.. parts.Where(t => t.IsSignificant).Select(t => t.Name["Quantile ".Length..])];
        var message = off.Length == 0
            ? $"The quantiles of the residuals lie where they should along the predictor ({pText})."
            : $"The residuals change with the predictor: {(off.Length == 1 ? "quantile" : "quantiles")} {string.Join(", ", off)} " +
              $"{(off.Length == 1 ? "does" : "do")} not stay in place ({pText}), as a missing curve, interaction or change in spread "
              + $"causes.";
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
    /// <remarks>
    /// Kolmogorov and Smirnov's p-values take rows to be independent. Where random effects are drawn anew
    /// (<see cref="SimulationMode.Unconditional"/>) all rows of a group move up or down together, and the p-values are not from tables but
    /// from the simulations: each is treated as if it were the data, and the p-value is the share whose smallest p-value is as small.
    /// DHARMa
    /// takes the tables, so that its p-values differ: by the groups of the model it rejects 47 to 98 % of models whose fault is another
    /// one. Where random effects are kept, tables are taken here too; a group's own mode pulls its residuals to their middle, so that the
    /// test
    /// is cautious by the groups of the model. benchmarks/residual-tests.md has both.
    /// </remarks>
    /// <param name="levels">The level of each row.</param>
    /// <exception cref="GlmmException">The number of rows differs, or a level is missing.</exception>
    public TestResult TestCategorical(IReadOnlyList<string?> levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        return TestCategorical(Grouping.From(levels, RowCount));
    }

    private TestResult TestCategorical(Grouping grouping)
    {
        var count = grouping.Levels.Length;
        var tests =
            Array.ConvertAll(grouping.Rows, rows => KolmogorovSmirnov.Uniform(Array.ConvertAll(rows, row => _scaled[row]),
                Alternative.TwoSided));
        (var f, var levene) = LeveneTest.Test(_scaled, grouping.Rows);
        (var adjusted, var all, var warning) = AdjustedLevels(grouping, tests, levene);
        List<TestResult> parts =
        [
            .. tests.Select((t, g) => new TestResult(
                grouping.Levels[g], t.Statistic, t.PValue, "two.sided",
                $"{grouping.Rows[g].Length} rows: " + (adjusted[g] < TestResult.SignificanceLevel ? "not uniform."
                    : "no deviation from uniformity."))
            { AdjustedPValue = adjusted[g] }),
        ];
        var unequal = false;
        if (!double.IsNaN(levene))
        {
            unequal = levene < TestResult.SignificanceLevel;
            parts.Add(new TestResult("Equal spread (Levene)", f, levene, "two.sided",
                unequal ? "The levels differ in spread." : "No difference in spread among levels."));
        }

        string[] off = [.. parts.Take(count).Where(t => t.IsSignificant).Select(t => t.Name)];
        var levelWord = off.Length == 1 ? "level" : "levels";
        var named = off.Length <= 5 ? string.Join(", ", off) : string.Join(", ", off.Take(5)) + $" and {off.Length - 5} more";
        var p = all;
        var pText = TestResult.FormatPValue(p, 0);
        var message = (off.Length, unequal) switch
        {
            (0, false) => $"The residuals are uniform within all {count} levels and equally spread ({pText}).",
            (0, true) => $"The residuals are uniform within each of {count} levels, but differ in spread among them ({pText} after "
                + $"adjustment for all tests).",
            (_, false) => $"The residuals are not uniform within {levelWord} {named} ({pText} after adjustment for all tests).",
            _ => $"The residuals are not uniform within {levelWord} {named}, and differ in spread among levels ({pText} after adjustment "
                + $"for all tests).",
        };
        var test = new TestResult("Categorical test", tests.Max(t => t.Statistic), p, "two.sided", message + warning)
        {
            Parts = parts,
            Verdict = off.Length > 0 ? "not uniform in all" : unequal ? "unequal spread" : "as expected",
        };
        return test with { Chart = new TestChart(() => Assemble("Residuals in each level", LevelPanel(grouping, "Level", null, test))) };
    }

    /// <summary>
    /// P-values of the levels, adjusted for their number, and the smallest of all with Levene's. Where rows depend on each other: the
    /// share of simulations whose smallest is as small (P. H. Westfall and S. S. Young 1993, Resampling-Based Multiple Testing).
    /// </summary>
    private (double[] Levels, double All, string Warning) AdjustedLevels(Grouping grouping, (double Statistic, double PValue)[] tests,
        double levene)
    {
        if (NullStatistics(() => u => LevelPValues(u, grouping).Min(), 50.0 * RowCount) is { } smallest)
        {
            var own = LevelPValues(_scaled, grouping);
            return (Array.ConvertAll(own[..tests.Length], p => SimulationNull.PValue(smallest, p, Alternative.Less)),
                SimulationNull.PValue(smallest, own.Min(), Alternative.Less), "");
        }

        var levels = Array.ConvertAll(tests, t => t.PValue);
        return (PValueAdjustment.Holm(levels), PValueAdjustment.Holm(double.IsNaN(levene) ? levels : [.. levels, levene]).Min(),
            _areRowsDependent ? DependenceWarning : "");
    }

    /// <summary>Of the uniformity of each level, and of equal spread; for comparison with each other only.</summary>
    private static double[] LevelPValues(double[] scaled, Grouping grouping)
    {
        var levene = LeveneTest.Test(scaled, grouping.Rows).PValue;
        return
        [
            .. grouping.Rows.Select(rows => KolmogorovSmirnov.Approximate(
                KolmogorovSmirnov.Distance(Array.ConvertAll(rows, row => scaled[row])), rows.Length)),
            double.IsNaN(levene) ? 1 : levene,
        ];
    }

    /// <summary>The test of levels for a column of the data or a grouping factor.</summary>
    /// <inheritdoc cref="TestCategorical(IReadOnlyList{string?})"/>
    public TestResult TestCategorical(string levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        var column = Variable(levels);
        return TestCategorical(column.Texts ?? Grouping.AsText(column.Numbers!));
    }

    /// <inheritdoc cref="TestCategorical(IReadOnlyList{string?})"/>
    public TestResult TestCategorical(IReadOnlyList<int> levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        return TestCategorical(Grouping.AsText(levels));
    }

    /// <summary>
    /// Durbin-Watson test of autocorrelation of the residuals in time order. Statistic: about 2 without autocorrelation, nearer
    /// 0 with positive and nearer 4 with negative autocorrelation. Its chart holds the series and its autocorrelation at each lag.
    /// </summary>
    /// <remarks>
    /// Durbin and Watson's p-value takes rows to be independent but for their order. Where random effects are drawn anew
    /// (<see cref="SimulationMode.Unconditional"/>) rows of a group are alike wherever they stand in time, which the p-value allows for: it
    /// is the
    /// share of simulations, each in the place of the data, whose statistic is as extreme. DHARMa takes lmtest's p-value, so that the two
    /// differ then; where groups are runs in time it calls the random effect autocorrelation. Where random effects are kept both are by the
    /// same approximation.
    /// </remarks>
    /// <param name="time">The time of each row, all different; <see cref="Regroup(IReadOnlyList{double}, Func{double[], double}?)"/> first
    /// if they are not.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/> looks for positive autocorrelation alone.</param>
    /// <exception cref="GlmmException">The number of rows differs, a time is missing, or times are repeated.</exception>
    public TestResult TestTemporalAutocorrelation(double[] time, Alternative alternative = Alternative.TwoSided)
    {
        ArgumentNullException.ThrowIfNull(time);
        var sorted = (double[])Checked(time, "the time").Clone();
        int[] order = [.. Enumerable.Range(0, RowCount)];
        Array.Sort(sorted, order);
        var values = Array.ConvertAll(order, row => _scaled[row]);
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] == sorted[i - 1])
            {
                throw new GlmmException(string.Create(CultureInfo.InvariantCulture,
                    $"Time {sorted[i]} occurs more than once; autocorrelation in time needs one residual for each time. Use Regroup(time) "
                        + $"first, or test each site or individual by itself."));
            }
        }

        (var d, var p) = DurbinWatson.Test(values, alternative);
        (var simulated, var warning) = DependentPValue(
            () => u => 4 - DurbinWatson.Statistic(Array.ConvertAll(order, row => u[row])), 4 - d, alternative, 5.0 * RowCount);
        p = simulated ?? p;
        var pText = TestResult.FormatPValue(p, 0);
        var message = !(p < TestResult.SignificanceLevel)
            ? $"No sign that residuals near in time are alike or unlike ({pText})."
            : d < 2
                ? $"Residuals near in time are alike ({pText}): the model misses something that changes slowly in time."
                : $"Residuals near in time are unlike ({pText}): high and low values alternate more than they should.";
        var test = new TestResult("Temporal autocorrelation (Durbin-Watson)", d, p, alternative.RName(), message + warning)
        {
            Verdict = !(p < TestResult.SignificanceLevel) ? "as expected" : d < 2 ? "neighbours are alike" : "neighbours are unlike",
        };
        return test with
        {
            Chart = new TestChart(() => Assemble("Residuals in time",
                AutocorrelationFigures.Series(this, _rows, time, values, order, test, _simulations.Rows),
                AutocorrelationFigures.Autocorrelation(values))),
        };
    }

    /// <summary>The Durbin-Watson test along a numeric or date column of the data.</summary>
    /// <inheritdoc cref="TestTemporalAutocorrelation(double[], Alternative)"/>
    public TestResult TestTemporalAutocorrelation(string time, Alternative alternative = Alternative.TwoSided)
    {
        ArgumentNullException.ThrowIfNull(time);
        return TestTemporalAutocorrelation(NumbersOf(time), alternative);
    }

    private double[] Checked(double[] values, string what)
    {
        if (values.Length != RowCount)
        {
            throw new GlmmException(
                $"There are {values.Length} values of {what} for {RowCount} rows of residuals. Rows with missing values, which the model "
                + $"left out, must be left out here too.");
        }

        var row = Array.FindIndex(values, v => !double.IsFinite(v));
        return row < 0 ? values : throw new GlmmException($"The value of {what} is missing or not finite at row {row + 1}.");
    }
}
