namespace EcoGlmm.Estimation.Starts;

/// <summary>
/// Where a term's variances act only together (a curve may bend only if another bends against it) and one came out as zero: all of them
/// small, middling or large, or all but one.
/// </summary>
internal sealed class OtherPenalties : IStartStrategy<LikelihoodSearch>
{
    public SearchPoint Improve(LikelihoodSearch search, SearchPoint best)
    {
        foreach (var term in search.Model.Terms)
        {
            if (!term.Loadings.HasJointVariances) continue;
            var at = search.ThetaOffset + term.ThetaOffset;
            var count = term.ThetaCount;
            if (best.Parameters.AsSpan(at, count).IndexOf(0.0) < 0) continue;
            var origin = best.Parameters;
            var starts = Tolerances.JointSpreads.SelectMany(spread => Enumerable.Range(-1, count + 1).Select(without =>
            {
                var start = (double[])origin.Clone();
                for (var k = 0; k < count; k++) start[at + k] = k == without ? Tolerances.JointSpreads[0] * spread : spread;
                return (Start: start, Value: search.Evaluate(start, []));
            })).Where(s => double.IsFinite(s.Value)).OrderBy(s => s.Value).Take(Tolerances.JointStarts).ToArray();
            foreach (var (start, _) in starts)
            {
                var other = search.MaximumFrom(start);
                if (other.IsBetterThan(best)) best = other;
            }
        }

        return best;
    }
}
