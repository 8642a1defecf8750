namespace EcoGlmm.Diagnostics;

/// <summary>
/// Whether groups are so small, for their number, that it shows how conditional modes were estimated from the same rows: the scatter
/// about them is not that of the model. Its bias grows with levels over rows, its sampling error falls with the root of rows.
/// </summary>
internal static class SmallGroups
{
    /// <summary>Levels squared over rows, above which the bias counts.</summary>
    private const double Most = 8;

    public static bool AreIn(GlmmFit fit) => fit.Estimate.Model.Terms.Any(t => !t.IsCurve && t.Part == ModelPart.Conditional
        && Is(t.Levels.Count, fit));

    /// <summary>Whether that many levels are so small.</summary>
    public static bool Is(int levels, GlmmFit fit) => (double)levels * levels > Most * fit.ObservationCount;
}
