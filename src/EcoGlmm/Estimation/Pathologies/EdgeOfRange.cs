namespace EcoGlmm.Estimation.Pathologies;

/// <summary>
/// A link lets means run to the edge of what the family allows, and they did: that is why the likelihood neither curves nor
/// stops rising, so that this is said in place of all else.
/// </summary>
internal sealed class EdgeOfRange(double[] predictor) : IOptimumPathology
{
    public void Examine(Optimum optimum)
    {
        if (!optimum.HasFailed || Find(optimum.Model, predictor) is not { } edge) return;
        optimum.Problems.Clear();
        optimum.Problems.Add(edge);
    }

    /// <summary>The problem at a linear predictor of the conditional part; null when its means are within bounds.</summary>
    public static ConvergenceProblem? Find(MixedModel model, double[] eta)
    {
        var link = model.Family.Link;
        var isProbability = model.Family.WeightRole == WeightRole.Trials;
        if (model.Family.HasUnboundedMean || !(model.IsOnResponseScale || (isProbability && link == Link.Log))) return null;
        var means = Array.ConvertAll(eta, x => link.At(x).Mu);
        var average = means.Average();
        if (!means.Any(m => m < Tolerances.EdgeOfRange * average || (isProbability && m > 1 - Tolerances.EdgeOfRange))) return null;
        return new ConvergenceProblem("",
            $"With the {link.Name} link some fitted means lie at the edge of what {model.Family.Name} allows, where the likelihood has no "
            + $"proper maximum.",
            $"Use the {(isProbability ? "logit" : "log")} link, which keeps all means within bounds.");
    }
}
