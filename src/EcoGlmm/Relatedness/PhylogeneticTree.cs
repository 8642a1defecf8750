using System.Globalization;
using EcoGlmm.Relationships;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// A phylogenetic tree with branch lengths. For <c>phylo(1 | species)</c>: effects that drift along the branches, so that
/// their covariance is the length of the path that two species share (ape's <c>vcv(tree)</c>, in the tree's own units). The
/// inner nodes stay in the model, which keeps the inverse sparse.
/// </summary>
/// <remarks>
/// Reads Newick and NEXUS: polytomies, trees that are not ultrametric, quoted labels, comments, a translation table, nodes with
/// one child. Names are kept as they stand; <c>Parus major</c> in the data also finds <c>Parus_major</c> in the tree.
/// A branch of length zero is taken as 10⁻⁸ of the tree's height.
/// <para>J. D. Hadfield and S. Nakagawa (2010), Journal of Evolutionary Biology 23, 494-508.</para>
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed class PhylogeneticTree : Relatedness
{
    private readonly TreeNodes _nodes;
    private readonly double[] _depths;
    private readonly Lazy<SparsePrecision> _precision;

    private PhylogeneticTree(TreeNodes nodes, TreePrecision? rule = null)
        : base(nodes.Names[..(rule?.Order ?? nodes.Root)])
    {
        _nodes = nodes;
        Rule = rule;
        _depths = nodes.Depths();
        _precision = new(() =>
        {
            // Where the rule has a parameter, at its starting value: for drawing effects.
            var model = rule ?? new BrownianTree(nodes);
            var values = new double[model.Pattern.NonZeros];
            var logDeterminant = model.Evaluate([model.Start], values) - (model.Order * Math.Log(model.Unit));
            for (var i = 0; i < values.Length; i++)
                values[i] /= model.Unit;
            return new SparsePrecision(model.Pattern, values, logDeterminant);
        });
    }

    /// <summary>Reads the tree of a Newick or NEXUS file.</summary>
    /// <param name="path">The file. One that holds several trees needs a choice: see <paramref name="tree"/>.</param>
    /// <param name="tree">Which of the file's trees, counted from 1; null where it holds only one.</param>
    /// <exception cref="GlmmException">The file cannot be read or is no tree; the message tells the line and the column.</exception>
    public static PhylogeneticTree ReadNewick(string path, int? tree = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new GlmmException($"The tree \"{path}\" cannot be read: {failure.Message}", failure);
        }
        return FromText(text, tree, $"The file \"{path}\"");
    }

    /// <summary>Takes a tree from text: <c>"((a:1,b:1):0.5,c:1.5);"</c>, or a whole NEXUS file.</summary>
    /// <param name="newick">The text.</param>
    /// <exception cref="GlmmException">It is no tree with branch lengths; the message tells the line and the column.</exception>
    public static PhylogeneticTree Parse(string newick)
    {
        ArgumentNullException.ThrowIfNull(newick);
        return FromText(newick, null, "The text");
    }

    private static PhylogeneticTree FromText(string text, int? wanted, string source)
    {
        var trees = NexusTrees.IsNexus(text) ? NexusTrees.Read(text, source) : NewickParser.ReadAll(text, source);
        if (trees.Count == 0)
            throw new GlmmException($"{source} holds no tree; a tree in Newick form looks like \"((a:1,b:1):0.5,c:1.5);\".");
        if (wanted is null && trees.Count > 1)
        {
            throw new GlmmException($"{source} holds {trees.Count} trees; choose one by its number: "
                + "PhylogeneticTree.ReadNewick(path, tree: 1).");
        }
        var number = wanted ?? 1;
        if (number < 1 || number > trees.Count)
            throw new GlmmException($"{source} holds {EcoGlmm.Text.Names.Count(trees.Count, "tree")}, there is no tree number {number}.");
        return new PhylogeneticTree(TreeNodes.From(trees[number - 1], source));
    }

    /// <summary>The species at the tips.</summary>
    public IReadOnlyList<string> Tips => [.. _nodes.Tips.Select(tip => _nodes.Names[tip])];

    /// <summary>The length of the path from the root to the farthest tip.</summary>
    public double Height => _nodes.Tips.Max(tip => _depths[tip]);

    /// <summary>Whether all tips are equally far from the root (to one part in a million).</summary>
    public bool IsUltrametric => _nodes.Tips.Min(tip => _depths[tip]) > (1 - 1e-6) * Height;

    /// <summary>
    /// The same tree with all branch lengths divided by its height, so that the variance of a Brownian effect is that at the
    /// farthest tips.
    /// </summary>
    public PhylogeneticTree ScaledToUnitHeight() => new(_nodes.Scaled(1 / Height));

    /// <summary>
    /// The same tree with effects that evolve by another rule than Brownian motion, whose parameter is estimated with the model:
    /// what <c>phylo(1 | species, model = lambda)</c> asks for.
    /// </summary>
    /// <param name="model">
    /// "brownian"; "lambda", Pagel's λ, by which the covariances between species are multiplied; "ou", an Ornstein-Uhlenbeck
    /// process at its stationary variance, with correlations exp(−decay × distance).
    /// </param>
    /// <exception cref="GlmmException">There is no model of that name.</exception>
    public PhylogeneticTree Evolving(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (TreePrecision.Models.TryGetValue(model, out var rule)) return new(_nodes, rule(_nodes));
        var names = TreePrecision.Models.Keys;
        throw new GlmmException($"There is no model of evolution called \"{model}\"{NearestName.Suggestion(model, names)} "
            + $"There are {EcoGlmm.Text.Names.List([.. names])}.");
    }

    /// <summary>A tree of nodes that were checked before, Brownian.</summary>
    internal static PhylogeneticTree Of(TreeNodes nodes) => new(nodes);

    /// <summary>The rule by which effects evolve; null for Brownian motion.</summary>
    internal TreePrecision? Rule { get; }

    /// <summary>The tree's nodes; the root stands last and is no level of a Brownian effect.</summary>
    internal TreeNodes Nodes => _nodes;

    internal override string Noun => "tree";

    internal override SparsePrecision Precision => _precision.Value;

    internal override IReadOnlyList<double> Variances => Rule is { } rule
        ? [.. Enumerable.Range(0, rule.Order).Select(level => rule.Unit * rule.Variance(level))]
        : new ArraySegment<double>(_depths, 0, _depths.Length - 1);

    internal override int IndexOf(string name)
    {
        var found = base.IndexOf(name);
        return found >= 0 || !name.Contains(' ') ? found : base.IndexOf(name.Replace(' ', '_'));
    }

    private protected override string MissingAdvice =>
        "Every species in the data needs a tip in the tree: correct the spelling, add the tip, or leave those rows out with data.Where(…).";

    /// <summary>Tips, nodes and height in a few lines.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"Phylogenetic tree of {_nodes.Tips.Length} tips and {_nodes.Names.Length - _nodes.Tips.Length} inner nodes, height {Height:G5}, ")
        + (IsUltrametric ? "ultrametric." : "not ultrametric: some tips are nearer to the root than others.")
        + (_nodes.ZeroLengths > 0
            ? $" {EcoGlmm.Text.Names.Count(_nodes.ZeroLengths, "branch")} of length zero taken as 1e-8 of the height.".Replace("branchs",
                "branches") : "");
}
