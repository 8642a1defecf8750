namespace EcoGlmm.Inference;

/// <summary>Where degrees of freedom come from, in words.</summary>
internal static class DegreesWords
{
    /// <summary>The beginning of a sentence.</summary>
    public static string Of(DenominatorDegrees degrees) => degrees switch
    {
        DenominatorDegrees.Satterthwaite => "degrees of freedom by Satterthwaite's method",
        DenominatorDegrees.KenwardRoger => "standard errors and degrees of freedom by Kenward and Roger's method",
        DenominatorDegrees.BetweenWithin => "between-within degrees of freedom",
        DenominatorDegrees.RestrictedBetweenWithin => "between-within degrees of freedom, variances by the restricted likelihood",
        _ => "normal approximation",
    };
}
