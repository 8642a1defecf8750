namespace EcoGlmm;

/// <summary>What an analysis of ageing and selective disappearance may be asked for.</summary>
public sealed record AgeAnalysisOptions
{
    /// <summary>The methods to apply; null for all, those with smooths only where the formula has a smooth of age.</summary>
    public IReadOnlyList<AgeMethod>? Methods { get; init; }

    /// <summary>
    /// A numeric column with each individual's age at death, where it is known better than from the rows used;
    /// null takes the greatest age of the rows used, <c>last(age, id)</c>.
    /// </summary>
    public string? LastAge { get; init; }

    /// <summary>A numeric column with each individual's age at its first record; null takes <c>first(age, id)</c>.</summary>
    public string? FirstAge { get; init; }

    /// <summary>The age at which slopes of quadratics are given; null for the mean age of the rows used.</summary>
    public double? ReferenceAge { get; init; }

    /// <summary>
    /// The width of an age class in the decomposition of population change; null for 1 where ages are whole numbers, else the usual time
    /// between
    /// two records of an individual.
    /// </summary>
    public double? AgeStep { get; init; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Seed of the bootstrap of the decomposition.</summary>
    public long Seed { get; init; } = 1;
}
