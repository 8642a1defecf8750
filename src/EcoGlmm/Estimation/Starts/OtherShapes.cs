using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation.Starts;

/// <summary>
/// Where the precision between levels may have a likelihood with more than one maximum. Of fields that follow each other (a long range with
/// little memory, or a short one with more) it mostly has: a search from each of the shapes that the structure offers. Of others, ranges
/// and decays along which the likelihood rises again, away from what was found: a search from the highest of these. All else as found.
/// </summary>
internal sealed class OtherShapes : IStartStrategy<LikelihoodSearch>
{
    public SearchPoint Improve(LikelihoodSearch search, SearchPoint best)
    {
        var model = search.Model;
        foreach (var term in model.Terms)
        {
            if (term.Structure.Precision is not { ParameterCount: > 0 } precision || model.Restraints.Holds(term)) continue;
            var found = best;
            var at = search.ThetaOffset + term.ThetaOffset + term.Loadings.ParameterCount;
            foreach (var start in precision.HasSeveralMaxima ? precision.Candidates().Select(shape => With(found.Parameters, at, shape))
                : RisesAgain(search, found, term))
            {
                if (!double.IsFinite(search.Evaluate(start, []))) continue;
                var other = search.MaximumFrom(start);
                if (other.IsBetterThan(best)) best = other;
            }
        }

        return best;
    }

    /// <summary>The highest of the shapes that lie beyond a lower one; none where the likelihood falls all the way to either
    /// side.</summary>
    private static IEnumerable<double[]> RisesAgain(LikelihoodSearch search, SearchPoint found, RandomTerm term)
    {
        var at = search.ThetaOffset + term.ThetaOffset + term.Loadings.ParameterCount;
        var first = at - term.Loadings.ParameterCount;
        if (!found.HasLikelihood || term.Loadings.Variances.Any(v => found.Parameters[first + v] == 0)) yield break;
        var places = search.OtherShapesOf(term.Structure).Select(shape => With(found.Parameters, at, shape)).ToArray();
        var (start, highest) = ((double[]?)null, found.Value + Tolerances.LikelihoodOfSearch);
        foreach (var side in new[] { -1, 1 })
        {
            var before = found.Value;
            foreach (var place in places.Where(p => side * (p[at] - found.Parameters[at]) > 0).OrderBy(p => side * p[at]))
            {
                var value = search.Evaluate(place, []);
                if (value < before && value < highest) (start, highest) = (place, value);
                before = value;
            }
        }

        if (start is not null) yield return start;
    }

    private static double[] With(double[] parameters, int at, double[] shape)
    {
        var place = (double[])parameters.Clone();
        shape.CopyTo(place, at);
        return place;
    }
}
