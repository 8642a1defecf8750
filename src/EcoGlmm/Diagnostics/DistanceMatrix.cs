namespace EcoGlmm;

/// <summary>What the entries of a matrix between species, or other units that are near or far, mean.</summary>
public enum RelationMatrix
{
    /// <summary>Distances: zero on the diagonal, as R's <c>cophenetic(tree)</c> gives them.</summary>
    Distance,

    /// <summary>
    /// Covariances or correlations: shared branch lengths, as ape's <c>vcv(tree)</c> gives them, or relatedness. The distance of two
    /// units is then cᵢᵢ + cⱼⱼ − 2cᵢⱼ.
    /// </summary>
    Covariance,
}
