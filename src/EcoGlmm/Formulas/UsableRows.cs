using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>
/// The rows that a model can use: those with a value for every column that it uses, and, as in R, for every expression that it
/// makes of them (the logarithm of a negative number has none).
/// </summary>
internal sealed class UsableRows
{
    private readonly FieldData _data;
    private readonly bool[] _leftOut;
    private readonly List<(string Variable, int Count)> _missing = [];

    /// <param name="data">The columns that the model uses.</param>
    /// <exception cref="GlmmException">No row has a value in every column.</exception>
    public UsableRows(FieldData data)
    {
        _data = data;
        _leftOut = new bool[data.RowCount];
        foreach (var column in data.Columns)
        {
            if (column.MarkMissing(_leftOut) is > 0 and var missing)
                _missing.Add((column.Name, missing));
        }
        Rows = Remaining();
    }

    /// <summary>Indices of the rows that can be used, ascending.</summary>
    public int[] Rows { get; private set; }

    /// <summary>For each variable or expression with missing values how many; a row may count more than once.</summary>
    public IReadOnlyList<(string Variable, int Count)> MissingByVariable => _missing;

    /// <summary>The rows that can be used, to evaluate expressions on.</summary>
    public EvaluationContext Context(CancellationToken cancellation)
    {
        var complete = Rows.Length == _data.RowCount;
        return new EvaluationContext(complete ? _data : _data.Take(Rows), Training: true, Learnt(), Rows)
        {
            AllRows = complete ? null : new EvaluationContext(_data, Training: true, Learnt(), RowNumbers: null),
            Cancellation = cancellation,
        };

        static Dictionary<string, object> Learnt() => new(StringComparer.Ordinal);
    }

    /// <summary>Leaves out the rows for which a condition holds.</summary>
    /// <param name="reason">What is said of them.</param>
    /// <param name="condition">Told of a row of the data.</param>
    /// <exception cref="GlmmException">No row remains.</exception>
    public void LeaveOut(string reason, Func<int, bool> condition)
    {
        if (Count(reason, condition))
            Rows = Remaining();
    }

    /// <summary>Leaves out the rows in which an expression of the model has no value; whether there are any.</summary>
    /// <param name="response">The response.</param>
    /// <param name="text">The formula that it stands in.</param>
    /// <param name="context">The rows used so far.</param>
    /// <param name="parts">The parts of the model.</param>
    /// <exception cref="GlmmException">No row remains, or an expression cannot be evaluated.</exception>
    public bool LeaveOutMissing(FormulaNode response, string text, EvaluationContext context, IEnumerable<PartSyntax> parts)
    {
        var expressions = response is CallNode { Function: "cbind" } cbind
            ? cbind.Arguments.Select(argument => (argument.Value, text))
            : [(response, text)];
        foreach (var part in parts)
        {
            var variables = part.Terms.Terms.SelectMany(term => term.Variables).Distinct().Select(v => part.Terms.Variables[v]);
            var random = part.RandomTerms.SelectMany(term => Operands(term.Effects).Append(term.Group));
            var smooths = part.Smooths.SelectMany(smooth => smooth.Expressions);
            expressions = expressions.Concat(variables.Concat(part.Terms.Offsets).Concat(random).Concat(smooths)
                .Select(node => (node, part.Text)));
        }
        var rows = Rows;
        var found = false;
        foreach (var (node, formula) in expressions.DistinctBy(expression => expression.Item1.ToString()).ToArray())
        {
            context.Cancellation.ThrowIfCancellationRequested();
            // Columns are complete by now, and constants have no rows.
            if (node is NameNode or NumberNode or TextNode || new Evaluator(formula, context).Missing(node) is not { } missing)
                continue;
            var isMissing = new bool[_leftOut.Length];
            for (var i = 0; i < rows.Length; i++)
                isMissing[rows[i]] = missing[i];
            found |= Count(node.ToString(), row => isMissing[row]);
        }
        if (found)
            Rows = Remaining();
        return found;
    }

    // The variables that the effects of a random term are made of, whatever operators join them.
    private static IEnumerable<FormulaNode> Operands(FormulaNode effects) => effects switch
    {
        ParenthesisNode parenthesis => Operands(parenthesis.Inner),
        UnaryNode unary => Operands(unary.Operand),
        BinaryNode { Operator: "+" or "-" or "*" or ":" or "/" } binary => Operands(binary.Left).Concat(Operands(binary.Right)),
        BinaryNode { Operator: "^" or "%in%" } => [],
        _ => [effects],
    };

    private bool Count(string variable, Func<int, bool> isMissing)
    {
        var count = 0;
        for (var row = 0; row < _leftOut.Length; row++)
        {
            if (!isMissing(row))
                continue;
            _leftOut[row] = true;
            count++;
        }
        if (count > 0)
            _missing.Add((variable, count));
        return count > 0;
    }

    private int[] Remaining()
    {
        var rows = new int[_leftOut.Length - _leftOut.AsSpan().Count(true)];
        for (int row = 0, at = 0; at < rows.Length; row++)
        {
            if (!_leftOut[row])
                rows[at++] = row;
        }
        if (rows.Length > 0)
            return rows;
        throw new GlmmException(_leftOut.Length == 0
            ? "The data have no rows."
            : $"None of the {Names.Count(_leftOut.Length, "row")} has a value for every variable of the model. "
              + "Values missing: "
              + string.Join(", ", _missing.Select(m => $"{m.Count} in \"{m.Variable}\""))
              + ". Leave the worst variable out of the formula.");
    }
}
