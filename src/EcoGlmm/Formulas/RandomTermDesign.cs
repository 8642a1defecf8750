using EcoGlmm.Data;
using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>A grouping factor, with the levels of the training rows.</summary>
internal sealed class Grouping
{
    private readonly FormulaNode _node;
    private readonly Dictionary<string, int> _levelIndex;

    private Grouping(FormulaNode node, FactorValue factor)
    {
        _node = node;
        Levels = factor.Levels;
        TrainingCodes = factor.Codes;
        _levelIndex = new Dictionary<string, int>(Levels.Length, StringComparer.Ordinal);
        for (var level = 0; level < Levels.Length; level++)
            _levelIndex.TryAdd(Levels[level], level);
    }

    /// <summary>As lme4 has it: without backquotes where it is a column.</summary>
    public string Name => _node is NameNode column ? column.Name : _node.ToString();

    public string[] Levels { get; }

    public int[] TrainingCodes { get; }

    public static Grouping Learn(FormulaNode node, Evaluator evaluator)
    {
        var factor = evaluator.Factor(node, "a grouping factor");
        VariableCoding.RequireCodes(evaluator, node, factor);
        return new Grouping(node, factor.DropUnusedLevels());
    }

    /// <summary>The levels of other rows; a missing one is marked, a level that training never had is −1.</summary>
    public int[] Codes(Evaluator evaluator, bool[] missing)
    {
        var factor = evaluator.Factor(_node, "a grouping factor");
        var map = Array.ConvertAll(factor.Levels, level => _levelIndex.GetValueOrDefault(level, -1));
        var codes = new int[factor.Codes.Length];
        for (var row = 0; row < codes.Length; row++)
        {
            var code = factor.Codes[row];
            missing[row] |= code < 0;
            codes[row] = code < 0 ? -1 : map[code];
        }
        return codes;
    }
}

/// <summary>One random term, or one effect of a term with two bars, learnt from the training rows.</summary>
internal sealed class RandomTermDesign
{
    private readonly Grouping _grouping;
    private readonly DesignLayout _layout;
    private readonly int[] _position;
    private readonly string[] _effectNames;
    private readonly CovarianceStructure _structure;
    private readonly string _title;

    /// <param name="grouping">The grouping factor.</param>
    /// <param name="layout">The columns left of the bar.</param>
    /// <param name="columns">Those of them that belong to this term.</param>
    /// <param name="structure">The covariance structure.</param>
    /// <param name="title">The term as written.</param>
    private RandomTermDesign(Grouping grouping, DesignLayout layout, int[] columns, CovarianceStructure structure, string title)
    {
        _grouping = grouping;
        _layout = layout;
        _structure = structure;
        _title = title;
        _position = new int[layout.ColumnNames.Length];
        Array.Fill(_position, -1);
        for (var i = 0; i < columns.Length; i++)
            _position[columns[i]] = i;
        _effectNames = Array.ConvertAll(columns, column => layout.ColumnNames[column]);
    }

    /// <summary>
    /// The term or terms that a random term as written stands for: with two bars one for each effect, or, where a factor
    /// is among the effects, one with a diagonal covariance matrix over all its columns.
    /// </summary>
    public static IEnumerable<RandomTermDesign> Learn(
        string text, RandomTermSyntax syntax, Evaluator evaluator, Dictionary<string, Grouping> groupings)
    {
        if (syntax.Structure is { } structure && RandomTermSplitter.UnavailableStructures.Contains(structure))
        {
            throw FormulaError.At(text, syntax.Position, $"The covariance structure {structure}() is not available yet",
                $"The structures available are {Names.List(RandomTermSplitter.AvailableStructures)}: us(x | g), the same as "
                + "(x | g), with correlations; diag(x | g) without.");
        }
        var terms = ModelTerms.Expand(text, syntax.Effects, response: null, dotColumns: null, evaluator.Context.Cancellation);
        if (terms.Offsets.Count > 0)
            throw FormulaError.At(text, syntax.Position, "An offset cannot vary among groups",
                "Move it out of the random term.");
        var layout = DesignLayout.Learn(text, terms, evaluator, new Dictionary<string, Contrast>());
        var all = Enumerable.Range(0, layout.ColumnNames.Length).ToArray();
        if (all.Length == 0)
        {
            throw FormulaError.At(text, syntax.Position, "This random term has no effects",
                "Write (1 | g) for intercepts, (x | g) for intercepts and slopes, (0 + x | g) for slopes alone.");
        }
        var name = syntax.Group.ToString();
        if (!groupings.TryGetValue(name, out var grouping))
            groupings.Add(name, grouping = Grouping.Learn(syntax.Group, evaluator));

        // Structures of few parameters may have more effects than rows.
        if (syntax.Structure is null or "us" or "diag")
        {
            RequestedSize.CheckRandomTerm(text, syntax, all.Length, grouping.Levels.Length, evaluator.RowCount,
                isCorrelated: !syntax.Uncorrelated && syntax.Structure is not "diag");
        }

        var title = $"{syntax.Structure}({syntax.Effects} {(syntax.Uncorrelated ? "||" : "|")} {syntax.Group})";
        if (!syntax.Uncorrelated)
        {
            var plain = syntax.Structure == "diag" ? new CovarianceStructure("diag", new Diagonal(all.Length)) : Unstructured(all.Length);
            return [new RandomTermDesign(grouping, layout, all, plain, title)];
        }
        return layout.HasFactor
            ? [new RandomTermDesign(grouping, layout, all, new CovarianceStructure("diag", new Diagonal(all.Length)), title)]
            : all.Select(column => new RandomTermDesign(grouping, layout, [column], Unstructured(1), title));

        static CovarianceStructure Unstructured(int width) => new("us", new Unstructured(width));
    }

    /// <param name="evaluator">Evaluates on the rows wanted.</param>
    /// <param name="missing">Set where a variable is missing.</param>
    /// <param name="anyLevel">Whether the rows are of no level in particular.</param>
    public GroupingTerm Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel)
    {
        var (n, q) = (evaluator.RowCount, _effectNames.Length);
        var z = new double[CheckedLength(n, q)];
        _layout.Fill(evaluator, _position, z, missing);
        return new GroupingTerm
        {
            Group = _grouping.Name,
            EffectNames = _effectNames,
            Structure = _structure,
            Title = _title,
            Z = q == 1 ? z : RowMajor(z, n, q),
            Codes = anyLevel ? NoLevels(n)
                : evaluator.Context.Training ? _grouping.TrainingCodes
                : _grouping.Codes(evaluator, missing),
            Levels = _grouping.Levels,
        };
    }

    private static int[] NoLevels(int n)
    {
        var codes = new int[n];
        Array.Fill(codes, -1);
        return codes;
    }

    private int CheckedLength(int rows, int columns) => (long)rows * columns <= Array.MaxLength
        ? rows * columns
        : throw new GlmmException($"The random term on {_grouping.Name} has {columns} effects, too many for {rows} rows.");

    private static double[] RowMajor(double[] z, int n, int q)
    {
        var result = new double[z.Length];
        for (var j = 0; j < q; j++)
        {
            for (var row = 0; row < n; row++)
                result[row * q + j] = z[j * n + row];
        }
        return result;
    }
}
