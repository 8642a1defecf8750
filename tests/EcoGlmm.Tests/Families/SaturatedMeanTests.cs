namespace EcoGlmm.Tests.Families;

/// <summary>Fitted means that round to one are no obstacle.</summary>
public class SaturatedMeanTests
{
    private static readonly FieldData Doses = FieldData.From(new Dictionary<string, double[]>
    {
        ["dose"] = [0, 5, 10, 20, 40, 80, 0, 5, 10, 20, 40, 80],
        ["dead"] = [3, 24, 40, 80, 100, 100, 5, 30, 60, 90, 100, 100],
        ["alive"] = [97, 76, 60, 20, 0, 0, 95, 70, 40, 10, 0, 0],
    });

    [Fact]
    public void A_beta_binomial_with_complementary_log_log()
    {
        var fit = Glmm.Fit("cbind(dead, alive) ~ dose", Doses, Family.BetaBinomial(Link.Cloglog));
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal(-27.84813, fit.LogLikelihood, 1e-5);
        Assert.Equal(-2.04532, fit.FixedEffects[0].Estimate, 1e-4);
        Assert.Equal(0.138284, fit.FixedEffects[1].Estimate, 1e-5);
    }

    public static TheoryData<string, string> Links => new()
    {
        { "binomial", "logit" }, { "binomial", "probit" }, { "binomial", "cloglog" }, { "binomial", "cauchit" }, { "binomial", "loglog" },
        { "betabinomial", "logit" }, { "betabinomial", "probit" }, { "betabinomial", "cloglog" }, { "betabinomial", "cauchit" },
        { "combinomial", "logit" }, { "combinomial", "loglog" },
    };

    [Theory]
    [MemberData(nameof(Links))]
    public void Every_link_of_a_probability_starts(string family, string link)
    {
        var fit = Glmm.Fit("cbind(dead, alive) ~ dose", Doses, Family.Parse(family, link));
        Assert.True(double.IsFinite(fit.LogLikelihood), fit.Convergence.ToString());
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
    }
}
