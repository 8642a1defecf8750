using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Diagnostics;

/// <summary>Sicknesses that few rows hide, that others hide, or that many rows make dear to try.</summary>
public class AdviceTests
{
    private static FieldData Data(long seed, int rows, Func<double, double, RandomStream, double> draw, int sites = 20)
    {
        var random = new RandomStream(seed);
        double[] site = [.. Enumerable.Range(0, sites).Select(_ => 0.5 * random.NextNormal())];
        return FieldData.From(Enumerable.Range(0, rows).Select(i =>
        {
            var x = (4 * random.NextDouble()) - 2;
            var at = random.NextInt(sites);
            return new { y = draw(x, site[at], random), x, site = "s" + at, year = "y" + random.NextInt(15) };
        }).ToArray());
    }

    private static ModelCheck Check(FieldData data, Family family, string formula = "y ~ x + (1 | site)") =>
        Glmm.Fit(formula, data, family).Check();

    private static string Cure(ModelCheck check) => (check.Cure ?? throw new Xunit.Sdk.XunitException(check.ToString())).Call;

    [Fact]
    public void TooLittleScatterOfFewRowsIsSeenByTheLikelihood()
    {
        var check = Check(Data(31, 120, (x, b, r) => r.NextBinomial(12, 1 / (1 + Math.Exp(-(0.6 * x) - b)))), Family.Poisson());
        var finding = Assert.Single(check.Findings, f => f.Name == "Underdispersion");
        Assert.Contains("likelihood ratio of a generalized Poisson", finding.Message);
        Assert.True(finding.Test!.Statistic < 1);
        Assert.Matches("GeneralizedPoisson|ConwayMaxwellPoisson", Cure(check));
    }

    [Fact]
    public void TheCauseThatMattersMostComesFirstThoughMoreIsSeenThen()
    {
        // The mean bends on the log scale too; a curve leaves fewer symptoms, and gains a twentieth of the likelihood.
        var check = Check(Data(32, 1200, (x, b, r) => r.NextBinomial(12, 1 / (1 + Math.Exp(-(0.6 * x) - b)))), Family.Poisson());
        Assert.Matches("GeneralizedPoisson|ConwayMaxwellPoisson", Cure(check));
    }

    [Fact]
    public void MeasurementsThatLeanAreNotTakenForAChangingScatter()
    {
        var check = Check(Data(33, 120, (x, b, r) => Math.Exp(1 + (0.3 * x) + b) * r.NextGamma(2) / 2), Family.Gaussian());
        Assert.Matches("Gamma|LogNormal", Cure(check));
        Assert.DoesNotContain("Dispersion", Cure(check));
    }

    [Theory]
    [InlineData(0.0, "Family.TruncatedPoisson()")]
    [InlineData(0.05, "ZeroInflation")]
    public void CountsWithoutTheirZerosAreTruncated(double zeros, string cure)
    {
        var check = Check(Data(34, 400, (x, b, r) => r.NextDouble() < zeros ? 0 : r.NextPositivePoisson(Math.Exp(0.3 + (0.4 * x) + b))),
            Family.Poisson());
        Assert.Contains("Truncated", Cure(check));
        Assert.Contains(cure, Cure(check));
        Assert.Contains(check.Findings, f => f.Name == "Too few zeros");
    }

    [Fact]
    public void OfManyRowsAndLevelsTheZerosAndTheScatterAreCuredTogether()
    {
        var check = Check(Data(35, 5200, (x, b, r) => r.NextDouble() < 0.25 ? 0 : r.NextNegativeBinomial(Math.Exp(1 + (0.3 * x) + b), 2),
            sites: 900), Family.Poisson(), "y ~ x + (1 | site) + (1 | year)");
        Assert.Contains("NegativeBinomial", Cure(check));
        Assert.Contains("ZeroInflation", Cure(check));
        Assert.Empty(check.Cure!.Remaining);
    }

    [Fact]
    public void ColumnsThatDifferInCapitalsAloneAreNoObstacle()
    {
        var data = Data(38, 200, (x, b, r) => 1 + x + b + r.NextNormal());
        var random = new RandomStream(39);
        double[] Drawn() => [.. Enumerable.Range(0, 200).Select(_ => 10 * random.NextDouble())];
        data = data.With("X", Drawn()).With("Y", Drawn()).With("year.", Drawn()).With("Year.", Drawn());
        var check = Check(data, Family.Gaussian());
        Assert.Contains(check.Findings, f => f.Name == "Autocorrelation in space along X and Y");
        Assert.DoesNotContain(check.Findings, f => f.Name.Contains("along x"));
    }

    [Fact]
    public void AmountsOfWhichManyAreZeroAreTweedie()
    {
        var data = Data(41, 400, (x, b, r) => r.NextPoisson(Math.Exp(0.2 + (0.4 * x) + b)) is > 0 and var k ? r.NextGamma(2 * k) : 0);
        var check = Check(data, Family.Gaussian());
        Assert.Contains("Tweedie", Cure(check));
    }

    [Fact]
    public void GoodAndBadYearsAreFoundWhereTheyAreFew()
    {
        var random = new RandomStream(40);
        double[] good = [.. Enumerable.Range(0, 7).Select(_ => 0.8 * random.NextNormal())];
        var at = 0;
        var data = Data(40, 140, (x, b, r) => 1 + x + b + good[at++ / 20] + (0.6 * r.NextNormal()));
        var check = Check(data.With("year", Enumerable.Range(0, 140).Select(i => 2000.0 + (i / 20))), Family.Gaussian());
        Assert.Contains("(1 | year)", Cure(check));
        Assert.Contains(check.Findings, f => f.Name == "A random effect of year");
    }

    [Fact]
    public void AChangedModelIsFittedOnceInACheck()
    {
        var fit = Glmm.Fit("y ~ x + (1 | site)", Data(36, 120, (x, b, r) => r.NextPoisson(Math.Exp(1 + (0.4 * x) + b))), Family.Poisson());
        var changed = new ChangedFits();
        var first = changed.Of(new ModelChange("a curve") { Terms = " + I(x^2)" }, fit);
        Assert.NotNull(first);
        Assert.Same(first, changed.Of(new ModelChange("the same by another name") { Terms = " + I(x^2)" }, fit));
        Assert.NotSame(first, changed.Of(new ModelChange("zeros") { Terms = " + I(x^2)", ZeroInflation = "~ 1" }, fit));
    }

    [Fact]
    public void SumsOfGroupsAreThoseOfTheSimulations()
    {
        var fit = Glmm.Fit("y ~ x + (1 | site)", Data(37, 300, (x, b, r) => 1 + x + b + r.NextNormal()));
        string[] by = [.. Enumerable.Range(0, 300).Select(i => $"g{i % 7}")];
        var residuals = fit.SimulatedResiduals(60);
        var (quick, slow) = (residuals.Regroup(by), residuals.Regroup(by, values => values.Sum()));
        Assert.Equal(slow.Scaled, quick.Scaled);
        Assert.Equal(slow.Simulated.ToArray(), quick.Simulated.ToArray());
    }
}
