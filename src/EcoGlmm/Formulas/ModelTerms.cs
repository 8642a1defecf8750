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
    /// <summary>More terms than this no data can tell apart; a formula that asks for more is refused before they are built.</summary>
    public const int MostTerms = 10_000;

    /// <summary>Products of terms, duplicates included, that one formula may go through: a second's work.</summary>
    private const long MostProducts = 4_000_000;

    private readonly string _text;
    private readonly IReadOnlyList<string>? _dotColumns;
    private readonly CancellationToken _cancellation;
    private long _products;
    private FormulaNode? _whole;
    private readonly Dictionary<string, int> _variableIndex = new(StringComparer.Ordinal);
    private readonly List<FormulaNode> _variables = [];
    private readonly List<FormulaNode> _offsets = [];

    private ModelTerms(string text, IReadOnlyList<string>? dotColumns, CancellationToken cancellation)
    {
        _text = text;
        _dotColumns = dotColumns;
        _cancellation = cancellation;
    }

    /// <param name="text">The whole formula, for messages.</param>
    /// <param name="rightHandSide">Its right-hand side without random terms; null means an intercept alone.</param>
    /// <param name="response">The response, which is never a term of its own model.</param>
    /// <param name="dotColumns">The columns that a dot stands for; null to keep the dot as a variable.</param>
    /// <param name="cancellation">Stops the expansion.</param>
    /// <exception cref="GlmmException">The formula asks for more than <see cref="MostTerms"/> terms, or something in it is no
    /// term.</exception>
    public static ModelTerms Expand(
        string text, FormulaNode? rightHandSide, FormulaNode? response, IReadOnlyList<string>? dotColumns,
        CancellationToken cancellation = default)
    {
        var result = new ModelTerms(text, dotColumns, cancellation) { _whole = rightHandSide };
        // The response comes first among the variables, as in R: it fixes the order of variables within interactions.
        var responseTerm = response is null ? BigInteger.Zero : result.Variable(response);
        var terms = rightHandSide is null ? [] : result.Encode(rightHandSide, add: true);
        if (response is not null && terms.Contains(responseTerm))
        {
            var place = rightHandSide!.Descend().Last(node => node.ToString() == response.ToString());
            throw FormulaError.At(text, place.Position, "The response is also on the right of the ~",
                "Leave it out there: it would explain itself.");
        }

        result.Terms = result.Describe([.. terms.OrderBy(Degree)]);
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

    private ModelTerm[] Describe(BigInteger[] terms)
    {
        var described = new ModelTerm[terms.Length];
        var names = _variables.ConvertAll(variable => variable.ToString());
        // The terms so far, by the variables that they contain.
        var containing = new List<BigInteger>[_variables.Count];
        for (var v = 0; v < containing.Length; v++)
            containing[v] = [];
        for (var t = 0; t < terms.Length; t++)
        {
            _cancellation.ThrowIfCancellationRequested();
            var variables = VariablesIn(terms[t]);
            // Contrasts only where an earlier term contains the margin without this variable.
            var full = Array.ConvertAll(variables, v => !IsWithin(variables, v, terms[t] ^ (BigInteger.One << v), containing));
            described[t] = new ModelTerm(string.Join(':', variables.Select(v => names[v])), variables, full);
            foreach (var v in variables)
                containing[v].Add(terms[t]);
        }
        return described;
    }

    private static bool IsWithin(int[] variables, int without, BigInteger margin, List<BigInteger>[] containing)
    {
        if (margin.IsZero)
            return true;
        var rarest = variables.Where(v => v != without).MinBy(v => containing[v].Count);
        return containing[rarest].Exists(earlier => (margin & ~earlier).IsZero);
    }

    private static int[] VariablesIn(BigInteger term)
    {
        var variables = new List<int>();
        var bytes = term.ToByteArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            for (var bit = 0; bytes[i] >> bit != 0; bit++)
            {
                if ((bytes[i] >> bit & 1) != 0)
                    variables.Add(8 * i + bit);
            }
        }
        return [.. variables];
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
            case NameNode { Name: "Inf" or "NaN" or "NA" or "NULL" }:
                throw FormulaError.At(_text, node.Position, $"{node} is not a term",
                    "The only numbers that can stand alone in a formula are 1 (an intercept) and 0 (none); a constant in "
                    + "the linear predictor is written offset(...).");
            case NameNode { Name: "." } when _dotColumns is not null:
                return _dotColumns.Count <= MostTerms
                    ? _dotColumns.Select(column => Variable(new NameNode(node.Position, column))).ToList()
                    : throw TooMany(node);
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
                return Distinct([.. left, .. right], node);
            case "-":
                left.RemoveAll(new HashSet<BigInteger>(right).Contains);
                return left;
            case "*":
                return Distinct([.. left, .. right, .. Products(left, right, node)], node);
            case ":":
                return Products(left, right, node);
            case "/":
                return Distinct([.. left, .. Products([Union(left)], right, node)], node);
            default:
                return Products(left, [Union(right)], node);
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
            result = Products(result, basis, node);
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

    private List<BigInteger> Products(List<BigInteger> left, List<BigInteger> right, FormulaNode node)
    {
        _products += (long)left.Count * right.Count;
        if (_products > MostProducts)
            throw TooMany(node);
        var seen = new HashSet<BigInteger>();
        var products = new List<BigInteger>();
        foreach (var a in left)
        {
            _cancellation.ThrowIfCancellationRequested();
            foreach (var b in right)
            {
                if (!seen.Add(a | b))
                    continue;
                products.Add(a | b);
                if (products.Count > MostTerms)
                    throw TooMany(node);
            }
        }
        return products;
    }

    private List<BigInteger> Distinct(IEnumerable<BigInteger> terms, FormulaNode node)
    {
        _cancellation.ThrowIfCancellationRequested();
        var distinct = terms.Distinct().ToList();
        return distinct.Count <= MostTerms ? distinct : throw TooMany(node);
    }

    private GlmmException TooMany(FormulaNode node)
    {
        var count = Math.Round(Count(_whole ?? node));
        var number = double.IsFinite(count) && count < 1e15
            ? ((long)count).ToString("N0", System.Globalization.CultureInfo.InvariantCulture)
            : count.ToString("0.#e+0", System.Globalization.CultureInfo.InvariantCulture);
        return FormulaError.At(_text, node.Position,
            $"The formula asks for up to {number} terms, more than the "
            + $"{MostTerms.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)} that can be",
            "Name the interactions that matter, or choose among columns first; (a + b + c)^2 means all main effects and two-way "
            + "interactions.");
    }

    /// <summary>How many terms a part of a formula stands for, were none of them alike.</summary>
    private double Count(FormulaNode node) => node switch
    {
        NumberNode or TextNode or CallNode { Function: "offset" } => 0,
        NameNode { Name: "." } when _dotColumns is not null => _dotColumns.Count,
        ParenthesisNode parenthesis => Count(parenthesis.Inner),
        UnaryNode { Operator: "+" } plus => Count(plus.Operand),
        UnaryNode { Operator: "-" } => 0,
        BinaryNode { Operator: "+" or "/" } sum => Count(sum.Left) + Count(sum.Right),
        BinaryNode { Operator: "-" } difference => Count(difference.Left),
        BinaryNode { Operator: "*" } product => (1 + Count(product.Left)) * (1 + Count(product.Right)) - 1,
        BinaryNode { Operator: ":" } product => Count(product.Left) * Count(product.Right),
        BinaryNode { Operator: "%in%" } nested => Count(nested.Left),
        BinaryNode { Operator: "^", Right: var exponent } power => Subsets(Count(power.Left),
            (exponent is ParenthesisNode inner ? inner.Inner : exponent) is NumberNode number ? (int)number.Value : 1),
        _ => 1,
    };

    // The sets of one to k of n things.
    private static double Subsets(double n, int k)
    {
        var (sum, choose) = (0.0, 1.0);
        for (var i = 1; i <= Math.Min(k, n); i++)
            sum += choose *= (n - i + 1) / i;
        return sum;
    }
}
