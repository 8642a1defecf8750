using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Diagnostics;

public class ResidualPlotTests
{
    private static readonly SimulatedResiduals Residuals = Fit().SimulatedResiduals(100);

    private static GlmmFit Fit()
    {
        var random = new RandomStream(21);
        double[] nest = [.. Enumerable.Range(0, 40).Select(_ => 0.5 * random.NextNormal())];
        var rows = Enumerable.Range(0, 400).Select(i =>
        {
            var age = 10 * random.NextDouble();
            return new
            {
                y = random.NextPoisson(Math.Exp(0.5 + (0.6 * age) - (0.06 * age * age) + nest[i / 10])),
                age,
                sex = i % 2 == 0 ? "f" : "m",
                nest = "n" + (i / 10),
                weight = i % 7 == 0 ? double.NaN : random.NextNormal(),
                day = i,
            };
        });
        return Glmm.Fit("y ~ age + sex + (1 | nest)", FieldData.From(rows.ToArray()), Family.Poisson());
    }

    [Fact]
    public void EveryPredictorAndFactorHasAPanelAndAdjustedTests()
    {
        var figure = Residuals.PlotAll();
        Assert.Equal(["Prediction", "age", "sex", "nest"], figure.Panels.Select(p => p.Title));
        Assert.Contains("adjusted for 4 panels", figure.Subtitle);
        Assert.Contains("adjusted", figure.Panels[1].Annotations[0].Text);
        Assert.True(figure.Panels[1].Annotations[0].Bold, "The missing curve of age should be found.");
        Assert.Contains(figure.Panels[1].Traces.OfType<LineTrace>(), line => line.Color == Palette.Vermillion);
        Assert.All(figure.Panels[2].Traces, trace => Assert.IsType<BoxTrace>(trace));
        Assert.IsType<PointTrace>(Assert.Single(figure.Panels[3].Traces));
    }

    [Fact]
    public void PointsNameRowLevelsValuesAndInterval()
    {
        var hover = Residuals.Plot("age").Panels[0].Traces.OfType<PointTrace>().First().Text![0];
        Assert.Matches(@"^Row 1, nest n0\nObserved .*\nPredicted .*\nResidual .*\nSimulated .* to .* \(95 %\)\nage ", hover);
    }

    [Fact]
    public void AColumnOutsideTheModelWithMissingValuesIsDrawn()
    {
        var panel = Assert.Single(Residuals.Plot("weight").Panels);
        Assert.Equal(342, panel.Traces.OfType<PointTrace>().Sum(t => t.X.Count));
        Assert.Contains(panel.Annotations, a => a.Text.Contains("58 rows without a value"));
        Assert.Contains("age", Assert.Throws<GlmmException>(() => Residuals.Plot("agee")).Message);
    }

    [Fact]
    public void FacetsAreAdjustedForTheirNumber()
    {
        var figure = Residuals.Plot("age", by: "sex");
        Assert.Equal(["sex f", "sex m"], figure.Panels.Select(p => p.Title));
        Assert.Contains("adjusted for 2 panels", figure.Subtitle);
        Assert.Equal(12, Residuals.Plot("age", by: "nest").Panels.Count);
    }

    [Fact]
    public void EveryTestHasItsChart()
    {
        double[] x = [.. Enumerable.Range(0, 400).Select(i => (double)(i % 20))], y = [.. Enumerable.Range(0, 400)
            .Select(i => (double)(i / 20))];
        TestResult[] tests =
        [
            Residuals.TestUniformity(), Residuals.TestDispersion(),
                Residuals.TestDispersion(type: DispersionTestType.PearsonChiSquared),
            Residuals.TestOutliers(), Residuals.TestOutliers(type: OutlierTestType.Binomial),
            Residuals.TestOutliers(type: OutlierTestType.Bootstrap),
            Residuals.TestZeroInflation(), Residuals.TestGeneric(v => v.Max(), name: "maximum"), Residuals.TestQuantiles("age"),
            Residuals.TestQuantiles(),
            Residuals.TestCategorical("sex"), Residuals.TestTemporalAutocorrelation("day"),
            Residuals.TestSpatialAutocorrelation(x, y),
        ];
        foreach (var test in tests)
        {
            Assert.True(test.HasChart, test.Name);
            var figure = test.Plot();
            Assert.Contains(test.PValueText, string.Join(" ", figure.Panels.SelectMany(p => p.Annotations).Select(a => a.Text)));
            Assert.Contains("<svg", figure.ToSvg());
            Assert.Contains("table", test.ToHtml());
        }

        Assert.Throws<GlmmException>(() => Residuals.TestCategorical("sex").Parts[0].Plot());
    }

    [Fact]
    public void TestsTogetherAreAdjustedAndSaySo()
    {
        var tests = Residuals.TestAll();
        Assert.Equal(5, tests.Count);
        Assert.All(tests, t => Assert.True(t.AdjustedPValue >= t.PValue));
        Assert.Contains("Holm", tests.ToString());
        Assert.Contains("Holm", Residuals.ToHtml());
    }

    [Fact]
    public void ResidualsFromElsewhereSayThatTheyKnowNoData()
    {
        var residuals = SimulatedResiduals.From([1, 2, 3, 4], [[1, 1, 2, 5], [2, 3, 3, 4], [0, 2, 5, 4]]);
        Assert.Contains("no data", Assert.Throws<GlmmException>(() => residuals.Plot("age")).Message);
        Assert.Throws<GlmmException>(() => residuals.PlotAll());
        Assert.Throws<GlmmException>(() => residuals.TestDispersion(type: DispersionTestType.PearsonChiSquared));
    }
}
