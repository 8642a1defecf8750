using System.Globalization;
using EcoGlmm.Diagnostics;

namespace EcoGlmm;

public sealed partial class SimulatedResiduals
{
    /// <summary>
    /// The diagnostic panel. Left: residuals against uniform quantiles, with the uniformity, dispersion and outlier tests.
    /// Right: residuals against the rank-transformed prediction, with smooth quantile curves that lie on the dashed lines when
    /// the model is right. Significant tests are coloured and said in words; rows outside all simulations are stars.
    /// </summary>
    /// <remarks>Of more than 5,000 rows a fixed part is drawn, and the figure says so; tests and curves use all rows.</remarks>
    public Figure Plot()
    {
        TestResult outliers = TestOutliers();
        Panel left = ResidualFigures.UniformQuantiles(Scaled, _rows, OverallLines(outliers));
        Panel right = PredictorPanel(Fitted, "Prediction (ranks)", "Do they depend on the prediction?", outliers.IsSignificant);
        return Assemble("Simulated residuals", left, right);
    }

    /// <summary>Residuals against a numeric predictor, rank-transformed, with quantile curves and their test.</summary>
    /// <param name="predictor">One value for each row.</param>
    /// <param name="name">The predictor's name.</param>
    /// <exception cref="GlmmException">The number of rows differs, or a value is missing.</exception>
    public Figure Plot(double[] predictor, string name)
    {
        Checked(predictor, "the predictor");
        return Assemble($"Simulated residuals against {name}",
            PredictorPanel(predictor, $"{name} (ranks)", $"Do the residuals depend on {name}?", TestOutliers().IsSignificant));
    }

    /// <summary>Box plots of the residuals in each level of a factor, with the tests of <see cref="TestCategorical(IReadOnlyList{string?})"/>.</summary>
    /// <param name="levels">The level of each row.</param>
    /// <param name="name">The factor's name.</param>
    /// <exception cref="GlmmException">The number of rows differs, or a level is missing.</exception>
    public Figure Plot(IReadOnlyList<string?> levels, string name) =>
        Assemble($"Simulated residuals by {name}", ResidualFigures.AgainstLevels(
            Scaled, Grouping.From(levels, RowCount), name, $"Do the residuals depend on {name}?", TestCategorical(levels)));

    /// <summary>How widely the data spread around the fitted values, among the simulations: see <see cref="TestDispersion"/>.</summary>
    /// <param name="alternative">The alternative hypothesis of the test shown.</param>
    public Figure PlotDispersion(Alternative alternative = Alternative.TwoSided)
    {
        TestResult test = TestDispersion(alternative);
        double mean = SimulationTest.Mean(_summary.Variances);
        return Assemble("Dispersion of data and simulations", ResidualFigures.Comparison(
            null, "Residual variance, as a multiple of the mean simulated one", Array.ConvertAll(_summary.Variances, v => v / mean),
            test.Statistic, whole: false, test));
    }

    /// <summary>The number of zeros in the data, among those in the simulations: see <see cref="TestZeroInflation"/>.</summary>
    /// <param name="alternative">The alternative hypothesis of the test shown.</param>
    public Figure PlotZeroInflation(Alternative alternative = Alternative.TwoSided) =>
        Assemble("Zeros in data and simulations", ResidualFigures.Comparison(
            null, "Number of zeros", _summary.Zeros, SimulationSource.CountZeros(Observed), whole: true, TestZeroInflation(alternative)));

    /// <summary>The diagnostic panel, and a table of its tests.</summary>
    public string ToHtml() =>
        "<div>" + Plot().ToHtml() + "<div style=\"margin-top:8px\">" + TestResult.Table(MainTests()) + "</div></div>";

    /// <summary>The residuals' origin and the main tests, in plain text.</summary>
    public override string ToString() =>
        $"Simulated residuals: {Describe()}\n" + string.Join("\n", MainTests().Select(test =>
            $"  {test.Name}: statistic = {TestResult.FormatStatistic(test.Statistic)}, {test.PValueText}\n    {test.Message}"));

    private IEnumerable<TestResult> MainTests()
    {
        yield return TestUniformity();
        yield return TestDispersion();
        yield return TestOutliers();
        if (IntegerResponse && (_summary.Zeros.Any(z => z > 0) || Observed.Contains(0)))
            yield return TestZeroInflation();
        yield return HasFewValues(Fitted) ? TestCategorical(Grouping.AsText(Fitted)) : QuantileResult(_fittedCurves.Value.Curves);
    }

    /// <summary>DHARMa's rule for drawing boxes: smooth curves misrepresent a predictor of few values.</summary>
    private static bool HasFewValues(double[] predictor)
    {
        int distinct = predictor.Distinct().Count();
        return distinct == 1 || (distinct < 10 && (double)predictor.Length / distinct > 10);
    }

    private IEnumerable<Annotation> OverallLines(TestResult outliers)
    {
        TestResult uniformity = TestUniformity(), dispersion = TestDispersion();
        yield return ResidualFigures.TestLine("Uniformity (KS)", uniformity, uniformity.Verdict);
        yield return ResidualFigures.TestLine(
            "Dispersion " + (double.IsFinite(dispersion.Statistic) ? dispersion.Statistic.ToString("0.00", CultureInfo.InvariantCulture) : ""),
            dispersion, dispersion.Verdict);
        yield return ResidualFigures.TestLine($"Outliers {outliers.Statistic:0}", outliers, outliers.Verdict);
    }

    /// <summary>Curves against a predictor of many values; boxes when it has few.</summary>
    private Panel PredictorPanel(double[] predictor, string axisTitle, string title, bool outliersSignificant)
    {
        if (HasFewValues(predictor))
        {
            string?[] levels = Grouping.AsText(predictor);
            TestResult categorical = TestCategorical(levels);
            Grouping grouping = Grouping.From(levels, RowCount);
            string[] labels = Array.ConvertAll(grouping.Levels, text => double.Parse(text, CultureInfo.InvariantCulture).ToString("G4", CultureInfo.InvariantCulture));
            return ResidualFigures.AgainstLevels(Scaled, grouping with { Levels = labels }, axisTitle.Replace(" (ranks)", ""), title, categorical);
        }

        double[] position = RankTransform.Apply(predictor);
        var fit = ReferenceEquals(predictor, Fitted) ? _fittedCurves.Value : QuantileSpline.Fit(position, Scaled, s_quartiles);
        return ResidualFigures.AgainstPredictor(
            this, _rows, predictor, position, axisTitle, title, fit, QuantileResult(fit.Curves), outliersSignificant, _simulations.Rows);
    }

    private Figure Assemble(string title, params Panel[] panels) => new(title, panels) { Subtitle = Describe(), Columns = 2 };

    private string Describe()
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{RowCount:N0} {(_rows.Kind == "Row" ? "rows" : "groups")}, {Count:N0} simulations");
        if (_rows.Origin is not null)
            text = $"{_rows.Origin}; {text}";
        return RowCount > ResidualPoints.Limit
            ? string.Create(CultureInfo.InvariantCulture, $"{text}; about {ResidualPoints.Limit:N0} points are drawn, tests and curves use all rows")
            : text;
    }
}
