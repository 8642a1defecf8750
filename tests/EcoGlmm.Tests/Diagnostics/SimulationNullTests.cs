using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Diagnostics;

public class SimulationNullTests
{
    [Fact]
    public void ASimulationInThePlaceOfTheDataGetsTheResidualsThatTheDataWould()
    {
        var random = new RandomStream(1);
        double[][] simulated = [.. Enumerable.Range(0, 40).Select(_ => Normals(random, 12))];
        var observed = Normals(random, 12);
        var residuals = SimulationNull.Residuals(simulated, observed, new RandomStream(2));
        for (var s = 0; s < simulated.Length; s++)
        {
            double[][] others = [.. simulated.Where((_, t) => t != s), observed];
            Assert.Equal(SimulatedResiduals.From(simulated[s], others).Scaled, residuals[s]);
        }
    }

    [Fact]
    public void TiesAreSpreadOverTheirShare()
    {
        double[][] simulated = [.. Enumerable.Range(0, 200).Select(s => new double[] { s % 4, 7, s })];
        var residuals = SimulationNull.Residuals(simulated, [1, 7, 1000], new RandomStream(2));
        for (var s = 0; s < 200; s++)
        {
            Assert.InRange(residuals[s][0], ((s % 4) - 0.01) / 4, ((s % 4) + 1.02) / 4);
            Assert.Equal(s / 200.0, residuals[s][2], 1e-12);
        }

        Assert.True(KolmogorovSmirnov.Uniform([.. residuals.Select(r => r[1])], Alternative.TwoSided).PValue > 0.001);
    }

    [Theory]
    [InlineData(10, Alternative.Greater, 2.0 / 11)]
    [InlineData(10, Alternative.Less, 1)]
    [InlineData(5.5, Alternative.TwoSided, 1)]
    [InlineData(11, Alternative.TwoSided, 2.0 / 11)]
    public void PValuesCountTheDataToo(double observed, Alternative alternative, double expected) =>
        Assert.Equal(expected, SimulationNull.PValue([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], observed, alternative), 1e-12);

    [Fact]
    public void MoransIByItsWeightsIsThatOfTheTest()
    {
        var random = new RandomStream(3);
        double[] x = Normals(random, 30), y = Normals(random, 30), values = Normals(random, 30);
        double Weight(int i, int j) => 1 / MoranI.Distance(x, y, i, j);
        Assert.Equal(MoranI.Test(values, Weight, Alternative.TwoSided).Statistic, MoranI.Statistic(values, MoranI.Weights(30, Weight)),
            1e-12);
    }

    [Theory]
    [InlineData(5, 0.5)]
    [InlineData(10, 0.35)]
    [InlineData(60, 0.2)]
    public void QuickPValuesOfUniformityAreNearTheExactOnes(int n, double d) =>
        Assert.Equal(KolmogorovSmirnov.TwoSidedExact(d, n), KolmogorovSmirnov.Approximate(d, n), 0.006);

    /// <summary>Rows of a group share its effect: a test that took them for independent would reject nearly always.</summary>
    [Fact]
    public void TestsKeepTheirLevelWhereRandomEffectsAreDrawnAnew()
    {
        int levels = 0, time = 0;
        const int studies = 60;
        for (var study = 0; study < studies; study++)
        {
            var random = new RandomStream(study);
            var effect = Normals(random, 12);
            var data = FieldData.From(Enumerable.Range(0, 96)
                .Select(i => new { y = random.NextPoisson(Math.Exp(1.5 + (0.6 * effect[i % 12]))), g = $"g{i % 12}", time = i }));
            var residuals = Glmm.Fit("y ~ 1 + (1 | g)", data, Family.Poisson()).SimulatedResiduals(100, study,
                SimulationMode.Unconditional);
            levels += residuals.TestCategorical("g").IsSignificant ? 1 : 0;
            time += residuals.TestTemporalAutocorrelation("time").IsSignificant ? 1 : 0;
        }

        Assert.InRange(levels, 0, 9);
        Assert.InRange(time, 0, 9);
    }

    [Fact]
    public void WithTooManyRowsTheTestsWarn()
    {
        var random = new RandomStream(1);
        var effect = Normals(random, 50);
        var data = FieldData.From(Enumerable.Range(0, 50_000).Select(i => new { y = effect[i % 50] + random.NextNormal(), g = $"g{i % 50}",
            time = i }));
        var fit = Glmm.Fit("y ~ 1 + (1 | g)", data);
        Assert.Contains("too easily", fit.SimulatedResiduals(100, 1, SimulationMode.Unconditional)
            .TestTemporalAutocorrelation("time").Message);
        Assert.DoesNotContain("too easily", fit.SimulatedResiduals(100, 1).TestTemporalAutocorrelation("time").Message);
    }

    private static double[] Normals(RandomStream random, int n) => [.. Enumerable.Range(0, n).Select(_ => random.NextNormal())];
}
