using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Diagnostics;

public class PatternStatisticsTests
{
    private static readonly double[] Values = [0.12, 0.55, 0.83, 0.07, 0.31, 0.94, 0.62, 0.48, 0.21, 0.35];

    // Reference: Imhof's integral with R's integrate(), weights 2(1 - cos(pi k / 10)).
    [Theory]
    [InlineData(1.9743448925152987, 0.48314683434286865)]
    [InlineData(1.0, 0.038246897187672879)]
    [InlineData(0.5, 0.0012265181263841352)]
    public void DurbinWatsonDistributionAgreesWithImhof(double d, double expected) =>
        Assert.Equal(expected, DurbinWatson.Below(d, 10), 1e-9);

    // With two weights d − 1 and d − 3 (n = 3): P = P(F(1,1) < (d − 1)/(3 − d)) = (2/π) atan √((d − 1)/(3 − d)).
    [Theory]
    [InlineData(1.2)]
    [InlineData(1.9)]
    [InlineData(2.7)]
    public void DurbinWatsonOfThreeValuesHasItsClosedForm(double d) =>
        Assert.Equal(2 / Math.PI * Math.Atan(Math.Sqrt((d - 1) / (3 - d))), DurbinWatson.Below(d, 3), 1e-9);

    [Fact]
    public void DurbinWatsonTestCombinesTails()
    {
        (var d, var both) = DurbinWatson.Test(Values, Alternative.TwoSided);
        Assert.Equal(1.9743448925152987, d, 1e-13);
        Assert.Equal(2 * 0.48314683434286865, both, 1e-8);
        Assert.Equal(0.48314683434286865, DurbinWatson.Test(Values, Alternative.Greater).PValue, 1e-9);
        Assert.Equal(1 - 0.48314683434286865, DurbinWatson.Test(Values, Alternative.Less).PValue, 1e-9);
    }

    [Fact]
    public void ExactAndApproximateDurbinWatsonMeetAtTheirLimit()
    {
        var exact = DurbinWatson.Below(1.7, 99);
        var normal = NormalDistribution.UpperTail(0.3 / Math.Sqrt(4.0 * 97 / (98 * 100)));
        Assert.Equal(normal, exact, 2e-3);
    }

    // R: ape::Moran.I's formulas with weights 1 / dist, row-standardised.
    [Fact]
    public void MoranAgreesWithR()
    {
        double[] x = [0, 1, 2.5, 3, 4.2, 0.3, 1.9, 2.2, 3.7, 5], y = [0, 2, 1, 3, 0.5, 4, 2.8, 4.1, 1.7, 2.6];
        var result = MoranI.Test(Values, (i, j) => 1 / MoranI.Distance(x, y, i, j), Alternative.TwoSided);
        Assert.Equal(-0.096466281215076305, result.Statistic, 1e-13);
        Assert.Equal(-1.0 / 9, result.Expected, 1e-15);
        Assert.Equal(0.049863102134510985, result.StandardDeviation, 1e-13);
        Assert.Equal(0.76898659032616901, result.PValue, 1e-10);
    }

    // R: anova(lm(abs(x - median of its group) ~ group)).
    [Fact]
    public void LeveneAgreesWithR()
    {
        (var f, var p) = LeveneTest.Test(Values, [[0, 1, 2], [3, 4, 5, 6], [7, 8, 9]]);
        Assert.Equal(1.3675423131170665, f, 1e-12);
        Assert.Equal(0.31524926377289247, p, 1e-12);
    }

    // R: p.adjust.
    [Fact]
    public void AdjustmentsAgreeWithR()
    {
        double[] expected = [0.04, 0.0533333333333333, 0.0533333333333333, 0.5];
        Assert.Equal(expected, PValueAdjustment.BenjaminiHochberg([0.01, 0.04, 0.03, 0.5]), (a, b) => Math.Abs(a - b) < 1e-12);
        double[] holm = [0.04, 0.09, 0.09, 0.5];
        Assert.Equal(holm, PValueAdjustment.Holm([0.01, 0.04, 0.03, 0.5]), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void TiedRanksShareTheirMean()
    {
        double[] expected = [2.5 / 4, 1.0 / 4, 2.5 / 4, 1];
        Assert.Equal(expected, RankTransform.Apply([3, 1, 3, 7]));
    }

    [Fact]
    public void QuantileCurveOfANoiselessLineIsThatLine()
    {
        double[] x = [.. Enumerable.Range(1, 200).Select(i => i / 200.0)];
        double[] r = [.. x.Select((v, i) => 0.2 + 0.5 * v + (i % 5 - 2) * 0.02)];
        (var grid, var curves) = QuantileSpline.Fit(x, r, [0.5]);
        for (var g = 0; g < grid.Length; g++)
            Assert.Equal(0.2 + 0.5 * grid[g], curves[0].Curve[g], 0.015);
        Assert.True(curves[0].PValue < 1e-6);
    }

    [Fact]
    public void QuantileTestOfFewDistinctPredictorsStillWorks()
    {
        double[] r = [.. Enumerable.Range(0, 90).Select(i => (i * 37 % 90 + 0.5) / 90)];
        Assert.InRange(QuantileSpline.Fit([.. r.Select((_, i) => i % 2.0)], r, [0.5]).Curves[0].PValue, 0.05, 1);
        Assert.InRange(QuantileSpline.Fit(new double[90], r, [0.5]).Curves[0].PValue, 0.05, 1);
    }
}
