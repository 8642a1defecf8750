namespace EcoGlmm.Estimation.Starts;

/// <summary>
/// Where the mean is the same for ±η the joint density of the random effects has several peaks, kept apart by η = 0 at
/// observations above zero, and quasi-Newton follows the one that it met first. Goes on from deeper ones as long as it pays.
/// </summary>
internal sealed class DeeperModes : IStartStrategy<LaplaceSearch>
{
    public SearchPoint Improve(LaplaceSearch search, SearchPoint best)
    {
        if (search.Model.Family.Link.IsMonotone || search.Model.ThetaCount == 0) return best;
        for (var round = 0; round < Tolerances.ModeRounds; round++)
        {
            if (!double.IsFinite(search.Evaluate(best.Parameters, []))) return best;
            var modes = (double[])search.Objective.Modes.Clone();
            if (search.Objective.TryOtherModes() && search.MaximumFrom(best.Parameters) is var other && other.IsBetterThan(best))
            {
                best = other;
                continue;
            }

            search.Objective.StartFrom(modes);
            return best;
        }

        return best;
    }
}
