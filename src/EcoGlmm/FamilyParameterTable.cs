using System.Collections;
using System.Diagnostics.CodeAnalysis;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// Parameters of a family beside the dispersion, by name, as their estimates and standard errors. They have no test: zero is not a value
/// to test them against.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class FamilyParameterTable : IReadOnlyDictionary<string, double>, IResultTable
{
    internal FamilyParameterTable(CoefficientTable rows) => Rows = rows;

    /// <summary>How many there are.</summary>
    public int Count => Rows.Count;

    /// <summary>The names, in the family's order.</summary>
    public IEnumerable<string> Keys => Rows.Names;

    /// <summary>The estimates, in the family's order.</summary>
    public IEnumerable<double> Values => Rows.Estimates();

    /// <summary>The rows, their statistics and p-values NaN.</summary>
    internal CoefficientTable Rows { get; }

    /// <summary>The estimate of the parameter of that name.</summary>
    /// <param name="key">The name.</param>
    /// <exception cref="GlmmException">There is none; the message names the nearest.</exception>
    public double this[string key] => Rows[key].Estimate;

    /// <summary>The standard error of the parameter of that name, by the delta method where it is estimated on another scale; NaN where
    /// it has none.</summary>
    /// <param name="key">The name.</param>
    /// <exception cref="GlmmException">There is none; the message names the nearest.</exception>
    public double StandardError(string key) => Rows[key].StandardError;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => Rows.Contains(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out double value)
    {
        var found = Rows.Contains(key);
        value = found ? Rows[key].Estimate : double.NaN;
        return found;
    }

    /// <summary>One row a parameter.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(Rows.Select(r => new { r.Name, r.Estimate, r.StandardError }));

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() =>
        Rows.Select(r => KeyValuePair.Create(r.Name, r.Estimate)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(FitTables.FamilyParameters(Rows, null));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(FitTables.FamilyParameters(Rows, null));
}
