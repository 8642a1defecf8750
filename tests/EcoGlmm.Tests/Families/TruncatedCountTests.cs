using System.Text.Json;

namespace EcoGlmm.Tests.Families;

/// <summary>Zero-truncated counts against densities by their definitions in R.</summary>
public class TruncatedCountTests
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllText(ReferenceFiles.Path("truncated.json"))).RootElement;

    [Theory]
    [InlineData("truncated_genpois")]
    [InlineData("truncated_compois")]
    public void Densities_are_those_of_the_definition(string name)
    {
        var family = Family.Parse(name);
        var compared = 0;
        foreach (var point in Reference.EnumerateArray().Where(p => p.GetProperty("family").GetString() == name))
        {
            double Value(string key) => point.GetProperty(key).GetDouble();
            var density = Evaluation.LogDensity(family, Value("y"), 1, Math.Log(Value("mu")), Math.Log(Value("phi")));
            // Underdispersed generalised Poisson counts have an upper bound, which R gives as NaN.
            if (point.GetProperty("logDensity").ValueKind == JsonValueKind.Null) Assert.Equal(double.NegativeInfinity, density);
            else Assert.Equal(Value("logDensity"), density, 1e-8);
            compared++;
        }

        Assert.Equal(36, compared);
    }

    [Fact]
    public void A_hurdle_model_of_them_says_what_it_is()
    {
        double[] y = [0, 0, 1, 2, 0, 3, 1, 0, 4, 2, 1, 0, 6, 2, 1, 3];
        var fit = Glmm.Fit("y ~ 1", FieldData.From(new Dictionary<string, object> { ["y"] = y }), Family.TruncatedGeneralizedPoisson(),
            new GlmmOptions { ZeroInflation = "~ 1" });
        Assert.StartsWith("Hurdle model, zero-truncated generalized Poisson", fit.ToString());
        Assert.Equal(5.0 / 16, 1 / (1 + Math.Exp(-fit.ZeroInflationEffects[0].Estimate)), 1e-5);
    }
}
