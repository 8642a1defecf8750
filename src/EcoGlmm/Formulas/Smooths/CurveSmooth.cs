using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// A curve or a surface: a basis or a product of bases, centred, in the coordinates in which its penalties are diagonal, and multiplied by
/// what it
/// is "by". Source: S. N. Wood (2017), Generalized Additive Models, 2nd edition, sections 5.4.1 and 5.8.
/// </summary>
internal sealed class CurveSmooth : SmoothDesign
{
    private readonly SmoothBasis _basis;
    private readonly SmoothCoordinates _coordinates;
    private readonly string? _level;
    private readonly (FormulaNode Node, VariableCoding Coding)[] _factors;
    private readonly CovarianceStructure? _structure;
    private readonly string[] _effects;

    private CurveSmooth(SmoothSyntax syntax, string label, SmoothBasis basis, SmoothCoordinates coordinates, string? level,
        FormulaNode[] covariates, (FormulaNode Node, VariableCoding Coding)[] factors)
        : base(syntax, label)
    {
        _basis = basis;
        Covariates = covariates;
        _factors = factors;
        _coordinates = coordinates;
        _level = level;
        _structure = coordinates.Loadings is { } loadings ? new CovarianceStructure("smooth", loadings) : null;
        _effects = [.. Enumerable.Range(1, coordinates.PenalisedCount).Select(j => $"{label}.{coordinates.FixedCount + j}")];
    }

    public override int FixedCount => _coordinates.FixedCount;

    public override bool HasRandomTerm => _structure is not null;

    /// <summary>From the basis's own coefficients, constrained, to fixed and random ones.</summary>
    public SmoothCoordinates Coordinates => _coordinates;

    /// <summary>Number of functions of the basis, before any constraint.</summary>
    public int Dimension => _basis.Count;

    /// <summary>Whether the test of the whole curve takes off its mean over the rows.</summary>
    public bool IsTestedCentred => _basis.IsTestedCentred;

    /// <summary>What its curves are functions of.</summary>
    public IReadOnlyList<FormulaNode> Covariates { get; }

    /// <summary>The single curves that it is made of: one, or one for each level of its factors.</summary>
    public IReadOnlyList<CurvePiece> Pieces => _factors.Length == 0
        ? [new CurvePiece(Label, _level is null ? [] : [(Syntax.By!, _level)])]
        : [.. Combinations(0).Select(levels => new CurvePiece(Label + string.Concat(levels.Select(l => $":{l.Factor}{l.Level}")),
            [.. levels]))];

    private IEnumerable<IEnumerable<(FormulaNode Factor, string Level)>> Combinations(int first) => first == _factors.Length ? [[]]
        : _factors[first].Coding.Levels.SelectMany(level => Combinations(first + 1).Select(rest =>
            rest.Prepend((_factors[first].Node, level))));

    public static IEnumerable<CurveSmooth> Learn(LearningSmooth smooth)
    {
        var syntax = smooth.Syntax;
        var x = syntax.Variables.Select(smooth.Numbers).ToArray();
        var basis = LearnBasis(smooth, x);
        switch (syntax.By is null ? null : smooth.Evaluator.Evaluate(syntax.By))
        {
            case null:
                return [Of(smooth, syntax.Label, basis, x, null, isCentred: true)];
            case FactorValue factor:
                VariableCoding.RequireCodes(smooth.Evaluator, syntax.By!, factor);
                var levels = factor.DropUnusedLevels().Levels;
                // Of an ordered factor the first level is what the others differ from.
                return levels.Skip(factor.IsOrdered ? 1 : 0).Select(level => Of(smooth, $"{syntax.Label}:{syntax.By}{level}", basis, x,
                    level, isCentred: true));
            default:
                var by = smooth.Evaluator.Numbers(syntax.By!, $"{syntax.Call.Function}()");
                smooth.Evaluator.RequireFinite(syntax.By!, by);
                return [Of(smooth, $"{syntax.Label}:{syntax.By}", basis, x, null, isCentred: Array.TrueForAll(by, v => v == by[0]))];
        }
    }

    private static CurveSmooth Of(LearningSmooth smooth, string label, SmoothBasis basis, double[][] x, string? level, bool isCentred)
    {
        var constraint = isCentred && smooth.Syntax.Product != SmoothProduct.Interaction ? basis.Constraint(x) : null;
        return new CurveSmooth(smooth.Syntax, label, basis, SmoothCoordinates.Of(basis, x, constraint), level, [.. smooth.Syntax.Variables],
            []);
    }

    /// <summary>Curves for the levels of factors, which are not centred.</summary>
    public static CurveSmooth OfLevels(LearningSmooth smooth, SmoothBasis basis, FormulaNode[] covariates, double[][] x,
        (FormulaNode Node, VariableCoding Coding)[] factors)
    {
        double[][] all = [.. x, .. factors.Select(f => Codes(smooth.Evaluator, f.Coding))];
        return new CurveSmooth(smooth.Syntax, smooth.Syntax.Label, basis, SmoothCoordinates.Of(basis, all, null), null, covariates,
            factors);
    }

