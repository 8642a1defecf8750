using EcoGlmm.Formulas.Smooths;

namespace EcoGlmm.Formulas;

/// <summary>A formula: response ~ fixed effects + random terms, or ~ … without a response.</summary>
internal sealed class ModelFormula
{
    private ModelFormula(string text, FormulaNode? response, FormulaNode rightHandSide)
    {
        Text = text;
        Response = response;
        RightHandSide = rightHandSide;
        (FixedEffects, RandomTerms, Smooths, WrittenRandomTerms) = RandomTermSplitter.Split(text, rightHandSide);
    }

    /// <summary>The text as written, which positions refer to.</summary>
    public string Text { get; }

    public FormulaNode? Response { get; }

    public FormulaNode RightHandSide { get; }

    /// <summary>The right-hand side without its random terms and smooths; null where nothing is left, which means an intercept.</summary>
    public FormulaNode? FixedEffects { get; }

    /// <summary>The random terms, a/b expanded, in the order of the text.</summary>
    public IReadOnlyList<RandomTermSyntax> RandomTerms { get; }

    /// <summary>The smooths, in the order of the text.</summary>
    public IReadOnlyList<SmoothSyntax> Smooths { get; }

    /// <summary>The random terms and the smooths as they were written.</summary>
    public IReadOnlyList<FormulaNode> WrittenRandomTerms { get; }

    /// <exception cref="GlmmException">The text is not a formula; the message shows where.</exception>
    public static ModelFormula Parse(string text)
    {
        var (response, rightHandSide) = FormulaParser.Parse(text);
        return new ModelFormula(text, response, rightHandSide);
    }

    /// <summary>Whether the formula of a part is zero by construction, such as <c>~ 0</c>.</summary>
    /// <exception cref="GlmmException">The text is not a formula.</exception>
    public static bool IsEmpty(string text) => IsBare(text, hasIntercept: false);

    /// <summary>Whether the formula of a part is an intercept alone, such as <c>~ 1</c>.</summary>
    /// <exception cref="GlmmException">The text is not a formula.</exception>
    public static bool IsConstant(string text) => IsBare(text, hasIntercept: true);

    private static bool IsBare(string text, bool hasIntercept)
    {
        var formula = Parse(text);
        if (formula.RandomTerms.Count > 0 || formula.Smooths.Count > 0 || formula.RightHandSide.Descend().Any(IsDot)) return false;
        var terms = ModelTerms.Expand(text, formula.FixedEffects, null, null);
        return terms.HasIntercept == hasIntercept && terms.Terms.Count == 0 && terms.Offsets.Count == 0;
    }

    /// <summary>The formula in canonical spacing.</summary>
    public override string ToString() => Response is null ? $"~{RightHandSide}" : $"{Response} ~ {RightHandSide}";

    /// <summary>
    /// R's update(): in the change, a dot on the left stands for this formula's response, on the right for its terms;
    /// <c>- x</c> and <c>- (1 | g)</c> take terms away. The result lists its terms in R's order, random ones last.
    /// </summary>
    /// <exception cref="GlmmException">The change is not a formula.</exception>
    public ModelFormula Update(string change)
    {
        var (response, rightHandSide) = FormulaParser.Parse(change);
        var newResponse = response is null || IsDot(response) ? Response
            : Response is null ? response
            : WithoutDot(response, Response);
        var random = new List<FormulaNode>();
        var fixedEffects = UpdateFixed(rightHandSide, add: true, random) ?? new NumberNode(0, 1, false);

        var terms = fixedEffects.Descend().Any(IsDot)
            ? [fixedEffects.ToString()]
            : Simplify(change, fixedEffects, newResponse);
        var text = string.Join(" + ", [.. terms, .. random.Select(term => term.ToString())]).Replace(" + -", " - ");
        return Parse(newResponse is null ? $"~{text}" : $"{newResponse} ~ {text}");
    }

