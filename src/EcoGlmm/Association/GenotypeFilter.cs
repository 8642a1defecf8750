using EcoGlmm.Association;
using EcoGlmm.Data;

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

    /// <exception cref="GlmmException">A bound lies outside of what it bounds.</exception>
    internal void Check()
    {
        void Require(bool holds, string name, double value, string range)
        {
            if (!holds)
            {
                throw new GlmmException($"{name} is {NumberText.Format(value)}; it has to be {range}.");
            }
        }

        Require(MinimumFrequency is >= 0 and <= 0.5, "The least frequency of the rarer allele", MinimumFrequency, "from 0 to 0.5");
        Require(MaximumMissing is >= 0 and <= 1, "The largest share of missing calls", MaximumMissing, "from 0 to 1, such as 0.05");
        Require(MinimumHardyWeinberg is >= 0 and <= 1, "The least p-value of Hardy-Weinberg's test", MinimumHardyWeinberg,
            "from 0 to 1, such as 1e-6");
    }

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
