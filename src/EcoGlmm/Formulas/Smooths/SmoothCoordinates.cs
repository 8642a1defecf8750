using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// From coefficients of a basis to those of the model: a constraint is taken up, functions without a penalty become fixed effects, the
/// others
/// random effects with independent coordinates (where there are such) of about unit size.
/// </summary>
internal sealed class SmoothCoordinates
{
    private readonly double[]? _constraint;
    private readonly int _count;

    private SmoothCoordinates(int count, double[]? constraint, double[] transform, int fixedCount, Loadings? loadings)
    {
        _count = count;
        _constraint = constraint;
        Transform = transform;
        FixedCount = fixedCount;
        Loadings = loadings;
        Whole = constraint is null ? transform : PenaltyAlgebra.Product(constraint, count, Order, transform, Order);
    }

    /// <summary>Number of coefficients after the constraint.</summary>
    public int Order => _constraint is null ? _count : _count - 1;

    public int FixedCount { get; }

    public int PenalisedCount => Order - FixedCount;

    /// <summary>Constrained coefficients of the basis from the model's, fixed ones first: order × order, row-major.</summary>
    public double[] Transform { get; }

    /// <summary>How the penalised coefficients vary; null where there are none.</summary>
    public Loadings? Loadings { get; }

    private double[] Whole { get; }

    /// <param name="basis">The basis.</param>
    /// <param name="x">The covariates in the training rows.</param>
    /// <param name="constraint">c of cᵀβ = 0; null for no constraint.</param>
    public static SmoothCoordinates Of(SmoothBasis basis, double[][] x, double[]? constraint)
    {
        var k = basis.Count;
        var complement = constraint is null ? null : PenaltyAlgebra.Complement(constraint);
        var order = complement is null ? k : k - 1;
        var free = Math.Max(0, complement is null ? basis.NullDimension : basis.NullDimension - 1);
        double[][] penalties = [.. basis.Penalties.Select(s => complement is null ? s : PenaltyAlgebra.Sandwich(s, k, complement, order))];
        if (free == order) return new SmoothCoordinates(k, complement, PenaltyAlgebra.Identity(order), order, null);
        // Each penalty counts alike in what is penalised at all.
        penalties = [.. penalties.Select(s => Scaled(s, 1 / PenaltyAlgebra.Eigen(s, order).Values[0]))];
        var sum = new double[order * order];
        foreach (var s in penalties)
        {
            for (var i = 0; i < s.Length; i++) sum[i] += s[i];
        }

        var (values, vectors) = PenaltyAlgebra.Eigen(sum, order);
        var r = order - free;
        var range = new double[order * r];
        for (var i = 0; i < order; i++)
        {
            for (var j = 0; j < r; j++) range[(i * r) + j] = vectors[(i * order) + j] / Math.Sqrt(values[j]);
        }

        double[][] inRange = [.. penalties.Select(s => PenaltyAlgebra.Sandwich(s, order, range, r))];
        var weights = Diagonal(inRange, r, out var rotation);
        if (weights is not null) range = PenaltyAlgebra.Product(range, order, r, rotation, r);
        var size = Size(basis, x, complement, range, order, r);
        var transform = new double[order * order];
        for (var i = 0; i < order; i++)
        {
            for (var j = 0; j < free; j++) transform[(i * order) + j] = vectors[(i * order) + r + j];
            for (var j = 0; j < r; j++) transform[(i * order) + free + j] = range[(i * r) + j] / size;
        }

        // A common scale of the functions is one of the σ.
        return new SmoothCoordinates(k, complement, transform, free, weights is null ? new PenaltySum(inRange, r)
            : new PenaltyScales(weights));
    }

    private static double[] Scaled(double[] s, double factor) => Array.ConvertAll(s, value => value * factor);

    /// <summary>Root mean square of the penalised functions over the training rows.</summary>
    private static double Size(SmoothBasis basis, double[][] x, double[]? complement, double[] range, int order, int r)
    {
        var n = x[0].Length;
        var raw = new double[n * basis.Count];
        basis.Evaluate(x, raw);
        var t = complement is null ? range : PenaltyAlgebra.Product(complement, basis.Count, order, range, r);
        var z = SmoothColumns.Times(raw, n, basis.Count, t, r);
        var square = z.Sum(v => v * v) / z.Length;
        return square > 0 ? Math.Sqrt(square) : 1;
    }

    /// <summary>The diagonals of the penalties in coordinates in which all are diagonal; null where there are none such.</summary>
    private static double[][]? Diagonal(double[][] penalties, int r, out double[] rotation)
    {
        const double negligible = 1e-9;
        var mixture = new double[r * r];
        for (var k = 0; k < penalties.Length; k++)
        {
            // Weights that no eigenvalues of the penalties make alike by chance.
            var weight = 1 / (k + Math.Sqrt(2));
            for (var i = 0; i < mixture.Length; i++) mixture[i] += weight * penalties[k][i];
        }

        rotation = penalties.Length == 1 ? PenaltyAlgebra.Identity(r) : PenaltyAlgebra.Eigen(mixture, r).Vectors;
        var weights = new double[penalties.Length][];
        for (var k = 0; k < penalties.Length; k++)
        {
            var rotated = PenaltyAlgebra.Sandwich(penalties[k], r, rotation, r);
            weights[k] = new double[r];
            for (var i = 0; i < r; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    if (Math.Abs(rotated[(i * r) + j]) > negligible) return null;
                }

                weights[k][i] = rotated[(i * r) + i] > negligible ? rotated[(i * r) + i] : 0;
            }
        }

        if (penalties.Length == 1) Array.Fill(weights[0], 1);
        return weights;
    }

    /// <summary>Fixed columns, column-major, and the penalised functions, row-major, on rows.</summary>
    /// <param name="basis">The basis.</param>
    /// <param name="x">The covariates.</param>
    /// <param name="factor">What each row is multiplied by; null for one.</param>
    public (double[] Fixed, double[] Z) Evaluate(SmoothBasis basis, double[][] x, double[]? factor)
    {
        var (n, r) = (x[0].Length, PenalisedCount);
        var raw = new double[n * _count];
        if (n > 0) basis.Evaluate(x, raw);
        var columns = SmoothColumns.Times(raw, n, _count, Whole, Order);
        for (var c = 0; c < Order && factor is not null; c++)
        {
            // Not a number times zero is not zero: rows of other levels are zero whatever their covariates.
            for (var i = 0; i < n; i++) columns[(c * n) + i] = factor[i] == 0 ? 0 : columns[(c * n) + i] * factor[i];
        }

        var z = new double[n * r];
        for (var c = 0; c < r; c++)
        {
            for (var i = 0; i < n; i++) z[(i * r) + c] = columns[((FixedCount + c) * n) + i];
        }

        return (columns[..(n * FixedCount)], z);
    }
}
