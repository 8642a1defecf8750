using System.Text.Json;

namespace EcoGlmm.Tests.Families;

/// <summary>The log-log link against tests/reference/loglog.R.</summary>
public class LoglogLinkTests
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllText(ReferenceFiles.Path("loglog.json"))).RootElement;

    [Fact]
    public void A_binomial_model_is_that_of_glm()
    {
        var model = Reference.GetProperty("binomial");
        var (y, n) = (Numbers(model, "y"), Numbers(model, "n"));
        var fit = Glmm.Fit("cbind(y, m) ~ x", FieldData.From(new Dictionary<string, object>
        {
            ["x"] = Numbers(model, "x"), ["y"] = y, ["m"] = n.Zip(y, (a, b) => a - b).ToArray(),
        }), Family.Binomial(Link.Loglog));
        Compare(model, fit, Numbers(model, "errors"));
    }

    [Fact]
    public void An_ordinal_model_is_that_of_clm()
    {
        var model = Reference.GetProperty("ordinal");
        string[] Texts(string key) => [.. model.GetProperty(key).EnumerateArray().Select(v => v.GetString()!)];
        var fit = Glmm.Fit("rating ~ temp + contact", FieldData.From(new Dictionary<string, object>
        {
            ["rating"] = Numbers(model, "rating"), ["temp"] = Texts("temp"), ["contact"] = Texts("contact"),
        }), Family.Cumulative(Link.Parse("loglog")));
        var errors = Numbers(model, "errors");
        Compare(model, fit, errors[4..]);
        var thresholds = Numbers(model, "thresholds");
        Assert.Equal(4, fit.FamilyParameters.Rows.Count);
        for (var k = 0; k < 4; k++)
        {
            Assert.Equal(thresholds[k], fit.FamilyParameters.Rows[k].Estimate, 1e-3 * errors[k]);
            Assert.Equal(errors[k], fit.FamilyParameters.Rows[k].StandardError, 1e-2 * errors[k]);
        }
    }

    [Theory]
    [InlineData(-30)]
    [InlineData(-2)]
    [InlineData(0.3)]
    [InlineData(25)]
    public void It_is_the_complementary_link_of_failures(double eta)
    {
        Assert.Equal(Link.Cloglog.At(-eta).Complement, Link.Loglog.At(eta).Mu);
        Assert.Equal(Link.Cloglog.At(-eta).Mu, Link.Loglog.At(eta).Complement);
        Assert.Equal(Link.Cloglog.MeanDerivative(-eta), Link.Loglog.MeanDerivative(eta));
    }

    private static void Compare(JsonElement expected, GlmmFit fit, double[] errors)
    {
        Assert.Equal(expected.GetProperty("logLik").GetDouble(), fit.LogLikelihood, 1e-5);
        var estimates = Numbers(expected, "estimates");
        Assert.Equal(2, fit.FixedEffects.Count);
        for (var j = 0; j < 2; j++)
        {
            Assert.Equal(estimates[j], fit.FixedEffects[j].Estimate, 1e-3 * errors[j]);
            Assert.Equal(errors[j], fit.FixedEffects[j].StandardError, 1e-2 * errors[j]);
        }
    }

    private static double[] Numbers(JsonElement model, string key) => [.. model.GetProperty(key).EnumerateArray()
        .Select(v => v.GetDouble())];
}
