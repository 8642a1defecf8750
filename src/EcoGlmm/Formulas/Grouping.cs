namespace EcoGlmm.Formulas;

/// <summary>A grouping factor, with the levels of the training rows; 1 stands for one group of all rows.</summary>
internal sealed class Grouping
{
    private const string AllRows = "all";

    private readonly FormulaNode _node;
    private readonly Lazy<Dictionary<string, int>> _levelIndex;

    private Grouping(FormulaNode node, FactorValue factor)
    {
        _node = node;
        Levels = factor.Levels;
        TrainingCodes = factor.Codes;
        _levelIndex = new(() =>
        {
            var index = new Dictionary<string, int>(Levels.Length, StringComparer.Ordinal);
            for (var level = 0; level < Levels.Length; level++)
                index.TryAdd(Levels[level], level);
            return index;
        });
    }

    /// <summary>As lme4 has it: without backquotes where it is a column; "all" for one group of all rows.</summary>
    public string Name => IsAllRows(_node) ? AllRows : _node is NameNode column ? column.Name : _node.ToString();

    public string[] Levels { get; }

    public int[] TrainingCodes { get; }

    /// <summary>Whether a group stands for all rows: "| 1".</summary>
    public static bool IsAllRows(FormulaNode node) => node is NumberNode { Value: 1 };

    public static Grouping Learn(FormulaNode node, Evaluator evaluator)
    {
        if (IsAllRows(node))
            return new Grouping(node, new FactorValue([AllRows], new int[evaluator.RowCount]));
        var factor = evaluator.Factor(node, "a grouping factor");
        VariableCoding.RequireCodes(evaluator, node, factor);
        return new Grouping(node, factor.DropUnusedLevels());
    }

    /// <summary>The levels of other rows; a missing one is marked, a level that training never had is −1.</summary>
    public int[] Codes(Evaluator evaluator, bool[] missing) =>
        Codes(evaluator, missing, level => _levelIndex.Value.GetValueOrDefault(level, -1));

    /// <summary>The places of the levels of other rows by a list of names; a missing one is marked, one that it has not is −1.</summary>
    public int[] Codes(Evaluator evaluator, bool[] missing, Func<string, int> indexOf)
    {
        if (IsAllRows(_node))
            return new int[evaluator.RowCount];
        var factor = evaluator.Factor(_node, "a grouping factor");
        var map = Array.ConvertAll(factor.Levels, level => indexOf(level));
        var codes = new int[factor.Codes.Length];
        for (var row = 0; row < codes.Length; row++)
        {
            var code = factor.Codes[row];
            missing[row] |= code < 0;
            codes[row] = code < 0 ? -1 : map[code];
        }
        return codes;
    }

    /// <summary>The codes of rows of no level in particular.</summary>
    public static int[] NoLevels(int n)
    {
        var codes = new int[n];
        Array.Fill(codes, -1);
        return codes;
    }
}
