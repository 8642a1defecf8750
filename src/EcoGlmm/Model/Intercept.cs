namespace EcoGlmm.Model;

/// <summary>What a constant column and its coefficient are called; R's name of them.</summary>
internal static class Intercept
{
    public const string Name = "(Intercept)";
}
