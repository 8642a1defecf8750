using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Diagnostics;

public class SimulationModeTests
{
    private static readonly GlmmFit Fit = Glmm.Fit("y ~ x + (1 | site) + (1 | year)", Data(1), Family.Poisson());

    private static FieldData Data(long seed, double siteSd = 1, double yearSd = 0.6)
    {
        var random = new RandomStream(seed);
        double[] site = [.. Enumerable.Range(0, 25).Select(_ => siteSd * random.NextNormal())];
        double[] year = [.. Enumerable.Range(0, 8).Select(_ => yearSd * random.NextNormal())];
        return FieldData.From(Enumerable.Range(0, 400).Select(i =>
        {
            var x = random.NextNormal();
            return new { y = random.NextPoisson(Math.Exp(1 + (0.4 * x) + site[i % 25] + year[i / 50])), x, site = "s" + (i % 25), year = "y"
                + (i / 50) };
        }).ToArray());
    }

    [Fact]
    public void OnlyTheFactorsNamedAreDrawnAnew()
    {
        double[] bySite = Spread("site"), byYear = Spread("year"), conditional = MeanVariance(Fit.Simulate(300, 1));
        double[] all = MeanVariance(Fit.Simulate(300, 1, SimulationMode.Unconditional)), both = Spread("site", "year");

        // Group means vary among simulations where their effects are drawn anew, and hardly where they are not.
        Assert.True(bySite[0] > 8 * conditional[0] && byYear[0] < bySite[0] / 3);
        Assert.True(byYear[1] > 8 * conditional[1] && bySite[1] < byYear[1] / 2);
        Assert.Equal(all, both);
        Assert.Throws<GlmmException>(() => Fit.Simulate(2, 1, ["nest"]));

        double[] Spread(params string[] redraw) => MeanVariance(Fit.Simulate(300, 1, redraw));
    }

    /// <summary>The variance among simulations of the log mean of a site, and of a year.</summary>
    private static double[] MeanVariance(double[][] simulated) =>
    [
        Variance([.. simulated.Select(y => Math.Log(1 + Enumerable.Range(0, 400).Where(i => i % 25 == 3).Sum(i => y[i])))]),
        Variance([.. simulated.Select(y => Math.Log(1 + Enumerable.Range(0, 400).Where(i => i / 50 == 2).Sum(i => y[i])))]),
    ];

    private static double Variance(double[] v) => v.Sum(x => (x - v.Average()) * (x - v.Average())) / (v.Length - 1);

    [Fact]
    public void RefittedResidualsAreTheSameOnAnyNumberOfThreads()
    {
        var data = Data(2, yearSd: 0);
        SimulatedResiduals one = Refitted(1), two = Refitted(2);
        Assert.True(one.IsRefitted);
        Assert.Equal(ResidualMethod.Traditional, one.Method);
        Assert.Equal(one.Scaled, two.Scaled);
        Assert.Equal(one.TestDispersion().PValue, two.TestDispersion().PValue);
        Assert.InRange(one.TestDispersion().Statistic, 0.8, 1.25);
        Assert.Equal(30, one.Count + one.FailedRefits);
        Assert.Contains("refits", one.ToString());
        Assert.Equal(8, one.Regroup("year").RowCount);
        Assert.Throws<GlmmException>(() => one.Rotate());

        SimulatedResiduals Refitted(int threads) => Glmm.Fit("y ~ x + (1 | site)", data, Family.Poisson(),
                new GlmmOptions { Control = new GlmmControl { MaxThreads = threads } })
            .SimulatedResiduals(new ResidualOptions { Count = 30, Refit = true, Redraw = ["site"] });
    }

    [Fact]
    public void RefitsFindOverdispersion()
    {
        var random = new RandomStream(5);
        var data = FieldData.From(Enumerable.Range(0, 150).Select(i => new { y = random.NextNegativeBinomial(5, 1.2), x = i % 10 })
            .ToArray());
        var residuals = Glmm.Fit("y ~ x", data, Family.Poisson()).SimulatedResiduals(new ResidualOptions { Count = 60, Refit = true });
        var test = residuals.TestDispersion();
        Assert.True(test.Statistic > 2 && test.PValue == 0, test.ToString());
        Assert.Contains("overdispersion", test.Message);
        Assert.True(residuals.TestUniformity().IsSignificant);
    }

    [Fact]
    public void TraditionalResidualsOfCountsAreUniformForACorrectModel()
    {
        var residuals = Fit.SimulatedResiduals(new ResidualOptions { Method = ResidualMethod.Traditional });
        Assert.True(residuals.TestUniformity().PValue > 0.01);
        Assert.InRange(residuals.Scaled.Zip(Fit.SimulatedResiduals().Scaled).Average(p => Math.Abs(p.First - p.Second)), 0.001, 0.1);
        Assert.Equal(residuals.Scaled, Fit.SimulatedResiduals(new ResidualOptions { Method = ResidualMethod.Traditional }).Scaled);
    }

    [Fact]
    public void SimulatedLikelihoodRatioTestTellsRealEffectsFromNone()
    {
        var data = Data(3, yearSd: 0);
        var random = new RandomStream(9);
        data = data.With("noise", Enumerable.Range(0, 400).Select(_ => random.NextNormal()));
        GlmmFit Fit(string formula, int threads = 2) => Glmm.Fit(formula, data, Family.Poisson(),
            new GlmmOptions { Control = new GlmmControl { MaxThreads = threads } });
        var real = Glmm.SimulateLikelihoodRatioTest(Fit("y ~ 1 + (1 | site)"), Fit("y ~ x + (1 | site)"), 40);
        var none = Glmm.SimulateLikelihoodRatioTest(Fit("y ~ x + (1 | site)"), Fit("y ~ x + noise + (1 | site)"), 40);
        Assert.Equal(0, real.PValue);
        Assert.True(none.PValue > 0.05);
        Assert.Contains("better", real.Message);
        Assert.Equal(none, Glmm.SimulateLikelihoodRatioTest(Fit("y ~ x + (1 | site)", 1), Fit("y ~ x + noise + (1 | site)", 1), 40));
        Assert.NotEmpty(real.Plot().Panels);
        Assert.Throws<GlmmException>(() => Glmm.SimulateLikelihoodRatioTest(SimulationModeTests.Fit, Fit("y ~ x + (1 | site)"), 10));
    }
}
