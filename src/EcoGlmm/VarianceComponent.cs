using System.Collections;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>One standard deviation, or one correlation, of random effects.</summary>
/// <param name="Part">The part of the model that the effects belong to.</param>
/// <param name="Group">The grouping factor.</param>
/// <param name="Term1">The effect, or the first of the two that are correlated.</param>
/// <param name="Term2">The second of the two; null for a standard deviation.</param>
/// <param name="StandardDeviation">Standard deviation between levels, on the scale of the linear predictor; NaN for a correlation.</param>
/// <param name="Correlation">Correlation of the two effects; NaN for a standard deviation.</param>
public sealed record VarianceComponent(
    ModelPart Part, string Group, string Term1, string? Term2, double StandardDeviation, double Correlation)
{
    /// <summary>The standard deviation squared; NaN for a correlation.</summary>
    public double Variance => StandardDeviation * StandardDeviation;

    /// <summary>Whether it was held at a value (<see cref="GlmmOptions.Fixed"/>) rather than estimated.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Whether it is an element of an unstructured or diagonal covariance matrix.</summary>
    internal bool IsOfMatrix { get; init; } = true;
}

/// <summary>The standard deviations and correlations of a model's random effects, term by term.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class VarianceComponentTable : IReadOnlyList<VarianceComponent>, IResultTable
{
    private readonly VarianceComponent[] _rows;

    internal VarianceComponentTable(IEnumerable<VarianceComponent> rows) => _rows = [.. rows];

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public VarianceComponent this[int index] => _rows[index];

    /// <summary>One row for each standard deviation and each correlation.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows.Select(c => new
    {
        Part = c.Part.ToString(), c.Group, c.Term1, c.Term2, c.StandardDeviation, c.Variance, c.Correlation,
    }));

    /// <inheritdoc/>
    public IEnumerator<VarianceComponent> GetEnumerator() => ((IEnumerable<VarianceComponent>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(FitTables.RandomEffects(this, null, residual: null));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(FitTables.RandomEffects(this, null, residual: null));
}
