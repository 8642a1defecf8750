using EcoGlmm.Numerics;

namespace EcoGlmm.Relationships;

/// <summary>
/// The precision P(φ) of effects that evolve along a tree, with its inner nodes kept: b_v = a_v b_parent + e_v,
/// Var(e_v) = τ_v, so that P = Σ_v (1, −a_v)(1, −a_v)ᵀ/τ_v over the branches and log |P| = −Σ_v log τ_v. The pattern is the
/// tree's own whatever φ: J. D. Hadfield and S. Nakagawa (2010), Journal of Evolutionary Biology 23, 494-508.
/// </summary>
internal abstract class TreePrecision
{
    private readonly int[] _own;
    private readonly int[] _link;
    private readonly int[] _parent;

    /// <param name="nodes">The tree.</param>
    /// <param name="withRoot">Whether the root's effect is random, too, and the last level.</param>
    protected TreePrecision(TreeNodes nodes, bool withRoot)
    {
        Nodes = nodes;
        Order = withRoot ? nodes.Names.Length : nodes.Names.Length - 1;
        var linked = Enumerable.Range(0, nodes.Root).Where(v => nodes.Parents[v] < Order).ToArray();
        Pattern = SparsePattern.FromPairs(Order, linked, Array.ConvertAll(linked, v => nodes.Parents[v]));
        _own = [.. Enumerable.Range(0, Order).Select(v => Pattern.IndexOf(v, v))];
        _link = [.. Enumerable.Range(0, Order).Select(v => HasLevel(nodes.Parents[v]) ? Pattern.IndexOf(v, nodes.Parents[v]) : -1)];
        _parent = [.. Enumerable.Range(0, Order).Select(v => HasLevel(nodes.Parents[v]) ? _own[nodes.Parents[v]] : -1)];
    }

    /// <summary>The rules of evolution by name, each as the precision by it on a tree; null for Brownian motion, which the tree itself
    /// is.</summary>
    public static IReadOnlyDictionary<string, Func<TreeNodes, TreePrecision?>> Models { get; } =
        new Dictionary<string, Func<TreeNodes, TreePrecision?>>(StringComparer.Ordinal)
        {
            ["brownian"] = _ => null,
            ["lambda"] = PagelTree.Of,
            ["ou"] = nodes => new OrnsteinUhlenbeckTree(nodes),
        };

    /// <summary>The number of levels.</summary>
    public int Order { get; }

    /// <summary>Where P has entries.</summary>
    public SparsePattern Pattern { get; }

    /// <summary>The number of parameters φ, none or one.</summary>
    public abstract int ParameterCount { get; }

    /// <summary>What users call the parameter: "lambda", "decay"; null where there is none.</summary>
    public virtual string? ParameterName => null;

    /// <summary>Whether Brownian motion is at the end of what the parameter can be.</summary>
    public virtual bool EndsInBrownianMotion => false;

    /// <summary>Where a search for φ starts.</summary>
    public virtual double Start => 0;

    /// <summary>The φ between which the parameter goes from one of its ends to the other; null where it does so over all φ.</summary>
    public virtual (double Low, double High)? Stretch => null;

    /// <summary>What variances by this precision must be multiplied by for those of the tree, which may be in years.</summary>
    public virtual double Unit => 1;

    protected TreeNodes Nodes { get; }

    /// <summary>The parameter at φ, on the users' scale.</summary>
    public virtual double Parameter(double phi) => double.NaN;

    /// <summary>The variance of a level, (P⁻¹)_ll; the same whatever φ.</summary>
    public abstract double Variance(int level);

    /// <summary>Why φ is at the end of what it can be and what to try then; null where it is not.</summary>
    public virtual (string Message, string Advice)? Limit(double phi) => null;

    /// <summary>a and τ of a node's branch, with their derivatives by φ.</summary>
    protected abstract Branch BranchOf(int node, double phi);

    /// <summary>Writes P(φ) and returns log |P|.</summary>
    public double Evaluate(ReadOnlySpan<double> phi, Span<double> values)
    {
        var at = ParameterCount == 0 ? 0 : phi[0];
        values.Clear();
        var logDeterminant = 0.0;
        for (var v = 0; v < Order; v++)
        {
            var branch = BranchOf(v, at);
            logDeterminant -= Math.Log(branch.Variance);
            values[_own[v]] += 1 / branch.Variance;
            if (_link[v] < 0)
                continue;
            values[_link[v]] -= branch.Weight / branch.Variance;
            values[_parent[v]] += branch.Weight * branch.Weight / branch.Variance;
        }
        return logDeterminant;
    }

    /// <summary>
    /// The derivative by φ of Σ g·P + g_log log |P|, g given for each stored entry (an entry off the diagonal counts as it is
    /// stored, once).
    /// </summary>
    public double PullBack(ReadOnlySpan<double> phi, ReadOnlySpan<double> entries, double logDeterminant)
    {
        if (ParameterCount == 0)
            return 0;
        var slope = 0.0;
        for (var v = 0; v < Order; v++)
        {
            var branch = BranchOf(v, phi[0]);
            var inverse = 1 / branch.Variance;
            // d(1/τ) = −dτ/τ²
            var dInverse = -branch.VarianceSlope * inverse * inverse;
            slope += entries[_own[v]] * dInverse;
            slope -= logDeterminant * branch.VarianceSlope * inverse;
            if (_link[v] < 0)
                continue;
            slope -= entries[_link[v]] * ((branch.WeightSlope * inverse) + (branch.Weight * dInverse));
            slope += entries[_parent[v]] * ((2 * branch.Weight * branch.WeightSlope * inverse)
                + (branch.Weight * branch.Weight * dInverse));
        }
        return slope;
    }

    /// <summary>x ← (P(φ)⁻¹ ⊗ I) x, x levels × d: from the tips to the root and back.</summary>
    public void Solve(ReadOnlySpan<double> phi, Span<double> x, int d)
    {
        var at = ParameterCount == 0 ? 0 : phi[0];
        var order = Nodes.FromRoot();
        for (var i = order.Length - 1; i >= 0; i--)
        {
            var v = order[i];
            if (v >= Order || _link[v] < 0)
                continue;
            var weight = BranchOf(v, at).Weight;
            for (var k = 0; k < d; k++) x[(Nodes.Parents[v] * d) + k] += weight * x[(v * d) + k];
        }
        foreach (var v in order)
        {
            if (v >= Order)
                continue;
            var branch = BranchOf(v, at);
            for (var k = 0; k < d; k++)
                x[(v * d) + k] = (branch.Variance * x[(v * d) + k]) + (_link[v] < 0 ? 0 : branch.Weight * x[(Nodes.Parents[v] * d) + k]);
        }
    }

    private bool HasLevel(int node) => node >= 0 && node < Order;
}

/// <summary>How a node follows its parent: b = Weight · parent + e, Var(e) = Variance, and the derivatives of both by φ.</summary>
internal readonly record struct Branch(double Weight, double Variance, double WeightSlope, double VarianceSlope);
