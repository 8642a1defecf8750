using EcoGlmm.Formulas.Smooths;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>One part of a model, with everything that it learnt from the training rows.</summary>
internal sealed class PartDesign
{
    private const int MostColumns = 10_000;

    /// <summary>From so many columns, with no larger a share of entries other than zero, a design is kept by these alone.</summary>
    private const int FewestSparse = 64;
    private const double MostFilled = 0.125;

    private readonly PartSyntax _syntax;
    private readonly FormulaNode[] _offsets;
    private readonly Dictionary<string, object> _learnt;
    private readonly DesignLayout _layout;
    private readonly TermDesign[] _randomTerms;
    private readonly SmoothDesign[] _smooths;
    private readonly string[] _columnNames;
    private readonly bool[] _aliased;
    private readonly int[] _position;
    private readonly double[]? _held;
    private readonly bool _isLocation;

    /// <param name="syntax">The part's formula, expanded.</param>
    /// <param name="offsetColumn">A column to add to the linear predictor, if any.</param>
    /// <param name="training">The training rows.</param>
    /// <param name="contrasts">Contrasts of factors among the fixed effects, by column.</param>
    /// <param name="held">Coefficients that are held at a value, by name: their columns become part of the offset.</param>
    /// <param name="isLocation">
    /// Whether thresholds of the family take the intercept's place. There is then no column for it, and the others are
    /// less their <see cref="Means"/> in the training rows, which sets the thresholds apart from the effects.
    /// </param>
    /// <exception cref="GlmmException">There is no coefficient of that name to hold.</exception>
    public PartDesign(
        PartSyntax syntax, string? offsetColumn, EvaluationContext training,
        IReadOnlyDictionary<string, Contrast> contrasts, IReadOnlyDictionary<string, double> held, bool isLocation = false)
    {
        _syntax = syntax;
        _isLocation = isLocation;
        _offsets = offsetColumn is null
            ? [.. syntax.Terms.Offsets]
            : [new NameNode(0, offsetColumn), .. syntax.Terms.Offsets];
        _learnt = training.Learnt;
        var evaluator = new Evaluator(syntax.Text, training);
        RequestedSize.CheckFactors(syntax, evaluator);
        _layout = DesignLayout.Learn(syntax.Text, syntax.Terms, evaluator, contrasts);
        if (isLocation && !_layout.HasIntercept)
        {
            throw new GlmmException($"The formula \"{syntax.Text}\" leaves the intercept out, but the thresholds between ordered "
                + "categories stand in its place. Leave out the 0 or -1: the coefficients do not show an intercept anyway.");
        }
        var groupings = new Dictionary<string, Grouping>(StringComparer.Ordinal);
        _randomTerms = [.. syntax.RandomTerms.SelectMany(
            term => TermDesign.Learn(syntax.Text, term, evaluator, groupings))];

        _smooths = [.. syntax.Smooths.SelectMany(smooth => new LearningSmooth(syntax.Text, smooth, evaluator).Learn())];
        _columnNames = [.. _layout.ColumnNames, .. _smooths.SelectMany(smooth => smooth.FixedNames)];
        bool[] occurring = [.. _layout.Occurring(evaluator), .. Enumerable.Repeat(true, _columnNames.Length - _layout.ColumnNames.Length)];
        _position = new int[occurring.Length];
        var kept = 0;
        for (var j = 0; j < occurring.Length; j++) _position[j] = occurring[j] ? kept++ : -1;
        RequestedSize.CheckCoefficients(syntax.Text, kept, evaluator.RowCount);
        var smoothRows = Smooth(evaluator, new bool[evaluator.RowCount], fixedOnly: false, anyLevel: false);
        foreach (var smooth in _smooths) smooth.Settle();
        var sparse = SparseMatrix(evaluator, kept, smoothRows);
        var x = sparse is null ? FixedMatrix(evaluator, kept, new bool[evaluator.RowCount], smoothRows) : [];
        if (sparse is null || RankDetection.Dependent(sparse, training.Cancellation) is not { } dependent)
        {
            x = sparse?.ToDense() ?? x;
            sparse = null;
            dependent = RankDetection.Dependent(x, evaluator.RowCount, kept, training.Cancellation);
        }
        _aliased = Array.ConvertAll(_position, p => p < 0 || dependent[p]);
        _held = Held(held);
        for (var j = 0; j < _position.Length && _held is not null; j++)
        {
            if (!double.IsNaN(_held[j]))
                _aliased[j] = dependent[_position[j]] = true;
        }
        if (dependent.Contains(true) && sparse is null)
            x = WithoutDependent(x, evaluator.RowCount, dependent);
        kept = 0;
        for (var j = 0; j < _position.Length; j++)
            _position[j] = _aliased[j] ? -1 : kept++;
        if (sparse is not null && dependent.Contains(true))
            sparse = sparse.WithoutColumns(dependent);
        var missing = new bool[evaluator.RowCount];
        var offset = Offset(evaluator, missing, requireFinite: true);
        if (isLocation)
            Means = ColumnMeans(x, evaluator.RowCount);
        Training = Matrices(evaluator, Centred(x, evaluator.RowCount), offset, fixedOnly: false, missing, smoothRows, sparse: sparse);
    }

