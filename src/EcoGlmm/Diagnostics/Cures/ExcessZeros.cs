namespace EcoGlmm.Diagnostics;

/// <summary>Zeros of another origin than the counts: zero inflation, alone and with a family of more scatter.</summary>
internal sealed class ExcessZeros : ICureSource
{
    public static ModelChange Inflation { get; } = new("zero inflation") { ZeroInflation = "~ 1" };

    public IEnumerable<ModelChange> For(Symptoms symptoms)
    {
        // Zeros in excess make scatter too, and a family of too little scatter hides them; both are tried where either shows.
        var suspect = symptoms.HasMoreZeros || symptoms.HasMoreScatter || (symptoms.Has<DistributionCheck>()
            && symptoms.Residuals.IntegerResponse);
        if (!suspect || !symptoms.Residuals.IntegerResponse || !symptoms.Residuals.ObservedValues.Contains(0)
            || symptoms.Fit.Family.HasThresholds)
            yield break;
        if (symptoms.Fit.ZeroInflationEffects.Count == 0)
        {
            yield return Inflation;
            foreach (var name in symptoms.Patterns.Where(p => p is { IsGroup: false, IsUnused: false } && !p.IsAlongPrediction)
                .Select(p => p.Name).Take(2))
                yield return new ModelChange($"zero inflation that changes with {name}") { ZeroInflation =
                    $"~ {MissingEffects.Quoted(name)}" };
            foreach (var family in symptoms.Fit.Family.Alternatives.MoreScatter.Take(1))
                yield return new ModelChange($"{family.Words} with zero inflation") { Family = family, ZeroInflation = "~ 1" };
            yield break;
        }

        foreach (var name in symptoms.Fit.Specification.Conditional.FixedVariableNames
            .Except(symptoms.Fit.Specification.ZeroInflation?.FixedVariableNames ?? []).Take(3))
        {
            yield return new ModelChange($"zero inflation that changes with {name}")
            {
                ZeroInflation = $"{symptoms.Fit.Options.ZeroInflation} + {MissingEffects.Quoted(name)}",
            };
        }
    }
}
