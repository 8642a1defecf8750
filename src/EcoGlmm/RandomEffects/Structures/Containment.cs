namespace EcoGlmm.RandomEffects.Structures;

/// <summary>How the covariances of one structure lie among those of another.</summary>
internal enum Containment
{
    /// <summary>Not all of them are among the other's.</summary>
    None,

    /// <summary>Among them, at the end of what its parameters can be: a likelihood ratio is not distributed as χ².</summary>
    AtBoundary,

    /// <summary>Inside their range.</summary>
    Inside,
}
