namespace EcoGlmm.Numerics;

/// <content>
/// The basis of a sparse X, or of one of so many rows that a copy is to be avoided: Q = XR⁻¹ is never formed. R is the Cholesky factor
/// of XᵀX/n, which designs of factors with many levels are conditioned well enough for, and which is asked of the others.
/// </content>
internal sealed unsafe partial class OrthogonalBasis
{
    /// <summary>From so many rows a dense X is not copied, where it is well conditioned.</summary>
    private const int ManyRows = 500_000;

    /// <summary>
    /// Squared share of its length that a column of a well-conditioned X keeps without those before it: products by R⁻¹ lose no more
    /// than two digits.
    /// </summary>
    private const double WellConditioned = 1e-4;

    private readonly DesignColumns? _x;
    private readonly double[] _lower = [];

    private OrthogonalBasis(DesignColumns x, double[] lower)
    {
        Rows = x.Rows;
        Columns = x.Columns;
        _x = x;
        _lower = lower;
        R = new double[lower.Length];
        Transpose(lower, R, x.Columns);
    }

    /// <summary>X where it is sparse; null where Q is at hand.</summary>
    public SparseRows? Sparse => _x as SparseRows;

    /// <summary>From a sparse X of full column rank; null where the arithmetic cannot tell that it is.</summary>
    public static OrthogonalBasis? Of(SparseRows x)
    {
        var gram = x.CrossProduct([]);
        for (var k = 0; k < gram.Length; k++) gram[k] /= x.Rows;
        return DenseCholesky.TryFactor(gram, x.Columns) ? new OrthogonalBasis(x, gram) : null;
    }

    /// <summary>From a dense X of many rows, not copied; null where there are few, or where it is not well conditioned.</summary>
    private static OrthogonalBasis? OfMany(double[] x, int rows, int columns)
    {
        if (rows < ManyRows || columns == 0) return null;
        var design = new DenseColumns(x, rows, columns);
        var gram = design.CrossProduct([]);
        for (var k = 0; k < gram.Length; k++) gram[k] /= rows;
        var factor = (double[])gram.Clone();
        if (!DenseCholesky.TryFactor(factor, columns)) return null;
        for (var j = 0; j < columns; j++)
        {
            var pivot = factor[(j * columns) + j];
            if (!(pivot * pivot > WellConditioned * gram[(j * columns) + j])) return null;
        }

        return new OrthogonalBasis(design, factor);
    }

    /// <summary>M ← R⁻¹ M R⁻ᵀ in place: a covariance of γ becomes one of β.</summary>
    public void ToCoefficientCovariance(double[] m)
    {
        var (lower, scratch, p) = (_x is null ? Lower() : _lower, new double[m.Length], Columns);

        // R⁻¹ M = (M R⁻ᵀ)ᵀ for symmetric M; R⁻ᵀ on the right is a solve with the upper triangle, done by columns of M.
        for (var pass = 0; pass < 2; pass++)
        {
            DenseCholesky.SolveLowerTransposed(lower, p, m);
            Transpose(m, scratch, p);
            scratch.CopyTo(m, 0);
        }
    }

    /// <summary>M ← R M Rᵀ in place: a covariance of β becomes one of γ.</summary>
    public void FromCoefficientCovariance(double[] m)
    {
        var p = Columns;
        var (scratch, workspace) = (new double[m.Length], new double[MatrixProduct.WorkspaceLength]);
        fixed (double* pm = m, ps = scratch, pr = R, pw = workspace)
        {
            MatrixProduct.Add(p, p, p, false, pr, p, false, pm, p, false, ps, p, pw);
            m.AsSpan().Clear();
            MatrixProduct.Add(p, p, p, false, ps, p, false, pr, p, true, pm, p, pw);
        }
    }

    private double[] Lower()
    {
        var lower = new double[R.Length];
        Transpose(R, lower, Columns);
        return lower;
    }

    private void ImplicitColumn(int j, Span<double> result)
    {
        var beta = new double[Columns];
        beta[j] = 1;
        ToCoefficients(beta);
        result[..Rows].Clear();
        _x!.AddProduct(beta, result);
    }

    private void AddImplicitProduct(ReadOnlySpan<double> gamma, Span<double> result)
    {
        var beta = gamma[..Columns].ToArray();
        DenseCholesky.SolveLowerTransposed(_lower, Columns, beta);
        _x!.AddProduct(beta, result);
    }

    private void ImplicitTransposedProduct(ReadOnlySpan<double> x, Span<double> result)
    {
        _x!.TransposedProduct(x, result[..Columns]);
        DenseCholesky.SolveLower(_lower, Columns, result[..Columns]);
    }

    /// <summary>R⁻ᵀ(XᵀWX)R⁻¹.</summary>
    private void ImplicitCrossProduct(ReadOnlySpan<double> w, Span<double> result)
    {
        var p = Columns;
        var m = _x!.CrossProduct(w);
        var (turned, workspace) = (new double[m.Length], new double[MatrixProduct.WorkspaceLength]);
        fixed (double* pm = m, pt = turned, pl = _lower, pw = workspace)
        {
            DensePanel.SolveRight(pl, p, p, pm, p, p, pw);
            Transpose(m, turned, p);
            DensePanel.SolveRight(pl, p, p, pt, p, p, pw);
        }

        turned.CopyTo(result);
    }

    private static void Transpose(ReadOnlySpan<double> from, Span<double> to, int p)
    {
        const int block = 32;
        for (var j0 = 0; j0 < p; j0 += block)
        {
            for (var i0 = 0; i0 < p; i0 += block)
            {
                for (var j = j0; j < Math.Min(p, j0 + block); j++)
                {
                    for (var i = i0; i < Math.Min(p, i0 + block); i++) to[(i * p) + j] = from[(j * p) + i];
                }
            }
        }
    }
}
