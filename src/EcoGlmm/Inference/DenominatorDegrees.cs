namespace EcoGlmm;

/// <summary>Where the degrees of freedom of tests on fixed effects come from.</summary>
public enum DenominatorDegrees
{
    /// <summary>The normal approximation.</summary>
    Infinite,

    /// <summary>Satterthwaite's, for Gaussian models with identity link; fit them by REML.</summary>
    Satterthwaite,
}
