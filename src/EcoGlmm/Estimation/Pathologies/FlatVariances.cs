namespace EcoGlmm.Estimation.Pathologies;

/// <summary>With fixed effects and σ profiled out: the likelihood does not curve in the variance parameters, and no zero explains
/// it.</summary>
internal sealed class FlatVariances : IOptimumPathology
{
    public void Examine(Optimum optimum)
    {
        if (optimum.IsSingular || optimum.IsIndistinguishable) return;
        if (optimum.Inverse.IsPositiveDefinite && optimum.Inverse.UnusableParameters.All(optimum.AtLimit.Contains)) return;
        (optimum.HasFailed, optimum.IsCurved) = (true, false);
        optimum.Problems.Add(new ConvergenceProblem("random effects",
            "The likelihood does not curve upwards in the variance parameters: the data do not determine them.",
            "Simplify the random effects."));
    }
}
