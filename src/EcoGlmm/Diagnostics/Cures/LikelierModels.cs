namespace EcoGlmm.Diagnostics;

/// <summary>The larger models that the likelihood was found to prefer, and two of them at once that do not exclude each other.</summary>
internal sealed class LikelierModels : ICureSource
{
    public IEnumerable<ModelChange> For(Symptoms symptoms)
    {
        ModelChange[] found = [.. symptoms.Found.Where(s => s.Change is not null).OrderByDescending(s => s.Ratio).Select(s => s.Change!)];
        foreach (var change in found) yield return change;
        var family = Array.Find(found, c => c.Family is not null);
        var zeros = Array.Find(found, c => c.ZeroInflation is not null);
        if (family is null || zeros is null) yield break;
        yield return new ModelChange($"{family.Words} with {zeros.Words}") { Family = family.Family, ZeroInflation = zeros.ZeroInflation };
    }
}
