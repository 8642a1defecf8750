using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation.Starts;

/// <summary>
/// Where a structure with correlations came out singular, a variance at zero or a correlation at its end: with other correlations the same
/// effects may fit better, and a search does not get there through the singular ones.
/// </summary>
internal sealed class OtherRelations : IStartStrategy<LikelihoodSearch>
{
    public SearchPoint Improve(LikelihoodSearch search, SearchPoint best)
    {
        if (!best.HasLikelihood) return best;
        var model = search.Model;
        foreach (var term in model.Terms.Where(t => !model.Restraints.Holds(t)))
        {
            if (search.IsExhausted || !IsSingular(term, best.Parameters.AsSpan(search.ThetaOffset + term.ThetaOffset, term.ThetaCount)))
                continue;
            if (search.Highest(Places(search, best.Parameters, term), best.Value + Tolerances.LikelihoodOfLongSearch) is not { } start)
                continue;
            var other = search.MaximumFrom(start);
            if (other.IsBetterThan(best)) best = other;
        }

        return best;
    }

    private static bool IsSingular(RandomTerm term, ReadOnlySpan<double> theta)
    {
        foreach (var variance in term.Loadings.Variances)
        {
            if (theta[variance] == 0) return true;
        }

        return term.Structure.Limits(theta.ToArray(), term.Title).Any();
    }

    private static IEnumerable<double[]> Places(LikelihoodSearch search, double[] found, RandomTerm term)
    {
        var first = search.ThetaOffset + term.ThetaOffset;
        var variances = term.Loadings.Variances;
        var unit = search.Model.Unit[term.Predictor];
        var largest = variances.Select(v => Math.Abs(found[first + v])).DefaultIfEmpty().Max();
        var typical = largest > 0 ? Math.Min(largest, unit) : unit;
        foreach (var shape in term.Structure.Alternatives())
        {
            foreach (var size in Tolerances.OffZero)
            {
                foreach (var all in new[] { false, true })
                {
                    var place = (double[])found.Clone();
                    shape.CopyTo(place, first + term.ThetaCount - shape.Length);
                    foreach (var v in variances)
                    {
                        if (all || place[first + v] == 0) place[first + v] = size * (all ? unit : typical);
                    }

                    yield return place;
                }
            }
        }
    }
}
