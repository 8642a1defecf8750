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
    private readonly CovarianceStructure? _structure;
    private readonly string[] _effects;

    private CurveSmooth(SmoothSyntax syntax, string label, SmoothBasis basis, SmoothCoordinates coordinates, string? level)
        : base(syntax, label)
    {
        _basis = basis;
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

    /// <summary>The level of a factor that it is for; null where it is for all rows.</summary>
    public string? Level => _level;

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
                return [Of(smooth, $"{syntax.Label}:{syntax.By}", basis, x, null, isCentred: Array.TrueForAll(by, v => v == by[0]))];
        }
    }

    private static CurveSmooth Of(LearningSmooth smooth, string label, SmoothBasis basis, double[][] x, string? level, bool isCentred)
    {
        var constraint = isCentred && smooth.Syntax.Product != SmoothProduct.Interaction ? basis.Constraint(x) : null;
        return new CurveSmooth(smooth.Syntax, label, basis, SmoothCoordinates.Of(basis, x, constraint), level);
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

        int[] d = syntax.D.Length > 0 ? syntax.D : [.. Enumerable.Repeat(1, x.Length)];
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
        SmoothBasisKind.Find(name)!.Learn!(new SmoothBasisRequest
        {
            X = x[first..(first + dimensions)],
            K = k,
            M = smooth.Syntax.M,
            Knots = isMargin ? [] : smooth.Syntax.Knots,
            IsMargin = isMargin,
            Names = string.Join(", ", smooth.Syntax.Variables.Skip(first).Take(dimensions)),
            Error = smooth.Error,
            Cancellation = smooth.Evaluator.Context.Cancellation,
        });

    /// <inheritdoc/>
    public override SmoothRows Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel)
    {
        var n = evaluator.RowCount;
        var x = Syntax.Variables.Select(node => evaluator.Numbers(node, $"{Syntax.Call.Function}()")).ToArray();
        for (var i = 0; i < n; i++)
        {
            foreach (var values in x) missing[i] |= double.IsNaN(values[i]);
        }

        var factor = Factors(evaluator, missing);
        var (fixedColumns, z) = _coordinates.Evaluate(_basis, x, factor);
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
