namespace EcoGlmm.Formulas;

/// <summary>Arithmetic, comparison and logical operators on values, row by row, with R's meaning.</summary>
internal static class Operators
{
    private const int LongestSequence = 1_000_000;

    public static Value Apply(Evaluator evaluator, UnaryNode node, Value operand)
    {
        Func<double, double> f = node.Operator switch
        {
            "-" => x => -x,
            "!" => x => double.IsNaN(x) ? x : x == 0 ? 1 : 0,
            _ => x => x,
        };
        var isLogical = node.Operator == "!";
        return operand switch
        {
            NumericValue numeric => new NumericValue(Array.ConvertAll(numeric.Values, x => f(x)), isLogical),
            ConstantNumbers constant => new ConstantNumbers(Array.ConvertAll(constant.Values, x => f(x)), isLogical),
            _ => throw evaluator.Error(node, $"{node.Operator} needs a number", "Use a numeric column here."),
        };
    }

    public static Value Apply(Evaluator evaluator, BinaryNode node, Value left, Value right)
    {
        if (node.Operator == "%in%")
            return IsIn(evaluator, node, left, right);
        if (node.Operator == ":")
            return Colon(evaluator, node, left, right);
        if (left is FactorValue or ConstantTexts || right is FactorValue or ConstantTexts)
            return CompareLabels(evaluator, node, left, right);

        var isLogical = node.Operator is "<" or ">" or "<=" or ">=" or "==" or "!=" or "&" or "|" or "&&" or "||";
        var f = Function(node.Operator);
        var a = NumbersOf(evaluator, node.Left, left);
        var b = NumbersOf(evaluator, node.Right, right);
        if (left is ConstantNumbers && right is ConstantNumbers)
        {
            if (a.Length != b.Length && a.Length != 1 && b.Length != 1)
                throw evaluator.Error(node, "The two sides have different lengths",
                    "Give them the same number of values.");
            return new ConstantNumbers(Combine(a, b, Math.Max(a.Length, b.Length), f), isLogical);
        }
        if (left is ConstantNumbers && a.Length != 1 || right is ConstantNumbers && b.Length != 1)
        {
            throw evaluator.Error(node, $"{node.Operator} cannot combine a column with several constants",
                "Use one constant, or a column.");
        }
        return new NumericValue(Combine(a, b, evaluator.RowCount, f), isLogical);
    }

    private static double[] NumbersOf(Evaluator evaluator, FormulaNode node, Value value) => value switch
    {
        NumericValue numeric => numeric.Values,
        ConstantNumbers constant => constant.Values,
        _ => throw evaluator.Error(node, $"{node} has several columns, and arithmetic needs one",
            "Use a numeric column here."),
    };

    private static double[] Combine(double[] a, double[] b, int count, Func<double, double, double> f)
    {
        var result = new double[count];
        if (a.Length == 1 && count != 1)
        {
            for (var i = 0; i < count; i++)
                result[i] = f(a[0], b[i]);
        }
        else if (b.Length == 1 && count != 1)
        {
            for (var i = 0; i < count; i++)
                result[i] = f(a[i], b[0]);
        }
        else
        {
            for (var i = 0; i < count; i++)
                result[i] = f(a[i], b[i]);
        }
        return result;
    }

    private static Func<double, double, double> Function(string symbol) => symbol switch
    {
        "+" => (a, b) => a + b,
        "-" => (a, b) => a - b,
        "*" => (a, b) => a * b,
        "/" => (a, b) => a / b,
        "^" => (a, b) => b == 2 ? a * a : a == 1 || b == 0 ? 1 : Math.Pow(a, b),
        "%%" => (a, b) => b == 0 ? double.NaN : a - Math.Floor(a / b) * b,
        "%/%" => (a, b) => Math.Floor(a / b),
        "<" => (a, b) => Logical(a, b, a < b),
        ">" => (a, b) => Logical(a, b, a > b),
        "<=" => (a, b) => Logical(a, b, a <= b),
        ">=" => (a, b) => Logical(a, b, a >= b),
        "==" => (a, b) => Logical(a, b, a == b),
        "!=" => (a, b) => Logical(a, b, a != b),
        "&" or "&&" => (a, b) => a == 0 || b == 0 ? 0 : Logical(a, b, true),
        _ => (a, b) => a is not (0 or double.NaN) || b is not (0 or double.NaN) ? 1 : Logical(a, b, false),
    };

