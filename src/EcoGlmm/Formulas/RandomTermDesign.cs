using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Formulas;

/// <summary>One random term, or one effect of a term with two bars, learnt from the training rows.</summary>
internal sealed class RandomTermDesign : TermDesign
{
    private readonly Grouping _grouping;
    private readonly DesignLayout _layout;
    private readonly int[] _position;
    private readonly string[] _effectNames;
    private readonly CovarianceStructure _structure;
    private readonly string _title;
    private readonly Relatedness? _relatedness;
    private readonly int[]? _places;
    private readonly string[] _levels;

    /// <param name="grouping">The grouping factor.</param>
    /// <param name="layout">The columns left of the bar.</param>
    /// <param name="columns">Those of them that belong to this term.</param>
    /// <param name="structure">The covariance structure.</param>
    /// <param name="title">The term as written.</param>
    /// <param name="relatedness">What relates the levels; null where they are independent.</param>
    /// <param name="places">The places of the training levels among the related.</param>
    private RandomTermDesign(Grouping grouping, DesignLayout layout, int[] columns, CovarianceStructure structure, string title,
        Relatedness? relatedness, int[]? places)
    {
        _relatedness = relatedness;
        _places = places;
        _levels = relatedness is null ? grouping.Levels : [.. relatedness.Names];
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
    public static IEnumerable<TermDesign> Learn(LearningTerm term)
    {
        var (syntax, kind) = (term.Syntax, term.Kind);
        var isRelated = kind.Layout == TermLayout.Relatives;
        var (numbers, name) = term.Arguments(isRelated);
        var terms = ModelTerms.Expand(term.Text, syntax.Effects, response: null, dotColumns: null, term.Evaluator.Context.Cancellation);
        if (terms.Offsets.Count > 0)
            throw term.Error("An offset cannot vary among groups", "Move it out of the random term.");
        var layout = DesignLayout.Learn(term.Text, terms, term.Evaluator, new Dictionary<string, Contrast>());
        var all = Enumerable.Range(0, layout.ColumnNames.Length).ToArray();
        if (all.Length == 0)
        {
            throw term.Error("This random term has no effects",
                "Write (1 | g) for intercepts, (x | g) for intercepts and slopes, (0 + x | g) for slopes alone.");
        }
        if (Grouping.IsAllRows(syntax.Group) && kind.IsPlain)
            term.Evaluator.Factor(syntax.Group, "a grouping factor");
        var grouping = term.GroupingOf(syntax.Group);
        var relatedness = isRelated ? term.RelatednessOf(grouping.Name, name) : null;
        var precision = relatedness is null ? null : kind.Relate!(relatedness);
        var places = relatedness?.Locate(grouping.Levels, grouping.Name);

        // Structures of few parameters may have more effects than rows.
        if (kind.IsPlain)
        {
            RequestedSize.CheckRandomTerm(term.Text, syntax, all.Length, grouping.Levels.Length, term.Evaluator.RowCount,
                isCorrelated: !syntax.Uncorrelated && !kind.IsDiagonal);
        }

        RandomTermDesign Of(int[] columns, StructureKind structure) => new(grouping, layout, columns, structure.Bind(new StructureRequest
        {
            Effects = Array.ConvertAll(columns, c => layout.ColumnNames[c]),
            LevelCount = relatedness?.Names.Count ?? grouping.Levels.Length,
            Arguments = numbers,
            Relatives = precision,
            IsUncorrelated = syntax.Uncorrelated,
            Error = term.Error,
        }), term.Title, relatedness, places);

        if (!syntax.Uncorrelated || isRelated)
            return [Of(all, kind)];
        return layout.HasFactor
            ? [Of(all, Diagonal.Kind)]
            : all.Select(column => Of([column], kind));
    }

    /// <inheritdoc/>
    public override GroupingTerm Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel)
    {
        var (n, q) = (evaluator.RowCount, _effectNames.Length);
        var isIntercept = evaluator.Context.Training && q == 1 && _layout.IsIntercept;
        var z = isIntercept ? evaluator.Context.Ones : new double[CheckedLength(n, q)];
        if (!isIntercept) _layout.Fill(evaluator, _position, z, missing);
        return new GroupingTerm
        {
            Group = _grouping.Name,
            EffectNames = _effectNames,
            Structure = _structure,
            Title = _title,
            Z = q == 1 ? z : RowMajor(z, n, q),
            Codes = anyLevel ? Grouping.NoLevels(n) : Codes(evaluator, missing),
            Levels = _levels,
        };
    }

    private int[] Codes(Evaluator evaluator, bool[] missing)
    {
        if (!evaluator.Context.Training)
            return _relatedness is null ? _grouping.Codes(evaluator, missing) : _grouping.Codes(evaluator, missing, _relatedness.IndexOf);
        return _places is null ? _grouping.TrainingCodes : Array.ConvertAll(_grouping.TrainingCodes, code => _places[code]);
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
