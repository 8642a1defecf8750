using System.Text;
using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>How far a fit can be trusted.</summary>
public enum ConvergenceStatus
{
    /// <summary>A proper maximum of the likelihood was found.</summary>
    Converged,

    /// <summary>A maximum was found, on the boundary: some variance is zero or some correlation ±1.</summary>
    Singular,

    /// <summary>No maximum was found, or it is not one that standard errors can be had from. Do not report this fit.</summary>
    NotConverged,
}

/// <summary>One thing that went wrong, or nearly so, and what to try.</summary>
/// <param name="Parameter">The parameter or term at fault; empty when it is the whole model.</param>
/// <param name="Message">What it means, in one sentence.</param>
/// <param name="Advice">What to try, in one sentence.</param>
public sealed record ConvergenceProblem(string Parameter, string Message, string Advice)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Message} {Advice}".TrimEnd();
}

/// <summary>What is known about the optimum that was found.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class Convergence : IRichDisplay
{
    internal Convergence(ConvergenceStatus status, double gradientNorm, double expectedImprovement,
        bool isHessianPositiveDefinite, bool isSingular, int iterations, int evaluations, int factorizations,
        IReadOnlyList<ConvergenceProblem> problems)
    {
        Status = status;
        GradientNorm = gradientNorm;
        ExpectedImprovement = expectedImprovement;
        IsHessianPositiveDefinite = isHessianPositiveDefinite;
        IsSingular = isSingular;
        Iterations = iterations;
        Evaluations = evaluations;
        Factorizations = factorizations;
        Problems = problems;
    }

    /// <summary>The verdict.</summary>
    public ConvergenceStatus Status { get; }

    /// <summary>Whether the estimates are a maximum of the likelihood (on its boundary or not).</summary>
    public bool IsConverged => Status != ConvergenceStatus.NotConverged;

    /// <summary>
    /// Largest element of the gradient of the log-likelihood, each multiplied by the standard error of its parameter:
    /// the change in log-likelihood for a move of one standard error.
    /// </summary>
    public double GradientNorm { get; }

    /// <summary>½gᵀH⁻¹g: by how much the log-likelihood could still rise, by its own curvature.</summary>
    public double ExpectedImprovement { get; }

    /// <summary>Whether the negative log-likelihood curves upwards in every direction at the estimates.</summary>
    public bool IsHessianPositiveDefinite { get; }

    /// <summary>Whether a variance is zero, or effects of a level are perfectly correlated.</summary>
    public bool IsSingular { get; }

    /// <summary>Iterations of the outer optimiser.</summary>
    public int Iterations { get; }

    /// <summary>Evaluations of the marginal likelihood, those for standard errors included.</summary>
    public int Evaluations { get; }

    /// <summary>Numeric factorisations of the random effects' system.</summary>
    public int Factorizations { get; }

    /// <summary>Each problem with its meaning and advice; empty when there is none.</summary>
    public IReadOnlyList<ConvergenceProblem> Problems { get; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(Status switch
        {
            ConvergenceStatus.Converged => "Converged.",
            ConvergenceStatus.Singular => "Converged, with a singular covariance.",
            _ => "NOT CONVERGED: do not use these estimates.",
        });
        foreach (var problem in Problems) text.Append(' ').Append(problem);
        return text.ToString();
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        var (status, verdict) = ConvergenceWords.Verdict(this);
        var html = new HtmlWriter(frame: status == EcoGlmm.Text.Status.Problem ? status : null).Heading("Convergence", status, verdict)
            .Paragraph(ConvergenceWords.Sentence(this))
            .Facts(
                ("gradient (per standard error)", NumberFormat.Significant(GradientNorm, 2)),
                ("log-likelihood still to gain", NumberFormat.Significant(ExpectedImprovement, 2)),
                ("Hessian positive definite", IsHessianPositiveDefinite ? "yes" : "no"),
                ("singular", IsSingular ? "yes" : "no"),
                ("iterations", NumberFormat.Count(Iterations)),
                ("evaluations", NumberFormat.Count(Evaluations)));
        foreach (var problem in ConvergenceWords.Problems(this)) html.Message(status, problem.ToString());
        return html.ToHtml();
    }
}
