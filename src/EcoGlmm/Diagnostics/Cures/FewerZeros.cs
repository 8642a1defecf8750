using EcoGlmm.Families;

namespace EcoGlmm.Diagnostics;

/// <summary>Counts without zeros, or with zeros that have a part of the model to themselves, where there are fewer than expected.</summary>
internal sealed class FewerZeros : ICureSource
{
    public IEnumerable<ModelChange> For(Symptoms symptoms)
    {
        var fit = symptoms.Fit;
        if (!symptoms.HasFewerZeros || fit.ZeroInflationEffects.Count > 0) yield break;
        var hasZeros = symptoms.Residuals.ObservedValues.Contains(0);
        FamilyAlternative?[] families = [fit.Family.Alternatives.WithoutZeros,
            .. fit.Family.Alternatives.MoreScatter.Select(a => a.Family.Alternatives.WithoutZeros)];
        foreach (var family in families.OfType<FamilyAlternative>())
        {
            yield return hasZeros ? new ModelChange($"{family.Words} and a hurdle") { Family = family, ZeroInflation = "~ 1" }
                : new ModelChange(family.Words) { Family = family };
        }
    }
}
