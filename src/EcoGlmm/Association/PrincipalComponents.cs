using EcoGlmm.Association;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>The main axes along which individuals' genotypes differ: populations, and admixture between them.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class PrincipalComponents : IRichDisplay
{
    private readonly string[] _individuals;
    private readonly double[][] _scores;
    private readonly double[] _shares;

    internal PrincipalComponents(string[] individuals, double[][] scores, double[] shares) =>
        (_individuals, _scores, _shares) = (individuals, scores, shares);

    /// <summary>How many components there are.</summary>
    public int Count => _scores.Length;

    /// <summary>Each component's share of the variance of all standardised markers.</summary>
    public IReadOnlyList<double> Shares => Array.AsReadOnly(_shares);

    /// <summary>The individuals' scores on a component, of mean 0 and length 1, the first individual's score not negative.</summary>
    /// <param name="component">From 1.</param>
    public double[] Scores(int component) => (double[])_scores[component - 1].Clone();

    /// <summary>A table with a row for each individual and the columns individual, PC1, PC2, …</summary>
    public FieldData ToFieldData() => FieldData.From(
        new[] { KeyValuePair.Create("individual", (object)_individuals) }
            .Concat(_scores.Select((s, k) => KeyValuePair.Create($"PC{k + 1}", (object)s))));

    /// <summary>The first two components against each other.</summary>
    /// <param name="groups">A name for each individual to colour it by; null for none.</param>
    public Figure Figure(IReadOnlyList<string>? groups = null)
    {
        var second = _scores.Length > 1 ? _scores[1] : new double[_individuals.Length];
        var kinds = groups?.Distinct().ToArray() ?? [""];
        var traces = kinds.Select((kind, k) =>
        {
            var some = Enumerable.Range(0, _individuals.Length).Where(i => groups is null || groups[i] == kind).ToArray();
            return new PointTrace(Array.ConvertAll(some, i => _scores[0][i]), Array.ConvertAll(some, i => second[i]))
            {
                Name = groups is null ? "individuals" : kind,
                ShowInLegend = groups is not null,
                Color = Palette.Cycle(k),
                Text = Array.ConvertAll(some, i => _individuals[i]),
            };
        });
        return new Figure("Principal components of the genotypes", new Panel(null, [.. traces])
        {
            XAxis = $"PC1 ({NumberFormat.Fixed(100 * _shares[0], 1)} %)",
            YAxis = _shares.Length > 1 ? $"PC2 ({NumberFormat.Fixed(100 * _shares[1], 1)} %)" : "",
        })
        { PanelHeight = 420 };
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{_scores.Length} principal components of {NumberFormat.Count(_individuals.Length)} individuals, with "
        + string.Join(", ", _shares.Select(s => NumberFormat.Fixed(100 * s, 1) + " %")) + " of the variance";

    /// <inheritdoc/>
    public string ToHtml() => new HtmlWriter().Heading("Principal components").Paragraph(ToString() + ".").ToHtml();
}

public sealed partial class Genotypes
{
    /// <summary>
    /// Principal components: eigenvectors of the relationship matrix of standardised markers. Prune markers first, so that
    /// one long stretch of linked markers does not make a component of its own.
    /// </summary>
    /// <param name="count">How many components.</param>
    /// <exception cref="GlmmException">There are not so many, or no marker at which individuals differ.</exception>
    public PrincipalComponents PrincipalComponents(int count = 10)
    {
        var n = _individuals.Length;
        if (count < 1 || count >= n)
        {
            throw new GlmmException($"{n} individuals have between 1 and {n - 1} principal components; {count} were asked for.");
        }

        var matrix = new double[(long)n * n];
        var threads = Environment.ProcessorCount;
        if (new RelationshipSum(this, isStandardised: true, threads).Add([.. Enumerable.Range(0, _markers.Length)], matrix,
            CancellationToken.None) == 0)
        {
            throw new GlmmException("All individuals are alike at every marker; there are no components.");
        }

        var trace = Enumerable.Range(0, n).Sum(i => matrix[i + (long)i * n]);
        var values = new double[n];
        DenseEigen.TryDecompose(matrix, n, values, threads, CancellationToken.None);
        var scores = new double[count][];
        for (var k = 0; k < count; k++)
        {
            var vector = matrix.AsSpan((n - 1 - k) * n, n).ToArray();
            var lead = Array.FindIndex(vector, v => Math.Abs(v) > 1e-12);
            scores[k] = lead >= 0 && vector[lead] < 0 ? Array.ConvertAll(vector, v => -v) : vector;
        }

        return new PrincipalComponents(_individuals, scores, [.. Enumerable.Range(0, count).Select(k => values[n - 1 - k] / trace)]);
    }
}
