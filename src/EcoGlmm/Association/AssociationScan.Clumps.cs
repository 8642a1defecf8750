using EcoGlmm.Association;
using EcoGlmm.Numerics;

namespace EcoGlmm;

/// <summary>A marker and those near it that say the same.</summary>
/// <param name="Lead">The marker with the smallest p-value.</param>
/// <param name="Others">Markers within the window that are in linkage disequilibrium with it and have a small p-value, too, by
/// position.</param>
public sealed record AssociationClump(MarkerAssociation Lead, IReadOnlyList<MarkerAssociation> Others);

public sealed partial class AssociationScan
{
    private const int EffectiveWindow = 200;

    /// <summary>
    /// Associations as far as they are distinct: the marker with the smallest p-value takes along those near it that are in
    /// linkage disequilibrium with it, then the next one that is left, and so on (PLINK's <c>--clump</c>).
    /// </summary>
    /// <param name="markers">The genotypes of the scan.</param>
    /// <param name="lead">Largest p-value of a leading marker; Bonferroni's threshold if null.</param>
    /// <param name="member">Largest p-value of a marker that is taken along.</param>
    /// <param name="rSquared">Least r² with the leading marker.</param>
    /// <param name="window">How far from it, in base pairs.</param>
    /// <exception cref="GlmmException">The genotypes lack a marker of the scan.</exception>
    public IReadOnlyList<AssociationClump> Clumps(Genotypes markers, double? lead = null, double member = 0.01, double rSquared = 0.5,
        long window = 250_000)
    {
        ArgumentNullException.ThrowIfNull(markers);
        var tested = _rows.Count(r => !double.IsNaN(BestP(r)));
        var threshold = lead ?? 0.05 / Math.Max(1, tested);
        var linkage = new LinkageDisequilibrium(markers);
        var isTaken = new HashSet<string>(StringComparer.Ordinal);
        var clumps = new List<AssociationClump>();
        foreach (var row in _rows.Where(r => BestP(r) <= threshold).OrderBy(BestP))
        {
            if (!isTaken.Add(row.Marker.Name))
            {
                continue;
            }

            var planes = linkage.Planes(markers.IndexOf(row.Marker.Name));
            var others = _rows.Where(r => r.Marker.Chromosome == row.Marker.Chromosome && Math.Abs(r.Marker.Position
                - row.Marker.Position) <= window
                && BestP(r) <= member && !isTaken.Contains(r.Marker.Name)
                && linkage.RSquared(planes, linkage.Planes(markers.IndexOf(r.Marker.Name))) >= rSquared).OrderBy(r => r.Marker.Position)
                .ToArray();
            foreach (var other in others)
            {
                isTaken.Add(other.Marker.Name);
            }

            clumps.Add(new AssociationClump(row, others));
        }

        return clumps.AsReadOnly();
    }

    /// <summary>
    /// How many independent tests the markers amount to, by the eigenvalues of their correlations in windows of 200 markers: each
    /// eigenvalue above one counts as one, and the fractions of all as they are (J. Li and L. Ji, Heredity 95 (2005) 221-227).
    /// 0.05 over this number is a threshold that linkage disequilibrium does not make too strict.
    /// </summary>
    /// <param name="markers">The genotypes of the scan.</param>
    /// <exception cref="GlmmException">The genotypes lack a marker of the scan.</exception>
    public double EffectiveTests(Genotypes markers)
    {
        ArgumentNullException.ThrowIfNull(markers);
        var windows = new List<int[]>();
        foreach (var chromosome in _rows.Where(r => !double.IsNaN(BestP(r))).GroupBy(r => r.Marker.Chromosome))
        {
            windows.AddRange(chromosome.Select(r => markers.IndexOf(r.Marker.Name)).Chunk(EffectiveWindow));
        }

        var sums = new double[windows.Count];
        Parallel.For(0, windows.Count, w => sums[w] = EffectiveTests(markers, windows[w]));
        return sums.Sum();
    }

    private static double EffectiveTests(Genotypes markers, int[] places)
    {
        var m = places.Length;
        var n = markers.Individuals.Count;
        var decoder = markers.Decoder();
        var columns = new double[m][];
        for (var k = 0; k < m; k++)
        {
            var counts = markers.CountsAt(places[k]);
            var scale = 1 / Math.Sqrt(Math.Max(1e-300, counts.SumOfSquares));
            columns[k] = new double[n];
            decoder.Decode(markers.Row(places[k]), (2 - counts.Mean) * scale, (1 - counts.Mean) * scale, -counts.Mean * scale,
                0, columns[k]);
        }

        var correlation = new double[m * m];
        for (var a = 0; a < m; a++)
        {
            for (var b = 0; b <= a; b++)
            {
                double sum = 0;
                for (var i = 0; i < n; i++)
                {
                    sum += columns[a][i] * columns[b][i];
                }

                correlation[a + b * m] = correlation[b + a * m] = sum;
            }
        }

        var values = new double[m];
        DenseEigen.TryDecompose(correlation, m, values, 1, CancellationToken.None);
        return values.Sum(v => (Math.Abs(v) >= 1 - 1e-9 ? 1 : 0) + Math.Abs(v) - Math.Floor(Math.Abs(v) + 1e-9));
    }
}
