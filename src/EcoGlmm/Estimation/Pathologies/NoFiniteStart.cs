using EcoGlmm.Text;

namespace EcoGlmm.Estimation.Pathologies;

/// <summary>No start has a finite likelihood: because of an offset, at the edge of a link's range, or for a reason unknown.</summary>
internal sealed class NoFiniteStart : ISearchPathology
{
    public ConvergenceProblem? Recognise(LaplaceSearch search, SearchPoint found)
    {
        if (found.HasLikelihood) return null;
        var eta = new double[search.Model.ObservationCount];
        search.Model.FixedPredictor(LinearPredictor.Conditional, found.Parameters, eta);
        return WideOffset(search.Model) ?? EdgeOfRange.Find(search.Model, eta) ?? new ConvergenceProblem("",
            $"No starting point with a finite likelihood was found: {search.Objective.Failure ?? "the log-likelihood is not finite"}.",
            "Check the response, the offset and the scale of the covariates, or try another link.");
    }

    /// <summary>The problem that the offsets are too far apart to be right; null when they are not.</summary>
    private static ConvergenceProblem? WideOffset(MixedModel model)
    {
        var offset = model.Offset[LinearPredictor.Conditional]!;
        var (low, high) = (offset.Min(), offset.Max());
        if (model.IsOnResponseScale || high - low < Tolerances.LongestOffset) return null;
        return new ConvergenceProblem("offset",
            $"The offset lies between {NumberFormat.Significant(low)} and {NumberFormat.Significant(high)} on the scale of the "
                + $"{model.Family.Link.Name} link, so that means differ by a factor that no response can show.",
            "An offset for effort is its logarithm: offset(log(effort)); check its units.");
    }
}
