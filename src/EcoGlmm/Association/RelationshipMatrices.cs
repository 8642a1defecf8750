using EcoGlmm.Association;
using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Which relationship matrix to make of markers; GEMMA's two.</summary>
public enum RelationshipKind
{
    /// <summary>Mean over markers of the products of the centred copies of the effect allele (gemma -gk 1).</summary>
    Centred,

    /// <summary>The same with each marker's copies divided by their standard deviation, so that rare alleles count more (gemma -gk
    /// 2).</summary>
    Standardised,
}

/// <summary>Relationship matrices from markers.</summary>
public static class RelationshipMatrices
{
    /// <summary>Individuals' relationships by their genotypes: the share of the genome that they have more in common than the average
    /// pair.</summary>
    /// <param name="markers">The genotypes; markers at which everybody is alike are left out, a missing call counts as the mean.</param>
    /// <param name="kind">Whether rare alleles count more.</param>
    /// <param name="withoutChromosome">A chromosome whose markers are left out; null for none.</param>
    /// <param name="maxThreads">Most threads to work with; 0 for all. Results do not depend on it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The matrix, with the individuals' names.</returns>
    /// <exception cref="GlmmException">There is no marker at which individuals differ.</exception>
    public static RelationshipMatrix RelationshipMatrix(this Genotypes markers, RelationshipKind kind = RelationshipKind.Centred,
        string? withoutChromosome = null, int maxThreads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(markers);
        using var live = LiveProgress.Start($"Relationships by {NumberFormat.Count(markers.Markers.Count)} markers");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(live.Cancellation, cancellationToken);
        if (withoutChromosome is not null && !markers.Markers.Any(m => m.Chromosome == withoutChromosome))
        {
            throw new GlmmException($"No marker lies on a chromosome \"{withoutChromosome}\""
                + $"{NearestName.Suggestion(withoutChromosome, markers.Markers.Select(m => m.Chromosome).Distinct())}");
        }

        var n = markers.Individuals.Count;
        var sum = new double[(long)n * n];
        var threads = maxThreads > 0 ? maxThreads : Environment.ProcessorCount;
        var count = new RelationshipSum(markers, kind == RelationshipKind.Standardised, threads).Add(
            [.. Enumerable.Range(0, markers.Markers.Count).Where(j => markers.Markers[j].Chromosome != withoutChromosome)], sum,
            either.Token);
        if (count == 0)
        {
            throw new GlmmException("All individuals are alike at every marker, so that there are no relationships to be found.");
        }

        Parallel.For(0, n, j =>
        {
            for (var i = j; i < n; i++)
            {
                var entry = sum[i + (long)j * n] / count;
                sum[i + (long)j * n] = entry;
                sum[j + (long)i * n] = entry;
            }
        });
        return EcoGlmm.RelationshipMatrix.FromMarkers(sum, [.. markers.Individuals]);
    }

    /// <summary>
    /// Relationships within families alone, from one pass through the genotypes: for large samples, of which the whole matrix does
    /// not fit into memory. Individuals of different families count as unrelated.
    /// </summary>
    /// <param name="markers">The genotypes; markers at which everybody is alike are left out, a missing call counts as the mean.</param>
    /// <param name="families">The family of each individual, in the order of the genotypes; null for <see
    /// cref="Genotypes.Families"/>.</param>
    /// <param name="threshold">Relationships within a family that are smaller are taken for zero.</param>
    /// <param name="kind">Whether rare alleles count more; as they do where relationships are to be about 0.5 for full sibs.</param>
    /// <param name="maxThreads">Most threads to work with; 0 for all. Results do not depend on it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>A sparse matrix, with the individuals' names.</returns>
    /// <exception cref="GlmmException">There is no marker at which individuals differ, or not each individual has a family.</exception>
    public static RelationshipMatrix FamilyRelationshipMatrix(this Genotypes markers, IEnumerable<string>? families = null,
        double threshold = 0.05,
        RelationshipKind kind = RelationshipKind.Standardised, int maxThreads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(markers);
        using var live = LiveProgress.Start($"Relationships within families by {NumberFormat.Count(markers.Markers.Count)} markers");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(live.Cancellation, cancellationToken);
        var names = families?.ToArray() ?? [.. markers.Families];
        if (names.Length != markers.Individuals.Count)
        {
            throw new GlmmException($"The families of {Names.Count(names.Length, "individual")} were given for "
                + $"{Names.Count(markers.Individuals.Count, "individual")}; each one needs "
                + "the name of its family, in the order of the genotypes.");
        }

        var sum = new FamilyRelationshipSum(markers, names, kind == RelationshipKind.Standardised, maxThreads > 0 ? maxThreads
            : Environment.ProcessorCount);
        return EcoGlmm.RelationshipMatrix.FromLower([.. markers.Individuals], sum.Entries(threshold, either.Token));
    }
}
