using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>
/// A variable in the columns of a design matrix: either indicators, of which at most one is 1 in each row
/// (<c>Index</c>: that one, −1 for none, −2 where the value is missing), or any numbers (<c>Columns</c>).
/// </summary>
internal readonly record struct CodedVariable(int Count, int[]? Index, double[][]? Columns)
{
    public const int None = -1;
    public const int Missing = -2;
}

/// <summary>
/// How a variable of the training rows becomes columns: a factor by its levels and contrasts, numbers as they are.
/// </summary>
internal sealed class VariableCoding
{
    private readonly string _text;
    private readonly FormulaNode _node;
    private readonly string[]? _levels;
    private readonly Dictionary<string, int> _levelIndex = new(StringComparer.Ordinal);
    private readonly Contrast _contrast;
    private readonly string[] _columnNames;

    private VariableCoding(string text, FormulaNode node, string[]? levels, Contrast contrast, string[] columnNames)
    {
        _text = text;
        _node = node;
        _levels = levels;
        _contrast = contrast;
        _columnNames = columnNames;
        for (var level = 0; level < levels?.Length; level++)
            _levelIndex.Add(levels[level], level);
    }

    public bool IsFactor => _levels is not null;

    /// <summary>The levels of a factor in the training rows; empty for numbers.</summary>
    public IReadOnlyList<string> Levels => _levels ?? [];

    /// <summary>Learns the coding from the training rows.</summary>
    /// <param name="text">The formula.</param>
    /// <param name="node">The variable.</param>
    /// <param name="evaluator">Evaluates on the training rows.</param>
    /// <param name="contrast">The contrasts asked for; null for those of the factor's kind, polynomial where its levels are
    /// ordered.</param>
    /// <exception cref="GlmmException">A factor has one level, or an expression has no finite value in some row.</exception>
    public static VariableCoding Learn(string text, FormulaNode node, Evaluator evaluator, Contrast? contrast)
    {
        var coding = contrast ?? Contrast.Treatment;
        switch (evaluator.Evaluate(node))
        {
            case MatrixValue matrix:
                foreach (var column in matrix.Columns)
                    evaluator.RequireFinite(node, column);
                return new VariableCoding(text, node, null, coding, matrix.ColumnNames);
            case NumericValue { IsLogical: false } numeric:
                evaluator.RequireFinite(node, numeric.Values);
                return new VariableCoding(text, node, null, coding, [""]);
            case ConstantNumbers or ConstantTexts:
                throw evaluator.Error(node, $"{node} is the same in every row, so that it cannot be a term",
                    "A constant in the linear predictor is written offset(...).");
            case var value:
                var factor = FactorValue.From(value)!;
                if (value is NumericValue logical)
                    evaluator.RequireFinite(node, logical.Values);
                RequireCodes(evaluator, node, factor);
                var levels = factor.DropUnusedLevels().Levels;
                if (levels.Length < 2)
                {
                    throw evaluator.Error(node,
                        $"The factor {node} has only one level, \"{levels[0]}\", in the rows used",
                        "It cannot explain any difference: leave it out, or check which rows were dropped for missing values.");
                }
                return new VariableCoding(text, node, levels, contrast ?? (factor.IsOrdered ? Contrast.Polynomial : coding), []);
        }
    }

    public static void RequireCodes(Evaluator evaluator, FormulaNode node, FactorValue factor)
    {
        var row = Array.IndexOf(factor.Codes, -1);
        if (row >= 0)
        {
            throw evaluator.Error(node, $"{node} has no level in row {evaluator.Context.RowNumber(row)}",
                "The value there is in none of the intervals or levels given; widen them, or leave such rows out with Where.");
        }
    }

    public int ColumnCount(bool full) =>
        _levels is null ? _columnNames.Length : full ? _levels.Length : _levels.Length - 1;

    /// <summary>The names of the columns, as R's model.matrix has them.</summary>
    public string[] ColumnNames(bool full)
    {
        var name = _node.ToString();
        if (_levels is not null)
        {
            return full
                ? Array.ConvertAll(_levels, level => name + level)
                : Array.ConvertAll(_contrast.Labels(_levels), label => name + label);
        }
        return _columnNames.Length == 1 ? [name] : Array.ConvertAll(_columnNames, column => name + column);
    }

    /// <summary>The variable's columns on the rows of a table.</summary>
    /// <exception cref="GlmmException">A level was not among the training rows, or the type is another one.</exception>
    public CodedVariable Encode(Evaluator evaluator, bool full)
    {
        var value = evaluator.Evaluate(_node);
        if (_levels is null)
        {
            return value switch
            {
                NumericValue numeric => new CodedVariable(1, null, [numeric.Values]),
                MatrixValue matrix => new CodedVariable(matrix.Columns.Length, null, matrix.Columns),
                _ => throw FormulaError.At(_text, _node.Position,
                    $"{_node} was numeric in the data that the model was fitted to, and is categorical in the new data",
                    "Make the column numeric with AsNumeric."),
            };
        }
        var index = LevelIndex(evaluator, FactorValue.From(value)!);
        if (full)
            return new CodedVariable(_levels.Length, index, null);
        return _contrast.Encode(index, _levels.Length);
    }

    private int[] LevelIndex(Evaluator evaluator, FactorValue factor)
    {
        var map = Array.ConvertAll(factor.Levels, level => _levelIndex.GetValueOrDefault(level, -1));
        var index = new int[factor.Codes.Length];
        for (var row = 0; row < index.Length; row++)
        {
            var code = factor.Codes[row];
            index[row] = code < 0 ? CodedVariable.Missing : map[code];
            if (index[row] == -1)
            {
                throw new GlmmException($"The new data have the level \"{factor.Levels[code]}\" of {_node} (row "
                    + $"{evaluator.Context.RowNumber(row)}), which was not in the data that the model was fitted to. Its "
                    + $"levels there were {Names.List(_levels!)}; a fixed effect says nothing about any other.");
            }
        }
        return index;
    }
}
