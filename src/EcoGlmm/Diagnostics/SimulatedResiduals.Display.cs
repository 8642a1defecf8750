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
    /// <remarks>Of more than 1,500 rows a fixed part is drawn, and the figure says so; tests and curves use all rows.</remarks>
    public Figure Plot()
    {
        var outliers = TestOutliers();
        var left = ResidualFigures.UniformQuantiles(_scaled, _rows, OverallLines(outliers));
        (var test, var draw) = AgainstPrediction("Do they depend on the prediction?");
        return Assemble("Simulated residuals", left, draw(test));
    }

    /// <summary>How widely the data spread around the fitted values, among the simulations: see <see cref="TestDispersion"/>.</summary>
    /// <param name="alternative">The alternative hypothesis of the test shown.</param>
    public Figure PlotDispersion(Alternative alternative = Alternative.TwoSided) => TestDispersion(alternative).Plot();

    /// <summary>The number of zeros in the data, among those in the simulations: see <see cref="TestZeroInflation"/>.</summary>
    /// <param name="alternative">The alternative hypothesis of the test shown.</param>
    public Figure PlotZeroInflation(Alternative alternative = Alternative.TwoSided) => TestZeroInflation(alternative).Plot();

    /// <summary>
    /// The tests of the panel together: uniformity, dispersion, outliers, zeros (for counts) and quantiles along the prediction,
    /// adjusted for their number.
    /// </summary>
    public ResidualTests TestAll()
    {
        List<TestResult> tests = [TestUniformity(), TestDispersion(), TestOutliers()];
        if (IntegerResponse && (_summary.Zeros.Any(z => z > 0) || Observed.Contains(0)))
            tests.Add(TestZeroInflation());
        tests.Add(AgainstPrediction(null).Test);
        return new ResidualTests(tests);
    }

    /// <summary>One row for each observation, with the columns Observed, Fitted and Scaled (the residual, between 0 and 1).</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, double[]> { ["Observed"] = Observed, ["Fitted"] = Fitted,
        ["Scaled"] = Scaled });

    /// <summary>The diagnostic panel, and a table of its tests.</summary>
    public string ToHtml() => "<div>" + Plot().ToHtml() + "<div style=\"margin-top:8px\">" + TestAll().ToHtml() + "</div></div>";

    /// <summary>The residuals' origin and the main tests, in plain text.</summary>
    public override string ToString() => $"Simulated residuals: {Describe()}\n{TestAll()}";

    private IEnumerable<PanelAnnotation> OverallLines(TestResult outliers)
    {
        var dispersion = TestDispersion();
        yield return ResidualFigures.TestLine("Uniformity (KS)", TestUniformity());
        yield return ResidualFigures.TestLine(
            "Dispersion " + (double.IsFinite(dispersion.Statistic) ? dispersion.Statistic.ToString("0.00", CultureInfo.InvariantCulture)
                : ""), dispersion);
        yield return ResidualFigures.TestLine($"Outliers {outliers.Statistic:0}", outliers);
    }

    private Figure Assemble(string title, params IReadOnlyList<Panel> panels) => new(title, panels) { Subtitle = Describe(), Columns = 2 };

    private string Describe()
    {
        var kind = _refits is not null ? "refits" : "simulations";
        var text = string.Create(CultureInfo.InvariantCulture, $"{RowCount:N0} {_rows.Plural}, {Count:N0} {kind}");
        if (FailedRefits > 0)
            text += $" ({FailedRefits} more failed and are left out)";
        if (IsRotated)
            text += ", rotated";
        if (_rows.Origin is not null)
            text = $"{_rows.Origin}; {text}";
        return RowCount > ResidualPoints.Limit
            ? string.Create(CultureInfo.InvariantCulture, $"{text}; about {ResidualPoints.Limit:N0} points are drawn, tests and curves use "
                + $"all rows")
            : text;
    }
}
