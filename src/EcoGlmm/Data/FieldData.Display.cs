namespace EcoGlmm;

public sealed partial class FieldData
{
    /// <inheritdoc/>
    public string ToHtml() => System.Net.WebUtility.HtmlEncode(ToString());

    /// <inheritdoc/>
    public override string ToString() => $"{RowCount} rows: {string.Join(", ", _names)}";
}
