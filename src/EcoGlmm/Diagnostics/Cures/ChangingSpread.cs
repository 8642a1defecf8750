namespace EcoGlmm.Diagnostics;

/// <summary>A dispersion that differs along a predictor.</summary>
internal sealed class ChangingSpread : ICureSource
{
    public IEnumerable<ModelChange> For(Symptoms symptoms)
    {
        if (!symptoms.Fit.Family.HasDispersion || symptoms.Fit.Specification.Dispersion.TermLabels.Count > 0)
            yield break;
        Pattern[] patterns = [.. symptoms.Patterns.Where(p => !p.IsUnused)];
        foreach (var name in symptoms.Fit.Specification.Conditional.FixedVariableNames)
        {
            bool own = patterns.Any(p => p.Name == name), prediction = patterns.Any(p => p.IsAlongPrediction);
            if (own || prediction)
                yield return new ModelChange($"a dispersion that changes with {name}") { Dispersion = $"~ {MissingEffects.Quoted(name)}" };
        }
    }
}
