namespace EcoGlmm.Tests.Diagnostics;

public class SimulatedResidualsInputTests
{
    private static readonly double[] Row = [1, 2, 3];

    [Fact]
    public void BadInputGetsItsSentence()
    {
        Expect("at least two simulations", () => SimulatedResiduals.From(Row, [Row]));
        Expect("at least three rows", () => SimulatedResiduals.From([1, 2], [[1, 2], [1, 2]]));
        Expect("Simulation 2 has 2 values, but the observed response has 3 rows", () => SimulatedResiduals.From(Row, [Row, [1, 2]]));
        Expect("transposed", () => SimulatedResiduals.From(Row, [[1, 2], [1, 2], [1, 2]]));
        Expect("Simulation 1 is null", () => SimulatedResiduals.From(Row, [null!, Row]));
        Expect("observed response has no finite value at row 2", () => SimulatedResiduals.From([1, double.NaN, 3], [Row, Row]));
        Expect("Simulation 2 has no finite value at row 3", () => SimulatedResiduals.From(Row, [Row, [1, 2, double.PositiveInfinity]],
            Row));
        Expect("2 fitted values for 3", () => SimulatedResiduals.From(Row, [Row, Row], [1, 2]));
    }

    [Fact]
    public void BadTestArgumentsGetTheirSentence()
    {
        var residuals = SimulatedResiduals.From(Row, [Row, Row]);
        Expect("2 values of the time for 3 rows", () => residuals.TestTemporalAutocorrelation([1, 2]));
        Expect("Time 1 occurs more than once", () => residuals.TestTemporalAutocorrelation([1, 2, 1]));
        Expect("missing or not finite at row 2", () => residuals.TestTemporalAutocorrelation([1, double.NaN, 3]));
        Expect("at least four rows", () => residuals.TestSpatialAutocorrelation([1, 2, 3], [1, 2, 3]));
        Expect("The place (1, 1) occurs more than once", () => SimulatedResiduals.From([1, 2, 3, 4], [[1, 2, 3, 4], [1, 2, 3, 4]])
            .TestSpatialAutocorrelation([1, 2, 1, 3], [1, 2, 1, 3]));
        Expect("2 groups for 3 rows", () => residuals.TestCategorical(["a", "b"]));
        Expect("group of row 2 is missing", () => residuals.TestCategorical(["a", null, "b"]));
        Expect("gives 2 groups", () => residuals.Regroup(["a", "a", "b"]));
        Expect("quantiles between 0 and 1", () => residuals.TestQuantiles(quantiles: [0, 0.5]));
        Expect("not a number for the observed", () => residuals.TestGeneric(_ => double.NaN));
        Expect("at least two replicates", () => residuals.TestOutliers(replicates: 1));
    }

    [Fact]
    public void SmallestAndConstantInputStillShows()
    {
        var residuals = SimulatedResiduals.From(Row, [Row, Row]);
        Assert.Contains("Uniformity", residuals.ToHtml());
        Assert.Contains("3 rows, 2 simulations", residuals.ToString());
        Assert.Contains("do not vary", SimulatedResiduals.From(Row, [Row, Row], Row).TestDispersion().Message);
        var constant = SimulatedResiduals.From(new double[50], [new double[50], new double[50]], new double[50]);
        Assert.Contains("as expected", constant.Plot().ToString());
    }

    private static void Expect(string part, Action action) =>
        Assert.Contains(part, Assert.Throws<GlmmException>(action).Message);
}