    public ModelPart Part => _syntax.Part;

    /// <summary>The matrices of the training rows.</summary>
    public PartMatrices Training { get; }

    /// <summary>The columns of the data that the part uses, in the order of the formula.</summary>
    public IReadOnlyList<string> VariableNames => _syntax.VariableNames;

    /// <summary>Whether the part is an intercept alone.</summary>
    public bool IsConstant => _syntax.IsConstant;

    /// <summary>The columns used by the fixed effects and offsets alone.</summary>
    public IReadOnlyList<string> FixedVariableNames => _syntax.FixedVariableNames;

    /// <summary>
    /// Means of the columns in the training rows, which <see cref="PartMatrices.X"/> is less by; empty for a part with an
    /// intercept or without thresholds.
    /// </summary>
    public double[] Means { get; } = [];

    /// <summary>The smooths, in the order of their random terms, which come before all others.</summary>
    public IReadOnlyList<SmoothDesign> Smooths => _smooths;

    /// <summary>The columns, among those of <see cref="PartMatrices.X"/>, of a smooth that no others depend on.</summary>
    public int[] ColumnsOf(SmoothDesign smooth)
    {
        var first = _layout.ColumnNames.Length + _smooths.TakeWhile(other => other != smooth).Sum(other => other.FixedCount);
        return [.. Enumerable.Range(first, smooth.FixedCount).Select(j => _position[j] - (_isLocation && _position[j] >= 0 ? 1 : 0))];
    }

    /// <summary>A smooth alone on other rows.</summary>
    public SmoothRows Evaluate(SmoothDesign smooth, FieldData rows) =>
        smooth.Evaluate(new Evaluator(_syntax.Text, new EvaluationContext(rows, Training: false, _learnt, RowNumbers: null)),
            new bool[rows.RowCount], anyLevel: false);

    public bool HasIntercept => _layout.HasIntercept && !_isLocation;

    /// <summary>The variables of the fixed-effect terms and the offsets, as they stand in the formula.</summary>
    /// <remarks>Those of curves are among them.</remarks>
    public IReadOnlyList<FormulaNode> FixedExpressions =>
    [
        .. _syntax.Terms.Terms.SelectMany(term => term.Variables).Distinct().Order().Select(v => _syntax.Terms.Variables[v]),
        .. _smooths.Where(smooth => smooth.IsCurve).Select(smooth => smooth.Syntax).Distinct().SelectMany(syntax => syntax.Expressions),
        .. _offsets,
    ];

