namespace EcoGlmm;

/// <summary>What the genotypes at one marker look like.</summary>
/// <param name="Marker">The marker.</param>
/// <param name="Frequency">Frequency of the effect allele among those with a call.</param>
/// <param name="Missing">Share of individuals without a call.</param>
/// <param name="Heterozygosity">Share of heterozygotes among those with a call.</param>
/// <param name="HardyWeinberg">p-value of the exact test of Hardy-Weinberg proportions (Wigginton and others 2005).</param>
public sealed record MarkerSummary(Marker Marker, double Frequency, double Missing, double Heterozygosity, double HardyWeinberg);

public sealed partial class Genotypes
{
    /// <summary>Frequencies, missing calls and Hardy-Weinberg tests of all markers.</summary>
    /// <returns>One row for each marker, in the order of the file.</returns>
    public IReadOnlyList<MarkerSummary> Summary()
    {
        var rows = new MarkerSummary[_markers.Length];
        Parallel.For(0, rows.Length, j =>
        {
            var counts = CountsAt(j);
            rows[j] = new MarkerSummary(_markers[j], counts.Frequency, counts.Missing / (double)_individuals.Length,
                counts.One / (double)counts.Called, Association.HardyWeinberg.PValue(counts.Two, counts.One, counts.None));
        });
        return Array.AsReadOnly(rows);
    }
}