    private static double Logical(double a, double b, bool result) =>
        double.IsNaN(a) || double.IsNaN(b) ? double.NaN : result ? 1 : 0;

    private static NumericValue CompareLabels(Evaluator evaluator, BinaryNode node, Value left, Value right)
    {
        if (node.Operator is not ("==" or "!="))
        {
            throw evaluator.Error(node, $"{node.Operator} needs numbers, and one side is categorical",
                "Labels can only be compared with == and !=; as.numeric(...) turns labels that are numbers into numbers.");
        }
        var equal = node.Operator == "==";
        if (left is ConstantTexts)
            (left, right) = (right, left);
        if (left is not FactorValue factor)
            throw evaluator.Error(node, "Labels are compared with a categorical column",
                "Put a column on one side of the comparison.");
        if (right is FactorValue other)
        {
            var values = new double[factor.Codes.Length];
            for (var row = 0; row < values.Length; row++)
            {
                values[row] = factor.Codes[row] < 0 || other.Codes[row] < 0
                    ? double.NaN
                    : factor.Levels[factor.Codes[row]] == other.Levels[other.Codes[row]] == equal ? 1 : 0;
            }
            return new NumericValue(values, isLogical: true);
        }
        if (right is not ConstantTexts { Values.Length: 1 } constant)
        {
            throw evaluator.Error(node, "A categorical column is compared with one label",
                "Write the label in quotes: species == \"apus\".");
        }
        var holds = Array.ConvertAll(factor.Levels, level => level == constant.Values[0] == equal ? 1.0 : 0.0);
        return new NumericValue(
            Array.ConvertAll(factor.Codes, code => code < 0 ? double.NaN : holds[code]), isLogical: true);
    }

    private static NumericValue IsIn(Evaluator evaluator, BinaryNode node, Value left, Value right)
    {
        switch (left, right)
        {
            case (FactorValue factor, ConstantTexts texts):
                var holds = Array.ConvertAll(factor.Levels, level => texts.Values.Contains(level) ? 1.0 : 0.0);
                return new NumericValue(
                    Array.ConvertAll(factor.Codes, code => code < 0 ? double.NaN : holds[code]), isLogical: true);
            case (NumericValue numeric, ConstantNumbers numbers):
                var set = numbers.Values.ToHashSet();
                return new NumericValue(
                    Array.ConvertAll(numeric.Values, x => double.IsNaN(x) ? x : set.Contains(x) ? 1.0 : 0.0), isLogical: true);
            default:
                throw evaluator.Error(node, "%in% looks a column's values up in constants of the same kind",
                    "Write site %in% c(\"north\", \"south\") or year %in% c(2001, 2004).");
        }
    }

    // Between constants a sequence, between columns the combinations of two factors.
    private static Value Colon(Evaluator evaluator, BinaryNode node, Value left, Value right)
    {
        if (left is ConstantNumbers { Values.Length: 1 } from && right is ConstantNumbers { Values.Length: 1 } to)
        {
            var (first, last) = (from.Values[0], to.Values[0]);
            if (!(Math.Abs(last - first) < LongestSequence))
            {
                throw evaluator.Error(node, $"The sequence {node} has no end that can be reached",
                    $"Give two finite numbers less than {LongestSequence} apart.");
            }
            var count = (int)Math.Floor(Math.Abs(last - first) + 1e-10) + 1;
            var step = last >= first ? 1 : -1;
            return new ConstantNumbers([.. Enumerable.Range(0, count).Select(i => first + step * i)]);
        }
        if (FactorValue.From(left) is not { } a || FactorValue.From(right) is not { } b)
            throw evaluator.Error(node, ": combines two columns or two constants", "Use a column on both sides.");
        return FactorValue.Interaction(a, b);
    }
}
