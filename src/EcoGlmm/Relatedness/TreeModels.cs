namespace EcoGlmm.Relationships;

/// <summary>Brownian motion from the root: a = 1, τ the branch's length. The root's own value is the model's intercept.</summary>
internal sealed class BrownianTree(TreeNodes nodes) : TreePrecision(nodes, withRoot: false)
{
    private readonly double[] _depths = nodes.Depths();

    public override int ParameterCount => 0;

    public override double Variance(int level) => _depths[level];

    protected override Branch BranchOf(int node, double phi) => new(1, Nodes.Lengths[node], 0, 0);
}

/// <summary>
/// Pagel's λ: the covariances between tips times λ, their variances kept. Inner nodes evolve by Brownian motion, and a tip is
/// √λ of its parent with τ = d_tip − λ d_parent (d the distance from the root), which also holds at λ = 0.
/// λ = sin²φ: both ends are then inner points of φ. M. Pagel (1999), Nature 401, 877-884.
/// </summary>
internal sealed class PagelTree : TreePrecision
{
    private readonly double[] _depths;

    /// <param name="nodes">The tree.</param>
    /// <param name="unit">What its branches were divided by.</param>
    public PagelTree(TreeNodes nodes, double unit = 1)
        : base(nodes, withRoot: false)
    {
        _depths = nodes.Depths();
        Unit = unit;
    }

    /// <summary>On a tree whose branches are divided by its height.</summary>
    public static PagelTree Of(TreeNodes nodes)
    {
        var depths = nodes.Depths();
        var height = nodes.Tips.Max(tip => depths[tip]);
        return new(nodes.Scaled(1 / height), height);
    }

    public override double Unit { get; }

    public override int ParameterCount => 1;

    public override string ParameterName => "lambda";

    public override bool EndsInBrownianMotion => true;

    /// <summary>λ of one half.</summary>
    public override double Start => Math.PI / 4;

    /// <summary>λ comes back after it has been one.</summary>
    public override (double Low, double High)? Stretch => (0, Math.PI / 2);

    public override double Parameter(double phi) => Lambda(phi);

    public override double Variance(int level) => _depths[level];

    /// <summary>λ at φ.</summary>
    public static double Lambda(double phi) => Math.Sin(phi) * Math.Sin(phi);

    /// <summary>dλ/dφ.</summary>
    public static double LambdaSlope(double phi) => Math.Sin(2 * phi);

    /// <summary>φ at λ.</summary>
    public static double Phi(double lambda) => Math.Asin(Math.Sqrt(Math.Clamp(lambda, 0, 1)));

    /// <summary>λ of zero or one to four digits.</summary>
    public override (string Message, string Advice)? Limit(double phi) => Lambda(phi) switch
    {
        < 1e-4 => ("Pagel's lambda is estimated as zero: species are no more alike than by chance.", "The term can be written (1 | "
            + "species), without the tree."),
        > 1 - 1e-4 => ("Pagel's lambda is estimated as one: Brownian motion along the tree.", "The term can be written without model = "
            + "lambda."),
        _ => null,
    };

    protected override Branch BranchOf(int node, double phi)
    {
        var length = Nodes.Lengths[node];
        if (!Nodes.IsTip[node])
            return new(1, length, 0, 0);
        var parent = _depths[Nodes.Parents[node]];
        // d_tip − λ d_parent, written so that λ = 1 gives the branch's length without cancellation.
        var cosine = Math.Cos(phi);
        return new(Math.Sin(phi), length + (cosine * cosine * parent), cosine, -LambdaSlope(phi) * parent);
    }
}

/// <summary>
/// An Ornstein-Uhlenbeck process along the tree at its stationary variance, 1: the correlation of two nodes is exp(−α d), d the
/// length of the path between them, φ = log α. The root is a level. E. P. Martins and T. F. Hansen (1997), American Naturalist
/// 149, 646-667.
/// </summary>
internal sealed class OrnsteinUhlenbeckTree(TreeNodes nodes) : TreePrecision(nodes, withRoot: true)
{
    public override int ParameterCount => 1;

    public override string ParameterName => "decay";

    /// <summary>A half-life of a third of the tree's height.</summary>
    public override double Start => Math.Log(3 * Math.Log(2) / Nodes.Depths().Max());

    public override double Parameter(double phi) => Math.Exp(phi);

    public override double Variance(int level) => 1;

    /// <summary>A half-life of a seventh of the shortest branch to a tip, or of seventy times the tree's height.</summary>
    public override (string Message, string Advice)? Limit(double phi)
    {
        var (alpha, height) = (Math.Exp(phi), Nodes.Depths().Max());
        var tips = Enumerable.Range(0, Nodes.Names.Length).Where(v => Nodes.IsTip[v] && Nodes.Lengths[v] > 0).Select(v => Nodes.Lengths[v])
            .DefaultIfEmpty(height).Min();
        if (alpha * tips > 5)
            return ("The decay along the tree is estimated as infinite: species are no more alike than by chance.",
                "The term can be written (1 | species), without the tree.");
        if (alpha * height < 0.01)
            return ("The decay along the tree is estimated as zero, where only the variance per unit of length is determined.",
                "Use phylo without model = ou, which is Brownian motion.");
        return null;
    }

    protected override Branch BranchOf(int node, double phi)
    {
        if (node == Nodes.Root)
            return new(0, 1, 0, 0);
        var rate = Math.Exp(phi) * Nodes.Lengths[node];
        var weight = Math.Exp(-rate);
        return new(weight, -Expm1(-2 * rate), -rate * weight, 2 * rate * weight * weight);
    }

    /// <summary>eˣ − 1 for x ≤ 0 without cancellation.</summary>
    private static double Expm1(double x)
    {
        // eˣ − 1 = 2 e^(x/2) sinh(x/2)
        return 2 * Math.Exp(x / 2) * Math.Sinh(x / 2);
    }
}
