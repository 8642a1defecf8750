using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>
/// The arguments of a call matched to a function's parameters by R's rules: exact name, partial name, position.
/// </summary>
internal sealed class CallArguments
{
    /// <summary>Values in the columns that one call makes: 800 megabytes.</summary>
    private const long MostValues = 100_000_000;

    private readonly Dictionary<string, FormulaNode> _given = new(StringComparer.Ordinal);

    /// <param name="evaluator">Evaluates the arguments.</param>
    /// <param name="call">The call.</param>
    /// <param name="parameters">The names of the parameters in order; the first is obligatory.</param>
    public CallArguments(Evaluator evaluator, CallNode call, params string[] parameters)
    {
        Evaluator = evaluator;
        Call = call;
        var byPosition = new Queue<FormulaNode>();
        foreach (var argument in call.Arguments)
        {
            if (argument.Name is not { } name)
            {
                byPosition.Enqueue(argument.Value);
                continue;
            }
            var matches = parameters.Contains(name)
                ? [name]
                : parameters.Where(parameter => parameter.StartsWith(name, StringComparison.Ordinal)).ToArray();
            if (matches.Length != 1)
            {
                throw evaluator.Error(argument.Value, $"{call.Function}() has no argument \"{name}\"",
                    $"Its arguments are {Names.List(parameters)}.");
            }
            if (!_given.TryAdd(matches[0], argument.Value))
                throw evaluator.Error(argument.Value, $"The argument \"{name}\" is given twice", "Remove one of them.");
        }
        foreach (var parameter in parameters.Where(parameter => !_given.ContainsKey(parameter)))
        {
            if (byPosition.TryDequeue(out var value))
                _given.Add(parameter, value);
        }
        if (byPosition.TryPeek(out var surplus))
        {
            throw evaluator.Error(surplus, $"{call.Function}() has too many arguments",
                $"Its arguments are {Names.List(parameters)}.");
        }
        if (!_given.ContainsKey(parameters[0]))
        {
            throw evaluator.Error(call, $"{call.Function}() needs an argument",
                $"Its arguments are {Names.List(parameters)}.");
        }
    }

    public Evaluator Evaluator { get; }

    public CallNode Call { get; }

    public bool Has(string parameter) =>
        _given.TryGetValue(parameter, out var node) && node is not NameNode { Name: "NULL" };

    public FormulaNode Node(string parameter) => Has(parameter)
        ? _given[parameter]
        : throw Evaluator.Error(Call, $"{Call.Function}() needs the argument \"{parameter}\"",
            $"Write it as {Call.Function}(..., {parameter} = ...).");

    public Value Value(string parameter) => Evaluator.Evaluate(Node(parameter));

    /// <summary>One number per row.</summary>
    public double[] Rows(string parameter) => Evaluator.Numbers(Node(parameter), $"{Call.Function}()");

    public FactorValue Factor(string parameter) => Evaluator.Factor(Node(parameter), $"{Call.Function}()");

    public double[] Constants(string parameter) => Value(parameter) is ConstantNumbers constant
        ? constant.Values
        : throw Invalid(parameter, "must be numbers that do not vary with the row",
            "Write a number, or several as c(1, 2.5).");

    public string[] Texts(string parameter) => Value(parameter) switch
    {
        ConstantTexts texts => texts.Values,
        ConstantNumbers numbers => Array.ConvertAll(numbers.Values, NumberText.Format),
        _ => throw Invalid(parameter, "must be text in quotes", "Write \"label\", or several as c(\"low\", \"high\")."),
    };

    public double Number(string parameter, double otherwise)
    {
        if (!Has(parameter))
            return otherwise;
        var values = Constants(parameter);
        return values.Length == 1 ? values[0] : throw Invalid(parameter, "must be one number", "Give a single value.");
    }

    public int WholeNumber(string parameter, int otherwise, int least, int most = 10_000)
    {
        var value = Number(parameter, otherwise);
        return value >= least && value <= most && value == Math.Floor(value)
            ? (int)value
            : throw Invalid(parameter, $"must be a whole number from {least} to {most}", "Correct it.");
    }

    /// <summary>A number of columns that a function makes, each of one number a row.</summary>
    public int ColumnCount(string parameter, int otherwise, int least)
    {
        var count = WholeNumber(parameter, otherwise, least);
        return (long)count * Evaluator.RowCount <= MostValues
            ? count
            : throw Invalid(parameter, $"asks for {count} columns of {Evaluator.RowCount} rows", "No model needs so many; ask for fewer.");
    }

    public bool Flag(string parameter, bool otherwise)
    {
        if (!Has(parameter))
            return otherwise;
        return Value(parameter) is ConstantNumbers { Values: [var value] } && !double.IsNaN(value)
            ? value != 0
            : throw Invalid(parameter, "must be TRUE or FALSE", "Correct it.");
    }

    public GlmmException Invalid(string parameter, string fault, string advice) =>
        Evaluator.Error(Node(parameter), $"The argument \"{parameter}\" of {Call.Function}() {fault}", advice);
}
