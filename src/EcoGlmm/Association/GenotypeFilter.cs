using EcoGlmm.Association;

namespace EcoGlmm;

/// <summary>What markers have to fulfil to be kept; everything passes by default.</summary>
public sealed record GenotypeFilter
{
    /// <summary>Least frequency of the rarer allele among those with a call, such as 0.01.</summary>
    public double MinimumFrequency { get; init; }

    /// <summary>Largest share of individuals without a call, such as 0.05.</summary>
    public double MaximumMissing { get; init; } = 1;

    /// <summary>Least p-value of the exact test of Hardy-Weinberg proportions, such as 1e-6.</summary>
    public double MinimumHardyWeinberg { get; init; }

    /// <summary>The chromosomes to keep; null for all.</summary>
    public IReadOnlyCollection<string>? Chromosomes { get; init; }

    internal bool Passes(Marker marker, GenotypeCounts counts)
    {
        if (Chromosomes is not null && !Chromosomes.Contains(marker.Chromosome))
        {
            return false;
        }

        var frequency = counts.Frequency;
        var missing = counts.Missing / (double)(counts.Called + counts.Missing);
        if (missing > MaximumMissing || (MinimumFrequency > 0 && !(Math.Min(frequency, 1 - frequency) >= MinimumFrequency)))
        {
            return false;
        }

        return MinimumHardyWeinberg <= 0 || HardyWeinberg.PValue(counts.Two, counts.One, counts.None) >= MinimumHardyWeinberg;
    }
}