    private static SmoothBasis LearnBasis(LearningSmooth smooth, double[][] x)
    {
        var syntax = smooth.Syntax;
        if (syntax.Product == SmoothProduct.None)
        {
            if (syntax.Bases.Length > 1 || syntax.K.Length > 1)
                throw smooth.Error($"{syntax.Label} has one basis, of one dimension", "Several are for a product, te(x, z, bs = c(\"cr\", "
                    + "\"cc\"), k = c(10, 8)).");
            return LearnMargin(smooth, syntax.Bases.FirstOrDefault() ?? "tp", 0, x.Length, x, syntax.K.Length > 0 ? syntax.K[0]
                : null, false);
        }

        var d = syntax.D.Length > 0 ? syntax.D : [.. Enumerable.Repeat(1, x.Length)];
        if (d.Sum() != x.Length)
            throw smooth.Error($"d = c({string.Join(", ", d)}) does not add up to the {x.Length} covariates",
                "Correct it, or leave it out.");
        foreach (var (name, length) in new[] { ("bs", syntax.Bases.Length), ("k", syntax.K.Length) })
        {
            if (length > 1 && length != d.Length)
                throw smooth.Error($"\"{name}\" has {length} entries for a product of {d.Length} bases",
                    "Give one for all, or one for each.");
        }

        var bases = new List<(SmoothBasis, int, int)>();
        var first = 0;
        for (var i = 0; i < d.Length; first += d[i], i++)
        {
            var name = syntax.Bases.Length == 0 ? (d[i] == 1 ? "cr" : "tp") : syntax.Bases[Math.Min(i, syntax.Bases.Length - 1)];
            int? k = syntax.K.Length == 0 ? null : syntax.K[Math.Min(i, syntax.K.Length - 1)];
            bases.Add((LearnMargin(smooth, name, first, d[i], x, k, true), first, d[i]));
        }

        return syntax.Product == SmoothProduct.Separable
            ? SeparableBasis.Learn(bases, x)
            : TensorBasis.Learn(bases, x, syntax.Product == SmoothProduct.Interaction);
    }

    private static SmoothBasis LearnMargin(LearningSmooth smooth, string name, int first, int dimensions, double[][] x, int? k,
        bool isMargin) =>
        LearnMargin(smooth, name, smooth.Syntax.Variables.Skip(first).Take(dimensions), x[first..(first + dimensions)], k, isMargin);

    /// <summary>A basis of covariates by its name.</summary>
    /// <exception cref="GlmmException">There is none of that name, or the covariates do not suit it.</exception>
    public static SmoothBasis LearnMargin(LearningSmooth smooth, string name, IEnumerable<FormulaNode> covariates, double[][] x, int? k,
        bool isMargin)
    {
        var learn = SmoothBasisKind.Find(name)?.Learn ?? throw smooth.Error($"\"{name}\" is no basis of curves",
            $"Take one of {Text.Names.List([.. SmoothBasisKind.All.Where(b => b.Learn is not null).Select(b => b.Name)])}.");
        return learn(new SmoothBasisRequest
        {
            X = x,
            K = k,
            M = smooth.Syntax.M,
            Knots = isMargin ? smooth.Syntax.NamedKnots.GetValueOrDefault(string.Join(", ", covariates), []) : smooth.Syntax.Knots,
            IsMargin = isMargin,
            Names = string.Join(", ", covariates),
            Error = smooth.Error,
            Cancellation = smooth.Evaluator.Context.Cancellation,
        });
    }

    public override void Settle() => _basis.Settle();

    /// <inheritdoc/>
    public override SmoothRows Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel)
    {
        var n = evaluator.RowCount;
        double[][] x = [.. Covariates.Select(node => evaluator.Numbers(node, $"{Syntax.Call.Function}()")),
            .. _factors.Select(f => Codes(evaluator, f.Coding))];
        for (var i = 0; i < n; i++)
        {
            foreach (var values in x) missing[i] |= double.IsNaN(values[i]);
        }

        var factor = Factors(evaluator, missing);
        var (fixedColumns, z) = _coordinates.Evaluate(_basis, x, factor);
        if (Syntax.Mean is not null) IndividualMeans.Take(evaluator, Syntax, missing, fixedColumns, z);
        if (_structure is null) return new SmoothRows(fixedColumns, null);
        return new SmoothRows(fixedColumns, new GroupingTerm
        {
            Group = Label,
            EffectNames = _effects,
            Structure = _structure,
            Title = Label,
            Z = z,
            Codes = new int[n],
            Levels = [Label],
            IsCurve = true,
        });
    }

    /// <summary>Levels as numbers, NaN where there is none.</summary>
    /// <exception cref="GlmmException">A level was not among the training rows.</exception>
    private static double[] Codes(Evaluator evaluator, VariableCoding coding) =>
        Array.ConvertAll(coding.Encode(evaluator, full: true).Index!, code => code < 0 ? double.NaN : code);

    /// <summary>What each row's functions are multiplied by; null for one.</summary>
    private double[]? Factors(Evaluator evaluator, bool[] missing)
    {
        if (Syntax.By is not { } by) return null;
        if (_level is null)
        {
            var values = evaluator.Numbers(by, $"{Syntax.Call.Function}()");
            for (var i = 0; i < values.Length; i++) missing[i] |= double.IsNaN(values[i]);
            return values;
        }

        var factor = evaluator.Factor(by, $"{Syntax.Call.Function}()");
        var code = Array.IndexOf(factor.Levels, _level);
        for (var i = 0; i < factor.Codes.Length; i++) missing[i] |= factor.Codes[i] < 0;
        return Array.ConvertAll(factor.Codes, own => own == code && code >= 0 ? 1.0 : 0.0);
    }
}

/// <summary>One curve of a smooth.</summary>
/// <param name="Name">Its name: "s(x)", "s(x):fA".</param>
/// <param name="Levels">The levels of factors that it is at; empty for a curve of all rows.</param>
internal sealed record CurvePiece(string Name, IReadOnlyList<(FormulaNode Factor, string Level)> Levels);
