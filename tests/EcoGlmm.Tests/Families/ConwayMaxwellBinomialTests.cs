using System.Text.Json;

namespace EcoGlmm.Tests.Families;

/// <summary>Conway-Maxwell-binomial successes against tests/reference/combinomial.R.</summary>
public class ConwayMaxwellBinomialTests
{
    private static readonly JsonElement Reference =
        JsonDocument.Parse(File.ReadAllText(ReferenceFiles.Path("combinomial.json"))).RootElement;

    [Fact]
    public void Densities_are_those_of_the_definition()
    {
        var family = Family.ConwayMaxwellBinomial();
        var compared = 0;
        foreach (var point in Reference.GetProperty("points").EnumerateArray())
        {
            double Value(string key) => point.GetProperty(key).GetDouble();
            var eta = Math.Log(Value("mu") / (1 - Value("mu")));
            Assert.Equal(Value("logDensity"), Evaluation.LogDensity(family, Value("y"), Value("n"), eta, Math.Log(Value("nu"))), 1e-9);
            compared++;
        }

        Assert.Equal(108, compared);
    }

    [Fact]
    public void A_model_is_that_of_Rs_optimiser()
    {
        var model = Reference.GetProperty("model");
        double[] Numbers(string key) => [.. model.GetProperty(key).EnumerateArray().Select(v => v.GetDouble())];
        var (y, n) = (Numbers("y"), Numbers("n"));
        var fit = Glmm.Fit("cbind(y, m) ~ x", FieldData.From(new Dictionary<string, object>
        {
            ["x"] = Numbers("x"), ["y"] = y, ["m"] = n.Zip(y, (a, b) => a - b).ToArray(),
        }), Family.ConwayMaxwellBinomial());
        var (estimates, errors) = (Numbers("estimates"), Numbers("errors"));
        Assert.Equal(model.GetProperty("logLik").GetDouble(), fit.LogLikelihood, 1e-5);
        for (var j = 0; j < 2; j++)
        {
            Assert.Equal(estimates[j], fit.FixedEffects[j].Estimate, 1e-3 * errors[j]);
            Assert.Equal(errors[j], fit.FixedEffects[j].StandardError, 1e-2 * errors[j]);
        }

        Assert.Equal(Math.Exp(estimates[2]), fit.Sigma, 1e-3 * errors[2]);
    }

    [Fact]
    public void An_exponent_of_one_is_the_binomial()
    {
        var (own, binomial) = (Family.ConwayMaxwellBinomial(), Family.Binomial());
        foreach (var n in new double[] { 1, 7, 300 })
        {
            foreach (var eta in new[] { -9.0, -0.4, 2.3 })
            {
                var (a, b) = (Evaluation.At(own, Math.Floor(n / 2), n, eta, 0), Evaluation.At(binomial, Math.Floor(n / 2), n, eta, 0));
                for (var k = 0; k < 4; k++) Assert.Equal(b[k], a[k], 1e-9 * (1 + Math.Abs(b[k])));
            }
        }
    }
}
