namespace EcoGlmm.Estimation.Starts;

/// <summary>Where effects of a level came out perfectly correlated: the same with their correlations turned round.</summary>
internal sealed class OtherCorrelations : IStartStrategy<LikelihoodSearch>
{
    public SearchPoint Improve(LikelihoodSearch search, SearchPoint best)
    {
        var found = best;
        foreach (var theta in BoundaryCandidates.Alternatives(search.Model, found.Parameters[search.ThetaOffset..]))
        {
            var start = (double[])best.Parameters.Clone();
            theta.CopyTo(start, search.ThetaOffset);
            var other = search.MaximumFrom(start);
            if (other.IsBetterThan(best)) best = other;
        }

        return best;
    }
}
