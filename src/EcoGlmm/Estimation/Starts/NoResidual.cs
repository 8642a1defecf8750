namespace EcoGlmm.Estimation.Starts;

/// <summary>Where the residual seems to run to zero: from there, its effects in the proportions found.</summary>
internal sealed class NoResidual : IStartStrategy<ProfiledSearch>
{
    public SearchPoint Improve(ProfiledSearch search, SearchPoint best)
    {
        if (!(search.Scales.Largest(best.Parameters) > Tolerances.LargeRelativeEffect) || search.Scales.IsAtLimit(best.Parameters))
            return best;
        var start = search.Scales.Scaled(best.Parameters, search.Scales.Limit);
        if (!double.IsFinite(search.Evaluate(start, []))) return best;
        var other = search.MaximumFrom(start);
        return other.HasLikelihood && other.Value < best.Value ? other : best;
    }
}
