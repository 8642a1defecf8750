using EcoGlmm.Formulas.Smooths;
using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>Takes the random terms and the smooths out of the right-hand side of a formula.</summary>
internal sealed class RandomTermSplitter
{
    private readonly string _text;
    private readonly List<RandomTermSyntax> _terms = [];
    private readonly List<FormulaNode> _written = [];
    private readonly List<SmoothSyntax> _smooths = [];

    private RandomTermSplitter(string text) => _text = text;

    /// <returns>
    /// The rest, null if nothing is left; the random terms; the smooths; and the syntax of both before a/b was expanded.
    /// </returns>
    public static (FormulaNode? Fixed,
        IReadOnlyList<RandomTermSyntax> Random, IReadOnlyList<SmoothSyntax> Smooths, IReadOnlyList<FormulaNode> Written)
        Split(string text, FormulaNode rightHandSide)
    {
        var splitter = new RandomTermSplitter(text);
        var rest = splitter.Split(rightHandSide);
        return (rest, splitter._terms, splitter._smooths, splitter._written);
    }

    /// <summary>Whether a part of a formula is a random term: (x | g), or a structure's name before it.</summary>
    public static bool IsRandomTerm(FormulaNode node) =>
        node is ParenthesisNode { Inner: BinaryNode { Operator: "|" or "||" } }
        || node is CallNode call && StructureOf(call) is not null;

    private FormulaNode? Split(FormulaNode node)
    {
        switch (node)
        {
            case ParenthesisNode { Inner: BinaryNode { Operator: "|" or "||" } bar }:
                _written.Add(node);
                AddTerm(bar, structure: null);
                return null;
            case CallNode call when StructureOf(call) is { } bar:
                if (call.Arguments.Count > 1 && StructureKind.Find(call.Function) is { TakesArguments: false })
                {
                    throw FormulaError.At(_text, call.Arguments[1].Value.Position,
                        $"{call.Function}() takes one random term",
                        "Remove what follows it.");
                }
                _written.Add(node);
                AddTerm(bar, call.Function, [.. call.Arguments.Skip(1)]);
                return null;
            case CallNode call when SmoothSyntax.IsSmooth(call):
                _written.Add(node);
                _smooths.Add(SmoothSyntax.Parse(_text, call));
                return null;
            case ParenthesisNode parenthesis:
                return Split(parenthesis.Inner) is { } inner ? parenthesis with { Inner = inner } : null;
            case BinaryNode { Operator: "|" or "||" } bare:
                throw FormulaError.At(_text, bare.Position, "A random term needs parentheses",
                    "Write it as (1 | group), added to the other terms with +.");
            case UnaryNode { Operator: "+" } plus:
                return Split(plus.Operand);
            case BinaryNode { Operator: "+" } sum:
                var left = Split(sum.Left);
                var right = Split(sum.Right);
                return left is null ? right : right is null ? left : sum with { Left = left, Right = right };
            case BinaryNode { Operator: "-" } difference:
                RefuseRandom(difference.Right, "A random term cannot be subtracted", "Leave it out of the formula.");
                return Split(difference.Left) is { } kept
                    ? difference with { Left = kept }
                    : new UnaryNode(difference.Position, "-", difference.Right);
            case BinaryNode or UnaryNode:
                RefuseRandom(node, "A random term can only be added to the other terms", "Put a + in front of it.");
                return node;
            default:
                return node;
        }
    }

    private static BinaryNode? StructureOf(CallNode call)
    {
        if (call.Arguments.Count == 0 || call.Arguments[0].Value is not BinaryNode { Operator: "|" or "||" } bar)
            return null;
        return StructureKind.Find(call.Function) is not null || !FunctionLibrary.Contains(call.Function)
            ? bar
            : null;
    }

    private void RefuseRandom(FormulaNode node, string fault, string advice)
    {
        var inner = node is ParenthesisNode parenthesis ? parenthesis.Inner : node;
        if (inner is BinaryNode { Operator: "|" or "||" } || inner is CallNode call && StructureOf(call) is not null)
            throw FormulaError.At(_text, node.Position, fault, advice);
        if (SmoothSyntax.IsSmooth(inner))
        {
            throw FormulaError.At(_text, node.Position, fault.Replace("random term", "smooth", StringComparison.Ordinal),
                "Smooths that differ between the levels of a factor are written s(x, by = f), surfaces te(x, z).");
        }
        if (inner is BinaryNode binary)
        {
            RefuseRandom(binary.Left, fault, advice);
            RefuseRandom(binary.Right, fault, advice);
        }
        else if (inner is UnaryNode unary)
            RefuseRandom(unary.Operand, fault, advice);
    }

    private void AddTerm(BinaryNode bar, string? structure, IReadOnlyList<Argument>? arguments = null)
    {
        foreach (var nested in new[] { bar.Left, bar.Right })
        {
            if (nested.Descend().FirstOrDefault(node => node is BinaryNode { Operator: "|" or "||" }) is { } second)
            {
                throw FormulaError.At(_text, second.Position, "A random term has only one bar",
                    "Write one term for each grouping factor: (1 | a) + (1 | b).");
            }
        }
        if (structure is not null && StructureKind.Find(structure) is null)
        {
            string[] names = [.. StructureKind.All.Select(kind => kind.Name)];
            throw FormulaError.At(_text, _written[^1].Position, $"There is no covariance structure called {structure}",
                $"Structures are written as diag(x | g) or us(x | g); they are {Names.List(names)}"
                + NearestName.Suggestion(structure, names));
        }
        foreach (var group in Nested(bar.Right))
            {
            _terms.Add(new RandomTermSyntax(bar.Position, bar.Left, group, structure, bar.Operator == "||")
            {
                Arguments = arguments ?? [],
            });
        }
    }

    // a/b/c stands for c within b within a, b within a, and a; lme4 names these c:(b:a), b:a and a.
    private List<FormulaNode> Nested(FormulaNode group)
    {
        while (group is ParenthesisNode parenthesis)
            group = parenthesis.Inner;
        if (group is BinaryNode { Operator: "+" or "*" or "-" or "^" } operation)
        {
            throw FormulaError.At(_text, operation.Position,
                $"A grouping factor cannot be made with {operation.Operator}",
                "Write crossed factors as (1 | a) + (1 | b), nested ones as (1 | a/b), combinations as (1 | a:b).");
        }
        if (group is not BinaryNode { Operator: "/" } nesting)
            return [group];
        var outer = Nested(nesting.Left);
        var around = outer[0] is BinaryNode ? new ParenthesisNode(nesting.Position, outer[0]) : outer[0];
        return [new BinaryNode(nesting.Position, ":", nesting.Right, around), .. outer];
    }
}
