namespace EcoGlmm.Estimation.Pathologies;

/// <summary>One thing that can be the matter with a maximum, or with what a search took for one.</summary>
internal interface IOptimumPathology
{
    /// <summary>Looks for it, and writes what it means into <paramref name="optimum"/>.</summary>
    void Examine(Optimum optimum);
}
