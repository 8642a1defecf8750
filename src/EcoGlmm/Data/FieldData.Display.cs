using EcoGlmm.Data;

namespace EcoGlmm;

public sealed partial class FieldData
{
    /// <summary>
    /// The first rows as an HTML table, with each column's type and number of missing values. Colours are inherited from
    /// the page.
    /// </summary>
    public string ToHtml() => FieldDataPreview.ToHtml(this);

    /// <summary>The first rows as a plain-text table, with each column's type and number of missing values.</summary>
    public override string ToString() => FieldDataPreview.ToText(this);
}
