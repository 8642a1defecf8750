using System.Collections;
using EcoGlmm.Association;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>What a scan says of one marker.</summary>
/// <param name="Marker">The marker.</param>
/// <param name="Frequency">Frequency of the effect allele among the individuals of the scan.</param>
/// <param name="N">Individuals of the scan that have a call; the others count as having the mean.</param>
/// <param name="Beta">Effect of one more copy of the effect allele on the response; NaN where it cannot be estimated.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="WaldP">p-value of Wald's F test.</param>
/// <param name="LikelihoodRatioP">p-value of the likelihood-ratio test.</param>
/// <param name="ScoreP">p-value of the score test.</param>
public sealed record MarkerAssociation(
    Marker Marker, double Frequency, int N, double Beta, double StandardError, double WaldP, double LikelihoodRatioP, double ScoreP);

/// <summary>
/// The results of a scan for associations, one row for each marker in the order of the file, with what was done and whether
/// it can be trusted.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed partial class AssociationScan : IReadOnlyList<MarkerAssociation>, IResultTable
{
    private readonly MarkerAssociation[] _rows;

    internal AssociationScan(IReadOnlyList<MarkerAssociation> rows, ScanDescription? description)
    {
        _rows = [.. rows];
        Description = description;
    }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public MarkerAssociation this[int index] => _rows[index];

    /// <summary>The result of a marker.</summary>
    /// <exception cref="GlmmException">The scan has no such marker.</exception>
    public MarkerAssociation this[string marker]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(marker);
            return Array.Find(_rows, r => r.Marker.Name == marker)
                ?? throw new GlmmException($"The scan has no marker "
                    + $"\"{marker}\"{NearestName.Suggestion(marker, _rows.Take(2000).Select(r => r.Marker.Name))}");
        }
    }

    /// <summary>
    /// Genomic inflation: the median of the χ² statistics that belong to the Wald p-values, over that of χ² with one degree of
    /// freedom (Devlin and Roeder 1999). Close to 1 where relatedness and structure are accounted for and few markers
    /// matter; below 1 it hints at lost power.
    /// </summary>
    public double Lambda()
    {
        var statistics = _rows.Select(r => BestP(r)).Where(p => !double.IsNaN(p)).Select(Statistic).Order().ToArray();
        return statistics.Length == 0 ? double.NaN : Median(statistics) / MedianChiSquare;
    }

    /// <summary>
    /// The scan as a table, with the columns marker, chromosome, position, effect_allele, other_allele, frequency, n, beta, se,
    /// p_wald, p_lrt and p_score.
    /// </summary>
    public FieldData ToFieldData() => FieldData.From(new (string, object)[]
    {
        ("marker", _rows.Select(r => r.Marker.Name)),
        ("chromosome", _rows.Select(r => r.Marker.Chromosome)),
        ("position", _rows.Select(r => (double)r.Marker.Position)),
        ("effect_allele", _rows.Select(r => r.Marker.EffectAllele)),
        ("other_allele", _rows.Select(r => r.Marker.OtherAllele)),
        ("frequency", _rows.Select(r => r.Frequency)),
        ("n", _rows.Select(r => (double)r.N)),
        ("beta", _rows.Select(r => r.Beta)),
        ("se", _rows.Select(r => r.StandardError)),
        ("p_wald", _rows.Select(r => r.WaldP)),
        ("p_lrt", _rows.Select(r => r.LikelihoodRatioP)),
        ("p_score", _rows.Select(r => r.ScoreP)),
    }.Select(column => KeyValuePair.Create(column.Item1, column.Item2)));

    /// <summary>Writes the scan as CSV, with the columns of <see cref="ToFieldData"/>.</summary>
    /// <param name="path">The file; one that exists is replaced once the new one is complete.</param>
    /// <exception cref="GlmmException">The file cannot be written; one that was there before is unchanged.</exception>
    public void WriteCsv(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            AtomicFile.Write(path, stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true);
                writer.Write(ScanCsv.Heading);
                foreach (var row in _rows)
                {
                    writer.Write(ScanCsv.Line(row));
                }
            });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new GlmmException($"The file \"{path}\" cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Reads scans that were written as CSV, the parts of one scan or its chromosomes, in the order given.</summary>
    /// <param name="paths">The files.</param>
    /// <exception cref="GlmmException">A file is not there, is not a scan, or holds a marker that another one holds too.</exception>
    public static AssociationScan ReadCsv(params IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var rows = paths.SelectMany(ScanCsv.Read).ToArray();
        GenotypeNames.RefuseDuplicates(rows.Select(r => r.Marker.Name), "marker", string.Join(", ", paths));
        return new AssociationScan(rows, null);
    }

    /// <inheritdoc/>
    public IEnumerator<MarkerAssociation> GetEnumerator() => ((IEnumerable<MarkerAssociation>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ScanCard.Text(this);

    /// <inheritdoc/>
    public string ToHtml() => ScanCard.Html(this);

    /// <summary>How the scan was made; null if it was read from files.</summary>
    internal ScanDescription? Description { get; }

    /// <summary>The p-value that a scan is judged by: Wald's where there is one, else the score test's.</summary>
    internal static double BestP(MarkerAssociation row) => double.IsNaN(row.WaldP) ? row.ScoreP : row.WaldP;

    private const double MedianChiSquare = 0.45493642311957283;

    // χ² with one degree of freedom of which p is the upper tail
    private static double Statistic(double p)
    {
        var z = SpecialFunctions.NormalQuantile(0.5 * Math.Max(p, 1e-300));
        return z * z;
    }

    private static double Median(double[] ordered) =>
        0.5 * (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]);
}
