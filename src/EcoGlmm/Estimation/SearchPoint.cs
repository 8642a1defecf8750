using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>Where a search has come to.</summary>
/// <param name="Parameters">The vector that was searched: ψ with its restraints, or θ where all else is profiled out.</param>
/// <param name="Value">−log L there, less the log-density of the priors; not finite when there is none.</param>
/// <param name="Status">How the search ended.</param>
internal sealed record SearchPoint(double[] Parameters, double Value, MinimiserStatus Status)
{
    public bool HasLikelihood => double.IsFinite(Value);

    /// <summary>Whether this is a higher maximum than another one, rounding errors apart.</summary>
    public bool IsBetterThan(SearchPoint other) => Value < other.Value - Tolerances.HigherMaximum;
}
