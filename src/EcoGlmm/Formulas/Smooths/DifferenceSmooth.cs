namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// s(f, x, bs = "sz"): for each level of a factor how its curve differs from the mean of all, which add up to zero over the levels at every
/// x.
/// </summary>
internal static class DifferenceSmooth
{
    public static IEnumerable<SmoothDesign> Learn(LearningSmooth smooth) =>
        throw smooth.Error("The basis \"sz\" is not there yet", "Take s(x) + s(x, by = f) with an ordered factor f, whose smooths are "
            + "differences from the first level.");
}
