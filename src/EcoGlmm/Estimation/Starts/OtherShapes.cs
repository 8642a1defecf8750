namespace EcoGlmm.Estimation.Starts;

/// <summary>
/// Where the precision between levels has a likelihood with more than one maximum (fields that follow each other: a long range with little
/// memory, or a short one with more): from the shapes that it offers, all else as found.
/// </summary>
internal sealed class OtherShapes : IStartStrategy<LikelihoodSearch>
{
    public SearchPoint Improve(LikelihoodSearch search, SearchPoint best)
    {
        var model = search.Model;
        foreach (var term in model.Terms)
        {
            if (term.Structure.Precision is not { HasSeveralMaxima: true } precision || model.Restraints.Holds(term)) continue;
            var (found, at) = (best, search.ThetaOffset + term.ThetaOffset + term.Loadings.ParameterCount);
            foreach (var candidate in precision.Candidates())
            {
                var start = (double[])found.Parameters.Clone();
                candidate.CopyTo(start, at);
                if (!double.IsFinite(search.Evaluate(start, []))) continue;
                var other = search.MaximumFrom(start);
                if (other.IsBetterThan(best)) best = other;
            }
        }

        return best;
    }
}
