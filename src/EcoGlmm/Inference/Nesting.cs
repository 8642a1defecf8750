using EcoGlmm.Estimation;
using EcoGlmm.Numerics;

namespace EcoGlmm.Inference;

/// <summary>What one model has beyond another that is a special case of it.</summary>
/// <param name="Variances">Variances, which are zero in the smaller model: at the boundary of the larger one.</param>
/// <param name="Other">Parameters that are inside the larger model's range: coefficients, correlations, dispersion.</param>
/// <param name="IsIrregular">
/// Whether the smaller model lies at the end of what a covariance structure can be, or lacks a structure whose shape then means nothing, so
/// that no mixture of χ² is known.
/// </param>
internal readonly record struct Nesting(int Variances, int Other, bool IsIrregular = false)
{
    /// <summary>How the smaller model lies within the larger; null when it does not.</summary>
    public static Nesting? Of(GlmmFit smaller, GlmmFit larger)
    {
        var (a, b) = (smaller.Estimate.Model, larger.Estimate.Model);
        var difference = larger.ParameterCount - smaller.ParameterCount;
        if (difference <= 0 || smaller.Family.Name != larger.Family.Name
            || smaller.Family.Link.Name != larger.Family.Link.Name) return null;
        if (a.ObservationCount != b.ObservationCount || (a.IsZeroInflated && !b.IsZeroInflated)) return null;
        if (smaller.Options.Priors.Count + larger.Options.Priors.Count > 0
            || smaller.Options.QuadraturePoints != larger.Options.QuadraturePoints) return null;
        for (var k = 0; k < LinearPredictor.FormulaCount; k++)
        {
            if (a.Basis[k] is { } basis && (b.Basis[k] is not { } wider || !Spans(wider, basis) || !SameOffset(a.Offset[k]!, b.Offset[k]!,
                wider))) return null;
        }

        return TermNesting.Of(a.Terms, b.Terms) is var (variances, isIrregular)
            ? new Nesting(variances, difference - variances, isIrregular) : null;
    }

    /// <summary>
    /// P(statistic or more) under the smaller model. One variance at its boundary makes it the even mixture of χ² with and
    /// without its degree of freedom; for several, or several effects at once, the χ² with all is conservative.
    /// Source: S. G. Self &amp; K.-Y. Liang (1987), JASA 82, 605-610; D. O. Stram &amp; J. W. Lee (1994), Biometrics 50, 1171-1177.
    /// </summary>
    public double PValue(double statistic) => Variances == 1 && !IsIrregular
        ? 0.5 * (UpperTail(statistic, Other) + UpperTail(statistic, Other + 1))
        : UpperTail(statistic, Variances + Other);

    /// <summary>What to know about the p-value; empty where it is χ²'s.</summary>
    public string Note => IsIrregular
        ? "* the smaller model is at the end of what a covariance structure of the larger can be, or lacks its shape with its variance: "
            + "the χ² p-value is conservative" : Variances switch
    {
        0 => "",
        1 => "* a variance of zero is at the boundary: the p-value is by an even mixture of χ² with one degree of freedom more and less "
            + "(Stram & Lee 1994)",
        _ => "* several variances are at the boundary: the χ² p-value is conservative",
    };

    private static double UpperTail(double statistic, int df) => df == 0
        ? statistic > 0 ? 0 : 1
        : 1 - MathNet.Numerics.Distributions.ChiSquared.CDF(df, Math.Max(0, statistic));

    private static bool Spans(OrthogonalBasis wider, OrthogonalBasis basis)
    {
        var scratch = new double[basis.Rows];
        for (var j = 0; j < basis.Columns; j++)
        {
            if (!Spans(wider, basis.Column(j, scratch))) return false;
        }

        return true;
    }

    /// <summary>Whether a column with mean square about one is a combination of the basis.</summary>
    private static bool Spans(OrthogonalBasis wider, ReadOnlySpan<double> column)
    {
        const double tolerance = 1e-12;
        var n = wider.Rows;
        var gamma = new double[wider.Columns];
        wider.TransposedProduct(column, gamma);
        for (var k = 0; k < gamma.Length; k++) gamma[k] /= -n;
        var rest = column.ToArray();
        wider.AddProduct(gamma, rest);
        return rest.Sum(v => v * v) < tolerance * n * (1 + gamma.Sum(g => g * g));
    }

    /// <summary>Offsets may differ by what the larger model can take up.</summary>
    private static bool SameOffset(double[] a, double[] b, OrthogonalBasis wider)
    {
        double[] difference = [.. a.Zip(b, (x, y) => x - y)];
        return Array.TrueForAll(difference, d => d == 0) || Spans(wider, difference);
    }
}
