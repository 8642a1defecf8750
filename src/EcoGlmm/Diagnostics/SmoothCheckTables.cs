using System.Collections;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Whether the bases of a fit's smooths are large enough, a row for each.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class BasisCheckTable : IReadOnlyList<BasisCheck>, IResultTable
{
    internal const string NoSmooths = "The model has no curves or surfaces in its conditional part.";

    private readonly BasisCheck[] _checks;

    internal BasisCheckTable(IEnumerable<BasisCheck> checks) => _checks = [.. checks];

    /// <inheritdoc/>
    public int Count => _checks.Length;

    /// <inheritdoc/>
    public BasisCheck this[int index] => _checks[index];

    /// <summary>One row for each smooth, with the columns Name, BasisDimension, Edf, Index, PValue and IsTooSmall.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_checks.Select(c => new
    {
        c.Name, c.BasisDimension, c.Edf, c.Index, c.PValue, IsTooSmall = c.IsTooSmall ? 1.0 : 0,
    }));

    private TableContent Content()
    {
        var content = new TableContent("Sizes of the bases")
        {
            Note = _checks.Length == 0 ? NoSmooths : "Index below 1: the residuals of neighbours are alike. With edf near k′ too, a larger "
                + "k has more to find.",
        }.Text("Smooth").Number("k′").Number("edf").Number("Index").Number("p").Text("Basis");
        foreach (var c in _checks)
        {
            content.Row(c.Name, NumberFormat.Count(c.BasisDimension), NumberFormat.Fixed(c.Edf, 2), NumberFormat.Fixed(c.Index, 3),
                NumberFormat.PValue(c.PValue), c.IsTooSmall ? "too small" : "large enough");
        }

        return content;
    }

    /// <inheritdoc/>
    public IEnumerator<BasisCheck> GetEnumerator() => ((IEnumerable<BasisCheck>)_checks).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Content());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Content());
}

/// <summary>How much of each smooth of a fit the other terms could say as well, a row for each.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class ConcurvityTable : IReadOnlyList<Concurvity>, IResultTable
{
    private readonly Concurvity[] _smooths;

    internal ConcurvityTable(IEnumerable<Concurvity> smooths) => _smooths = [.. smooths];

    /// <inheritdoc/>
    public int Count => _smooths.Length;

    /// <inheritdoc/>
    public Concurvity this[int index] => _smooths[index];

    /// <summary>One row for each smooth, with the columns Name, Worst, Observed and Estimate.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_smooths.Select(c => new { c.Name, c.Worst, c.Observed, c.Estimate }));

    private TableContent Content()
    {
        var content = new TableContent("What the other terms could say of each smooth")
        {
            Note = _smooths.Length == 0 ? BasisCheckTable.NoSmooths
                : "0 is nothing, 1 all: near 1 the smooth cannot be told from the other terms.",
        }.Text("Smooth").Number("Worst").Number("Observed").Number("Estimate");
        foreach (var c in _smooths)
        {
            content.Row(c.Name, NumberFormat.Fixed(c.Worst, 3), NumberFormat.Fixed(c.Observed, 3), NumberFormat.Fixed(c.Estimate, 3));
        }

        return content;
    }

    /// <inheritdoc/>
    public IEnumerator<Concurvity> GetEnumerator() => ((IEnumerable<Concurvity>)_smooths).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Content());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Content());
}
