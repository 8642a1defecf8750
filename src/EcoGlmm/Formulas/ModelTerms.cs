using System.Numerics;

namespace EcoGlmm.Formulas;

/// <summary>One term of the linear predictor: the variables that it multiplies, by index, and whether each of them is
/// coded by an indicator of every level (rather than by contrasts) should it be a factor.</summary>
internal sealed record ModelTerm(string Label, int[] Variables, bool[] FullCoding);

/// <summary>
/// The terms that a right-hand side stands for, by the rules of R's terms.formula: operators expand to sets of
/// variables, duplicates vanish, terms are ordered by degree and, within a degree, by appearance.
/// </summary>
internal sealed class ModelTerms
{
    private readonly string _text;
    private readonly IReadOnlyList<string>? _dotColumns;
    private readonly Dictionary<string, int> _variableIndex = new(StringComparer.Ordinal);
    private readonly List<FormulaNode> _variables = [];
    private readonly List<FormulaNode> _offsets = [];

    private ModelTerms(string text, IReadOnlyList<string>? dotColumns)
    {
        _text = text;
        _dotColumns = dotColumns;
    }

    /// <param name="text">The whole formula, for messages.</param>
    /// <param name="rightHandSide">Its right-hand side without random terms; null means an intercept alone.</param>
    /// <param name="response">The response, which is never a term of its own model.</param>
    /// <param name="dotColumns">The columns that a dot stands for; null to keep the dot as a variable.</param>
    public static ModelTerms Expand(
        string text, FormulaNode? rightHandSide, FormulaNode? response, IReadOnlyList<string>? dotColumns)
    {
        var result = new ModelTerms(text, dotColumns);
        // The response comes first among the variables, as in R: it fixes the order of variables within interactions.
        var responseTerm = response is null ? BigInteger.Zero : result.Variable(response);
        var terms = rightHandSide is null ? [] : result.Encode(rightHandSide, add: true);
        if (response is not null && terms.Contains(responseTerm))
        {
            var place = rightHandSide!.Descend().Last(node => node.ToString() == response.ToString());
            throw FormulaError.At(text, place.Position, "The response is also on the right of the ~",
                "Leave it out there: it would explain itself.");
        }

        var ordered = terms.OrderBy(Degree).ToList();
        result.Terms = ordered.Select((_, i) => result.Describe(ordered, i)).ToArray();
        return result;
    }

    public bool HasIntercept { get; private set; } = true;

    public IReadOnlyList<FormulaNode> Variables => _variables;

    public IReadOnlyList<ModelTerm> Terms { get; private set; } = [];

    /// <summary>The arguments of the offset() terms.</summary>
    public IReadOnlyList<FormulaNode> Offsets => _offsets;

    private static int Degree(BigInteger term)
    {
        var count = 0;
        for (; !term.IsZero; term &= term - 1)
            count++;
        return count;
    }

    private ModelTerm Describe(List<BigInteger> terms, int index)
    {
        var term = terms[index];
        var variables = new List<int>();
        var full = new List<bool>();
        for (var v = 0; v < _variables.Count; v++)
        {
            var bit = BigInteger.One << v;
            if ((term & bit).IsZero)
                continue;
            variables.Add(v);
            // Contrasts only where an earlier term contains the margin without this variable.
            var margin = term ^ bit;
            var marginPresent = margin.IsZero || terms.Take(index).Any(earlier => (margin & ~earlier).IsZero);
            full.Add(!marginPresent);
        }
        var label = string.Join(':', variables.Select(v => _variables[v].ToString()));
        return new ModelTerm(label, [.. variables], [.. full]);
    }

    private BigInteger Variable(FormulaNode node)
    {
        var name = node.ToString();
        if (!_variableIndex.TryGetValue(name, out var index))
        {
            index = _variables.Count;
            _variableIndex.Add(name, index);
            _variables.Add(node);
        }
        return BigInteger.One << index;
    }

    private List<BigInteger> Encode(FormulaNode node, bool add)
    {
        switch (node)
        {
            case NumberNode { Value: 1 }:
                HasIntercept = add;
                return [];
            case NumberNode { Value: 0 }:
                HasIntercept = !add;
                return [];
            case NumberNode or TextNode:
                throw FormulaError.At(_text, node.Position, $"{node} is not a term",
                    "The only numbers that can stand alone in a formula are 1 (an intercept) and 0 (none); a constant in "
                    + "the linear predictor is written offset(...).");
            case NameNode { Name: "." } when _dotColumns is not null:
                return _dotColumns.Select(column => Variable(new NameNode(node.Position, column))).ToList();
            case ParenthesisNode parenthesis:
                return Encode(parenthesis.Inner, add);
            case CallNode { Function: "offset" } offset:
                EncodeOffset(offset, add);
                return [];
            case UnaryNode { Operator: "+" } plus:
                return Encode(plus.Operand, add);
            case UnaryNode { Operator: "-" } minus:
                Encode(minus.Operand, !add);
                return [];
            case BinaryNode binary:
                return EncodeOperation(binary, add);
            default:
                return [Variable(node)];
        }
    }

    private List<BigInteger> EncodeOperation(BinaryNode node, bool add)
    {
        if (node.Operator == "^")
            return Power(node, add);
        if (node.Operator is not ("+" or "-" or "*" or ":" or "/" or "%in%"))
            return [Variable(node)];
        var left = Encode(node.Left, add);
        var right = Encode(node.Right, node.Operator == "-" ? !add : add);
        switch (node.Operator)
        {
            case "+":
                return Distinct([.. left, .. right]);
            case "-":
                left.RemoveAll(right.Contains);
                return left;
            case "*":
                return Distinct([.. left, .. right, .. Products(left, right)]);
            case ":":
                return Distinct(Products(left, right));
            case "/":
                return Distinct([.. left, .. Products([Union(left)], right)]);
            default:
                return Distinct(Products(left, [Union(right)]));
        }
    }

    private List<BigInteger> Power(BinaryNode node, bool add)
    {
        var exponent = node.Right is ParenthesisNode inner ? inner.Inner : node.Right;
        if (exponent is not NumberNode { Value: >= 1 and <= 100 } number || number.Value != Math.Floor(number.Value))
        {
            throw FormulaError.At(_text, node.Right.Position, "The power of a term must be a whole number from 1",
                "(a + b + c)^2 means all main effects and their two-way interactions. For the square of a variable "
                + "write I(x^2).");
        }
        var basis = Encode(node.Left, add);
        var result = basis;
        for (var i = 1; i < number.Value; i++)
            result = Distinct(Products(result, basis));
        return result;
    }

    private void EncodeOffset(CallNode offset, bool add)
    {
        if (offset.Arguments.Count != 1)
        {
            throw FormulaError.At(_text, offset.Position, "offset() takes one expression",
                "Write offset(log(effort)); several offsets are added as several terms.");
        }
        var name = offset.ToString();
        var present = _offsets.FindIndex(known => $"offset({known})" == name);
        if (add && present < 0)
            _offsets.Add(offset.Arguments[0].Value);
        else if (!add && present >= 0)
            _offsets.RemoveAt(present);
    }

    private static BigInteger Union(List<BigInteger> terms) =>
        terms.Aggregate(BigInteger.Zero, (all, term) => all | term);

    private static List<BigInteger> Products(List<BigInteger> left, List<BigInteger> right) =>
        left.SelectMany(a => right.Select(b => a | b)).ToList();

    private static List<BigInteger> Distinct(IEnumerable<BigInteger> terms) => terms.Distinct().ToList();
}
