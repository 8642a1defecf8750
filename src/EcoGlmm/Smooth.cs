namespace EcoGlmm;

/// <summary>A smooth of a fitted model.</summary>
/// <param name="Name">Its name: "s(x)", "s(x):fA", "te(x,z)".</param>
/// <param name="Edf">Effective degrees of freedom: the trace of its part of the influence matrix; 1 for a straight line.</param>
/// <param name="ReferenceDf">Degrees of freedom of the test.</param>
/// <param name="Statistic">
/// For a curve the Wald statistic of rank <paramref name="ReferenceDf"/> (Wood 2013): χ², or, where a scale is estimated
/// (<see cref="IsF"/>), F.
/// </param>
/// <param name="PValue">Of the hypothesis that the smooth is zero throughout; for a random effect, that its variance is zero.</param>
public sealed record Smooth(string Name, double Edf, double ReferenceDf, double Statistic, double PValue)
{
    /// <summary>The part of the model that it belongs to.</summary>
    public ModelPart Part { get; init; }

    /// <summary>Whether the statistic is an F rather than a χ².</summary>
    public bool IsF { get; init; }

    /// <summary>The most degrees of freedom that its basis has, k′.</summary>
    public int BasisDimension { get; init; }

    /// <summary>What it is a function of.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>What it is multiplied by, or the factor that it is for a level of; null for nothing.</summary>
    public string? By { get; init; }
}
