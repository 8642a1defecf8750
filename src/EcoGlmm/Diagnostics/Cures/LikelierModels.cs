namespace EcoGlmm.Diagnostics;

/// <summary>The larger models that the likelihood was found to prefer.</summary>
internal sealed class LikelierModels : ICureSource
{
    public IEnumerable<ModelChange> For(Symptoms symptoms) => symptoms.Of<ExtensionCheck>().OrderByDescending(s => s.Test.Statistic)
        .Select(s => s.Change!);
}
