using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm;

/// <summary>How much a term's estimates suffer from the other terms.</summary>
/// <param name="Term">The term, as in the formula.</param>
/// <param name="DegreesOfFreedom">Its coefficients.</param>
/// <param name="Inflation">
/// The generalised variance inflation factor to the power 1 / degrees of freedom: for one coefficient the variance inflation factor,
/// by which collinearity multiplies the variance; comparable between terms. 1 is none, above 5 much, above 10 very much.
/// </param>
/// <param name="IsInInteraction">
/// Whether the term is an interaction or part of one: such terms are collinear by construction, which harms nothing.
/// </param>
public sealed record TermCollinearity(string Term, int DegreesOfFreedom, double Inflation, bool IsInInteraction);

public static partial class DiagnosticsExtensions
{
    /// <summary>
    /// Collinearity of the fixed effects of the conditional part, by term: generalised variance inflation factors of J. Fox and
    /// G. Monette (1992), Generalized collinearity diagnostics, Journal of the American Statistical Association 87, from the
    /// correlations of the estimates. Empty with fewer than two terms.
    /// </summary>
    /// <param name="fit">The fit.</param>
    public static IReadOnlyList<TermCollinearity> Collinearity(this GlmmFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        var design = fit.Specification.Conditional;
        var aliased = design.Training.Aliased;
        int[] term = [.. Enumerable.Range(0, aliased.Length).Where(j => !aliased[j]).Select(j => design.Assign[j])];
        var covariance = fit.Covariance;
        int[] columns = [.. Enumerable.Range(0, term.Length).Where(j => term[j] > 0)];
        int[] terms = [.. columns.Select(j => term[j]).Distinct()];
        if (terms.Length < 2 || columns.Any(j => !(covariance[j, j] > 0))) return [];
        var correlation = Matrix<double>.Build.Dense(columns.Length, columns.Length, (a, b) =>
            covariance[columns[a], columns[b]] / Math.Sqrt(covariance[columns[a], columns[a]] * covariance[columns[b], columns[b]]));
        var whole = LogDeterminant(correlation, [.. Enumerable.Range(0, columns.Length)]);
        return
        [
            .. terms.Select(t =>
            {
                int[] inside = [.. Enumerable.Range(0, columns.Length).Where(a => term[columns[a]] == t)];
                int[] outside = [.. Enumerable.Range(0, columns.Length).Except(inside)];
                var log = LogDeterminant(correlation, inside) + LogDeterminant(correlation, outside) - whole;
                var label = design.TermLabels[t - 1];
                return new TermCollinearity(label, inside.Length, Math.Exp(log / inside.Length),
                    design.TermLabels.Any(other => other.Contains(':', StringComparison.Ordinal)
                        && (other == label || label.Split(':').All(other.Split(':').Contains))));
            }),
        ];
    }

    private static double LogDeterminant(Matrix<double> matrix, int[] which) =>
        Matrix<double>.Build.Dense(which.Length, which.Length, (a, b) => matrix[which[a], which[b]]).LU().U.Diagonal()
            .Sum(v => Math.Log(Math.Abs(v)));
}
