namespace EcoGlmm.Diagnostics;

/// <summary>The family with another link, where residuals change along the prediction: effects may multiply that were added.</summary>
internal sealed class OtherLinks : ICureSource
{
    public IEnumerable<ModelChange> For(Symptoms symptoms) => !symptoms.Patterns.Any(p => p is { IsUnused: false, IsGroup: false }) ? []
        : symptoms.Fit.Family.Alternatives.OtherLinks.Select(a => new ModelChange(a.Words) { Family = a });
}
