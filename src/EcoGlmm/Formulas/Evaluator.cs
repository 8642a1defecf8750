using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>
/// What the evaluations of all parts of a model on one table share: the table, what is already computed, and, across
/// tables, what functions such as scale() learnt from the training rows.
/// </summary>
/// <param name="Data">The table.</param>
/// <param name="Training">Whether functions learn from this table; otherwise they use what they have learnt.</param>
/// <param name="Learnt">What they learnt, by the text of the call.</param>
/// <param name="RowNumbers">Number from 0 of each row in the table that the user knows.</param>
internal sealed record EvaluationContext(
    FieldData Data, bool Training, Dictionary<string, object> Learnt, IReadOnlyList<int>? RowNumbers)
{
    public Dictionary<string, Value> Known { get; } = new(StringComparer.Ordinal);

    private readonly Lazy<double[]> _ones = new(() => Filled(Data.RowCount));
    private readonly Lazy<double[]> _zeros = new(() => new double[Data.RowCount]);

    /// <summary>A one for each row, which all parts of a model share: nobody writes to it.</summary>
    public double[] Ones => _ones.Value;

    /// <summary>A zero for each row, which all parts of a model share: nobody writes to it.</summary>
    public double[] Zeros => _zeros.Value;

    /// <summary>The training table with the rows that the model leaves out; null if it leaves none out.</summary>
    public EvaluationContext? AllRows { get; init; }

    /// <summary>What relates the levels of grouping factors, by name; null for nothing.</summary>
    public IReadOnlyDictionary<string, Relatedness>? Relatedness { get; init; }

    /// <summary>Meshes for fields in space, by name; null for none.</summary>
    public IReadOnlyDictionary<string, Mesh>? Meshes { get; init; }

    /// <summary>Stops the building of a design.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Individuals of these rows that within(), between(), first() and last() did not know from training.</summary>
    public SortedSet<string> NewIndividuals { get; } = new(StringComparer.Ordinal);

    /// <summary>The user's number of a row, from 1.</summary>
    public int RowNumber(int row) => (RowNumbers is null ? row : RowNumbers[row]) + 1;

    private static double[] Filled(int rows)
    {
        var ones = new double[rows];
        Array.Fill(ones, 1);
        return ones;
    }
}

/// <summary>Evaluates the expressions of one formula column by column.</summary>
internal sealed class Evaluator(string text, EvaluationContext context)
{
    /// <summary>The grouping factor that has a level for each row, unless a column is called so.</summary>
    public const string ObservationLevel = "olre";

    private const int MostRowsNamed = 10;

    /// <summary>Values beyond these sizes have no square, and sums of squares are all that a fit is made of.</summary>
    private const double LargestSize = 1e100, SmallestSize = 1e-100;

    public EvaluationContext Context { get; } = context;

    public int RowCount => Context.Data.RowCount;

    public Value Evaluate(FormulaNode node)
    {
        switch (node)
        {
            case NumberNode number:
                return new ConstantNumbers([number.Value]);
            case TextNode quoted:
                return new ConstantTexts([quoted.Value]);
            case ParenthesisNode parenthesis:
                return Evaluate(parenthesis.Inner);
            case UnaryNode unary:
                return Operators.Apply(this, unary, Evaluate(unary.Operand));
            case BinaryNode binary:
                return Operators.Apply(this, binary, Evaluate(binary.Left), Evaluate(binary.Right));
        }
        var key = node.ToString();
        if (!Context.Known.TryGetValue(key, out var value))
        {
            // New rows may state the value of a call in a column called like it: "within(age, id)".
            value = !Context.Training && Context.Data.TryGetColumn(key, out var given) && given is NumericColumn stated
                ? new NumericValue(stated.Values)
                : node is CallNode call ? FunctionLibrary.Call(this, call) : Name((NameNode)node);
            Context.Known.Add(key, value);
        }
        return value;
    }

    /// <summary>Evaluates to one number per row; constants are repeated.</summary>
    /// <param name="node">The expression.</param>
    /// <param name="use">For the message when it is not numeric: "log()", "the offset".</param>
    public double[] Numbers(FormulaNode node, string use)
    {
        switch (Evaluate(node))
        {
            case NumericValue numeric:
                return numeric.Values;
            case ConstantNumbers { Values.Length: 1 } constant:
                var values = new double[RowCount];
                Array.Fill(values, constant.Values[0]);
                return values;
            case FactorValue:
                throw Error(node, $"{node} is categorical, but {use} needs numbers",
                    "If its labels are numbers, make the column numeric with AsNumeric, or write as.numeric(...) here.");
            default:
                throw Error(node, $"{node} is not one number per row, as {use} needs", "Use a numeric column here.");
        }
    }

    /// <summary>Evaluates to one level per row.</summary>
    public FactorValue Factor(FormulaNode node, string use) =>
        FactorValue.From(Evaluate(node))
        ?? throw Error(node, $"{node} does not have one value per row, as {use} needs", "Use a column here.");

