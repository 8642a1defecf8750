namespace EcoGlmm.Estimation.Starts;

/// <summary>
/// Where a correlation ran to its end: far out the likelihood is flat in its parameter, so that a search which once went beyond a
/// maximum near the end does not come back. Looks at places on the way, all else as found, and goes on from the best that is higher.
/// </summary>
internal sealed class InsideLimits : IStartStrategy<LikelihoodSearch>
{
    /// <summary>Shares of the parameter, the hyperbolic tangent or logit of a correlation: from within 1e-4 of the end to 0.1.</summary>
    private static readonly double[] Shares = [0.8, 0.65, 0.5, 0.35, 0.2];

    /// <summary>Beyond, a parameter only ran on along the flat.</summary>
    private const double Farthest = 12;

    public SearchPoint Improve(LikelihoodSearch search, SearchPoint best)
    {
        if (!best.HasLikelihood) return best;
        var model = search.Model;
        foreach (var term in model.Terms.Where(t => !model.Restraints.Holds(t)))
        {
            var first = search.ThetaOffset + term.ThetaOffset;
            var theta = best.Parameters.AsSpan(first, term.ThetaCount).ToArray();
            if (term.Loadings.Variances.Any(v => theta[v] == 0)) continue;
            foreach (var limit in term.Structure.Limits(theta, term.Title))
            {
                var places = Array.ConvertAll(Shares, share =>
                {
                    var place = (double[])best.Parameters.Clone();
                    place[first + limit.Parameter] = share * Math.Clamp(theta[limit.Parameter], -Farthest, Farthest);
                    return place;
                });
                if (search.Highest(places, best.Value) is not { } at) continue;
                var other = search.MaximumFrom(at);
                if (other.IsBetterThan(best)) best = other;
            }
        }

        return best;
    }
}
