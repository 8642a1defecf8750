using EcoGlmm.Families;
using EcoGlmm.Formulas;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// The logarithm of the response as Gaussian in the place of a Gamma or log-normal family, and the other way round: effects multiply
/// the response in all of them, and scatter grows with it, but they lean otherwise.
/// </summary>
internal static class Logarithms
{
    /// <summary>The change; none where the response is not of that kind.</summary>
    public static IEnumerable<ModelChange> Of(GlmmFit fit)
    {
        if (fit.Specification.Formula.Response is not { } response || fit.Options.Weights is not null)
            yield break;
        if (fit.Family.Alternatives.OfLogarithm is { } gaussian)
            yield return new ModelChange($"the logarithm of {response} as Gaussian")
            {
                Response = $"log({response})", TakesLogarithm = true, Family = gaussian,
            };
        if (fit.Family is { HasNormalErrors: true } && fit.Family.Link == Link.Identity
            && response is CallNode { Function: "log", Arguments: [var inner] })
            yield return new ModelChange($"a Gamma of {inner.Value} itself") { Response = inner.Value.ToString(), Family = GammaOfLog };
    }

    private static FamilyAlternative GammaOfLog { get; } = FamilyAlternative.Of(GammaFamily.Set, Link.Log, "Gamma",
        "a Gamma with log link");
}
