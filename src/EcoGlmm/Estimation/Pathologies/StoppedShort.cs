using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation.Pathologies;

/// <summary>The likelihood could still rise where the search stopped.</summary>
internal sealed class StoppedShort : IOptimumPathology
{
    public void Examine(Optimum optimum)
    {
        var improvement = optimum.Remaining().Improvement;
        if (improvement < Tolerances.LargestImprovement) return;
        optimum.HasFailed = true;
        var where = optimum.Status switch
        {
            MinimiserStatus.IterationLimit => "at its iteration limit",
            MinimiserStatus.Exhausted => "after more work than so many iterations should take",
            _ => "short of the maximum",
        };
        optimum.Problems.Add(new ConvergenceProblem("",
            $"The optimiser stopped {where}; the log-likelihood could still rise by about {improvement:G2}.",
            "Rescale covariates of very different size, simplify the model, or allow more iterations (GlmmOptions.Control)."));
    }
}
