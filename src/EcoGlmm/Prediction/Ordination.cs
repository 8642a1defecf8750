using System.Collections;
using EcoGlmm.Estimation;
using EcoGlmm.Prediction;
using EcoGlmm.RandomEffects;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A site or a species in an ordination.</summary>
/// <param name="Kind">"site" for a level of the group, "species" for an effect.</param>
/// <param name="Name">The level or the effect.</param>
/// <param name="Axis">The axis, from 1, the one of most variance first.</param>
/// <param name="Score">The site's latent variable, or the species' loading.</param>
public sealed record OrdinationScore(string Kind, string Name, int Axis, double Score);

/// <summary>
/// The ordination of a term <c>rr(0 + species | site, d = 2)</c>: sites by their latent variables, species by their loadings, on
/// principal axes: the first carries the most variance of the linear predictor, axes are uncorrelated, and on each the
/// species with the largest loading lies on the positive side. The rotation, which the likelihood leaves open, is so the same
/// in every fit.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class Ordination : IReadOnlyList<OrdinationScore>, IResultTable
{
    private readonly OrdinationScore[] _scores;

    private Ordination(string term, double[] shares, OrdinationScore[] scores) => (Term, AxisShares, _scores) = (term,
        Array.AsReadOnly(shares), scores);

    /// <summary>The term as written.</summary>
    public string Term { get; }

    /// <summary>The share of each axis in the variance that the term carries.</summary>
    public IReadOnlyList<double> AxisShares { get; }

    /// <inheritdoc/>
    public int Count => _scores.Length;

    /// <inheritdoc/>
    public OrdinationScore this[int index] => _scores[index];

    /// <summary>A biplot of two axes: sites as points, species as arrows from the middle, scaled to the sites' spread.</summary>
    /// <param name="first">The axis to the right, from 1.</param>
    /// <param name="second">The axis upwards.</param>
    /// <exception cref="GlmmException">There is no such axis.</exception>
    public Figure Plot(int first = 1, int second = 2) => OrdinationFigure.Draw(this, first, second);

    /// <summary>One row for each site and species on each axis.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_scores);

    /// <inheritdoc/>
    public IEnumerator<OrdinationScore> GetEnumerator() => ((IEnumerable<OrdinationScore>)_scores).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    internal double[] Of(string kind, int axis) => [.. _scores.Where(s => s.Kind == kind && s.Axis == axis).Select(s => s.Score)];

    internal string[] Names(string kind) => [.. _scores.Where(s => s.Kind == kind && s.Axis == 1).Select(s => s.Name)];

    internal static Ordination Of(GlmmFit fit, string? group)
    {
        var (estimate, terms) = (fit.Estimate, fit.Estimate.Model.Terms);
        var at = Enumerable.Range(0, terms.Count).FirstOrDefault(t => terms[t].LatentWidth < terms[t].Width
            && (group is null || terms[t].Group == group), -1);
        if (at < 0)
        {
            throw new GlmmException("The model has no latent variables to draw sites and species by. A term such as rr(0 + species | site, "
                + "d = 2) has them"
                + (group is null ? "." : $"; none is on \"{group}\"."));
        }

        var term = terms[at];
        var (r, d) = (term.Width, term.LatentWidth);
        var loadings = Loadings(estimate, at, term);
        var v = PrincipalAxes(loadings, r, d, out var variances);
        var scores = new List<OrdinationScore>();
        for (var axis = 0; axis < d; axis++)
        {
            var column = Enumerable.Range(0, r).Select(i => Enumerable.Range(0, d).Sum(c => loadings[(i * d) + c] * v[(c * d) + axis]))
                .ToArray();
            var sign = column[Array.IndexOf(column, column.MaxBy(Math.Abs))] < 0 ? -1 : 1;
            for (var l = 0; l < term.Levels.Count; l++)
            {
                var u = estimate.Modes.AsSpan(term.LatentOffset + (l * d), d);
                var score = 0.0;
                for (var c = 0; c < d; c++) score += u[c] * v[(c * d) + axis];
                scores.Add(new OrdinationScore("site", term.Levels[l], axis + 1, sign * score));
            }

            for (var i = 0; i < r; i++) scores.Add(new OrdinationScore("species", term.Effects[i], axis + 1, sign * column[i]));
        }

        var total = variances.Sum();
        return new Ordination(term.Title, Array.ConvertAll(variances, x => total > 0 ? x / total : 0), [.. scores]);
    }

    /// <summary>Λ, r × d, in the users' units and on the scale of the linear predictor.</summary>
    private static double[] Loadings(Estimate estimate, int at, RandomTerm term)
    {
        var (r, d) = (term.Width, term.LatentWidth);
        var loadings = (double[])estimate.System.Lambda[at].Clone();
        var column = new double[r];
        for (var c = 0; c < d; c++)
        {
            for (var i = 0; i < r; i++) column[i] = loadings[(i * d) + c] * estimate.Scale * term.Structure.LatentScale;
            term.Scaling?.ToEffects(column);
            for (var i = 0; i < r; i++) loadings[(i * d) + c] = column[i];
        }

        return loadings;
    }

    /// <summary>The eigenvectors of ΛᵀΛ, d × d, as columns, and its eigenvalues, the largest first.</summary>
    private static double[] PrincipalAxes(double[] loadings, int r, int d, out double[] variances)
    {
        var gram = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(d, d, (a, b) => Enumerable.Range(0, r)
            .Sum(i => loadings[(i * d) + a] * loadings[(i * d) + b]));
        var eigen = gram.Evd(MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric);
        var order = Enumerable.Range(0, d).OrderByDescending(k => eigen.EigenValues[k].Real).ToArray();
        variances = [.. order.Select(k => Math.Max(0, eigen.EigenValues[k].Real))];
        var v = new double[d * d];
        for (var axis = 0; axis < d; axis++)
        {
            for (var c = 0; c < d; c++) v[(c * d) + axis] = eigen.EigenVectors[c, order[axis]];
        }

        return v;
    }

    private TableContent Table()
    {
        const int shown = 12;
        var content = new TableContent($"Ordination by {Term}")
        {
            Note = "Axes carry " + string.Join(", ", AxisShares.Select(s => $"{NumberFormat.Fixed(100 * s, 1)} %"))
                + " of the term's variance."
                + (_scores.Length > shown ? $" {shown} of {NumberFormat.Count(_scores.Length)} scores are shown." : ""),
        }.Text("Kind").Text("Name").Number("Axis").Number("Score");
        foreach (var score in _scores.OrderBy(s => s.Axis).ThenByDescending(s => s.Kind).Take(shown))
            content.Row(score.Kind, score.Name, NumberFormat.Count(score.Axis), NumberFormat.Fixed(score.Score, 3));
        return content;
    }
}
