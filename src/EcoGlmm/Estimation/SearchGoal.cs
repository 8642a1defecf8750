namespace EcoGlmm.Estimation;

/// <summary>What a search is for.</summary>
internal enum SearchGoal
{
    /// <summary>Estimates with their standard errors, and the verdict on them.</summary>
    Estimates,

    /// <summary>
    /// The likelihood's height, to set models against each other: no Hessian, no last digits, and no verdict beyond how the search ended.
    /// </summary>
    Likelihood,
}
