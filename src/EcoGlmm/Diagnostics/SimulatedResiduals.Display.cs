namespace EcoGlmm;

public sealed partial class SimulatedResiduals
{
    /// <summary>x</summary>
    public string ToHtml() => "";
    /// <summary>x</summary>
    public override string ToString() => "";
}
