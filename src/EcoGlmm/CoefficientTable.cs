using System.Collections;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>One fixed effect.</summary>
/// <param name="Name">R's name of the coefficient: "(Intercept)", "FoodTreatmentSatiated", "a:b".</param>
/// <param name="Estimate">Estimate on the scale of the linear predictor; NaN when the coefficient was dropped because it depends linearly
/// on others.</param>
/// <param name="StandardError">Standard error of the estimate; NaN when it has none.</param>
/// <param name="Statistic">Estimate divided by its standard error.</param>
/// <param name="PValue">Two-sided p-value of the statistic by the normal distribution.</param>
public sealed record Coefficient(string Name, double Estimate, double StandardError, double Statistic, double PValue)
{
    /// <summary>Whether it was held at a value (<see cref="GlmmOptions.Fixed"/>) rather than estimated: it has no standard error.</summary>
    public bool IsFixed { get; init; }
}

/// <summary>The fixed effects of one part of a model, in R's order, by index and by name.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class CoefficientTable : IReadOnlyList<Coefficient>, IResultTable
{
    private readonly Coefficient[] _rows;

    private readonly bool _isConverged;

    internal CoefficientTable(IEnumerable<Coefficient> rows, bool isConverged = true)
    {
        _rows = [.. rows];
        _isConverged = isConverged;
    }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <summary>The names, in order.</summary>
    public IReadOnlyList<string> Names => Array.ConvertAll(_rows, r => r.Name);

    /// <inheritdoc/>
    public Coefficient this[int index] => _rows[index];

    /// <summary>The coefficient of that name.</summary>
    /// <exception cref="GlmmException">There is none; the message names the nearest.</exception>
    public Coefficient this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_rows, r => r.Name == name)
                ?? throw new GlmmException($"There is no coefficient \"{name}\"{Text.NearestName.Suggestion(name, Names)}");
        }
    }

    /// <summary>Whether there is a coefficient of that name.</summary>
    public bool Contains(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Array.Exists(_rows, r => r.Name == name);
    }

    /// <summary>The estimates, in order.</summary>
    public double[] Estimates() => Array.ConvertAll(_rows, r => r.Estimate);

    /// <summary>The table as data, one row a coefficient, for saving or further work.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["Name"] = Array.ConvertAll(_rows, r => r.Name),
        ["Estimate"] = Array.ConvertAll(_rows, r => r.Estimate),
        ["StandardError"] = Array.ConvertAll(_rows, r => r.StandardError),
        ["Statistic"] = Array.ConvertAll(_rows, r => r.Statistic),
        ["PValue"] = Array.ConvertAll(_rows, r => r.PValue),
    });

    /// <inheritdoc/>
    public IEnumerator<Coefficient> GetEnumerator() => ((IEnumerable<Coefficient>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string? Caption => _isConverged ? null : "FROM A FIT THAT DID NOT CONVERGE";

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(FitTables.Summary(this, Caption, marks: _isConverged));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(FitTables.Intervals(this, Caption, ratio: null));
}
