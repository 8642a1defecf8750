using EcoGlmm.Estimation.Pathologies;
using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation.Starts;

/// <summary>After a search that stalled or could not begin: the usual start, with smaller and then with larger random effects.</summary>
internal sealed class OtherVariances : IStartStrategy<LaplaceSearch>
{
    public SearchPoint Improve(LaplaceSearch search, SearchPoint best)
    {
        var model = search.Model;
        for (var attempt = 0; attempt < Tolerances.Restarts && HasFailed(model, best); attempt++)
        {
            var start = StartingValues.Find(model);
            StartingValues.StandardDeviations(model, Tolerances.RestartSpreads[attempt], start.AsSpan(model.FixedCount));
            search.ForgetModes();
            var other = search.From(start);
            if (!(other.Value < best.Value) && other.Status != MinimiserStatus.Converged) continue;
            if (other.Value > best.Value + Tolerances.RestartLoss) continue;
            best = other;
        }

        return best;
    }

    private static bool HasFailed(MixedModel model, SearchPoint point) =>
        point.Status is MinimiserStatus.Stalled or MinimiserStatus.BadStart && !PerfectFit.IsMet(model, point.Value);
}
