namespace EcoGlmm.Formulas;

/// <summary>The response on the training rows.</summary>
internal sealed class ResponseColumn
{
    private ResponseColumn(string name, double[] y, double[]? trials, string[]? levels, int[]? codes = null)
    {
        Name = name;
        Y = y;
        Trials = trials;
        Levels = levels;
        Codes = codes;
    }

    /// <summary>The left-hand side as written.</summary>
    public string Name { get; }

    /// <summary>Numbers; successes for cbind(); for a factor 0 at its first level and 1 at any other.</summary>
    public double[] Y { get; }

    /// <summary>Successes plus failures for cbind(), otherwise null.</summary>
    public double[]? Trials { get; }

    /// <summary>The levels of a factor or logical response, the first of which is failure; otherwise null.</summary>
    public string[]? Levels { get; }

    /// <summary>For a factor or logical response the level of each row, counted from zero; otherwise null.</summary>
    public int[]? Codes { get; }

    public static ResponseColumn Learn(FormulaNode node, Evaluator evaluator)
    {
        var name = node is NameNode column ? column.Name : node.ToString();
        if (node is CallNode { Function: "cbind" } cbind)
            return SuccessesAndFailures(name, cbind, evaluator);
        switch (evaluator.Evaluate(node))
        {
            case NumericValue { IsLogical: false } numeric:
                evaluator.RequireFinite(node, numeric.Values);
                return new ResponseColumn(name, numeric.Values, null, null);
            case MatrixValue or ConstantNumbers or ConstantTexts:
                throw evaluator.Error(node, "The response needs one value per row",
                    "Use a column, or cbind(successes, failures).");
            case var value:
                var factor = FactorValue.From(value)!;
                VariableCoding.RequireCodes(evaluator, node, factor);
                if (value is not NumericValue)
                    factor = factor.DropUnusedLevels();
                var y = Array.ConvertAll(factor.Codes, code => code > 0 ? 1.0 : 0.0);
                return new ResponseColumn(name, y, null, factor.Levels, factor.Codes);
        }
    }

    private static ResponseColumn SuccessesAndFailures(string name, CallNode call, Evaluator evaluator)
    {
        if (call.Arguments.Count != 2)
        {
            throw evaluator.Error(call, "cbind() needs the successes and the failures",
                "Write cbind(successes, failures); failures may be computed, as in cbind(hatched, eggs - hatched).");
        }
        var counts = new double[2][];
        for (var k = 0; k < 2; k++)
        {
            var node = call.Arguments[k].Value;
            counts[k] = evaluator.Numbers(node, "cbind()");
            evaluator.RequireFinite(node, counts[k]);
            var negative = Array.FindIndex(counts[k], count => count < 0);
            if (negative >= 0)
            {
                throw evaluator.Error(node, $"{node} is negative in row {evaluator.Context.RowNumber(negative)}",
                    "Successes and failures are counts. If the second is the number of trials, write cbind(s, n - s).");
            }
        }
        var trials = new double[counts[0].Length];
        for (var row = 0; row < trials.Length; row++)
            trials[row] = counts[0][row] + counts[1][row];
        return new ResponseColumn(name, counts[0], trials, null);
    }
}
