using EcoGlmm.Text;

namespace EcoGlmm.Formulas.Smooths;

/// <summary>How the covariates of a smooth are put together.</summary>
internal enum SmoothProduct
{
    /// <summary>s(): one basis over all covariates.</summary>
    None,

    /// <summary>te(): a tensor product of bases, a penalty for each.</summary>
    Full,

    /// <summary>ti(): a tensor product without the main effects.</summary>
    Interaction,

    /// <summary>t2(): a tensor product in parts with a penalty each.</summary>
    Separable,
}

/// <summary>A smooth as written: s(x, k = 10, bs = "cr", by = f).</summary>
/// <param name="Call">The call.</param>
/// <param name="Product">s, te, ti or t2.</param>
/// <param name="Variables">What it is a function of.</param>
internal sealed record SmoothSyntax(CallNode Call, SmoothProduct Product, IReadOnlyList<FormulaNode> Variables)
{
    private static readonly string[] Parameters = ["k", "bs", "m", "by", "mean", "knots", "d", "id", "xt"];

    /// <summary>Dimensions of the bases, as given; empty for the default.</summary>
    public int[] K { get; private init; } = [];

    /// <summary>Names of the bases, as given; empty for the default.</summary>
    public string[] Bases { get; private init; } = [];

    /// <summary>Orders of penalties, as given.</summary>
    public int[] M { get; private init; } = [];

    /// <summary>Knots, as given.</summary>
    public double[] Knots { get; private init; } = [];

    /// <summary>Knots of the covariates of a product by their names, from knots = list(day = c(0, 365)).</summary>
    public IReadOnlyDictionary<string, double[]> NamedKnots { get; private init; } = new Dictionary<string, double[]>();

    /// <summary>Numbers of covariates of the bases of a product, as given.</summary>
    public int[] D { get; private init; } = [];

    /// <summary>Whether it has an "id": its curves are to share one smoothing parameter.</summary>
    public bool IsAlike { get; private init; }

    /// <summary>The basis of the curves of a factor smooth, xt = list(bs = "cr"); null for the default.</summary>
    public string? InnerBasis { get; private init; }

    /// <summary>What the smooth is multiplied by, or a factor with a smooth for each level; null for nothing.</summary>
    public FormulaNode? By { get; private init; }

    /// <summary>The individuals over whose records the smooth is averaged; null for a smooth of each row.</summary>
    public FormulaNode? Mean { get; private init; }

    /// <summary>As R names it: "s(x)", "te(x,z)".</summary>
    public string Label => $"{Call.Function}({string.Join(',', Variables)}{(Mean is null ? "" : $",mean={Mean}")})";

    /// <summary>What the smooth is made from: its covariates, and what multiplies it.</summary>
    public IEnumerable<FormulaNode> Expressions => [.. Variables, .. new[] { By, Mean }.OfType<FormulaNode>()];

    public static bool IsSmooth(FormulaNode node) => node is CallNode { Function: "s" or "te" or "ti" or "t2", Package: "" };

    /// <exception cref="GlmmException">It is not written as a smooth is.</exception>
    public static SmoothSyntax Parse(string text, CallNode call)
    {
        var variables = new List<FormulaNode>();
        var given = new Dictionary<string, FormulaNode>(StringComparer.Ordinal);
        foreach (var argument in call.Arguments)
        {
            if (argument.Name is not { } name)
            {
                if (argument.Value is NumberNode or TextNode)
                    throw FormulaError.At(text, argument.Value.Position, $"{call.Function}() is a function of columns",
                        "Name what it means: k = 10, bs = \"cr\".");
                variables.Add(argument.Value);
            }
            else if (!Parameters.Contains(name))
            {
                throw FormulaError.At(text, argument.Value.Position, $"{call.Function}() has no argument \"{name}\"",
                    $"Its arguments are the covariates, {Names.List(Parameters)}.");
            }
            else if (!given.TryAdd(name, argument.Value))
            {
                throw FormulaError.At(text, argument.Value.Position, $"The argument \"{name}\" is given twice", "Remove one of them.");
            }
        }
        var product = call.Function switch
        {
            "te" => SmoothProduct.Full,
            "ti" => SmoothProduct.Interaction,
            "t2" => SmoothProduct.Separable,
            _ => SmoothProduct.None,
        };
        if (variables.Count == 0)
            throw FormulaError.At(text, call.Position, $"{call.Function}() needs a covariate", "Write s(x), or te(x, z) for a surface.");
        var bases = Texts(text, given, "bs");
        if (given.TryGetValue("id", out var id) && bases is not ["sz"])
        {
            throw FormulaError.At(text, id.Position, "\"id\" is for smooths with bs = \"sz\", whose curves then share one smoothing "
                + "parameter",
                "Curves for the levels of a factor that are all equally wiggly are written s(x, f, bs = \"fs\").");
        }
        if (given.TryGetValue("mean", out var mean)
            && (mean is not NameNode || given.ContainsKey("by") || bases is ["re"] or ["fs"] or ["sz"]))
        {
            throw FormulaError.At(text, mean.Position,
                "\"mean\" names the column of the individuals over whose records a curve is averaged, and cannot "
                + "stand beside \"by\" or in smooths that are made of groups",
                "Write s(age) + s(age, mean = id): the change within individuals, and how they differ.");
        }

        var named = NamedKnotsOf(text, given, variables);
        return new SmoothSyntax(call, product, variables)
        {
            Mean = mean,
            NamedKnots = named,
            IsAlike = id is not null,
            InnerBasis = Inner(text, given, bases),
            K = Whole(text, given, "k", 1),
            M = Whole(text, given, "m", 0),
            D = Whole(text, given, "d", 1),
            Bases = bases,
            Knots = named.Count > 0 ? named.GetValueOrDefault(variables[0].ToString()!, []) : Numbers(text, given, "knots"),
            By = given.GetValueOrDefault("by") is NameNode { Name: "NA" } ? null : given.GetValueOrDefault("by"),
        };
    }

