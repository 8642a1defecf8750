using System.Collections;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A number that describes the covariance of a model's random effects.</summary>
/// <param name="Part">The part of the model that the effects belong to.</param>
/// <param name="Term">The random term as written: "ar1(0 + factor(week) | site)".</param>
/// <param name="Name">
/// What it is: "sd" (standard deviation), "correlation" (of a pair of effects, or of neighbours), "range" (the distance over
/// which a correlation falls by the factor e, or as the structure has it), "decay" (its rate in time), "shape" (of a Matérn correlation),
/// "loading".
/// </param>
/// <param name="Estimate">The estimate, on the scale of the linear predictor.</param>
/// <param name="StandardError">Its standard error by the delta method; NaN where it is at a boundary, or held.</param>
public sealed record CovarianceParameter(ModelPart Part, string Term, string Name, double Estimate, double StandardError)
{
    /// <summary>The grouping factor.</summary>
    public required string Group { get; init; }

    /// <summary>The structure: "us", "ar1".</summary>
    public required string Structure { get; init; }

    /// <summary>The effect that it belongs to, or the first of two; null where it belongs to all.</summary>
    public string? Effect1 { get; init; }

    /// <summary>The second of two effects; null where there is one.</summary>
    public string? Effect2 { get; init; }

    /// <summary>Whether it was held at a value, see <see cref="Parameter.Covariance"/>.</summary>
    public bool IsFixed { get; init; }
}

/// <summary>All covariance parameters of a model, term by term.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class CovarianceParameterTable : IReadOnlyList<CovarianceParameter>, IRichDisplay, IResultTable
{
    private readonly CovarianceParameter[] _rows;

    internal CovarianceParameterTable(IEnumerable<CovarianceParameter> rows) => _rows = [.. rows];

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public CovarianceParameter this[int index] => _rows[index];

    /// <summary>One row for each parameter.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows.Select(c => new
    {
        Part = c.Part.ToString(), c.Group, c.Structure, c.Term, c.Name, c.Effect1, c.Effect2, c.Estimate, c.StandardError,
    }));

    /// <inheritdoc/>
    public IEnumerator<CovarianceParameter> GetEnumerator() => ((IEnumerable<CovarianceParameter>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    internal TableContent Table()
    {
        var content = new TableContent("Covariance parameters").Text("Term").Text("Parameter").Number("Estimate").Number("Std. error");
        foreach (var p in this)
        {
            var effects = p.Effect1 is null ? "" : p.Effect2 is null ? $" {p.Effect1}" : $" {p.Effect1}, {p.Effect2}";
            content.Row(p.Term, p.Name + effects, NumberFormat.Significant(p.Estimate),
                p.IsFixed ? "fixed" : double.IsNaN(p.StandardError) ? "" : NumberFormat.Significant(p.StandardError));
        }

        return content;
    }
}
