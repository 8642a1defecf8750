using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// How much of the variance of the linear predictor lies among all grouping factors together: the correlation of two records that share
/// every level.
/// </summary>
/// <param name="Adjusted">Random over random and residual variance: of what the fixed effects leave.</param>
/// <param name="Unadjusted">Random over all variance, that of the fixed effects too (performance calls it conditional or
/// unadjusted).</param>
/// <param name="RandomVariance">Of the random effects, averaged over the rows where slopes vary; without observation-level effects.</param>
/// <param name="ResidualVariance">Of the distribution on the scale of the linear predictor, and of observation-level effects.</param>
/// <param name="FixedVariance">Of the fixed part over the rows.</param>
/// <remarks>S. Nakagawa, P. C. D. Johnson &amp; H. Schielzeth (2017), J. R. Soc. Interface 14, 20170213. R's performance::icc. Immutable,
/// and safe to share among threads.</remarks>
public sealed record IntraclassCorrelation(double Adjusted, double Unadjusted, double RandomVariance, double ResidualVariance,
    double FixedVariance) : IResultTable
{
    /// <summary>The correlations and the variances as data, in one row.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(new[] { new { Adjusted, Unadjusted, RandomVariance, ResidualVariance,
        FixedVariance } });

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    private TableContent Table() => new TableContent("Intraclass correlation") { Note = "Of all grouping factors together; Repeatability "
        + "has each, with intervals." }
        .Number("Adjusted").Number("Unadjusted").Number("Random variance").Number("Residual variance").Number("Fixed variance")
        .Row(NumberFormat.Fixed(Adjusted, 3), NumberFormat.Fixed(Unadjusted, 3), NumberFormat.Significant(RandomVariance),
            NumberFormat.Significant(ResidualVariance), NumberFormat.Significant(FixedVariance));
}
