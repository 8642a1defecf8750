using System.Collections;

namespace EcoGlmm;

/// <summary>The breeding value of one relative.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
/// <param name="Name">The animal, species or line.</param>
/// <param name="Term">The effect: "(Intercept)", "age".</param>
/// <param name="Value">The predicted value (BLUP), on the scale of the linear predictor.</param>
/// <param name="PredictionError">The standard deviation of its error.</param>
/// <param name="Accuracy">The expected correlation of predicted and true values, from 0 (nothing known) to 1.</param>
public sealed record BreedingValue(string Name, string Term, double Value, double PredictionError, double Accuracy);

/// <summary>The breeding values of all relatives, those without records among them.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class BreedingValueTable : IReadOnlyList<BreedingValue>, IResultTable
{
    private readonly BreedingValue[] _rows;

    internal BreedingValueTable(BreedingValue[] rows) => _rows = rows;

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public BreedingValue this[int index] => _rows[index];

    /// <summary>One row for each relative and effect.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows.Select(v => new { v.Name, v.Term, v.Value, v.PredictionError, v.Accuracy }));

    /// <inheritdoc/>
    public IEnumerator<BreedingValue> GetEnumerator() => ((IEnumerable<BreedingValue>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ToFieldData().ToString();

    /// <inheritdoc/>
    public string ToHtml() => ToFieldData().ToHtml();
}
