using EcoGlmm.Model;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// s(x, g, bs = "fs"): a curve for each level of a factor, all equally wiggly, with random intercepts and slopes of variances of their own:
/// the
/// functions that the penalty leaves alone, orthogonal over the data, constants first. A random term with as many effects as the basis has
/// functions.
/// Source: E. J. Pedersen, D. L. Miller, G. L. Simpson &amp; N. Ross (2019), Hierarchical generalized additive models in ecology, PeerJ 7,
/// e6876.
/// </summary>
internal sealed class FactorSmooth : SmoothDesign
{
    private readonly SmoothBasis _basis;
    private readonly FormulaNode[] _covariates;
    private readonly Grouping _grouping;
    private readonly double[] _transform;
    private readonly CovarianceStructure _structure;
    private readonly string[] _effects;

    private FactorSmooth(SmoothSyntax syntax, SmoothBasis basis, FormulaNode[] covariates, Grouping grouping, double[][] x)
        : base(syntax, syntax.Label)
    {
        (_basis, _covariates, _grouping) = (basis, covariates, grouping);
        var (k, wiggly) = (basis.Count, basis.Count - basis.NullDimension);
        _transform = Natural(basis, x);
        _structure = new CovarianceStructure("fs", PenaltyScales.OfGroups([.. Enumerable.Range(0, k).Select(j => j < wiggly
            ? 0 : j - wiggly + 1)]));
        _effects = [.. Enumerable.Range(1, k).Select(j => j <= wiggly ? $"wiggle {j}" : j == wiggly + 1 ? Intercept.Name : j == wiggly + 2
            && covariates.Length == 1 ? covariates[0].ToString() : $"trend {j - wiggly - 1}")];
    }

    public override bool IsCurve => false;

    /// <summary>What its curves are functions of.</summary>
    public IReadOnlyList<FormulaNode> Covariates => _covariates;

    /// <summary>The levels that have a curve each.</summary>
    public IReadOnlyList<string> Levels => _grouping.Levels;

    public static FactorSmooth Learn(LearningSmooth smooth)
    {
        var syntax = smooth.Syntax;
        var (factors, covariates) = smooth.Split();
        if (factors.Length != 1 || covariates.Length == 0 || syntax.By is not null)
        {
            throw smooth.Error("A factor smooth takes covariates and one factor", $"It is written s(x, g, bs = \"fs\"); make numbers that "
                + $"stand for groups a factor, factor(g).");
        }

        var x = covariates.Select(smooth.Numbers).ToArray();
        var basis = CurveSmooth.LearnMargin(smooth, syntax.InnerBasis ?? "tp", covariates, x, syntax.K.Length > 0 ? syntax.K[0]
            : null, false);
        return new FactorSmooth(syntax, basis, covariates, Grouping.Learn(factors[0], smooth.Evaluator), x);
    }

    /// <summary>Coordinates in which the functions are orthogonal over the data and the penalty is the identity, free ones last: k ×
    /// k.</summary>
    private static double[] Natural(SmoothBasis basis, double[][] x)
    {
        var (n, k, free) = (x[0].Length, basis.Count, basis.NullDimension);
        var raw = new double[n * k];
        basis.Evaluate(x, raw);
        var gram = new double[k * k];
        for (var a = 0; a < k; a++)
        {
            for (var b = 0; b < k; b++)
            {
                for (var i = 0; i < n; i++) gram[(a * k) + b] += raw[(a * n) + i] * raw[(b * n) + i];
            }
        }

        // X′X = LLᵀ; the eigenvectors of L⁻¹SL⁻ᵀ give orthonormal functions.
        if (!Numerics.DenseCholesky.TryFactor(gram, k))
            throw new GlmmException("The functions of a factor smooth cannot be told apart in the data. Take a smaller k.");
        var inverse = new double[k * k];
        var column = new double[k];
        for (var c = 0; c < k; c++)
        {
            Array.Clear(column);
            column[c] = 1;
            Numerics.DenseCholesky.SolveLowerTransposed(gram, k, column);
            for (var i = 0; i < k; i++) inverse[(i * k) + c] = column[i];
        }

        var (values, vectors) = PenaltyAlgebra.Eigen(PenaltyAlgebra.Sandwich(basis.Penalty, k, inverse, k), k);
        var t = PenaltyAlgebra.Product(inverse, k, k, vectors, k);
        for (var j = 0; j < k - free; j++)
        {
            for (var i = 0; i < k; i++) t[(i * k) + j] /= Math.Sqrt(values[j]);
        }

        OrderFree(t, raw, n, k, free);
        var columns = SmoothColumns.Times(raw, n, k, t, k);
        var wiggle = Math.Sqrt(columns.AsSpan(0, n * (k - free)).ToArray().Sum(v => v * v) / (n * (k - free)));
        for (var j = 0; j < k; j++)
        {
            var size = j < k - free ? wiggle : 1 / Math.Sqrt(n);
            for (var i = 0; i < k; i++) t[(i * k) + j] /= size;
        }

        return t;
    }

    /// <summary>Turns the free functions, orthonormal, so that the constant comes first and the others follow by their means of products
    /// with the covariates.</summary>
    private static void OrderFree(double[] t, double[] raw, int n, int k, int free)
    {
        if (free == 0) return;
        var columns = SmoothColumns.Times(raw, n, k, t, k);
        var constant = new double[free];
        for (var a = 0; a < free; a++)
        {
            foreach (var value in columns.AsSpan((k - free + a) * n, n)) constant[a] += value;
        }

        // Orthonormal coordinates of the constant function, and a complement of it.
        var length = Math.Sqrt(constant.Sum(v => v * v));
        if (!(length > 0)) return;
        var rotation = new double[free * free];
        var complement = PenaltyAlgebra.Complement(constant);
        for (var a = 0; a < free; a++)
        {
            rotation[a * free] = constant[a] / length;
            for (var b = 1; b < free; b++) rotation[(a * free) + b] = complement[(a * (free - 1)) + b - 1];
        }

        for (var i = 0; i < k; i++)
        {
            var row = Enumerable.Range(0, free).Select(c => Enumerable.Range(0, free).Sum(a => t[(i * k) + k - free + a]
                * rotation[(a * free) + c])).ToArray();
            row.CopyTo(t, (i * k) + k - free);
        }
    }

    public override void Settle() => _basis.Settle();

    /// <inheritdoc/>
    public override SmoothRows Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel)
    {
        var (n, k) = (evaluator.RowCount, _basis.Count);
        var x = _covariates.Select(node => evaluator.Numbers(node, "s()")).ToArray();
        for (var i = 0; i < n; i++)
        {
            foreach (var values in x) missing[i] |= double.IsNaN(values[i]);
        }

        var raw = new double[n * k];
        if (n > 0) _basis.Evaluate(x, raw);
        var columns = SmoothColumns.Times(raw, n, k, _transform, k);
        var z = new double[n * k];
        for (var c = 0; c < k; c++)
        {
            for (var i = 0; i < n; i++) z[(i * k) + c] = columns[(c * n) + i];
        }

        return new SmoothRows([], new GroupingTerm
        {
            Group = _grouping.Name,
            EffectNames = _effects,
            Structure = _structure,
            Title = Label,
            Z = z,
            Codes = anyLevel ? Grouping.NoLevels(n) : evaluator.Context.Training ? _grouping.TrainingCodes
            : _grouping.Codes(evaluator, missing),
            Levels = _grouping.Levels,
        });
    }
}
