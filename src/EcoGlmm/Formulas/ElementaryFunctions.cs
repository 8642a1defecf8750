namespace EcoGlmm.Formulas;

/// <summary>Functions that treat each row by itself.</summary>
internal static class ElementaryFunctions
{
    public static Func<Evaluator, CallNode, Value> Each(Func<double, double> f) =>
        (evaluator, call) => Map(new CallArguments(evaluator, call, "x"), f);

    public static Value Log(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "x", "base");
        if (!arguments.Has("base"))
            return Map(arguments, Math.Log);
        var scale = Math.Log(arguments.Number("base", Math.E));
        return Map(arguments, x => Math.Log(x) / scale);
    }

    public static Value Round(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "x", "digits");
        var digits = arguments.WholeNumber("digits", 0, -15);
        var scale = Math.Pow(10, -digits);
        return digits >= 0
            ? Map(arguments, x => Math.Round(x, Math.Min(digits, 15), MidpointRounding.ToEven))
            : Map(arguments, x => Math.Round(x / scale, MidpointRounding.ToEven) * scale);
    }

    public static Value Combine(Evaluator evaluator, CallNode call)
    {
        var values = call.Arguments.Select(argument => evaluator.Evaluate(argument.Value)).ToArray();
        if (values.Length > 0 && Array.TrueForAll(values, value => value is ConstantNumbers))
            return new ConstantNumbers([.. values.SelectMany(value => ((ConstantNumbers)value).Values)]);
        if (values.Length > 0 && Array.TrueForAll(values, value => value is ConstantTexts))
            return new ConstantTexts([.. values.SelectMany(value => ((ConstantTexts)value).Values)]);
        throw evaluator.Error(call, "c() takes constants of one kind", "Write c(1, 2.5) or c(\"low\", \"high\").");
    }

    public static Value Sequence(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "from", "to", "by", "length.out");
        var from = arguments.Number("from", 1);
        arguments.Node("to");
        var to = arguments.Number("to", 1);
        double by;
        int count;
        if (arguments.Has("length.out"))
        {
            count = arguments.WholeNumber("length.out", 0, 1);
            by = count > 1 ? (to - from) / (count - 1) : 0;
        }
        else
        {
            by = arguments.Number("by", to >= from ? 1 : -1);
            var steps = (to - from) / by;
            if (!(steps >= 0 && steps < 1e6))
                throw evaluator.Error(call, "This sequence never arrives", "Check the sign and size of \"by\".");
            count = (int)Math.Floor(steps + 1e-10) + 1;
        }
        return new ConstantNumbers([.. Enumerable.Range(0, count).Select(i => from + i * by)]);
    }

    public static Value Parallel(Evaluator evaluator, CallNode call, Func<double, double, double> f)
    {
        if (call.Arguments.Count == 0)
            throw evaluator.Error(call, $"{call.Function}() needs arguments", "Write pmin(x, 10).");
        var result = (double[])evaluator.Numbers(call.Arguments[0].Value, $"{call.Function}()").Clone();
        foreach (var argument in call.Arguments.Skip(1))
        {
            var other = evaluator.Numbers(argument.Value, $"{call.Function}()");
            for (var row = 0; row < result.Length; row++)
                result[row] = f(result[row], other[row]);
        }
        return new NumericValue(result);
    }

    public static Value IfElse(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "test", "yes", "no");
        var test = arguments.Rows("test");
        var (yes, no) = (arguments.Value("yes"), arguments.Value("no"));
        if (yes is FactorValue or ConstantTexts || no is FactorValue or ConstantTexts)
            return ChooseLabels(test, Labels(arguments, "yes"), Labels(arguments, "no"));
        var (whenTrue, whenFalse) = (arguments.Rows("yes"), arguments.Rows("no"));
        var values = new double[test.Length];
        for (var row = 0; row < values.Length; row++)
            values[row] = double.IsNaN(test[row]) ? double.NaN : test[row] != 0 ? whenTrue[row] : whenFalse[row];
        return new NumericValue(values);
    }

    /// <summary>log(1 + x) without loss of digits near zero (W. Kahan's correction of the rounded argument).</summary>
    public static double Log1P(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : double.IsInfinity(u) ? u : Math.Log(u) * x / (u - 1);
    }

    /// <summary>exp(x) − 1 without loss of digits near zero (W. Kahan's correction).</summary>
    public static double ExpM1(double x)
    {
        var u = Math.Exp(x);
        if (u == 1)
            return x;
        var um1 = u - 1;
        return um1 == -1 || double.IsInfinity(u) ? um1 : um1 * x / Math.Log(u);
    }

    private static Value Map(CallArguments arguments, Func<double, double> f)
    {
        if (arguments.Value("x") is ConstantNumbers constants)
            return new ConstantNumbers(Array.ConvertAll(constants.Values, x => f(x)));
        return new NumericValue(Array.ConvertAll(arguments.Rows("x"), x => f(x)));
    }

    private static FactorValue Labels(CallArguments arguments, string parameter) => arguments.Value(parameter) switch
    {
        ConstantTexts { Values: [var label] } => new FactorValue([label], new int[arguments.Evaluator.RowCount]),
        _ => arguments.Factor(parameter),
    };

    private static FactorValue ChooseLabels(double[] test, FactorValue yes, FactorValue no)
    {
        var levels = yes.Levels.Union(no.Levels).Order(StringComparer.Ordinal).ToArray();
        var yesCode = Array.ConvertAll(yes.Levels, level => Array.IndexOf(levels, level));
        var noCode = Array.ConvertAll(no.Levels, level => Array.IndexOf(levels, level));
        var codes = new int[test.Length];
        for (var row = 0; row < codes.Length; row++)
        {
            var (factor, map) = test[row] == 0 ? (no, noCode) : (yes, yesCode);
            codes[row] = double.IsNaN(test[row]) || factor.Codes[row] < 0 ? -1 : map[factor.Codes[row]];
        }
        return new FactorValue(levels, codes);
    }
}
