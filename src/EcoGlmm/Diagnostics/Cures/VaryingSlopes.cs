namespace EcoGlmm.Diagnostics;

/// <summary>Slopes that differ among the levels of a grouping factor.</summary>
internal sealed class VaryingSlopes : ICureSource
{
    public IEnumerable<ModelChange> For(Symptoms symptoms)
    {
        string[] groups = [.. symptoms.Patterns.Where(p => p.IsGroup).Select(p => p.Name)];
        if (groups.Length == 0 && symptoms.Patterns.Any(p => !p.IsUnused))
            groups = [.. symptoms.Fit.Groups.Where(g => g.Levels < symptoms.Fit.ObservationCount / 3).Select(g => g.Group)];
        return Of(symptoms.Fit, groups);
    }

    /// <summary>Slopes of each numeric predictor that each of the groups has not got.</summary>
    public static IEnumerable<ModelChange> Of(GlmmFit fit, IEnumerable<string> groups)
    {
        foreach (var group in groups.Distinct())
        {
            foreach (var x in MissingEffects.Numeric(fit))
            {
                if (fit.VarianceComponents.Any(c => c.Group == group && c.Term1 == x))
                    continue;
                string g = MissingEffects.Quoted(group), q = MissingEffects.Quoted(x);
                yield return new ModelChange($"slopes of {x} that vary among {group}") { Terms = $" - (1 | {g}) + ({q} | {g})" };
            }
        }
    }
}
