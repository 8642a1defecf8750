using EcoGlmm.Data;
using EcoGlmm.Formulas;

namespace EcoGlmm.Marginal;

/// <summary>
/// A variable of the reference grid: a column of the data, or the value of within(), between(), first() or last(), which
/// belongs to an individual and is held as it is.
/// </summary>
internal sealed class GridVariable
{
    private static readonly string[] Individual = ["within", "between", "first", "last"];
    private static readonly string[] Factor = ["factor", "as.factor", "ordered", "interaction", "relevel"];

    private GridVariable(FieldColumn training, bool isFactor, FieldColumn points, int[]? pointOfRow)
    {
        Training = training;
        IsFactor = isFactor;
        Points = points;
        PointOfRow = pointOfRow;
    }

    public string Name => Training.Name;

    /// <summary>Its values in the rows of the fit.</summary>
    public FieldColumn Training { get; }

    public bool IsFactor { get; }

    /// <summary>Where the grid has it: every level of a factor and both values of a binary covariate, the mean of others.</summary>
    public FieldColumn Points { get; }

    /// <summary>For each row of the fit which of the points it is at; null for a covariate at its mean.</summary>
    public int[]? PointOfRow { get; }

    /// <summary>What a point is called in a table.</summary>
    public string Label(int point) => Points is NumericColumn numbers
        ? Text.NumberFormat.Significant(numbers.Values[point])
        : Points.TextAt(point)!;

    /// <summary>The same variable at other values.</summary>
    public GridVariable At(double[] values) => Training is CategoricalColumn || IsFactor
        ? throw new GlmmException($"\"{Name}\" is categorical: the grid has all of its levels, and cannot be put at numbers.")
        : new GridVariable(Training, false, new NumericColumn(Name, values), null);

    /// <summary>The variables that expressions of a formula are made of, in the order in which they appear.</summary>
    /// <param name="design">The part of the model.</param>
    /// <param name="used">The data, rows of the fit only.</param>
    public static List<GridVariable> Of(PartDesign design, FieldData used)
    {
        var result = new List<GridVariable>();
        foreach (var node in design.FixedExpressions) Collect(node, inFactor: false);
        return result;

        void Collect(FormulaNode node, bool inFactor)
        {
            if (node is NameNode name)
            {
                if (used.TryGetColumn(name.Name, out var column)) Add(column, inFactor);
                return;
            }

            if (node is CallNode call)
            {
                if (Individual.Contains(call.Function))
                {
                    Add(new NumericColumn(call.ToString(), design.Numbers(call, used)), inFactor);
                    return;
                }

                inFactor |= Factor.Contains(call.Function);
            }

            foreach (var part in node.Descend().Where(n => n != node && IsChild(node, n))) Collect(part, inFactor);
        }

        void Add(FieldColumn column, bool inFactor)
        {
            if (!result.Exists(v => v.Name == column.Name)) result.Add(Of(column, inFactor));
        }
    }

    private static bool IsChild(FormulaNode parent, FormulaNode node) => parent switch
    {
        ParenthesisNode p => ReferenceEquals(p.Inner, node),
        UnaryNode u => ReferenceEquals(u.Operand, node),
        BinaryNode b => ReferenceEquals(b.Left, node) || ReferenceEquals(b.Right, node),
        CallNode c => c.Arguments.Any(a => ReferenceEquals(a.Value, node)),
        _ => false,
    };

    private static GridVariable Of(FieldColumn column, bool inFactor)
    {
        const int mostKept = 2;
        var rows = column.Length;
        switch (column)
        {
            case CategoricalColumn factor:
                var used = factor.Codes.Where(c => c >= 0).Distinct().Order().ToArray();
                return Levels(column, true, Array.ConvertAll(used, c => Array.IndexOf(factor.Codes, c)), Array.ConvertAll(factor.Codes, c =>
                    Array.IndexOf(used, c)));
            case LogicalColumn logical:
                var both = new bool?[] { false, true }.Where(v => logical.Values.Contains(v)).ToArray();
                return Levels(column, true, Array.ConvertAll(both, v => Array.IndexOf(logical.Values, v)), Array.ConvertAll(logical.Values,
                    v => Array.IndexOf(both, v)));
            default:
                var values = ColumnConversion.Numbers(column);
                var distinct = values.Where(double.IsFinite).Distinct().Order().Take(inFactor ? rows : mostKept + 1).ToArray();
                if (inFactor || distinct.Length <= mostKept)
                    return Levels(column, inFactor, Array.ConvertAll(distinct, v => Array.IndexOf(values, v)), Array.ConvertAll(values, v =>
                        Array.IndexOf(distinct, v)));
                return new GridVariable(column, false, new NumericColumn(column.Name, [values.Where(double.IsFinite).Average()]), null);
        }
    }

    private static GridVariable Levels(FieldColumn column, bool isFactor, int[] firstRows, int[] pointOfRow) =>
        new(column, isFactor, column.Take(firstRows), pointOfRow);
}
