namespace EcoGlmm.Formulas;

internal enum IndividualStatistic
{
    Within,
    Between,
    First,
    Last,
}

/// <summary>
/// Functions that summarise a variable over the rows of each individual: between(x, id) is the individual's mean,
/// within(x, id) the deviation from it, first(x, id) and last(x, id) the least and the greatest value. An individual of
/// the training rows keeps its value for ever; one that was not among them gets its own from the rows at hand,
/// and is noted as new.
/// Source: M. van de Pol &amp; J. Wright (2009), Animal Behaviour 77, 753-758; M. van de Pol &amp; S. Verhulst (2006),
/// American Naturalist 167, 766-773.
/// </summary>
internal static class IndividualFunctions
{
    private static readonly Dictionary<string, IndividualStatistic> ByName = new(StringComparer.Ordinal)
    {
        ["within"] = IndividualStatistic.Within,
        ["between"] = IndividualStatistic.Between,
        ["first"] = IndividualStatistic.First,
        ["last"] = IndividualStatistic.Last,
    };

    /// <summary>Adds them to the functions of formulas.</summary>
    public static Dictionary<string, Func<Evaluator, CallNode, Value>> AddTo(Dictionary<string, Func<Evaluator, CallNode, Value>> functions)
    {
        foreach (var (name, statistic) in ByName)
            functions.Add(name, (evaluator, call) => Call(evaluator, call, statistic));
        return functions;
    }

    /// <summary>Whether a term is one value for each individual, the same in all of its rows.</summary>
    public static bool IsOfIndividual(FormulaNode node) =>
        node is CallNode call && ByName.TryGetValue(call.Function, out var statistic) && statistic != IndividualStatistic.Within;

    /// <summary>The columns that an expression takes values of; those that only say which individual a row is of are left out.</summary>
    public static IEnumerable<string> CovariatesOf(FormulaNode node)
    {
        var all = node.Descend().ToArray();
        var individuals = all.OfType<CallNode>().Where(call => ByName.ContainsKey(call.Function))
            .SelectMany(call => call.Arguments.Skip(1)).SelectMany(argument => argument.Value.Descend()).ToHashSet(
                ReferenceEqualityComparer.Instance);
        return all.OfType<NameNode>().Where(name => !individuals.Contains(name)).Select(name => name.Name);
    }

    public static Value Call(Evaluator evaluator, CallNode call, IndividualStatistic statistic)
    {
        var arguments = new CallArguments(evaluator, call, "x", "id");
        var x = arguments.Rows("x");
        var id = arguments.Factor("id");
        var perLevel = Summarise(x, id, statistic);
        var learnt = evaluator.LearnFromUsedRows(call, () => Learn(id, perLevel));
        if (!evaluator.Context.Training)
        {
            for (var level = 0; level < perLevel.Length; level++)
            {
                if (learnt.TryGetValue(id.Levels[level], out var value))
                    perLevel[level] = value;
                else if (!double.IsNaN(perLevel[level]))
                    evaluator.Context.NewIndividuals.Add(id.Levels[level]);
            }
        }
        var result = new double[x.Length];
        for (var row = 0; row < result.Length; row++)
        {
            var value = id.Codes[row] < 0 || double.IsNaN(x[row]) ? double.NaN : perLevel[id.Codes[row]];
            result[row] = statistic == IndividualStatistic.Within ? x[row] - value : value;
        }
        return new NumericValue(result);
    }

    private static Dictionary<string, double> Learn(FactorValue id, double[] perLevel)
    {
        var learnt = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var level = 0; level < perLevel.Length; level++)
        {
            if (!double.IsNaN(perLevel[level]))
                learnt[id.Levels[level]] = perLevel[level];
        }
        return learnt;
    }

    private static double[] Summarise(double[] x, FactorValue id, IndividualStatistic statistic)
    {
        var result = new double[id.Levels.Length];
        var count = new int[id.Levels.Length];
        for (var row = 0; row < x.Length; row++)
        {
            var level = id.Codes[row];
            if (level < 0 || double.IsNaN(x[row]))
                continue;
            result[level] = statistic switch
            {
                IndividualStatistic.First => count[level] == 0 ? x[row] : Math.Min(result[level], x[row]),
                IndividualStatistic.Last => count[level] == 0 ? x[row] : Math.Max(result[level], x[row]),
                _ => result[level] + x[row],
            };
            count[level]++;
        }
        for (var level = 0; level < result.Length; level++)
        {
            if (count[level] == 0)
                result[level] = double.NaN;
            else if (statistic is IndividualStatistic.Within or IndividualStatistic.Between)
                result[level] /= count[level];
        }
        return result;
    }
}
