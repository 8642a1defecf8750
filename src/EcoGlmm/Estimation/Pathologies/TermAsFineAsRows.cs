namespace EcoGlmm.Estimation.Pathologies;

/// <summary>A Gaussian random term with a level for every row, which is the residual once more.</summary>
internal sealed class TermAsFineAsRows : IOptimumPathology
{
    public void Examine(Optimum optimum)
    {
        var model = optimum.Model;
        foreach (var term in model.Terms.Where(t => t.Structure.Precision is null && t.Levels.Count >= model.ObservationCount))
        {
            (optimum.HasFailed, optimum.IsCurved) = (true, false);
            optimum.Problems.Add(new ConvergenceProblem(term.Group,
                $"{term.Group} has as many levels as there are rows: its variance and the residual variance cannot be told apart.",
                "Drop the term, or group the rows."));
        }
    }
}