    /// <summary>The columns whose values the fixed effects and curves are made of, offsets not among them.</summary>
    public IEnumerable<string> CovariateNames => FixedExpressions.SkipLast(_offsets.Length).SelectMany(IndividualFunctions.CovariatesOf)
        .Where(FixedVariableNames.Contains).Distinct();

    /// <summary>The columns of grouping factors, in the order of the formula.</summary>
    public IEnumerable<string> GroupColumns => _syntax.RandomTerms.SelectMany(term => term.Group.Descend()).OfType<NameNode>()
        .Select(node => node.Name).Where(VariableNames.Contains).Distinct();

    /// <summary>The offsets, as they stand in the formula.</summary>
    public IEnumerable<string> OffsetTexts => _offsets.Select(o => o.ToString());

    /// <summary>The value of a numeric expression on other rows, by what it learnt from the training rows.</summary>
    public double[] Numbers(FormulaNode node, FieldData rows) =>
        new Evaluator(_syntax.Text, new EvaluationContext(rows, Training: false, _learnt, RowNumbers: null)).Numbers(node, "a covariate");

    /// <summary>
    /// The columns of the fixed effects that were left out of the model because they depend on others: rows × columns,
    /// column-major. What a model says of a row is only estimable if they depend on the others there in the same way.
    /// </summary>
    public double[] AliasedColumns(FieldData rows)
    {
        var context = new EvaluationContext(rows, Training: false, _learnt, RowNumbers: null);
        var position = new int[_aliased.Length];
        var count = 0;
        for (var j = 0; j < position.Length; j++) position[j] = _aliased[j] && (_held is null || double.IsNaN(_held[j])) ? count++ : -1;
        var x = new double[rows.RowCount * count];
        var evaluator = new Evaluator(_syntax.Text, context);
        Fill(evaluator, position, x, new bool[rows.RowCount], Smooth(evaluator, new bool[rows.RowCount], fixedOnly: true, anyLevel: true));
        return x;
    }

    /// <summary>The labels of the fixed-effect terms, in R's order, without the intercept.</summary>
    public IReadOnlyList<string> TermLabels => _layout.TermLabels;

    /// <summary>For each column of <see cref="PartMatrices.ColumnNames"/> its term, counted from 1; 0 is the intercept.</summary>
    /// <remarks>Columns of smooths are of no term, −1.</remarks>
    public IReadOnlyList<int> Assign =>
        [.. _layout.Assign.Skip(_isLocation ? 1 : 0), .. Enumerable.Repeat(-1, _columnNames.Length - _layout.ColumnNames.Length)];

    /// <summary>The matrices of other rows, by the levels and transformations of the training rows.</summary>
    /// <param name="newData">A table with the columns that the part uses.</param>
    /// <param name="fixedOnly">Whether to leave the random terms out, whose columns need then not be there.</param>
    /// <param name="anyLevel">Whether the rows are of no level in particular: the grouping columns need then not be there.</param>
    /// <exception cref="GlmmException">A column is missing, or a factor has a level that is new.</exception>
    public PartMatrices Evaluate(FieldData newData, bool fixedOnly = false, bool anyLevel = false)
    {
        var context = new EvaluationContext(newData, Training: false, _learnt, RowNumbers: null);
        var evaluator = new Evaluator(_syntax.Text, context);
        var missing = new bool[newData.RowCount];
        var columns = _aliased.Count(aliased => !aliased);
        var smooths = Smooth(evaluator, missing, fixedOnly, anyLevel);
        var x = FixedMatrix(evaluator, columns, missing, smooths);
        if (!fixedOnly && !anyLevel) RequireGroups(newData);
        var offset = Offset(evaluator, missing, requireFinite: false);
        return Matrices(evaluator, Centred(x, newData.RowCount), offset, fixedOnly, missing, smooths, anyLevel);
    }

