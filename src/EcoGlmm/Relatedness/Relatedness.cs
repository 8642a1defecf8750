using EcoGlmm.Numerics;
using EcoGlmm.Relationships;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// What relates the levels of a grouping factor: a <see cref="Pedigree"/>, a <see cref="PhylogeneticTree"/> or a
/// <see cref="RelationshipMatrix"/>. Given to a fit by <see cref="GlmmOptions"/> under the name of the grouping column, or
/// under any name that a term's second argument asks for.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public abstract class Relatedness : IRichDisplay
{
    private readonly string[] _names;
    private readonly Dictionary<string, int> _index;

    private protected Relatedness(string[] names)
    {
        _names = names;
        _index = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
            _index.Add(names[i], i);
    }

    /// <summary>
    /// All levels, also those that no row of the data need have: ancestors in a pedigree, inner nodes of a tree.
    /// </summary>
    public IReadOnlyList<string> Names => Array.AsReadOnly(_names);

    /// <summary>What this is in a sentence: "pedigree", "tree", "relationship matrix".</summary>
    internal abstract string Noun { get; }

    /// <summary>The inverse of the levels' covariance matrix, in the order of <see cref="Names"/>.</summary>
    internal abstract SparsePrecision Precision { get; }

    /// <summary>
    /// The diagonal of the levels' covariance matrix, the variance of each level's effect where σ² is 1: 1 + F in a pedigree,
    /// the distance from the root in a tree.
    /// </summary>
    internal abstract IReadOnlyList<double> Variances { get; }

    /// <summary>The place of a level in <see cref="Names"/>, −1 if there is none of that name.</summary>
    internal virtual int IndexOf(string name) => _index.GetValueOrDefault(name, -1);

    /// <summary>The places of the levels of a column in <see cref="Names"/>.</summary>
    /// <param name="levels">The levels that the data have.</param>
    /// <param name="column">The column they stand in, for the message.</param>
    /// <exception cref="GlmmException">Some are not among the names; the message lists them with the nearest names.</exception>
    internal int[] Locate(IReadOnlyList<string> levels, string column)
    {
        var places = new int[levels.Count];
        var missing = new List<string>();
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = IndexOf(levels[i]);
            if (places[i] < 0)
                missing.Add(levels[i]);
        }
        if (missing.Count == 0)
            return places;
        throw new GlmmException(MissingNames(missing, levels.Count, column));
    }

    private string MissingNames(List<string> missing, int count, string column)
    {
        const int Suggested = 3;
        const int SearchedNames = 20_000;
        var sentence = missing.Count == count
            ? $"None of the levels of \"{column}\" is in the {Noun}: {EcoGlmm.Text.Names.List(missing)}."
            : $"{EcoGlmm.Text.Names.Count(missing.Count, "level")} of \"{column}\" {(missing.Count == 1 ? "is" : "are")} not in the "
              + $"{Noun}: {EcoGlmm.Text.Names.List(missing)}.";
        var hints = missing.Take(Suggested)
            .Select(name => (Name: name, Nearest: NearestName.Find(name, _names.Take(SearchedNames))))
            .Where(hint => hint.Nearest is not null)
            .Select(hint => $"\"{hint.Nearest}\" for \"{hint.Name}\"")
            .ToArray();
        if (hints.Length > 0)
            sentence += $" The {Noun} has {string.Join(", ", hints)}.";
        return sentence + " " + MissingAdvice;
    }

    /// <summary>What to do about levels that are missing.</summary>
    private protected abstract string MissingAdvice { get; }

    /// <summary>
    /// The covariance matrix of some levels (or all), as a relationship matrix: what the sparse inverse stands for. Meant for
    /// a few thousand levels at most, as it is dense.
    /// </summary>
    /// <param name="names">The levels wanted, in the order wanted; null for all.</param>
    /// <exception cref="GlmmException">A name is not among <see cref="Names"/>, or there are more than 20,000 of them.</exception>
    public RelationshipMatrix ToRelationshipMatrix(IEnumerable<string>? names = null)
    {
        var chosen = names?.ToArray() ?? _names;
        if (chosen.Length > RelationshipMatrix.MostLevels)
        {
            throw new GlmmException($"A relationship matrix of {chosen.Length} levels does not fit into memory; name the levels "
                + "wanted, or use the " + Noun + " itself, which is sparse.");
        }
        return RelationshipMatrix.FromSymmetric(CovarianceOf(Locate(chosen, "names")), [.. chosen]);
    }

    /// <summary>
    /// Draws effects for all levels with the covariances that this stands for: breeding values down a pedigree, Brownian motion
    /// along a tree. For studies of power and for trying things out.
    /// </summary>
    /// <param name="standardDeviation">σ: the covariance matrix is σ² times that of the levels.</param>
    /// <param name="seed">The same seed gives the same effects.</param>
    /// <returns>A number for each of <see cref="Names"/>, in their order.</returns>
    public double[] SimulateEffects(double standardDeviation = 1, long seed = 1)
    {
        var cholesky = SparseCholesky.Analyze(Precision.Pattern);
        if (!cholesky.TryFactor(Precision.Values))
            throw new InvalidOperationException("A precision matrix of related levels is not positive definite.");
        var random = new RandomStream(seed);
        var effects = new double[Precision.Order];
        for (var i = 0; i < effects.Length; i++)
            effects[i] = standardDeviation * random.NextNormal();
        // With P = LLᵀ (its rows permuted), x = L⁻ᵀz has covariance P⁻¹.
        cholesky.SolveFactorTransposed(effects);
        return effects;
    }

    /// <summary>The covariance matrix of some levels, row by row.</summary>
    internal virtual double[] CovarianceOf(int[] levels) => Precision.Covariance(levels);

    /// <summary>A paragraph on what this holds.</summary>
    public abstract override string ToString();

    /// <inheritdoc/>
    public string ToHtml() => "<p class=\"ecoglmm-relatedness\">" + System.Net.WebUtility.HtmlEncode(ToString()).Replace("\n", "<br>")
        + "</p>";
}