    /// <summary>This formula with every dot on its right standing for the right-hand side of another, without offsets.</summary>
    public ModelFormula WithDot(ModelFormula other)
    {
        if (!RightHandSide.Descend().Any(IsDot))
            return this;
        var meant = WithoutOffsets(other.RightHandSide) ?? new NumberNode(0, 1, false);
        return Parse("~" + WithoutDot(RightHandSide, meant));
    }

    private static bool IsDot(FormulaNode node) => node is NameNode { Name: "." };

    private static string[] Simplify(string text, FormulaNode fixedEffects, FormulaNode? response)
    {
        var expanded = ModelTerms.Expand(text, fixedEffects, response, dotColumns: null);
        var terms = expanded.Terms
            .Select(term => string.Join(':', term.Variables.Select(v => Operand(expanded.Variables[v]))))
            .Concat(expanded.Offsets.Select(offset => $"offset({offset})"));
        if (!expanded.HasIntercept)
            return [.. terms, "-1"];
        return terms.Any() ? [.. terms] : ["1"];
    }

    private static string Operand(FormulaNode node) => node is BinaryNode or UnaryNode ? $"({node})" : node.ToString();

    // Follows sums and differences: random terms go into the list or out of it, the rest is returned.
    private FormulaNode? UpdateFixed(FormulaNode node, bool add, List<FormulaNode> random)
    {
        if (RandomTermSplitter.IsRandomTerm(node) || SmoothSyntax.IsSmooth(node))
        {
            Change(random, node, add);
            return null;
        }
        switch (node)
        {
            case NameNode { Name: "." }:
                foreach (var term in WrittenRandomTerms)
                    Change(random, term, add);
                return new ParenthesisNode(0, FixedEffects ?? new NumberNode(0, 1, false));
            case ParenthesisNode parenthesis:
                return UpdateFixed(parenthesis.Inner, add, random) is { } inner
                    ? parenthesis with { Inner = inner }
                    : null;
            case BinaryNode { Operator: "+" or "-" } sum:
                var left = UpdateFixed(sum.Left, add, random);
                var right = UpdateFixed(sum.Right, sum.Operator == "-" ? !add : add, random);
                if (right is null)
                    return left;
                if (left is not null)
                    return sum with { Left = left, Right = right };
                return sum.Operator == "-" ? new UnaryNode(sum.Position, "-", right) : right;
            default:
                return WithoutDot(node, FixedEffects ?? new NumberNode(0, 1, false));
        }
    }

    private static void Change(List<FormulaNode> terms, FormulaNode term, bool add)
    {
        var present = terms.FindIndex(known => known.ToString() == term.ToString());
        if (add && present < 0)
            terms.Add(term);
        else if (!add && present >= 0)
            terms.RemoveAt(present);
    }

    private static FormulaNode WithoutDot(FormulaNode node, FormulaNode meant) => node switch
    {
        NameNode { Name: "." } => meant is BinaryNode or UnaryNode ? new ParenthesisNode(node.Position, meant) : meant,
        ParenthesisNode parenthesis => parenthesis with { Inner = WithoutDot(parenthesis.Inner, meant) },
        UnaryNode unary => unary with { Operand = WithoutDot(unary.Operand, meant) },
        BinaryNode binary => binary with
        {
            Left = WithoutDot(binary.Left, meant),
            Right = WithoutDot(binary.Right, meant),
        },
        CallNode call => call with
        {
            Arguments = [.. call.Arguments.Select(argument => argument with { Value = WithoutDot(argument.Value, meant) })],
        },
        _ => node,
    };

    private static FormulaNode? WithoutOffsets(FormulaNode node)
    {
        switch (node)
        {
            case CallNode { Function: "offset" }:
                return null;
            case BinaryNode { Operator: "+" or "-" } sum:
                var (left, right) = (WithoutOffsets(sum.Left), WithoutOffsets(sum.Right));
                return right is null ? left : left is null ? right : sum with { Left = left, Right = right };
            default:
                return node;
        }
    }
}