    private void RequireGroups(FieldData newData)
    {
        if (GroupColumns.FirstOrDefault(name => !newData.TryGetColumn(name, out _)) is not { } absent) return;
        throw GlmmException.InData($"The new data have no column \"{absent}\", whose levels have effects of their own"
            + NearestName.Suggestion(absent, newData.ColumnNames) + " Predict for a typical level with randomEffects: "
            + "RandomEffectsUse.Population, for the mean over all levels with RandomEffectsUse.Averaged; or add the column: a level that "
            + "the model has not seen gets an effect of zero.", column: absent);
    }

    /// <summary>The matrix without the intercept's column, which is the first, and less the means of the training rows.</summary>
    private double[] Centred(double[] x, int rows)
    {
        if (!_isLocation)
            return x;
        var result = x[rows..];
        for (var at = 0; at < result.Length; at++)
            result[at] -= Means[at / rows];
        return result;
    }

    private static double[] ColumnMeans(double[] x, int rows)
    {
        var means = new double[(x.Length / rows) - 1];
        for (var j = 0; j < means.Length; j++)
        {
            foreach (var value in x.AsSpan((j + 1) * rows, rows))
                means[j] += value / rows;
        }
        return means;
    }

    private PartMatrices Matrices(
        Evaluator evaluator, double[] x, double[] offset, bool fixedOnly, bool[] missing, SmoothRows?[] smooths, bool anyLevel = false,
        SparseRows? sparse = null)
    {
        var n = evaluator.RowCount;
        GroupingTerm[] random = [.. smooths.Select(smooth => smooth?.Random).OfType<GroupingTerm>().Where(term => !fixedOnly
            || term.IsCurve)];
        if (!fixedOnly) random = [.. random, .. _randomTerms.Select(term => term.Evaluate(evaluator, missing, anyLevel))];
        for (var row = 0; row < n; row++)
        {
            if (!missing[row])
                continue;
            offset[row] = double.NaN;
            for (var at = row; at < x.Length; at += n)
                x[at] = double.NaN;
        }
        if (sparse is not null)
        {
            return new PartMatrices
            {
                RowCount = n,
                ColumnNames = _columnNames,
                Aliased = _aliased,
                Held = _held,
                Sparse = sparse,
                Offset = offset,
                RandomTerms = random,
                NewIndividuals = evaluator.Context.NewIndividuals,
            };
        }
        return new PartMatrices
        {
            RowCount = n,
            ColumnNames = _isLocation ? _columnNames[1..] : _columnNames,
            Aliased = _isLocation ? _aliased[1..] : _aliased,
            Held = _isLocation ? _held?[1..] : _held,
            X = x,
            Offset = offset,
            RandomTerms = random,
            NewIndividuals = evaluator.Context.NewIndividuals,
        };
    }

    /// <summary>The smooths on rows; null for those of groups where these are left out, whose columns need then not be there.</summary>
    private SmoothRows?[] Smooth(Evaluator evaluator, bool[] missing, bool fixedOnly, bool anyLevel) =>
        Array.ConvertAll(_smooths, smooth => fixedOnly && !smooth.IsCurve ? null : smooth.Evaluate(evaluator, missing, anyLevel));

    private void Fill(Evaluator evaluator, int[] position, double[] x, bool[] missing, SmoothRows?[] smooths)
    {
        var n = evaluator.RowCount;
        _layout.Fill(evaluator, position[.._layout.ColumnNames.Length], x, missing);
        var at = _layout.ColumnNames.Length;
        for (var s = 0; s < smooths.Length; s++)
        {
            for (var j = 0; j < _smooths[s].FixedCount; j++, at++)
            {
                if (position[at] >= 0) smooths[s]!.Fixed.AsSpan(j * n, n).CopyTo(x.AsSpan(position[at] * n, n));
            }
        }
    }

