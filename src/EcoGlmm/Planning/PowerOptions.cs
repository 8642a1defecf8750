namespace EcoGlmm;

/// <summary>How power is simulated.</summary>
public sealed record PowerOptions
{
    /// <summary>Most simulations of a design.</summary>
    public int Simulations { get; init; } = 1000;

    /// <summary>The level of the test.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>Seed; the same gives the same power on any number of threads, and on any split of designs.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Where degrees of freedom come from; when null Satterthwaite's for Gaussian models, between-within for others.</summary>
    public DenominatorDegrees? Degrees { get; init; }

    /// <summary>
    /// Stops a design's simulations when its 99 % Monte Carlo interval excludes this power, or is as narrow as <see cref="Precision"/>;
    /// null
    /// for all simulations.
    /// </summary>
    public double? Target { get; init; }

    /// <summary>Half the width of the Monte Carlo interval at which simulations stop where there is a target.</summary>
    public double Precision { get; init; } = 0.02;

    /// <summary>A file that each simulation's result is kept in, so that a job that was stopped goes on where it was; null for
    /// none.</summary>
    public string? ResumeFile { get; init; }

    /// <summary>Most threads.</summary>
    public int MaxThreads { get; init; } = Environment.ProcessorCount;
}
