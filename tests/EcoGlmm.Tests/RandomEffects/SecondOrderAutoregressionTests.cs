using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>ar2 against nlme's gls with corARMA(p = 2): tests/reference/ar2.R.</summary>
public class SecondOrderAutoregressionTests
{
    [Fact]
    public void Series_whose_correlations_swing_are_those_of_gls()
    {
        var reference = JsonDocument.Parse(File.ReadAllText(Families.ReferenceFiles.Path("ar2.json"))).RootElement;
        double[] Numbers(string key) => [.. reference.GetProperty(key).EnumerateArray().Select(v => v.GetDouble())];
        string[] Texts(string key) => [.. reference.GetProperty(key).EnumerateArray().Select(v => v.GetString()!)];
        var data = FieldData.From(new Dictionary<string, object> { ["y"] = Numbers("y"), ["x"] = Numbers("x"), ["g"] = Texts("g"),
            ["t"] = Texts("t") });

        // The series is the residual: there is no other.
        var fit = Glmm.Fit("y ~ x + ar2(0 + t | g)", data, options: new GlmmOptions { Dispersion = "~ 0" });
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal(reference.GetProperty("logLik").GetDouble(), fit.LogLikelihood, 1e-4);
        var (estimates, errors, lag) = (Numbers("estimates"), Numbers("errors"), Numbers("lag"));
        for (var j = 0; j < 2; j++)
        {
            Assert.Equal(estimates[j], fit.FixedEffects[j].Estimate, 1e-3 * errors[j]);
            Assert.Equal(errors[j], fit.FixedEffects[j].StandardError, 1e-2 * errors[j]);
        }

        var parameters = fit.CovarianceParameters;
        Assert.Equal(["sd", "correlation", "correlation"], parameters.Select(p => p.Name));
        Assert.Equal(reference.GetProperty("sigma").GetDouble(), parameters[0].Estimate, 1e-3);
        Assert.Equal(lag[0], parameters[1].Estimate, 1e-3);
        Assert.Equal(lag[1], parameters[2].Estimate, 1e-3);
        Assert.Equal("lag 2", parameters[2].Effect1);
    }
}
