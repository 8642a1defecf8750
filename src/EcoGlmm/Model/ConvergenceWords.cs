using EcoGlmm.Text;

namespace EcoGlmm.Model;

/// <summary>What is said of a convergence, in every display of it.</summary>
internal static class ConvergenceWords
{
    /// <summary>The verdict in two or three words, and how grave it is.</summary>
    public static (Status Status, string Word) Verdict(Convergence convergence) => convergence.Status switch
    {
        ConvergenceStatus.NotConverged => (Status.Problem, "Did not converge"),
        ConvergenceStatus.Singular => (Status.Caution, "Converged, singular"),
        _ when convergence.Problems.Count > 0 => (Status.Caution, "Converged, with a caution"),
        _ => (Status.Ok, "Converged"),
    };

    /// <summary>The verdict in a sentence.</summary>
    public static string Sentence(Convergence convergence) => convergence.Status switch
    {
        ConvergenceStatus.NotConverged =>
            "No proper maximum of the likelihood was found: do not use or report these numbers.",
        ConvergenceStatus.Singular =>
            "The maximum of the likelihood lies on the boundary: a variance is estimated as zero, or a correlation as ±1.",
        _ => "The estimates are a proper maximum of the likelihood.",
    };

    /// <summary>The problems, each once: several parameters may share one.</summary>
    public static IEnumerable<ConvergenceProblem> Problems(Convergence convergence) => convergence.Problems.Distinct();
}
