using System.Collections;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>The smooths of a fit, with their effective degrees of freedom and tests.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class SmoothTable : IReadOnlyList<Smooth>, IResultTable
{
    private readonly Smooth[] _smooths;

    internal SmoothTable(IEnumerable<Smooth> smooths) => _smooths = [.. smooths];

    /// <inheritdoc/>
    public int Count => _smooths.Length;

    /// <inheritdoc/>
    public Smooth this[int index] => _smooths[index];

    /// <summary>The smooth of a name.</summary>
    /// <exception cref="GlmmException">There is no such smooth.</exception>
    public Smooth this[string name]
    {
        get
        {
            static string Bare(string text) => text.Replace(" ", "", StringComparison.Ordinal);
            return Array.Find(_smooths, s => Bare(s.Name) == Bare(name)) ?? throw new GlmmException(_smooths.Length == 0
                ? "The model has no smooths. They are written s(x) in its formula."
                : $"The model has no smooth \"{name}\"; it has {Names.List([.. _smooths.Select(s => s.Name)])}.");
        }
    }

    /// <summary>One row for each smooth, with the columns Part, Name, Edf, ReferenceDf, Statistic, PValue and BasisDimension.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_smooths.Select(s => new
    {
        Part = s.Part.ToString(), s.Name, s.Edf, s.ReferenceDf, s.Statistic, s.PValue, s.BasisDimension,
    }));

    internal TableContent Content(string? caption)
    {
        var parts = _smooths.Any(s => s.Part != ModelPart.Conditional);
        var content = new TableContent(caption).Text("Smooth");
        if (parts) content.Text("Part");
        content.Number("edf").Number("Ref. df").Number(_smooths.All(s => s.IsF) ? "F" : _smooths.Any(s => s.IsF) ? "F or χ²" : "χ²")
            .Number("p");
        foreach (var s in _smooths)
        {
            List<string> cells = [s.Name];
            if (parts) cells.Add(Model.ModelPartNames.InTable(s.Part));
            cells.AddRange([NumberFormat.Fixed(s.Edf, 2), NumberFormat.Fixed(s.ReferenceDf, 2), NumberFormat.Fixed(s.Statistic, 2),
                NumberFormat.PValue(s.PValue)]);
            content.Row(cells);
        }

        return content;
    }

    /// <inheritdoc/>
    public IEnumerator<Smooth> GetEnumerator() => ((IEnumerable<Smooth>)_smooths).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Content(null));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Content(null));
}
