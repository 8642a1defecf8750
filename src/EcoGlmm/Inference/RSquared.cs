using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// Shares of the variance of the linear predictor, the distribution's variance included: by fixed effects alone (marginal),
/// and by fixed and random effects together (conditional).
/// </summary>
/// <param name="Marginal">R² of the fixed effects.</param>
/// <param name="Conditional">R² of fixed and random effects.</param>
/// <param name="FixedVariance">Variance of the fixed part over the rows.</param>
/// <param name="RandomVariance">Of the random effects, averaged over the rows where slopes vary; without observation-level effects.</param>
/// <param name="ObservationVariance">Of observation-level random effects.</param>
/// <param name="DistributionVariance">Of the distribution, on the scale of the linear predictor.</param>
/// <param name="Method">How that was had.</param>
/// <remarks>
/// Nakagawa &amp; Schielzeth (2013), Johnson (2014) for random slopes, Nakagawa, Johnson &amp; Schielzeth (2017). Of a zero-inflated
/// model, the conditional part only.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed record RSquared(double Marginal, double Conditional, double FixedVariance, double RandomVariance, double ObservationVariance,
    double DistributionVariance, string Method) : IResultTable
{
    /// <summary>The shares and the variances as data, in one row.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(new[]
    {
        new { Marginal, Conditional, FixedVariance, RandomVariance, ObservationVariance, DistributionVariance, Method },
    });

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    private TableContent Table()
    {
        var total = FixedVariance + RandomVariance + ObservationVariance + DistributionVariance;
        var content = new TableContent($"R²: marginal {NumberFormat.Fixed(Marginal, 3)}, conditional {NumberFormat.Fixed(Conditional, 3)}")
        {
            Note = $"Variances on the scale of the linear predictor; of the distribution: {Method}.",
        }.Text("Source").Number("Variance").Number("Share");
        (string Name, double Variance)[] rows = [("Fixed effects", FixedVariance), ("Random effects", RandomVariance),
            ("Observation-level effects", ObservationVariance), ("Distribution", DistributionVariance)];
        foreach (var (name, variance) in rows.Where(r => r.Variance > 0 || r.Name != "Observation-level effects"))
            content.Row(name, NumberFormat.Significant(variance), NumberFormat.Fixed(variance / total, 3));
        return content;
    }
}
