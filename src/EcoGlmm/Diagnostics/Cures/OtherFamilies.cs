using EcoGlmm.Families;

namespace EcoGlmm.Diagnostics;

/// <summary>Families that scatter more or less, have heavier tails or lean to one side, as the family itself names them.</summary>
internal sealed class OtherFamilies : ICureSource
{
    /// <summary>Families of heavier tails of which the fit's is the limit.</summary>
    public static IEnumerable<ModelChange> HeavierTails(GlmmFit fit) =>
        fit.Family.Alternatives.HeavierTails.Select(a => new ModelChange(a.Words) { Family = a });

    public IEnumerable<ModelChange> For(Symptoms symptoms)
    {
        var known = symptoms.Fit.Family.Alternatives;
        List<FamilyAlternative> all = [];
        if (symptoms.HasMoreScatter || (symptoms.Has<DistributionCheck>() && !symptoms.HasLessScatter))
            all.AddRange(known.MoreScatter);
        if (symptoms.HasLessScatter && !symptoms.HasMoreZeros)
            all.AddRange(known.LessScatter);
        var isOtherShape = symptoms.Has<DistributionCheck>() || symptoms.Has<OutlierCheck>()
            || symptoms.Patterns.Any(p => p.IsAlongPrediction);
        var isWider = symptoms.Of<ExtensionCheck>().Any(s => s.Change is { Dispersion: not null } or { Family: not null });
        if ((isOtherShape || isWider) && known.WithZeros is { } withZeros && symptoms.Residuals.ObservedValues.Contains(0))
            all.Add(withZeros);
        if (isOtherShape)
            all.AddRange(known.OtherShape);
        // Positive measurements that lean scatter more where they are large, and have a heavy tail.
        else if (isWider)
            all.AddRange(known.OtherShape.Where(a => a.Family.CheckResponse(-1, 1) is not null));
        var response = symptoms.Fit.Response;
        foreach (var family in all.DistinctBy(a => a.Code).Where(a => a.Suits(response.Y, response.Size)))
            yield return new ModelChange(family.Words) { Family = family };
    }
}
