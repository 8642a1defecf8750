using EcoGlmm.Tests.Estimation;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Diagnostics;

/// <summary>What Check() proposes where the formula lacks a number, has the wrong link or response, or takes a code for a number.</summary>
public sealed class AdviceTests
{
    private const int Rows = 400;

    private static readonly double[] Sites = Values(20, 5), Noise = Values(Rows, 6), Rain = Values(Rows, 7), Place = Values(Rows, 8);

    private static double[] Values(int count, int seed) => new TestData(count, seed).Normal("v").Build().Numbers("v").ToArray();

    private static TestData Field(int seed) => new TestData(Rows, seed).Number("x", i => Place[i]).Number("rain", i => Rain[i])
        .Factor("site", i => i % 20);

    private static double Effect(int row) => 0.5 * Sites[row % 20];

    private static CheckCure Cure(ModelCheck check) => Assert.IsType<CheckCure>(check.Cure);

    [Fact]
    public void Numbers_that_the_model_does_not_know_are_proposed()
    {
        var data = Field(1).Number("y", i => 1 + (0.5 * Place[i]) + (0.6 * Rain[i]) + Effect(i) + (0.6 * Noise[i]))
            .Number("rank", i => Math.Exp(1 + (0.5 * Place[i]) + (0.6 * Rain[i]) + Effect(i) + (0.6 * Noise[i]))).Build();
        var check = Glmm.Fit("y ~ x + (1 | site)", data).Check();
        Assert.Equal("fit.Update(\". ~ . + rain\")", Cure(check).Call);
        Assert.Equal(CheckStatus.Caution, check.Findings.Single(f => f.Name == "Pattern against rain").Status);
        // A form of the response itself is no predictor of it.
        Assert.DoesNotContain(check.Findings, f => f.Name == "Pattern against rank");
    }

    [Theory]
    [InlineData("follicles ~ s(Time) + ou(0 + Time | Mare)")]
    [InlineData("follicles ~ s(Time) + ou(0 + numFactor(Time) | Mare)")]
    public void Series_that_the_model_has_are_not_proposed_again_but_less_scatter_is(string formula)
    {
        // Counts of follicles change more smoothly than Poisson counts about any series could.
        var mares = FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", "ovary.csv")).AsFactor("Mare");
        var check = Glmm.Fit(formula, mares, Family.Poisson()).Check();
        Assert.Equal(CheckStatus.Problem, check.Findings.Single(f => f.Name == "Autocorrelation along Time within Mare").Status);
        Assert.Equal("fit.Update(\". ~ .\", Family.GeneralizedPoisson())", Cure(check).Call);
        Assert.Empty(Cure(check).Remaining);
        Assert.InRange(Cure(check).DeltaAic, -45, -30);
    }

    [Fact]
    public void Counts_in_proportion_to_a_column_have_an_offset()
    {
        var data = Field(2).Number("hours", i => Math.Exp(Rain[i])).Count("y", i => Math.Exp(1 + (0.4 * Place[i]) + Rain[i] + Effect(i)))
            .Build();
        var check = Glmm.Fit("y ~ x + (1 | site)", data.Select("y", "x", "hours", "site"), Family.Poisson()).Check();
        Assert.Equal("fit.Update(\". ~ . + offset(log(hours))\")", Cure(check).Call);
        Assert.Empty(Cure(check).Remaining);
    }

    [Fact]
    public void Effects_that_multiply_have_a_log_link()
    {
        var data = Field(3).Number("y", i => Math.Exp(1.5 + (0.6 * Place[i]) + (0.6 * Effect(i))) + (0.4 * Noise[i])).Build();
        Assert.Contains("Family.Gaussian(Link.Log)", Cure(Glmm.Fit("y ~ x + (1 | site)", data).Check()).Call);
    }

    [Fact]
    public void Levels_coded_as_numbers_are_a_factor()
    {
        double[] of = [0, 0.8, -0.4, 0.5];
        var data = Field(4).Number("treatment", i => 1 + (i / 20 % 4))
            .Count("y", i => Math.Exp(1 + (0.3 * Place[i]) + of[i / 20 % 4] + Effect(i))).Build();
        Assert.Contains("factor(treatment)", Cure(Glmm.Fit("y ~ x + treatment + (1 | site)", data, Family.Poisson()).Check()).Call);
    }

    [Fact]
    public void A_logarithm_that_is_normal_is_told_from_a_Gamma_and_compared_on_the_same_scale()
    {
        var data = Field(5).Number("y", i => Math.Exp(1 + (0.5 * Place[i]) + Effect(i) + (0.9 * Noise[i]))).Build();
        var gamma = Glmm.Fit("y ~ x + (1 | site)", data, Family.Gamma(Link.Log));
        var cure = Cure(gamma.Check());
        Assert.Equal("fit.Update(\"log(y) ~ .\", Family.Gaussian())", cure.Call);
        var log = gamma.Update("log(y) ~ .", Family.Gaussian());
        Assert.Equal(log.Aic + (2 * data.Numbers("y").Sum(Math.Log)) - gamma.Aic, cure.DeltaAic, 1e-8);
        Assert.Null(log.Check().Cure);
        // And back, where the response itself is a Gamma.
        var random = new Random(3);
        double Gamma() => -Math.Log(1 - random.NextDouble()) - Math.Log(1 - random.NextDouble());
        var skewed = Field(6).Number("y", i => Math.Exp(1 + (0.5 * Place[i]) + Effect(i)) * Gamma() / 2).Build();
        Assert.Equal("fit.Update(\"y ~ .\", Family.Gamma(Link.Log))",
            Cure(Glmm.Fit("log(y) ~ x + (1 | site)", skewed).Check()).Call);
    }
}
