namespace EcoGlmm;

public sealed partial class GlmmFit
{
    /// <inheritdoc/>
    public override string ToString() => Formula;

    /// <inheritdoc/>
    public string ToHtml() => Formula;
}
