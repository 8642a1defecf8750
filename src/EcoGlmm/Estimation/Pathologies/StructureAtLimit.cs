namespace EcoGlmm.Estimation.Pathologies;

/// <summary>A correlation of ±1, a range of zero or infinity, and the like: the structure says which of its parameters ran to their
/// end.</summary>
internal sealed class StructureAtLimit : IOptimumPathology
{
    public void Examine(Optimum optimum)
    {
        foreach (var term in optimum.Model.Terms)
        {
            var theta = optimum.Theta.Slice(term.ThetaOffset, term.ThetaCount).ToArray();
            var first = optimum.ThetaOffset + term.ThetaOffset;
            foreach (var limit in term.Structure.Limits(theta, term.Title))
            {
                // What is held there was put there; and without any variance a correlation means nothing.
                if (optimum.AtLimit.Contains(first + limit.Parameter) || term.Loadings.Variances.Any(v => theta[v] == 0)) continue;
                optimum.PutAtLimit(first + limit.Parameter);
                optimum.IsSingular = true;
                if (!optimum.Problems.Exists(p => p.Message == limit.Message))
                    optimum.Problems.Add(new ConvergenceProblem(term.Title, limit.Message, limit.Advice));
            }
        }
    }
}