    private double[] FixedMatrix(Evaluator evaluator, int columns, bool[] missing, SmoothRows?[] smooths)
    {
        if (columns > MostColumns || (long)evaluator.RowCount * columns > Array.MaxLength)
        {
            throw new GlmmException($"The fixed effects have {columns} coefficients on {evaluator.RowCount} rows, more than "
                + "can be estimated. A factor with so many levels belongs in a random term, (1 | factor); numbers that were "
                + "read as text become numeric with AsNumeric.");
        }
        if (evaluator.Context.Training && columns == 1 && _smooths.Length == 0 && _layout.IsIntercept)
            return evaluator.Context.Ones;
        var x = new double[evaluator.RowCount * columns];
        Fill(evaluator, _position, x, missing, smooths);
        return x;
    }

    /// <summary>The matrix by its entries that are not zero, where it has many columns and few of those; otherwise null.</summary>
    private SparseRows? SparseMatrix(Evaluator evaluator, int columns, SmoothRows?[] smooths)
    {
        var n = evaluator.RowCount;
        if (_isLocation || columns < FewestSparse || columns > MostColumns)
            return null;
        var entries = new DesignEntries((long)(MostFilled * n * columns));
        if (!_layout.Fill(evaluator, _position[.._layout.ColumnNames.Length], entries))
            return null;
        var at = _layout.ColumnNames.Length;
        for (var s = 0; s < smooths.Length; s++)
        {
            for (var j = 0; j < _smooths[s].FixedCount; j++, at++)
            {
                for (var row = 0; row < n && _position[at] >= 0; row++)
                {
                    if (!entries.Add(row, _position[at], smooths[s]!.Fixed[(j * n) + row]))
                        return null;
                }
            }
        }
        return entries.ToMatrix(n, columns);
    }

    private double[] Offset(Evaluator evaluator, bool[] missing, bool requireFinite)
    {
        if (evaluator.Context.Training && _offsets.Length == 0 && _held is null)
            return evaluator.Context.Zeros;
        var offset = new double[evaluator.RowCount];
        foreach (var node in _offsets)
        {
            var values = evaluator.Numbers(node, "an offset");
            if (requireFinite)
                evaluator.RequireFinite(node, values);
            for (var row = 0; row < offset.Length; row++)
            {
                offset[row] += values[row];
                missing[row] |= double.IsNaN(values[row]);
            }
        }
        AddHeld(evaluator, missing, offset);
        return offset;
    }

    private void AddHeld(Evaluator evaluator, bool[] missing, double[] offset)
    {
        if (_held is null)
            return;
        var position = new int[_held.Length];
        var kept = 0;
        for (var j = 0; j < position.Length; j++)
            position[j] = double.IsNaN(_held[j]) ? -1 : kept++;
        var columns = new double[offset.Length * kept];
        Fill(evaluator, position, columns, missing, Smooth(evaluator, missing, fixedOnly: true, anyLevel: true));
        for (var j = 0; j < position.Length; j++)
        {
            for (var row = 0; row < offset.Length && position[j] >= 0; row++)
                offset[row] += _held[j] * columns[(position[j] * offset.Length) + row];
        }
    }

    private double[]? Held(IReadOnlyDictionary<string, double> held)
    {
        if (held.Count == 0)
            return null;
        var values = new double[_columnNames.Length];
        Array.Fill(values, double.NaN);
        foreach (var (name, value) in held)
        {
            var at = Array.IndexOf(_columnNames, name);
            if (at < 0)
                throw new GlmmException($"The coefficient \"{name}\" is to be held at a value, but there is none of that "
                    + $"name{NearestName.Suggestion(name, _columnNames)}");
            if (_aliased[at])
                throw new GlmmException($"The coefficient \"{name}\" cannot be held at a value: it depends linearly on others and was "
                    + $"dropped. Leave one of them out of the formula.");
            values[at] = value;
        }
        return values;
    }

    private static double[] WithoutDependent(double[] x, int rows, bool[] dependent)
    {
        var result = new double[rows * dependent.Count(d => !d)];
        var next = 0;
        for (var j = 0; j < dependent.Length; j++)
        {
            if (!dependent[j])
                Array.Copy(x, j * rows, result, rows * next++, rows);
        }
        return result;
    }
}
