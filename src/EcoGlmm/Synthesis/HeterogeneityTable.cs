using System.Collections;
using EcoGlmm.Syntheses;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A variance of true effects.</summary>
/// <param name="Group">The grouping factor.</param>
/// <param name="Effect">The effect that varies: "(Intercept)", an outcome, "treatment".</param>
/// <param name="Variance">Its variance.</param>
/// <param name="StandardError">The standard error of the variance from the expected information; NaN for counts and for variances of
/// zero.</param>
/// <param name="I2">Its share of the total variance of effect sizes, in per cent.</param>
public sealed record HeterogeneityComponent(string Group, string Effect, double Variance, double StandardError, double I2)
{
    /// <summary>Standard deviation of true effects at this level.</summary>
    public double StandardDeviation => Math.Sqrt(Variance);
}

/// <summary>The variances of true effects, level by level.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class HeterogeneityTable : IReadOnlyList<HeterogeneityComponent>, IResultTable
{
    private readonly HeterogeneityComponent[] _rows;

    internal HeterogeneityTable(SynthesisNumbers numbers)
    {
        var total = numbers.TauSquared + numbers.TypicalVariance;
        _rows = numbers.Model is not { } model
            ? double.IsNaN(numbers.TauSquared) ? [] : [new HeterogeneityComponent("study", StudyModerators.Treatment, numbers.TauSquared,
                double.NaN, numbers.I2)]
            : [.. Enumerable.Range(0, model.Directions.Length).Where(k => model.Directions[k].IsVariance)
                .Select(k => new HeterogeneityComponent(model.Directions[k].Term, model.Directions[k].Name,
                model.Directions[k].Value, model.VarianceCovariance[k, k] > 0 ? Math.Sqrt(model.VarianceCovariance[k, k]) : double.NaN,
                100 * model.Directions[k].Contribution / total))];
    }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public HeterogeneityComponent this[int index] => _rows[index];

    /// <summary>The first variance of a grouping factor.</summary>
    /// <exception cref="GlmmException">There is none.</exception>
    public HeterogeneityComponent this[string group] => Array.Find(_rows, r => r.Group == group)
        ?? throw new GlmmException($"There is no variance of \"{group}\"{NearestName.Suggestion(group, _rows.Select(r => r.Group))}");

    /// <summary>The table as data.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows);

    /// <inheritdoc/>
    public IEnumerator<HeterogeneityComponent> GetEnumerator() => ((IEnumerable<HeterogeneityComponent>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    internal TableContent Table()
    {
        var content = new TableContent("Variance of true effects").Text("Level").Text("Effect").Number("Variance").Number("Std. error")
            .Number("Std. deviation").Number("I² (%)");
        foreach (var r in _rows)
        {
            content.Row(r.Group, r.Effect, NumberFormat.Significant(r.Variance), NumberFormat.Significant(r.StandardError, 3),
                NumberFormat.Significant(r.StandardDeviation), NumberFormat.Fixed(r.I2, 1));
        }

        return content;
    }
}
