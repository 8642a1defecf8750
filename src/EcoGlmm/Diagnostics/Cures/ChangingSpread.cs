namespace EcoGlmm.Diagnostics;

/// <summary>A dispersion that differs along a predictor.</summary>
internal sealed class ChangingSpread : ICureSource
{
    public IEnumerable<ModelChange> For(Symptoms symptoms)
    {
        Pattern[] patterns = [.. symptoms.Patterns.Where(p => !p.IsUnused)];
        return Of(symptoms.Fit, symptoms.Fit.Specification.Conditional.FixedVariableNames
            .Where(name => patterns.Any(p => p.Name == name || p.IsAlongPrediction)));
    }

    /// <summary>A dispersion that changes with each of these, where the family has one that is the same for all rows yet.</summary>
    public static IEnumerable<ModelChange> Of(GlmmFit fit, IEnumerable<string> names) =>
        !fit.Family.HasDispersion || fit.Specification.Dispersion.TermLabels.Count > 0 ? []
            : names.Select(name => new ModelChange($"a dispersion that changes with {name}")
            {
                Dispersion = $"~ {MissingEffects.Quoted(name)}",
            });
}
