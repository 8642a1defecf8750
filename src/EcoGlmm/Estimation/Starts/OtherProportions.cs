using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation.Starts;

/// <summary>
/// Where levels are related by a structure with parameters of its own, a series with little memory and no residual may be one maximum, and
/// one with more memory and a residual another. Looks for the other kind at a few shapes of the structure, all else as found.
/// </summary>
internal sealed class OtherProportions : IStartStrategy<ProfiledSearch>
{
    public SearchPoint Improve(ProfiledSearch search, SearchPoint best)
    {
        if (!best.HasLikelihood) return best;
        foreach (var term in search.Model.Terms)
        {
            if (term is { Width: 1, Structure.Precision: { ParameterCount: > 0, HasSeveralMaxima: false } })
                best = Improve(search, best, term);
        }

        return best;
    }

    private static SearchPoint Improve(ProfiledSearch search, SearchPoint best, RandomTerm term)
    {
        var scales = search.Scales;
        if (search.Highest(Places(search, best.Parameters, term), best.Value + Tolerances.LikelihoodOfSearch) is not { } start) return best;
        var other = scales.IsAtLimit(start) ? search.WithoutResidual(start, best.Value, Tolerances.LikelihoodOfSearch)
            : search.MaximumFrom(start);
        if (other is { Status: MinimiserStatus.Abandoned }) other = search.MaximumFrom(other.Parameters);
        return other?.IsBetterThan(best) == true ? other : best;
    }

    private static IEnumerable<double[]> Places(ProfiledSearch search, double[] found, RandomTerm term)
    {
        var (scales, isAbsent) = (search.Scales, found[term.ThetaOffset] == 0);
        var largest = isAbsent || scales.IsAtLimit(found) ? Tolerances.WithResidual
            : (double[])[scales.Limit, .. Tolerances.WithResidual[^2..]];
        foreach (var shape in search.OtherShapesOf(term.Structure))
        {
            foreach (var scale in largest)
            {
                var place = (double[])found.Clone();
                shape.CopyTo(place, term.ThetaOffset + term.Loadings.ParameterCount);
                if (isAbsent) place[term.ThetaOffset] = scale;
                yield return isAbsent ? place : scales.Scaled(place, scale);
            }
        }
    }
}