    // knots = list(day = c(0, 365)), as R has them.
    private static Dictionary<string, double[]> NamedKnotsOf(string text, Dictionary<string, FormulaNode> given,
        List<FormulaNode> variables)
    {
        var result = new Dictionary<string, double[]>(StringComparer.Ordinal);
        if (given.GetValueOrDefault("knots") is not CallNode { Function: "list" } list) return result;
        foreach (var argument in list.Arguments)
        {
            if (argument.Name is not { } name || variables.TrueForAll(v => v.ToString() != name))
            {
                throw FormulaError.At(text, argument.Value.Position, $"knots = list(…) has no covariate's name "
                    + $"{(argument.Name is null ? "here" : $"in \"{argument.Name}\"")}",
                    $"The covariates are {Names.List([.. variables.Select(v => v.ToString()!)])}: "
                    + $"knots = list({variables[0]} = c(0, 365)).");
            }

            result[name] = Numbers(text, new Dictionary<string, FormulaNode> { ["knots"] = argument.Value }, "knots");
        }

        return result;
    }

    private static int[] Whole(string text, Dictionary<string, FormulaNode> given, string name, int least) =>
        Array.ConvertAll(Numbers(text, given, name), value => value == Math.Floor(value) && value >= least && value <= 10_000
            ? (int)value
            : throw FormulaError.At(text, given[name].Position, $"\"{name}\" must be a whole number, {least} or more",
                "Correct it, or leave it out for the default."));

    private static double[] Numbers(string text, Dictionary<string, FormulaNode> given, string name)
    {
        if (!given.TryGetValue(name, out var node))
            return [];
        return [.. Items(node).Select(item => Number(item) ?? throw FormulaError.At(text, item.Position,
            $"\"{name}\" must be a number, or several as c(5, 10)", "Correct it."))];
    }

    private static double? Number(FormulaNode node) => node switch
    {
        NumberNode number => number.Value,
        UnaryNode { Operator: "-", Operand: NumberNode number } => -number.Value,
        _ => null,
    };

    private static string? Inner(string text, Dictionary<string, FormulaNode> given, string[] bases)
    {
        if (!given.TryGetValue("xt", out var xt)) return null;
        if (bases is ["fs"] or ["sz"])
        {
            if (xt is TextNode word) return word.Value;
            if (xt is CallNode { Function: "list", Arguments: [{ Name: "bs", Value: TextNode inner }] }) return inner.Value;
        }
        throw FormulaError.At(text, xt.Position, "\"xt\" names the basis of the curves of a factor smooth",
            "Write s(x, f, bs = \"sz\", xt = list(bs = \"cr\")), or leave it out.");
    }

    private static string[] Texts(string text, Dictionary<string, FormulaNode> given, string name)
    {
        if (!given.TryGetValue(name, out var node))
            return [];
        return [.. Items(node).Select(item => item is TextNode word ? word.Value
            : throw FormulaError.At(text, item.Position, "\"bs\" must be the name of a basis in quotes",
                $"It is one of {Names.List([.. SmoothBasisKind.All.Select(b => b.Name)])}."))];
    }

    private static IEnumerable<FormulaNode> Items(FormulaNode node) =>
        node is CallNode { Function: "c" } list ? list.Arguments.Select(a => a.Value) : [node];
}