    /// <summary>
    /// What a call learns from the training table, or learnt from it: from every row in which its own arguments are known, a row
    /// that the model leaves out because something else is missing there included. So does R, whose model frame is
    /// evaluated before incomplete rows go.
    /// </summary>
    public T Learn<T>(CallNode call, Func<T> learn) where T : notnull
    {
        if (Context.AllRows is not { } all)
            return LearnFromUsedRows(call, learn);
        new Evaluator(text, all).Evaluate(call);
        return LearnFromUsedRows(call, () => (T)all.Learnt[call.ToString()]);
    }

    /// <summary>What a call learns from the rows that the model uses, or learnt from them.</summary>
    public T LearnFromUsedRows<T>(CallNode call, Func<T> learn) where T : notnull
    {
        var key = call.ToString();
        if (!Context.Learnt.TryGetValue(key, out var learnt))
            Context.Learnt.Add(key, learnt = learn());
        return (T)learnt;
    }

    public GlmmException Error(FormulaNode node, string fault, string advice) =>
        FormulaError.At(text, node.Position, fault, advice);

    /// <summary>Whether the value of an expression is missing in each row; null if it is in none.</summary>
    public bool[]? Missing(FormulaNode node)
    {
        bool[]? missing = null;
        switch (Evaluate(node))
        {
            case NumericValue numeric:
                Mark(numeric.Values);
                break;
            case MatrixValue matrix:
                foreach (var column in matrix.Columns)
                    Mark(column);
                break;
            case FactorValue factor when Array.Exists(factor.Codes, code => code < 0):
                missing = Array.ConvertAll(factor.Codes, code => code < 0);
                break;
        }
        return missing;

        void Mark(double[] values)
        {
            for (var row = 0; row < values.Length; row++)
            {
                if (double.IsNaN(values[row]))
                    (missing ??= new bool[values.Length])[row] = true;
            }
        }
    }

    /// <summary>Refuses values that are missing or infinite although every column that they come from is complete.</summary>
    public void RequireFinite(FormulaNode node, double[] values)
    {
        var (largest, at) = (0.0, 0);
        for (var row = 0; row < values.Length; row++)
        {
            if (!(Math.Abs(values[row]) <= largest))
                (largest, at) = (Math.Abs(values[row]), row);
            if (!double.IsFinite(largest))
                break;
        }
        if (largest is 0 or > SmallestSize and < LargestSize)
            return;
        if (double.IsFinite(largest))
        {
            throw Error(node, $"{node} is as {(largest > 1 ? "large" : "small")} as {NumberText.Format(values[at])} (row "
                + $"{Context.RowNumber(at)}), too far from one to be computed with", "Give it in another unit: divide or multiply it by a "
                + "power of ten.");
        }
        var bad = Enumerable.Range(0, values.Length).Where(row => !double.IsFinite(values[row])).ToArray();
        var name = Array.TrueForAll(bad, row => double.IsNaN(values[row])) ? "not a number"
            : Array.TrueForAll(bad, row => double.IsNegativeInfinity(values[row])) ? "minus infinity"
            : Array.TrueForAll(bad, row => double.IsPositiveInfinity(values[row])) ? "infinite"
            : "not finite";
        var rows = string.Join(", ", bad.Take(MostRowsNamed).Select(Context.RowNumber))
                   + (bad.Length > MostRowsNamed ? $" and {bad.Length - MostRowsNamed} more" : "");
        throw Error(node, $"{node} is {name} in {(bad.Length == 1 ? "row" : "rows")} {rows}",
            node is NameNode
                ? "Make these values missing, or leave the rows out with Where."
                : "Check the values there: the logarithm of zero or of a negative number, a division by zero, and the like "
                  + "have no finite value.");
    }

    private Value Name(NameNode node)
    {
        if (Context.Data.TryGetColumn(node.Name, out var column))
        {
            return column switch
            {
                NumericColumn numeric => new NumericValue(numeric.Values),
                CategoricalColumn categorical => new FactorValue(categorical.Levels, categorical.Codes, categorical.IsOrdered),
                LogicalColumn => new NumericValue(ColumnConversion.Numbers(column), isLogical: true),
                _ => new NumericValue(ColumnConversion.Numbers(column), isDate: true),
            };
        }
        if (node.Name == ObservationLevel)
            return ObservationLevels();
        if (Constants.TryGet(node.Name, out var value))
            return new ConstantNumbers([value], node.Name is "TRUE" or "FALSE" or "T" or "F");
        throw Context.Training
            ? UnknownColumn.In(text, node, Context.Data)
            : GlmmException.InData($"The new data have no column \"{node.Name}\", which the model uses"
                                + NearestName.Suggestion(node.Name, Context.Data.ColumnNames), column: node.Name);
    }

    // Each row is a level of its own; rows of other data are levels that the model has never seen.
    private FactorValue ObservationLevels()
    {
        if (!Context.Training)
            return new FactorValue(["(new observation)"], new int[RowCount]);
        var numbers = Enumerable.Range(0, RowCount).ToArray();
        return new FactorValue(
            Array.ConvertAll(numbers, row => NumberText.Format(Context.RowNumber(row))), numbers);
    }
}
