using EcoGlmm.Inference;
using EcoGlmm.Tests.Estimation;

namespace EcoGlmm.Tests.Inference;

/// <summary>A parameter has one name, whichever way its interval is made.</summary>
public class IntervalNameTests
{
    [Theory]
    [InlineData("(x | g)")]
    [InlineData("diag(x | g)")]
    [InlineData("homdiag(0 + f | g)")]
    [InlineData("cs(0 + f | g)")]
    [InlineData("homcs(0 + f | g)")]
    [InlineData("toep(0 + f | g)")]
    [InlineData("homtoep(0 + f | g)")]
    [InlineData("ar1(0 + f | g)")]
    [InlineData("hetar1(0 + f | g)")]
    [InlineData("ar2(0 + f | g)")]
    [InlineData("ou(0 + t | g)")]
    public void Wald_and_profile_intervals_name_alike(string term)
    {
        var data = new TestData(96).Normal("x").Factor("g", i => i / 8).Factor("f", i => i % 4).Number("t", i => i % 4)
            .Normal("y", i => i / 8 % 5).Build();
        var fit = Glmm.Fit($"y ~ x + {term}", data);
        var profile = FitParameter.Of(fit).Where(p => p.Kind != ParameterKind.Coefficient).Select(p => p.Name).ToArray();
        var wald = VarianceWald.Of(fit, 0.95).Select(i => i.Name).ToArray();

        Assert.Equal(profile.Order(StringComparer.Ordinal), wald.Order(StringComparer.Ordinal));
        Assert.Distinct(wald);
    }
}
