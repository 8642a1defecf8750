using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>The functions that a formula may call, by name.</summary>
internal static class FunctionLibrary
{
    private static readonly Dictionary<string, Func<Evaluator, CallNode, Value>> Functions =
        IndividualFunctions.AddTo(new(StringComparer.Ordinal)
    {
        ["I"] = (evaluator, call) => new CallArguments(evaluator, call, "x").Value("x"),
        ["c"] = ElementaryFunctions.Combine,
        ["seq"] = ElementaryFunctions.Sequence,
        ["log"] = ElementaryFunctions.Log,
        ["round"] = ElementaryFunctions.Round,
        ["pmin"] = (evaluator, call) => ElementaryFunctions.Parallel(evaluator, call, Math.Min),
        ["pmax"] = (evaluator, call) => ElementaryFunctions.Parallel(evaluator, call, Math.Max),
        ["ifelse"] = ElementaryFunctions.IfElse,
        ["log2"] = ElementaryFunctions.Each(Math.Log2),
        ["log10"] = ElementaryFunctions.Each(Math.Log10),
        ["log1p"] = ElementaryFunctions.Each(ElementaryFunctions.Log1P),
        ["exp"] = ElementaryFunctions.Each(Math.Exp),
        ["expm1"] = ElementaryFunctions.Each(ElementaryFunctions.ExpM1),
        ["sqrt"] = ElementaryFunctions.Each(Math.Sqrt),
        ["abs"] = ElementaryFunctions.Each(Math.Abs),
        ["sin"] = ElementaryFunctions.Each(Math.Sin),
        ["cos"] = ElementaryFunctions.Each(Math.Cos),
        ["tan"] = ElementaryFunctions.Each(Math.Tan),
        ["sign"] = ElementaryFunctions.Each(x => double.IsNaN(x) ? x : Math.Sign(x)),
        ["trunc"] = ElementaryFunctions.Each(Math.Truncate),
        ["floor"] = ElementaryFunctions.Each(Math.Floor),
        ["ceiling"] = ElementaryFunctions.Each(Math.Ceiling),
        ["mean"] = LearningFunctions.Statistic(LearningFunctions.Mean),
        ["sd"] = LearningFunctions.Statistic(x => LearningFunctions.RootMeanSquare(x, LearningFunctions.Mean(x))),
        ["median"] = LearningFunctions.Statistic(x => LearningFunctions.Quantile([.. x.Order()], 0.5)),
        ["min"] = LearningFunctions.Statistic(x => x.Min()),
        ["max"] = LearningFunctions.Statistic(x => x.Max()),
        ["scale"] = LearningFunctions.Scale,
        ["center"] = LearningFunctions.Center,
        ["poly"] = LearningFunctions.Poly,
        ["ns"] = LearningFunctions.NaturalSpline,
        ["bs"] = LearningFunctions.BSpline,
        ["factor"] = FactorFunctions.Factor,
        ["ordered"] = FactorFunctions.Ordered,
        ["as.factor"] = (evaluator, call) => new CallArguments(evaluator, call, "x").Factor("x"),
        ["as.numeric"] = FactorFunctions.AsNumeric,
        ["as.integer"] = FactorFunctions.AsInteger,
        ["numFactor"] = FactorFunctions.NumericFactor,
        ["relevel"] = FactorFunctions.Relevel,
        ["cut"] = FactorFunctions.Cut,
    });

    /// <summary>Functions that have a meaning in some place of a formula, but not as a value.</summary>
    private static readonly string[] Special = ["cbind", "offset"];

    /// <summary>The names of all functions.</summary>
    public static IEnumerable<string> Names => Functions.Keys.Concat(Special);

    public static bool Contains(string name) => Functions.ContainsKey(name) || Special.Contains(name);

    public static Value Call(Evaluator evaluator, CallNode call)
    {
        if (Functions.TryGetValue(call.Function, out var function))
            return function(evaluator, call);
        throw evaluator.Error(call, $"{call.Function}() cannot stand here", call.Function == "cbind"
            ? "cbind(successes, failures) is a response, on the left of the ~."
            : "Add offset(...) to the other terms with +.");
    }

    public static GlmmException Unknown(string text, CallNode call, FieldData data)
    {
        string advice;
        if (data.TryGetColumn(call.Function, out _))
            advice = $"\"{call.Function}\" is a column: put an operator such as + or * between it and the parenthesis.";
        else if (call.Function is "s" or "te" or "ti" or "t2")
            advice = "Smooth terms are not available; ns(x, df = 4) gives a natural spline.";
        else if (NearestName.Find(call.Function, Names) is { } nearest)
            advice = $"Did you mean {nearest}()?";
        else
            advice = "Make the column first, with FieldData.With. The functions are "
                     + string.Join(", ", Names) + ".";
        return FormulaError.At(text, call.Position, $"There is no function {call.Function}()", advice);
    }
}
